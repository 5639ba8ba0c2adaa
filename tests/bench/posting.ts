// SPDX-License-Identifier: LGPL-2.1-or-later
// 64 people who post at once, with the disk's flush as it is and with one that takes 20 ms, and 200 reads a second beside
// them. A library that is loaded before urokd counts the flushes of the write-ahead log and slows them.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuOf } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { askMany, getOf, postOf, staffChatOf, startFilled, tool } from './lib/tools.ts';

const PEOPLE = 64;
const READS_S = 200;
const SECONDS = isLong ? 10 : 3;
const ALONE = isLong ? 2000 : 500;

async function measure(flush: string, flush_ms: number): Promise<void> {
  const counter = join(tmpdir(), `urok-bench-flushes-${process.pid}`);
  await writeFile(counter, Buffer.alloc(8));
  const flushes = async (): Promise<number> => Number((await readFile(counter)).readBigUInt64LE());
  const environment: Record<string, string> = { LD_PRELOAD: tool('libslow-flush.so'), UROK_FLUSH_COUNT: counter };
  if (flush_ms > 0) environment['UROK_FLUSH_MS'] = `${flush_ms}`;
  const school = await startFilled(10_000, { environment });
  const { pid } = school.daemon;
  const rest = school.socket('rest');
  const people = await Promise.all(Array.from({ length: PEOPLE }, (_, i) => school.signIn(`teacher${i}`)));
  const chat = await staffChatOf(people[0]!);
  const messages = `/api/v1/chats/${chat}/messages`;
  const posts = people.map(({ cookie }) => postOf(messages, cookie, { text: 'завтра контрольная по математике' }));

  if (flush_ms === 0) {
    await askMany(rest, [posts[0]!], 1, 100);
    const before = await cpuOf(pid);
    await askMany(rest, [posts[0]!], 1, ALONE);
    row({ part: 'daemon', what: 'a message posted alone, its commit with it', figure: (await cpuOf(pid) - before) / ALONE, unit: 'µs' });
  }
  await askMany(rest, posts, PEOPLE, 10 * PEOPLE);
  const [flushesBefore, cpuBefore] = [await flushes(), await cpuOf(pid)];
  await askMany(rest, posts, PEOPLE, 50 * PEOPLE);
  const [commits, cpu] = [await flushes() - flushesBefore, await cpuOf(pid) - cpuBefore];
  row({ part: 'daemon', what: `messages a flush, 64 people posting, ${flush}`, figure: 50 * PEOPLE / commits, unit: '', least: 5, exact: true });
  row({ part: 'daemon', what: `a message of theirs, ${flush}`, figure: cpu / (50 * PEOPLE), unit: 'µs' });

  let isOver = false;
  const posting = (async () => {
    while (!isOver) await askMany(rest, posts, PEOPLE, 10 * PEOPLE);
  })();
  const reads = people.map(({ cookie }) => getOf(`${messages}?limit=50`, cookie));
  const { p99_us: waited_us } = await askMany(rest, reads, 16, READS_S * SECONDS, READS_S);
  isOver = true;
  await posting;
  row({ part: 'daemon', what: `200 reads a second beside them, ${flush}: p99`, figure: waited_us / 1000, unit: 'ms', most: 60 });
  await school.stop();
  await rm(counter);
}

await measure('flush as it is', 0);
await measure('flush of 20 ms', 20);
