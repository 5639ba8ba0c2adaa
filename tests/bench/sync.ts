// SPDX-License-Identifier: LGPL-2.1-or-later
// The log in step over a real broker and a real cloud, whose PostgreSQL flushes what it commits: a box whose long log the
// cloud takes for the first time, another building's box that takes it from there, a box that was away for a week; what a
// message costs on the wire, how long it is under way, what a line costs that nobody uses. Boxes are tests/lib/sync-end.c.
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endCluster, startCloud } from '../lib/cloud.ts';
import { BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort } from '../lib/school.ts';
import { cpuOf, cpuOfFamily } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { run, tool } from './lib/tools.ts';

const MESSAGES = isLong ? 500_000 : 20_000;
const WEEK = isLong ? 100_000 : 10_000;
const RAW = isLong ? 50_000 : 10_000;
const LIVE = isLong ? 400 : 150;
const IDLE_S = isLong ? 60 : 15;

const folder = await mkdtemp(join(tmpdir(), 'urok-bench-sync-'));
const port = await freePort();
await writeFile(join(folder, 'broker.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nmax_queued_messages 0\nset_tcp_nodelay true\nuser root\n`);
async function startBroker(): Promise<Process> {
  const process = new Process('mosquitto', '/usr/sbin/mosquitto', ['-c', join(folder, 'broker.conf')]);
  await process.line(/ running$/);
  return process;
}
let broker = await startBroker();

/** Messages a second of QoS 1 through the broker, from one client to another, of the size of an event as it stands in a batch. */
async function raw(): Promise<number> {
  const words = ['-h', '127.0.0.1', '-p', `${port}`, '-q', '1', '-t', 'raw'];
  const taker = new Process('mosquitto_sub', '/usr/bin/stdbuf', ['-oL', 'mosquitto_sub', '-d', ...words, '-C', `${RAW}`]);
  await taker.line(/SUBACK/);
  const begun = performance.now();
  const giver = spawn('/usr/bin/mosquitto_pub', ['-l', ...words], { stdio: ['pipe', 'ignore', 'inherit'] });
  giver.stdin.end(`${'x'.repeat(110)}\n`.repeat(RAW));
  await taker.exited;
  return RAW / ((performance.now() - begun) / 1000);
}

class End {
  readonly process: Process;
  readonly name: string;
  readonly origin: Promise<string>;
  constructor(name: string, file: string) {
    this.name = name;
    this.process = new Process(name, join(BUILD, 'tests/lib/sync-end'), ['box', file]);
    this.origin = this.process.line(/^origin /).then((line) => line.slice('origin '.length));
  }

  /** When its log is so long and nothing waits; bytes that its link sent and took. */
  async until(seq: number): Promise<[number, number]> {
    const from = this.process.lines.length;
    this.process.tell(`until ${seq}`);
    const words = (await this.process.line(/^there /, from)).split(' ');
    return [Number(words[3]), Number(words[4])];
  }

  /** How long its log is after so many messages more. */
  async say(person: string, count: number): Promise<number> {
    const from = this.process.lines.length;
    this.process.tell(`say ${person} ${count}`);
    return Number((await this.process.line(/^said /, from)).split(' ')[1]);
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}

async function startBox(name: string, data: string): Promise<End> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.conf`);
  await writeFile(file, `[end]\ndata=${data}\nhost=127.0.0.1\nport=${port}\n`);
  return new End(name, file);
}

/** It gives itself its name, and the cloud is told. */
async function bind(name: string, data: string): Promise<void> {
  const box = await startBox(name, data);
  cloud.program('--bind-box', await box.origin, 'lyceum');
  await box.stop();
}

const rawRate = await raw();
const school = join(folder, 'school');
await mkdir(school, { mode: 0o700 });
await run(tool('fill'), [school, `${MESSAGES}`]);
const [count, bytes] = execFileSync('sqlite3', [join(school, 'urok.db'), "SELECT count(*), sum(length(CAST(text AS BLOB))) FROM message WHERE text IS NOT NULL"], { encoding: 'utf8' }).split('|').map(Number) as [number, number];
const textBytes = bytes / count;
const length = Number(execFileSync('sqlite3', [join(school, 'urok.db'), 'SELECT count(*) FROM event'], { encoding: 'utf8' }));

const cloud = await startCloud({ broker: `mqtt://127.0.0.1:${port}` }, undefined, true);
const one = await cloud.instance('one');
cloud.addSchool('lyceum');
await bind('box', school);
await bind('building', join(folder, 'building'));
await one.start();
await one.process.line(/The broker is reached/);
await one.process.line(/The school lyceum is held/);

const NAMES = ['box', 'cloud', 'PostgreSQL', 'broker'];
const costs = (box: End): Promise<number[]> => Promise.all([cpuOf(box.process.pid), cpuOf(one.process.pid), cpuOfFamily(cloud.postgres.pid), cpuOf(broker.pid)]);

/** What it took until the box's log is so long and all that it has is in PostgreSQL; bytes that it sent and took. */
async function measure(what: string, box: End, events: number, until: number, least?: number): Promise<[number, number]> {
  await box.process.line(/^state live/);
  const [at, before] = [performance.now(), await costs(box)];
  const onLine = await box.until(until);
  const seconds = (performance.now() - at) / 1000;
  const after = await costs(box);
  row({ part: 'daemon', what, figure: events / seconds, unit: 'events/s', least, beside: 'QoS 1 messages of the broker', reference: rawRate });
  row({ part: 'daemon', what: `${what}: time`, figure: seconds, unit: 's' });
  for (const [i, name] of NAMES.entries()) row({ part: 'daemon', what: `${what}: CPU an event, ${name}`, figure: (after[i]! - before[i]!) / events, unit: 'µs' });
  return onLine;
}

const number = (value: number): string => value.toLocaleString('en-US');
let box = await startBox('box', school);
const [sent] = await measure(`a school of ${number(MESSAGES)} messages, box → cloud that has nothing`, box, length, length);
row({ part: 'daemon', what: `the same: bytes a message on the wire, its text (${Math.round(textBytes)}) included`, figure: sent / MESSAGES, unit: 'bytes', most: 120 + textBytes, exact: true });
const building = await startBox('building', join(folder, 'building'));
const [, taken] = await measure(`the same, cloud → another building's box that has nothing`, building, length, length);
row({ part: 'daemon', what: 'the same: bytes a message on the wire', figure: taken / MESSAGES, unit: 'bytes' });

// The line is away, and people write.
await broker.stop();
box.process.tell('people 1');
const person = (await box.process.line(/^person /)).split(' ')[1]!;
const whole = await box.say(person, WEEK);
await box.stop();
broker = await startBroker();
await one.process.line(/The broker is reached/, one.process.lines.length);
box = await startBox('box', school);
const inStep = building.until(whole);
await measure(`a week off, ${number(WEEK)} messages: box → cloud`, box, WEEK, whole, 20_000);
await inStep;

// One message at a time, from what the box was told until the other building has it.
const lags: number[] = [];
for (let i = 0; i < LIVE; i += 1) {
  const at = performance.now();
  await building.until(await box.say(person, 1));
  lags.push(performance.now() - at);
}
lags.sort((a, b) => a - b);
row({ part: 'daemon', what: 'a message alone, box → cloud → building: p99', figure: lags[Math.floor(lags.length * 0.99)]!, unit: 'ms', most: 150 });

// TCP's own counters of the box's connection; 40 bytes of headers a packet.
function onWire(): number {
  const text = execFileSync('ss', ['-tinpH', 'dport', '=', `:${port}`], { encoding: 'utf8' });
  const mine = text.split(/\n(?=\S)/).find((entry) => entry.includes(`pid=${box.process.pid},`)) ?? '';
  const of = (name: string): number => Number(new RegExp(`\\b${name}:(\\d+)`).exec(mine)?.[1] ?? NaN);
  return of('bytes_sent') + of('bytes_received') + 40 * (of('segs_out') + of('segs_in'));
}
const before = onWire();
await new Promise((resolve) => setTimeout(resolve, IDLE_S * 1000));
row({ part: 'daemon', what: 'a line that nobody uses, TCP headers included, without TLS', figure: (onWire() - before) * 60 / IDLE_S, unit: 'bytes/min', most: 1000 });

await Promise.all([box.stop(), building.stop()]);
await cloud.stop();
await endCluster();
await broker.stop();
await rm(folder, { recursive: true });
