// SPDX-License-Identifier: LGPL-2.1-or-later
// What it costs to make a classroom's camera playable, and how old the newest picture is when a player may fetch it: the
// worker beside three peers at the same camera in the same minute, then sixteen workers.
import { setTimeout as after } from 'node:timers/promises';
import { Camera } from '../lib/broadcast.ts';
import { cpuOf, megabytesOf } from '../lib/weigh.ts';
import { CAMERA_720P, startFfmpeg, startHlssink, startRtmp, startWorker, type Packager } from './lib/packagers.ts';
import { isLong, row } from './lib/row.ts';

const SECONDS = isLong ? 60 : 20;
const SETTLING_MS = 4000; // the beginning is not what lasts
const MANY = 16;

type Cost = { cpu: number; pss: number; age: number };

const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);
const middle = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

async function cpuOfAll(pids: number[]): Promise<number> {
  return sum(await Promise.all(pids.map(cpuOf)));
}

async function costsOf(packagers: Packager[]): Promise<Cost[]> {
  await Promise.all(packagers.map(({ begun }) => begun));
  await after(SETTLING_MS);
  for (const { ages } of packagers) ages.length = 0;
  const begun = performance.now();
  const before = await Promise.all(packagers.map(({ pids }) => cpuOfAll(pids)));
  await after(SECONDS * 1000);
  const used = await Promise.all(packagers.map(async ({ pids }, i) => (await cpuOfAll(pids)) - before[i]!));
  const wall = performance.now() - begun;
  return Promise.all(packagers.map(async ({ pids, ages }, i) => ({
    cpu: used[i]! / 10 / wall,
    pss: sum(await Promise.all(pids.map((pid) => megabytesOf(pid, 'Pss')))),
    age: middle(ages),
  })));
}

function tellBeside(mine: Cost, peer: Cost, beside: string, goals: { cpu?: number; pss?: number } = {}): void {
  row({ part: 'media', what: 'a camera of 720p25, 2 Mbit/s, in parts of 400 ms: CPU', figure: mine.cpu, unit: '% of a core',
    beside, reference: peer.cpu, most: 1.2, ...(goals.cpu && { most_ratio: goals.cpu }) });
  row({ part: 'media', what: 'the same: memory', figure: mine.pss, unit: 'MB PSS', beside, reference: peer.pss, most: 10,
    ...(goals.pss && { most_ratio: goals.pss }) });
  row({ part: 'media', what: 'the same: age of the newest picture when it is listed', figure: mine.age, unit: 'ms', beside,
    reference: peer.age, most: 60 });
}

const camera = await Camera.start(...CAMERA_720P);
const worker = await startWorker(camera.url);
const others = [await startWorker(camera.url, 200), await startFfmpeg(camera.url), await startHlssink(camera.url), await startRtmp(camera.url)];
const [mine, fast, ...peers] = await costsOf([worker, ...others]);
const [, ffmpeg, hlssink, rtmp] = others;
tellBeside(mine!, peers[1]!, hlssink!.name, { cpu: 1, pss: 1.5 });
tellBeside(mine!, peers[0]!, ffmpeg!.name, { pss: 0.5 });
tellBeside(mine!, peers[2]!, rtmp!.name);
row({ part: 'media', what: 'the same in parts of 200 ms: CPU', figure: fast!.cpu, unit: '% of a core', most: 1.3 });
for (const other of others) await other.end();

const crowd = [worker];
while (crowd.length < MANY) crowd.push(await startWorker(camera.url));
const many = await costsOf(crowd);
row({ part: 'media', what: `${MANY} such cameras, each: CPU`, figure: sum(many.map(({ cpu }) => cpu)) / MANY, unit: '% of a core', most: 1.2 });
row({ part: 'media', what: 'the same: memory', figure: sum(many.map(({ pss }) => pss)) / MANY, unit: 'MB PSS', most: 10 });
row({ part: 'media', what: 'the same: age of the newest picture when it is listed', figure: middle(many.map(({ age }) => age)), unit: 'ms', most: 60 });
for (const one of crowd) await one.end();
await camera.kill();
