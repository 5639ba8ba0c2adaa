// SPDX-License-Identifier: LGPL-2.1-or-later
// What an event costs at the cloud: messages of 32 hands into one school, the CPU of urok-cloud and of PostgreSQL a message,
// and how many of them shared a commit; then what a school at rest and one that is opened cost.
// By hand: node tests/bench/cloud.ts, after ./test cloud/short has built it; with the word `schools` only the last part.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { endCluster, startCloud, startSmall, type Instance } from '../lib/cloud.ts';

type Town = Awaited<ReturnType<typeof startCloud>>;

const HANDS = 32;
const MESSAGES = 6000;

/** Milliseconds of CPU of a process. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function cpuOfChildren(parent: number): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => {
    try {
      return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]) === parent ? cpuOf(Number(pid)) : 0;
    } catch {
      return 0; // it ended
    }
  }).reduce((sum, each) => sum + each, cpuOf(parent));
}

async function messages(): Promise<void> {
  const cloud = await startCloud();
  const one = await cloud.instance('one');
  cloud.addSchool('lyceum');
  await one.start();
  await one.process.line(/The school lyceum is held/);
  const writer = await startSmall(cloud.school('lyceum'));
  await writer.writeUntil(500, HANDS);
  const postmaster = Number(readFileSync(`${cloud.postgres.folder}/data/postmaster.pid`, 'utf8').split('\n')[0]);
  const before = { cloud: cpuOf(one.process.pid), postgres: cpuOfChildren(postmaster), turns: Number(cloud.postgres.ask('SELECT turn FROM school')), at: performance.now(), bytes: Number(cloud.postgres.ask('SELECT pg_database_size(current_database())')) };
  await writer.writeUntil(MESSAGES, HANDS);
  const seconds = (performance.now() - before.at) / 1000;
  const turns = Number(cloud.postgres.ask('SELECT turn FROM school')) - before.turns;
  const per = (ms: number) => `${((ms * 1000) / MESSAGES).toFixed(0)} µs`;
  console.log(`${MESSAGES} messages in ${seconds.toFixed(1)} s, ${(MESSAGES / turns).toFixed(1)} a commit`);
  console.log(`CPU a message: urok-cloud ${per(cpuOf(one.process.pid) - before.cloud)}, PostgreSQL ${per(cpuOfChildren(postmaster) - before.postgres)}`);
  console.log(`PostgreSQL's database grew by ${((Number(cloud.postgres.ask('SELECT pg_database_size(current_database())')) - before.bytes) / MESSAGES).toFixed(0)} bytes a message`);
  await cloud.stop();
}

if (process.argv[2] !== 'schools') await messages();

const AT_REST = 100;
const OPENED = 20;

/** Kilobytes of memory of its own. */
function memoryOf(pid: number): number {
  return Number(/^Private_Dirty: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]);
}

/** A school is asked for the first time since it was closed; milliseconds, and how many of them only this one had of the loop. */
async function open(slug: string, town: Town, many: Instance): Promise<[number, number]> {
  const from = many.process.lines.length;
  await town.school(slug).ask('GET', '/api/v1/school');
  const line = await many.process.line(new RegExp(`The school ${slug} is open`), from);
  const [, all, own] = /\((\d+) ms, (\d+) of them/.exec(line)!;
  return [Number(all), Number(own)];
}

function middle(times: [number, number][]): string {
  const of = (which: 0 | 1) => times.map((each) => each[which]).sort((a, b) => a - b);
  const [all, own] = [of(0), of(1)];
  return `${all[times.length >> 1]} ms in the middle, ${all.at(-1)} at most; ${own[times.length >> 1]} and ${own.at(-1)} of them on the loop`;
}

/** What schools take that stay open: asked once, and then as somebody's first minute with it. */
async function stayOpen(): Promise<void> {
  const town = await startCloud();
  const many = await town.instance('open');
  await many.start();
  const slugs = Array.from({ length: OPENED + 1 }, (_, i) => `open-${i}`);
  for (const slug of slugs) town.addSchool(slug);
  for (const slug of slugs) await many.process.line(new RegExp(`The school ${slug} is held`));
  await open(slugs[0]!, town, many); // what the process itself needs for its first one
  const before = memoryOf(many.process.pid);
  for (const slug of slugs.slice(1)) await open(slug, town, many);
  console.log(`An open school that was asked once: ${((memoryOf(many.process.pid) - before) / OPENED).toFixed(0)} kB`);
  for (const slug of slugs.slice(1)) await (await startSmall(town.school(slug))).writeUntil(20, 1);
  console.log(`An open school in which somebody wrote: ${((memoryOf(many.process.pid) - before) / OPENED).toFixed(0)} kB`);
  await setTimeout(25_000); // ten seconds of quiet, and the next time that the process gives memory back
  console.log(`The same half a minute later: ${((memoryOf(many.process.pid) - before) / OPENED).toFixed(0)} kB`);
  await town.stop();
}

await stayOpen();
const town = await startCloud({ idle_seconds: '1' });
const many = await town.instance('many');
await many.start();
const empty = memoryOf(many.process.pid);
const slugs = Array.from({ length: AT_REST }, (_, i) => `school-${i + 1}`);
for (const slug of slugs) town.addSchool(slug);
for (const slug of slugs) await many.process.line(new RegExp(`The school ${slug} is held`));
console.log(`A school at rest that was never open: ${((memoryOf(many.process.pid) - empty) / AT_REST).toFixed(0)} kB`);
const opened = slugs.slice(0, OPENED);
const first: [number, number][] = [];
for (const slug of opened) first.push(await open(slug, town, many));
console.log(`Opening a school for the first time: ${middle(first)}`);
for (const slug of opened) await many.process.line(new RegExp(`The school ${slug} is closed`));
console.log(`A school at rest, with ${OPENED} of ${AT_REST} that were open: ${((memoryOf(many.process.pid) - empty) / AT_REST).toFixed(0)} kB`);
const again: [number, number][] = [];
for (const slug of opened) again.push(await open(slug, town, many));
console.log(`Opening it again: ${middle(again)}`);
await town.stop();
await endCluster();
