// SPDX-License-Identifier: LGPL-2.1-or-later
// What viewers see when something dies between the camera and them: players through nginx, urokd and the worker.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { SMALL } from '../lib/broadcast.ts';
import { startCamera, startSchool, type Camera, type Person, type School } from '../lib/school.ts';
import { Viewer, workerOf } from '../lib/viewer.ts';

const VIEWERS = 3;

let school: School & AsyncDisposable;
let camera: Camera;
let administrator: Person;
let begun: any;
let viewers: Viewer[];

before(async () => {
  camera = await startCamera(...SMALL);
  school = await startSchool({ nginx: true, config: { broadcast: { worker_arguments: '--retry;100;--silence;15000;--answer;15000' } } });
  administrator = await school.setUp();
  const { id } = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
  begun = await administrator.post('/api/v1/broadcasts', { camera: id, title: 'Математика, 5А', audience: { school: true } });
});

after(async () => {
  await school.stop();
  await camera.stop();
});

beforeEach(async () => {
  viewers = Array.from({ length: VIEWERS }, () => new Viewer(school, administrator, begun));
  await Promise.all(viewers.map((viewer) => viewer.goOn(1)));
});

afterEach(async () => {
  await Promise.all(viewers.map((viewer) => viewer.leave()));
});

const all = <T>(what: (viewer: Viewer) => Promise<T>): Promise<T[]> => Promise.all(viewers.map(what));

/** Everybody has seen so many more segments; the longest that one of them waited for a part since then, in seconds. */
async function goOn(since: number): Promise<string> {
  await all((viewer) => viewer.goOn(2));
  const waits = viewers.flatMap(({ parts }) => parts.slice(1).map((part, place) => part.at - Math.max(parts[place]!.at, since)));
  return (Math.max(...waits) / 1000).toFixed(1);
}

test('viewers: a worker that is killed costs them one discontinuity', async () => {
  const pid = await workerOf(school, begun.slug);
  const killed = performance.now();
  process.kill(pid, 'SIGKILL');
  const firsts = await all((viewer) => viewer.part(({ discontinuity, at }) => discontinuity && at > killed));
  console.log(`  a killed worker: viewers go on after ${(Math.max(...firsts.map(({ at }) => at - killed)) / 1000).toFixed(1)} s (goal: 5)`);
  await all((viewer) => viewer.goOn(2));
  assert.deepEqual(viewers.map(({ discontinuities }) => discontinuities), viewers.map(() => 1));
  assert.notEqual(await workerOf(school, begun.slug), pid);
});

test('viewers: while urokd is dead parts flow on, and afterwards nobody misses one', async () => {
  const pid = await workerOf(school, begun.slug);
  const killed = performance.now();
  await school.kill();
  await another(join(school.folder, 'run', 'broadcast', begun.slug), viewers[0]!.last.msn + 1);
  await school.start();
  console.log(`  a killed urokd: the longest wait was ${await goOn(killed)} s`);
  assert.deepEqual(viewers.map(({ discontinuities }) => discontinuities), viewers.map(() => 0));
  assert.equal(await workerOf(school, begun.slug), pid);
});

test('viewers: nginx is loaded anew, and nobody notices', async () => {
  const reloaded = performance.now();
  const place = school.nginx!.lines.length;
  process.kill(school.nginx!.pid, 'SIGHUP');
  await school.nginx!.line(/start worker process \d+/, place);
  const longest = await goOn(reloaded);
  assert.deepEqual(viewers.map(({ discontinuities, failures }) => [discontinuities, failures]), viewers.map(() => [0, []]));
  console.log(`  nginx loaded anew: the longest wait was ${longest} s`);
});

test('viewers: nginx is started anew, and they go on without a discontinuity', async () => {
  const stopped = performance.now();
  await school.nginx!.stop();
  await school.startNginx();
  console.log(`  nginx started anew: the longest wait was ${await goOn(stopped)} s`);
  assert.deepEqual(viewers.map(({ discontinuities }) => discontinuities), viewers.map(() => 0));
});

/** A part of that segment or a later one is there. */
async function another(folder: string, msn: number): Promise<void> {
  const isThere = (name: string | null) => Number(/^part_(\d+)_/.exec(name ?? '')?.[1] ?? -1) >= msn;
  await new Promise<void>((resolve, reject) => {
    const watcher = watch(folder, (_, name) => check([name ?? '']));
    const check = (names: string[]) => {
      if (!names.some(isThere)) return;
      watcher.close();
      resolve();
    };
    watcher.on('error', reject);
    readdir(folder).then(check, reject);
  });
}
