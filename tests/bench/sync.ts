// SPDX-License-Identifier: LGPL-2.1-or-later
// The log in step over a real broker: a box that was away, the cloud, another box that begins; what a message costs on the
// wire, how long it is under way, what a line costs that nobody uses. Ends are tests/lib/sync-end.c, without a daemon and
// without PostgreSQL around them.
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort } from '../lib/school.ts';
import { cpuOf } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { run, tool } from './lib/tools.ts';

const MESSAGES = isLong ? 100_000 : 20_000;
const RAW = isLong ? 50_000 : 10_000;
const LIVE = isLong ? 400 : 150;
const IDLE_S = isLong ? 60 : 15;

const folder = await mkdtemp(join(tmpdir(), 'urok-bench-sync-'));
const port = await freePort();
await writeFile(join(folder, 'broker.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nmax_queued_messages 0\nuser root\n`);
const broker = new Process('mosquitto', '/usr/sbin/mosquitto', ['-c', join(folder, 'broker.conf')]);
await broker.line(/ running$/);

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
  constructor(role: 'box' | 'cloud', name: string, file: string) {
    this.name = name;
    this.process = new Process(name, join(BUILD, 'tests/lib/sync-end'), [role, file]);
  }

  async origin(): Promise<string> {
    return (await this.process.line(/^origin /)).slice('origin '.length);
  }

  /** When its log is so long and nothing waits; bytes that its first link sent and took. */
  async until(seq: number): Promise<[number, number]> {
    const from = this.process.lines.length;
    this.process.tell(`until ${seq}`);
    const words = (await this.process.line(/^there /, from)).split(' ');
    return [Number(words[3]), Number(words[4])];
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}

async function end(role: 'box' | 'cloud', name: string, data: string, more: Record<string, string> = {}): Promise<End> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const keys = { data, host: '127.0.0.1', port: `${port}`, ...more };
  const file = join(folder, `${name}.conf`);
  await writeFile(file, `[end]\n${Object.entries(keys).map(([key, value]) => `${key}=${value}\n`).join('')}`);
  return new End(role, name, file);
}

const rawRate = await raw();
const school = join(folder, 'school');
await mkdir(school, { mode: 0o700 });
await run(tool('fill'), [school, `${MESSAGES}`]);
const [, , texts] = (await run(tool('sync-lines'), [school])).stdout.trim().split('\n').map((line) => line.split(' ').slice(1).map(Number));
await rm(join(school, 'cloud'), { recursive: true });
await rm(join(school, 'building'), { recursive: true });

// Origins are made by a first start, before there is a cloud to speak to.
const box = await end('box', 'box', school);
const building = await end('box', 'building', join(folder, 'building'));
const [boxOrigin, buildingOrigin] = [await box.origin(), await building.origin()];
const begun = performance.now();
const cloud = await end('cloud', 'cloud', join(folder, 'cloud'), { box: boxOrigin, also: buildingOrigin });
await box.process.line(/^state live/);
const live = performance.now();
const cpuBefore = await Promise.all([box, cloud, building, { process: broker }].map(({ process }) => cpuOf(process.pid)));
const seq = MESSAGES;
const reached = box.until(seq);
const atCloud = cloud.until(seq).then(() => performance.now());
await building.process.line(/^state live/);
const atBuilding = building.until(seq).then(() => performance.now());
const [sent] = await reached;
const [cloudDone, buildingDone] = await Promise.all([atCloud, atBuilding]);
const cpu = (await Promise.all([box, cloud, building, { process: broker }].map(({ process }) => cpuOf(process.pid)))).map((each, i) => each - cpuBefore[i]!);
const rate = (ms: number): number => MESSAGES / ((ms - live) / 1000);
const what = `a week off, ${MESSAGES.toLocaleString('en-US')} messages`;
row({ part: 'daemon', what: `${what}: box → cloud`, figure: rate(cloudDone), unit: 'events/s', least: 20_000, beside: 'QoS 1 messages of the broker', reference: rawRate });
row({ part: 'daemon', what: `${what}: box → cloud → building`, figure: rate(buildingDone), unit: 'events/s', beside: 'QoS 1 messages of the broker', reference: rawRate });
for (const [i, name] of ['box', 'cloud, both lines', 'building', 'broker'].entries()) {
  row({ part: 'daemon', what: `${what}: CPU a message, ${name}`, figure: cpu[i]! / MESSAGES, unit: 'µs' });
}
row({ part: 'daemon', what: `${what}: bytes a message on the wire, its text (${Math.round(texts![1]! / texts![0]!)}) included`, figure: sent / MESSAGES, unit: 'bytes', most: 120 + texts![1]! / texts![0]!, exact: true });
row({ part: 'daemon', what: `${what}: greeting until both are whole`, figure: (buildingDone - begun) / 1000, unit: 's' });

// One message at a time, from what the box was told until the other building has it.
const lags: number[] = [];
box.process.tell('people 1');
const person = (await box.process.line(/^person /)).split(' ')[1]!;
for (let i = 0; i < LIVE; i += 1) {
  const from = box.process.lines.length;
  const at = performance.now();
  box.process.tell(`say ${person} 1`);
  const said = Number((await box.process.line(/^said /, from)).split(' ')[1]);
  await building.until(said);
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

await Promise.all([box.stop(), cloud.stop(), building.stop()]);
await broker.stop();
await rm(folder, { recursive: true });
