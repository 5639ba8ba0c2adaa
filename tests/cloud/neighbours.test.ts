// SPDX-License-Identifier: LGPL-2.1-or-later
// One school does harm or a hundred times as much as another: the other is not touched. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { Client } from '../lib/brokers.ts';
import { chatOf, write } from '../lib/classroom.ts';
import { takeChance } from '../lib/chance.ts';
import { MIDDLE } from '../lib/net.ts';
import type { Stream } from '../lib/live.ts';
import { startTown, writeMany, type Reader, type Town, type TownSchool } from '../lib/town.ts';

type Home = { school: TownSchool; teacher: Reader; parent: Reader; stream: Stream; chat: string };

/** Somebody at the cloud has the page open. */
async function openHome(town: Town, slug: string): Promise<Home> {
  const school = await town.school(slug);
  const [teacher, parent] = [await school.room.enter('teacher1'), await town.cloud.school(slug).signIn('parent1')];
  const stream = await town.cloud.school(slug).live(parent.cookie);
  await stream.next('hello');
  return { school, teacher, parent, stream, chat: await chatOf(teacher, 'class_parents') };
}

/** Milliseconds from a teacher's word at school to the parent's page at the cloud. */
async function lagOf({ teacher, stream, chat }: Home): Promise<number> {
  const text = randomUUID();
  const begun = performance.now();
  await write(teacher, chat, text);
  await stream.next('message', ({ message }) => message.text === text);
  return performance.now() - begun;
}

async function lagsOf(home: Home, count: number): Promise<number[]> {
  const lags = [];
  for (let i = 0; i < count; i += 1) lags.push(await lagOf(home));
  return lags.sort((a, b) => a - b);
}

const middle = (lags: number[]): number => lags[lags.length >> 1]!;

test('a box that sends garbage under its own name harms nobody, and is heard again', async () => {
  await using town = await startTown();
  const [quiet, wild] = [await openHome(town, 'lyceum'), await openHome(town, 'school-5')];
  const chance = takeChance();
  const data = join(wild.school.room.school.folder, 'data/cloud');
  const { box } = await (await wild.school.room.enter('admin')).get('/api/v1/cloud');
  await wild.school.room.school.daemon.stop();
  const say = (tail: string, payload: string | Buffer): Promise<void> => Client.publish(wild.school.place, { host: MIDDLE, port: 8883, ca: join(data, 'ca.pem') },
    { certificate: join(data, 'cert.pem'), key: join(data, 'key.pem') }, `urok/v1/${box}/up/${tail}`, payload);
  const hello = { min: 1, max: 1, n: 'AAAAAAAAAAA', origin: box, epoch: box, clock: 0, authority: box, chains: [] as unknown[] };
  const bad = [
    randomBytes(1 + chance.below(5000)), '{', '[]', '{"n":1}', '{"c":"x","b":1,"chains":[],"seen":[],"events":[[]]}',
    `${'{"a":'.repeat(20000)}1${'}'.repeat(20000)}`,
    zstdCompressSync(Buffer.alloc(64 * 2 ** 20)), // unpacked a thousand times as much
    JSON.stringify(hello), JSON.stringify({ ...hello, chains: [[box, box, 2 ** 53 - 1, 'A'.repeat(43)]] }),
    JSON.stringify({ ...hello, n: 'x'.repeat(100000) }), JSON.stringify({ ...hello, origin: quiet.school.slug, authority: 7 }),
  ];
  for (const tail of ['hello', 'ev', 'ack', 'nack', 'reg', 'fill', 'filled', 'merged', 'probe', 'proof', 'no-such']) {
    await say(tail, chance.pick(bad));
  }
  for (const each of bad) await say('hello', each);
  await lagOf(quiet);
  // The true one starts again, and is in step.
  await wild.school.room.school.start();
  const teacher = await wild.school.room.enter('teacher1');
  await lagOf({ ...wild, teacher });
  await wild.school.sent();
  await wild.school.assertSame();
  await quiet.school.sent();
  await quiet.school.assertSame();
  for (const { stream } of [quiet, wild]) await stream.close();
});

test('a school with a hundred times the load does not slow another down', async () => {
  await using town = await startTown();
  const [quiet, loud] = [await openHome(town, 'lyceum'), await openHome(town, 'school-5')];
  await lagsOf(quiet, 10);
  const alone = await lagsOf(quiet, 40);

  // A hundred messages of the one for each of the other's, as long as it is measured.
  let isOver = false;
  let written = 0;
  const writing = (async () => {
    while (!isOver) {
      await writeMany(loud.teacher, loud.chat, 100, `шум ${written}`);
      written += 100;
    }
  })();
  const beside = await lagsOf(quiet, 40);
  isOver = true;
  await writing;
  console.log(`a word from school to home: ${middle(alone).toFixed(1)} ms alone, ${middle(beside).toFixed(1)} ms beside ${written} messages of another school; the worst ${alone.at(-1)!.toFixed(0)} and ${beside.at(-1)!.toFixed(0)} ms`);
  // Everything runs on this one machine, the noise itself too; a queue behind the other school would be of seconds.
  assert.ok(middle(beside) < 10 * middle(alone) + 100, 'the others\' lag has moved');
  for (const { stream } of [quiet, loud]) await stream.close();
});
