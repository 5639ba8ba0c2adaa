// SPDX-License-Identifier: LGPL-2.1-or-later
// What an event costs at the cloud: messages of 32 hands into one school, the CPU of urok-cloud and of PostgreSQL a message,
// and how many of them shared a commit. By hand: node tests/bench/cloud.ts, after ./test cloud/short has built it.
import { readdirSync, readFileSync } from 'node:fs';
import { endCluster, startCloud, startSmall } from '../lib/cloud.ts';

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
await endCluster();
