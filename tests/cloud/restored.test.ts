// SPDX-License-Identifier: LGPL-2.1-or-later
// The cloud's PostgreSQL is put back from last night's copy while schools went on: what the box still has comes back from it,
// what people wrote in the cloud since then too, and both ends are equal again. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, write } from '../lib/classroom.ts';
import type { Instance } from '../lib/cloud.ts';
import { startTown, textsOf, writeMany, type Reader, type Town, type TownSchool } from '../lib/town.ts';

type Day = { town: Town; school: TownSchool; two: Instance; teacher: Reader; parent: Reader; chat: string; night: string } & AsyncDisposable;

/** Until the end of a day on which the cloud's machine is lost: last night's copy lacks what it has seen since. */
async function startDay(): Promise<Day> {
  await using stack = new AsyncDisposableStack();
  const town = stack.use(await startTown());
  const two = await town.cloud.instance('two');
  const school = await town.school('lyceum');
  const [teacher, parent] = [await school.enter('teacher1', 'box'), await school.enter('parent1', 'cloud')];
  const chat = await chatOf(teacher, 'class_parents');
  await writeMany(teacher, chat, 50, 'вчера в школе');
  await writeMany(parent, chat, 20, 'вчера из дома');
  await isWhole(school, chat, 70);
  const night = join(town.cloud.postgres.folder, `night-${town.cloud.postgres.database}`);
  town.cloud.postgres.backUp(night);
  const all = stack.move();
  return { town, school, two, teacher, parent, chat, night, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Every word is there, once, on both sides; and the rows are the same. */
async function isWhole(school: TownSchool, chat: string, count: number, holder?: Instance): Promise<void> {
  const [teacher, parent] = [await school.enter('teacher1', 'box'), await school.enter('parent1', 'cloud')];
  let here = await textsOf(teacher, chat);
  while (here.length < count) here = await textsOf(teacher, chat); // the cloud's are on their way
  await school.sent();
  assert.equal(new Set(here).size, count);
  assert.equal(here.length, count, 'nothing twice');
  assert.deepEqual((await textsOf(parent, chat)).sort(), here.sort());
  await school.assertSame(holder);
}

/** The chains of the school's log that the cloud writes or wrote itself: [how many, with events in them]. */
function ownChains({ town }: Day): string {
  const database = join(town.one.views, town.idOf('lyceum'), 'urok.db');
  return execFileSync('sqlite3', ['-readonly', database, 'SELECT count(*), sum(last_seq > 0) FROM log_origin WHERE origin = (SELECT origin FROM log_origin WHERE ours)'], { encoding: 'utf8' }).trim();
}

async function isHeldAgain(instance: Instance): Promise<void> {
  await instance.process.line(/The school lyceum is held/);
}

test('its operator puts the copy back, and the school has the day from its box', async () => {
  await using day = await startDay();
  const { town, school, teacher, parent, chat } = day;
  await writeMany(teacher, chat, 300, 'сегодня в школе');
  await writeMany(parent, chat, 50, 'сегодня из дома');
  await isWhole(school, chat, 420);
  await town.one.stop();
  assert.equal(ownChains(day), '1|1');
  await town.cloud.postgres.restore(day.night);
  town.cloud.program('--restored');
  await town.one.start();
  await isHeldAgain(town.one);
  await write(teacher, chat, 'после');
  await isWhole(school, chat, 421);
  assert.equal(ownChains(day), '2|1', 'a new epoch, which nobody has written in yet');
  await write(await school.enter('parent1', 'cloud'), chat, 'и из дома');
  await isWhole(school, chat, 422);
  assert.equal(ownChains(day), '2|2');
  await town.one.stop();
  await town.one.start();
  await isHeldAgain(town.one);
  await write(await school.enter('parent1', 'cloud'), chat, 'и ещё');
  await isWhole(school, chat, 423);
  assert.equal(ownChains(day), '2|2', 'once');
});

test('an instance that runs on while the copy is put back writes nothing of the lost day, and takes it from the box', async () => {
  await using day = await startDay();
  const { town, school, teacher, parent, chat } = day;
  await writeMany(parent, chat, 50, 'сегодня из дома');
  await isWhole(school, chat, 120);
  await town.cloud.postgres.restore(day.night);
  town.cloud.program('--restored');
  await town.one.process.line(/The school lyceum is held/, town.one.process.lines.findIndex((line) => /is held/.test(line)) + 1);
  await writeMany(teacher, chat, 100, 'после');
  const signIn = async (): Promise<Reader | undefined> => school.enter('parent1', 'cloud').catch(() => undefined);
  let home: Reader | undefined;
  const key = randomUUID();
  // What it held of the school before may answer once more, that it cannot.
  while (home === undefined || (await home.ask('POST', `/api/v1/chats/${chat}/messages`, { body: { text: 'и из дома' }, headers: { 'Idempotency-Key': key } }).catch(() => undefined))?.status !== 201) home = await signIn();
  await isWhole(school, chat, 221);
});

test('nobody told it of the copy and its views are of the day after: they are not believed', async () => {
  await using day = await startDay();
  const { town, school, teacher, parent, chat } = day;
  await writeMany(teacher, chat, 100, 'сегодня в школе');
  await writeMany(parent, chat, 50, 'сегодня из дома');
  await isWhole(school, chat, 220);
  await town.one.stop();
  await town.cloud.postgres.restore(day.night);
  await town.one.start();
  await isHeldAgain(town.one);
  await isWhole(school, chat, 220);
});

test('a new machine without views begins with the copy, while the box is away', async () => {
  await using day = await startDay();
  const { town, school, teacher, parent, chat } = day;
  await writeMany(parent, chat, 50, 'сегодня из дома');
  await isWhole(school, chat, 120);
  await school.cable.cut();
  await writeMany(teacher, chat, 100, 'без связи');
  await town.one.stop();
  await rm(town.one.views, { recursive: true });
  await town.cloud.postgres.restore(day.night);
  await town.one.start();
  await isHeldAgain(town.one);
  // Somebody at home writes on before the box is back.
  const home = await school.enter('parent1', 'cloud');
  assert.equal((await textsOf(home, chat)).length, 70);
  await writeMany(home, chat, 30, 'после копии');
  await school.cable.plug();
  await isWhole(school, chat, 250);
});

test('the view of an instance that held the school on the lost day is of no use afterwards', async () => {
  await using day = await startDay();
  const { town, school, two, teacher, parent, chat } = day;
  // The second instance has it for the lost day, and keeps its file.
  await two.start();
  await town.one.stop();
  await isHeldAgain(two);
  await writeMany(await school.enter('parent1', 'cloud'), chat, 60, 'сегодня из дома');
  await isWhole(school, chat, 130, two);
  await two.stop();
  await town.cloud.postgres.restore(day.night);
  town.cloud.program('--restored');
  // The first goes on from the copy, further than the second had come.
  await town.one.start();
  await isHeldAgain(town.one);
  await isWhole(school, chat, 130);
  await writeMany(teacher, chat, 100, 'после');
  await writeMany(await school.enter('parent1', 'cloud'), chat, 100, 'после из дома');
  await isWhole(school, chat, 330);
  await two.start();
  await town.one.stop();
  await isHeldAgain(two);
  await isWhole(school, chat, 330, two);
  const rows = await school.rowsAtCloud(two);
  await two.stop();
  await rm(two.views, { recursive: true });
  await two.start();
  await isHeldAgain(two);
  await school.enter('parent1', 'cloud');
  assert.equal(await school.rowsAtCloud(two), rows, 'it is what a new view would be');
});
