// SPDX-License-Identifier: LGPL-2.1-or-later
// The worker alone: parts come, keep the rules of low-latency HLS, and decode without a word from ffmpeg.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { afterEach, test } from 'node:test';
import { promisify } from 'node:util';
import { Camera, Worker, isCamera, isPart, isPartOf, isState, type Part, type State } from '../lib/broadcast.ts';

const run = promisify(execFile);
let camera: Camera;
let worker: Worker;

afterEach(async () => {
  await camera.kill();
  await worker.end();
});

const isSegment = (msn: number) => (word: { word: string; msn?: number }) => word.word === 'segment' && word.msn === msn;

test('broadcast: parts keep the rules and the clock', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  const live = await worker.control.word(isCamera('live'));
  assert.equal(live.found!.video!.codec, 'H.264');
  assert.equal(live.found!.video!.width, 320);
  assert.equal(live.found!.playable, true);
  const state = await worker.control.word((word): word is State => isState(word) && word.part_target_us > 0);
  await worker.control.word(isSegment(2));
  assert.equal(state.target_duration_s, 4);
  const parts = worker.control.words.filter(isPart);
  let before: Part | undefined;
  for (const part of parts) {
    assert.ok(part.duration_us <= state.part_target_us, `${part.duration_us} over the part target`);
    if (before) {
      assert.ok(before.msn === part.msn ? part.index === before.index + 1 : part.msn === before.msn + 1 && part.index === 0);
      assert.ok(part.start_us >= before.start_us + before.duration_us - 1, 'parts overlap');
    }
    assert.ok(part.index > 0 || part.independent, 'a segment begins with a key frame');
    assert.equal(part.discontinuity, false);
    assert.ok(Math.abs(part.start_us / 1000 - Date.now()) < 60_000);
    await stat(worker.file(`part_${part.msn}_${part.index}.m4s`));
    before = part;
  }
});

test('broadcast: init and segments decode', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isSegment(1));
  const whole = Buffer.concat(await Promise.all(['init_1.mp4', 'seg_0.m4s', 'seg_1.m4s'].map((name) => readFile(worker.file(name)))));
  const film = worker.file('film.mp4');
  await writeFile(film, whole);
  const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', '-count_frames', '-show_entries', 'stream=codec_name,nb_read_frames', '-of', 'json', film]);
  assert.equal(stderr, '');
  const streams = JSON.parse(stdout).streams as { codec_name: string; nb_read_frames: string }[];
  assert.deepEqual(streams.map(({ codec_name }) => codec_name), ['h264', 'aac']);
  assert.ok(Number(streams[0]!.nb_read_frames) >= 80, 'four seconds of pictures');
  assert.ok(Number(streams[1]!.nb_read_frames) >= 100, 'and of sound');
});

test('broadcast: the parts of a segment are the segment', async () => {
  camera = await Camera.start('--audio', 'none');
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isSegment(0));
  const names = (await readdir(worker.folder)).filter((name) => name.startsWith('part_0_')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const parts = Buffer.concat(await Promise.all(names.map((name) => readFile(worker.file(name)))));
  assert.ok(parts.equals(await readFile(worker.file('seg_0.m4s'))));
});

test('broadcast: another picture size is another generation and a discontinuity', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(0));
  await camera.tell('size 640x360');
  const changed = await worker.control.word((word): word is Part => isPart(word) && word.generation === 2);
  assert.equal(changed.discontinuity, true);
  assert.equal(changed.index, 0);
  assert.equal(changed.independent, true);
  await worker.control.word(isSegment(changed.msn));
  const film = worker.file('film.mp4');
  await writeFile(film, Buffer.concat([await readFile(worker.file('init_2.mp4')), await readFile(worker.file(`seg_${changed.msn}.m4s`))]));
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=width', '-select_streams', 'v', '-of', 'csv=p=0', film]);
  assert.equal(stdout.trim(), '640');
});

// The first two seconds run after the camera's clock until its pace is known.
test('broadcast: B-frames are shown in their order', async () => {
  camera = await Camera.start('--bframes', '2', '--audio', 'none');
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isSegment(2));
  const film = worker.file('film.mp4');
  await writeFile(film, Buffer.concat(await Promise.all(['init_1.mp4', 'seg_1.m4s', 'seg_2.m4s'].map((name) => readFile(worker.file(name))))));
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts,dts', '-of', 'csv=p=0', film]);
  const packets = stdout.trim().split('\n').map((line) => line.split(',').map(Number) as [number, number]);
  assert.ok(packets.length > 60);
  assert.ok(packets.every(([, dts], place) => place === 0 || dts > packets[place - 1]![1]), 'decoding goes on');
  assert.ok(packets.every(([pts, dts]) => pts >= dts), 'nothing is shown before it is decoded');
  const times = packets.map(([pts]) => pts).sort((a, b) => a - b);
  const steps = times.slice(1).map((time, place) => time - times[place]!);
  assert.deepEqual(steps.filter((step) => step <= 0), [], 'each picture has a time of its own');
  const middle = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  assert.ok(Math.abs(middle - 3600) < 360, `pictures stand for ${middle}`);
});

test('broadcast: stop removes everything', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.broadcast(camera.url);
  await worker.control.word(isPartOf(0));
  worker.control.say({ word: 'stop' });
  assert.equal(await worker.process.ended, 0);
  await assert.rejects(stat(worker.folder), { code: 'ENOENT' });
});
