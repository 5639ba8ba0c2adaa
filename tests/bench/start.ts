// SPDX-License-Identifier: LGPL-2.1-or-later
// How long urokd takes until it is ready, on a school of 1,500 people with many messages and with few, and how fast the
// rows are made anew from the log, which must verify; and a copy of one person's data out of it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type School } from '../lib/school.ts';
import { cpuOf } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { fillSchool, inTurn, run, tool } from './lib/tools.ts';

const MESSAGES = isLong ? 1_000_000 : 100_000;
const STARTS = 5;

const shown = (count: number): string => count.toLocaleString('en-US');

type Start = { ready_ms: number; cpu_ms: number };

async function start(school: School): Promise<Start> {
  const begun = performance.now();
  await school.start();
  const ready_ms = performance.now() - begun;
  const cpu_ms = await cpuOf(school.daemon.pid) / 1000;
  await school.daemon.stop();
  return { ready_ms, cpu_ms };
}

const school = await fillSchool(MESSAGES);
const small = await fillSchool(100);
const times: number[] = [];
const [many, few] = await inTurn(STARTS, async () => {
  const { ready_ms, cpu_ms } = await start(school);
  times.push(ready_ms);
  return cpu_ms;
}, async () => (await start(small)).cpu_ms);
row({
  part: 'daemon', what: `start with ${shown(MESSAGES)} messages, until ready`, figure: times.sort((a, b) => a - b)[STARTS >> 1]!, unit: 'ms',
  most: 500,
});
row({ part: 'daemon', what: 'the same, its CPU', figure: many!, unit: 'ms', beside: 'with 100 messages', reference: few!, most_ratio: 1.25 });

const data = join(school.folder, 'data');
const [events, cpu_ns] = (await run(tool('fill'), [data, 'rebuild'])).stdout.split(' ').map(Number);
row({ part: 'daemon', what: `rebuild from a log of ${shown(events!)} events`, figure: events! / (cpu_ns! / 1e9), unit: 'events/s of CPU', least: 50_000 });

await school.start();
const verdict = await school.console('POST', '/api/v1/console/log-verification', {});
assert.deepEqual({ events: verdict.events, ok: verdict.ok }, { events, ok: true });

/** A copy of what the school keeps of a teacher who wrote every so many messages. */
async function cpuOfExport(of: School): Promise<{ cpu: number; wall: number; bytes: number }> {
  const teacher = await of.signIn('teacher0');
  const before = await cpuOf(of.daemon.pid);
  const begun = performance.now();
  const reply = await teacher.ask('GET', `/api/v1/people/${teacher.me.id}/export`);
  assert.equal(reply.status, 200, reply.text.slice(0, 300));
  return { wall: performance.now() - begun, cpu: (await cpuOf(of.daemon.pid) - before) / 1000, bytes: reply.text.length };
}
await small.start();
const [copy, little] = [await cpuOfExport(school), await cpuOfExport(small)];
row({
  part: 'daemon', what: `a copy of one person's data among ${shown(MESSAGES)} messages: ${shown(Math.round(copy.bytes / 1024))} KB`, figure: copy.cpu, unit: 'ms',
  beside: 'among 100', reference: little.cpu,
});
row({ part: 'daemon', what: 'the same, on the wall', figure: copy.wall, unit: 'ms', most: 5000 });
await school.stop();
await small.stop();
