// SPDX-License-Identifier: LGPL-2.1-or-later
// What befalls a box, the cloud and its PostgreSQL while a school writes on both sides: in the end both have every message
// once, and the same rows. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { chatOf } from '../lib/classroom.ts';
import { fillUp, makeRoom, onSmallDisk } from '../lib/small-disk.ts';
import { startTown, textsOf, writeMany, type Reader, type Town, type TownSchool } from '../lib/town.ts';

const run = promisify(execFile);

type Talk = { school: TownSchool; teacher: Reader; parent: Reader; chat: string };

async function startTalk(town: Town, school: TownSchool): Promise<Talk> {
  const [teacher, parent] = [await school.enter('teacher1', 'box'), await school.enter('parent1', 'cloud')];
  return { school, teacher, parent, chat: await chatOf(teacher, 'class_parents') };
}

/** Every word of these is there, once, on both sides; and the rows are the same. */
async function assertWhole({ school, chat }: Talk, count: number, holder = school.town.one): Promise<void> {
  const [teacher, parent] = [await school.enter('teacher1', 'box'), await school.enter('parent1', 'cloud')];
  let here = await textsOf(teacher, chat);
  while (here.length < count) here = await textsOf(teacher, chat); // the cloud's are on their way
  await school.sent();
  const there = await textsOf(parent, chat);
  assert.equal(new Set(here).size, count);
  assert.equal(here.length, count, 'nothing twice');
  assert.deepEqual([...there].sort(), [...here].sort());
  await school.assertSame(holder);
}

const dataOf = ({ room }: TownSchool, ...names: string[]): string => join(room.school.folder, 'data', ...names);

async function copyDatabase(school: TownSchool, to: string): Promise<void> {
  await rm(to, { force: true });
  await run('sqlite3', ['-readonly', dataOf(school, 'urok.db'), `VACUUM INTO '${to}'`]);
}

/** The box is stopped, and its database is another when it starts again. */
async function startWith(school: TownSchool, database: string): Promise<void> {
  for (const name of ['urok.db', 'urok.db-wal', 'urok.db-shm']) await rm(dataOf(school, name), { force: true });
  await cp(database, dataOf(school, 'urok.db'));
  await school.room.school.start();
}

test('a box comes back from last night\'s copy, and has its day from the cloud', async () => {
  await using town = await startTown();
  const talk = await startTalk(town, await town.school('lyceum'));
  const { school, teacher, parent, chat } = talk;
  await writeMany(teacher, chat, 100, 'вчера');
  await school.sent();
  const night = join(school.room.school.folder, 'night.db');
  await copyDatabase(school, night);
  await writeMany(teacher, chat, 300, 'сегодня');
  await writeMany(parent, chat, 50, 'сегодня из дома');
  await school.sent();
  await school.room.school.daemon.stop();
  await startWith(school, night);
  await writeMany(await school.enter('teacher1', 'box'), chat, 20, 'после пожара');
  await assertWhole(talk, 470);
});

test('a box was cloned: what either copy wrote is on both sides', async () => {
  await using town = await startTown();
  const talk = await startTalk(town, await town.school('lyceum'));
  const { school, teacher, chat } = talk;
  await writeMany(teacher, chat, 50, 'до');
  await school.sent();
  await school.room.school.daemon.stop();
  const [first, second] = ['first.db', 'second.db'].map((name) => join(school.room.school.folder, name));
  await copyDatabase(school, first!);
  await copyDatabase(school, second!);
  await startWith(school, first!);
  await writeMany(await school.enter('teacher1', 'box'), chat, 40, 'на первой');
  await school.sent();
  await school.room.school.daemon.stop();
  // The second knows nothing of it, and has written before it heard of anybody.
  await school.cable.cut();
  await startWith(school, second!);
  await writeMany(await school.enter('teacher1', 'box'), chat, 30, 'на второй');
  await school.cable.plug();
  await assertWhole(talk, 120);
});

test('a box whose disk is full takes nothing and loses nothing', async () => {
  await using town = await startTown();
  const talk = await startTalk(town, await town.school('lyceum', {
    wrap: (folder) => ['sh', '-ec', 'rm -rf "$0.copy"; exec "$@"', join(folder, 'data'), ...onSmallDisk(join(folder, 'data'), '12m')],
  }));
  const { school, teacher, parent, chat } = talk;
  await writeMany(teacher, chat, 20, 'до');
  await school.sent();
  await fillUp(school.room.school, 'data');
  await writeMany(parent, chat, 300, 'из дома');
  const refused = await teacher.ask('POST', `/api/v1/chats/${chat}/messages`, { body: { text: 'некуда' } });
  assert.equal(refused.status, 507, refused.text);
  await makeRoom(school.room.school, 'data');
  await writeMany(teacher, chat, 20, 'после');
  const [here, there] = [await school.enter('teacher1', 'box'), await school.enter('parent1', 'cloud')];
  while ((await textsOf(here, chat)).length < 340);
  await school.sent();
  assert.deepEqual((await textsOf(there, chat)).sort(), (await textsOf(here, chat)).sort());
});

test('PostgreSQL is killed and started again while both sides write', async () => {
  await using town = await startTown({ lease_seconds: '60' });
  const talk = await startTalk(town, await town.school('lyceum'));
  const { school, teacher, parent, chat } = talk;
  await writeMany(parent, chat, 20, 'из дома');
  const writing = writeMany(teacher, chat, 500, 'в школе');
  await town.cloud.postgres.kill();
  await writing;
  await town.cloud.postgres.start();
  await town.one.process.line(/PostgreSQL is reached again/);
  await assertWhole(talk, 520);
});

test('the instance that takes a batch is killed, and another goes on', async () => {
  await using town = await startTown();
  const two = await town.cloud.instance('two');
  const talk = await startTalk(town, await town.school('lyceum'));
  const { school, teacher, chat } = talk;
  await two.start();
  await school.cable.cut();
  await writeMany(teacher, chat, 2000, 'в школе');
  const said = town.cloud.postgres.ask('SELECT count(*) FROM log');
  await school.cable.plug();
  while (town.cloud.postgres.ask('SELECT count(*) FROM log') === said);
  await town.one.process.kill();
  await two.holds();
  await assertWhole(talk, 2000, two);
});

test('an instance that slept longer than its lease writes nothing of a box when it wakes', async () => {
  await using town = await startTown();
  const two = await town.cloud.instance('two');
  const talk = await startTalk(town, await town.school('lyceum'));
  const { school, teacher, chat } = talk;
  await writeMany(teacher, chat, 50, 'до');
  await school.sent();
  await two.start();
  process.kill(town.one.process.pid, 'SIGSTOP');
  await writeMany(teacher, chat, 100, 'пока спит');
  await two.holds();
  await school.sent();
  process.kill(town.one.process.pid, 'SIGCONT');
  await town.one.process.line(/is held by another instance now/);
  await writeMany(teacher, chat, 100, 'после');
  await assertWhole(talk, 250, two);
  assert.equal(town.cloud.postgres.ask('SELECT count(*) - max(seq) FROM log'), '0', 'a place of the log is empty or taken twice');
});
