// SPDX-License-Identifier: LGPL-2.1-or-later
// The worker alone, and what goes wrong: cameras that go, freeze, stall and jump; its own death; a full disk.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { promisify } from 'node:util';
import { Camera, PIPELINES, SOON_SILENT, WORKER, Worker, follow, isCamera, isPart, isPartOf, isState, type Part, type Word } from '../lib/broadcast.ts';
import { Process } from '../lib/process.ts';

const run = promisify(execFile);
let camera: Camera;
let worker: Worker;

afterEach(async () => {
  await camera.kill();
  await worker.end();
});

/** Parts after a place in what was said. */
const partsFrom = (place: number): Part[] => worker.control.words.slice(place).filter(isPart);

test('broadcast: a camera that goes is lost at once, and taken up again when it is back', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(0));
  const { port } = camera;
  await camera.kill();
  const lost = await worker.control.word(isCamera('lost'));
  assert.ok(['camera-no-answer', 'camera-refused', 'camera-no-video'].includes(lost.reason!), lost.reason!);
  const place = worker.control.words.length;
  camera = await Camera.start('--port', port);
  await worker.control.word(isCamera('live'), place);
  const back = await worker.control.word(isPart, place) as Part;
  assert.equal(back.discontinuity, true);
  assert.equal(follow(worker.control.words), 1);
});

test('broadcast: a frozen camera is lost after the silence, and taken up when it goes on', async () => {
  camera = await Camera.start();
  worker = await Worker.start(undefined, ...SOON_SILENT);
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(0));
  process.kill(camera.process.pid, 'SIGSTOP');
  const lost = await worker.control.word(isCamera('lost'));
  assert.equal(lost.reason, 'camera-no-video');
  const place = worker.control.words.length;
  process.kill(camera.process.pid, 'SIGCONT');
  await worker.control.word(isCamera('live'), place);
  await worker.control.word(isPart, place);
  assert.equal(follow(worker.control.words), 1);
});

test('broadcast: a camera that stalls for a second and a half goes on with a discontinuity', async () => {
  camera = await Camera.start('--audio', 'none');
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(0));
  await camera.tell('stall 1.5');
  await worker.control.word((word): word is Part => isPart(word) && word.discontinuity);
  assert.equal(worker.control.words.some(isCamera('lost')), false);
  assert.equal(follow(worker.control.words), 1);
});

for (const seconds of ['5', '-5', '3600']) {
  test(`broadcast: a camera's clock that jumps ${seconds} s moves nothing`, async () => {
    camera = await Camera.start('--audio', 'none');
    worker = await Worker.start();
    worker.broadcast(camera.url);
    await worker.control.word(isPartOf(1));
    const place = worker.control.words.length;
    await camera.tell(`jump ${seconds}`);
    const last = worker.control.words.filter(isPart).at(-1)!;
    await worker.control.word(isPartOf(last.msn + 2));
    assert.ok(follow(worker.control.words) <= 1);
    for (const part of partsFrom(place)) assert.ok(Math.abs(part.start_us / 1000 - Date.now()) < 60_000, 'far from the clock');
  });
}

test('broadcast: a killed worker goes on with the next number and one discontinuity', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word((word): word is Part => isPart(word) && word.msn >= 1 && word.index >= 1);
  const before = worker.control.words;
  const first = worker;
  worker = await worker.killAndRestart();
  const told = before.filter(isPart);
  const last = told.at(-1)!;
  worker.broadcast(camera.url);
  const state = await worker.control.word((word): word is Extract<Word, { word: 'state' }> => isState(word) && word.broadcast === 'one');
  // A worker on a busy machine may have cut some more before it died than was heard of.
  const open = state.segments.at(-1)!;
  assert.deepEqual(state.segments.map(({ msn, complete }) => [msn, complete]), Array.from({ length: open.msn + 1 }, (_, msn) => [msn, true]));
  assert.ok(open.msn > last.msn || (open.msn === last.msn && open.parts.length > last.index), 'every part that was told is in the segment');
  const segment = await readFile(worker.file(`seg_${open.msn}.m4s`));
  const parts = await Promise.all(open.parts.map((_, index) => readFile(worker.file(`part_${open.msn}_${index}.m4s`))));
  assert.ok(Buffer.concat(parts).equals(segment));
  await worker.control.word(isPartOf(open.msn + 2));
  const broken = worker.control.words.filter((word) => isPart(word) && word.discontinuity && word.index === 0);
  assert.deepEqual([follow(before), follow(worker.control.words)], [0, 1], JSON.stringify(broken));
  const next = worker.control.words.find(isPart)!;
  assert.deepEqual([next.msn, next.index, next.discontinuity], [open.msn + 1, 0, true]);
  await worker.watch(1, [...state.segments.map(({ msn }) => msn), open.msn + 1]);
  assert.equal(first.folder, worker.folder);
});

test('broadcast: another broadcast in the same folder starts anew', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(1));
  worker = await worker.killAndRestart();
  worker.broadcast(camera.url, { broadcast: 'two' });
  const state = await worker.control.word((word): word is Extract<Word, { word: 'state' }> => isState(word) && word.broadcast === 'two' && word.segments.length > 0);
  assert.equal(state.segments[0]!.msn, 0);
  assert.equal(state.generation, 1);
  await assert.rejects(stat(worker.file('seg_0.m4s')), { code: 'ENOENT' });
});

test('broadcast: a second worker is refused while the first one lives', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(0));
  const second = new Process('second worker', WORKER, ['--directory', worker.folder, '--pipelines', PIPELINES]);
  assert.equal(await second.ended, 1);
  await second.line(/A worker lives in this folder already/);
  await worker.control.word(isPart, worker.control.words.length);
  assert.equal(follow(worker.control.words), 0);
});

/** A disk of its own, by whoever may make one. */
async function mount(...words: string[]): Promise<void> {
  await (process.getuid!() === 0 ? run(words[0]!, words.slice(1)) : run('sudo', ['-n', ...words]));
}

test('broadcast: a full disk is told, and the stream goes on when there is room', async () => {
  const place = await mkdtemp('/dev/shm/urok-test-');
  const folder = join(place, 'camera');
  await mkdir(folder);
  await mount('mount', '-t', 'tmpfs', '-o', `size=192k,uid=${process.getuid!()}`, 'tmpfs', folder);
  try {
    camera = await Camera.start();
    worker = await Worker.start(folder);
    worker.broadcast(camera.url);
    const fault = await worker.control.word((word): word is Extract<Word, { word: 'fault' }> => word.word === 'fault');
    assert.equal(fault.reason, 'no-space');
    assert.equal(fault.over, false);
    await mount('mount', '-o', 'remount,size=64m', folder);
    await worker.control.word((word) => word.word === 'fault' && word.over);
    await worker.control.word((word): word is Part => isPart(word) && word.discontinuity);
    assert.equal(follow(worker.control.words), 1);
    worker.control.say({ word: 'stop' });
    assert.equal(await worker.process.ended, 0);
  } finally {
    await worker.process.signal('SIGKILL');
    await mount('umount', folder);
  }
});

test('broadcast: an orphan ends, and takes its files along', async () => {
  camera = await Camera.start();
  worker = await Worker.start(undefined, '--orphan', '1');
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(0));
  worker.control.close();
  assert.equal(await worker.process.ended, 0);
  await assert.rejects(stat(worker.folder), { code: 'ENOENT' });
});
