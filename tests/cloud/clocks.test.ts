// SPDX-License-Identifier: LGPL-2.1-or-later
// A wrong clock at either end of a school's line: what cannot be taken yet waits, and is there once the clocks agree. Needs
// root: network namespaces.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf } from '../lib/classroom.ts';
import { DAY_S, FakeClock } from '../lib/faketime.ts';
import { startTown, textsOf, writeMany, type Reader, type TownSchool } from '../lib/town.ts';

type Clocks = { box: FakeClock; cloud: FakeClock; school: TownSchool; teacher: Reader; parent: Reader; chat: string } & AsyncDisposable;

async function startClocks(): Promise<Clocks> {
  await using stack = new AsyncDisposableStack();
  const folders = ['box', 'cloud'].map(async (name) => stack.adopt(await mkdtemp(join(tmpdir(), `urok-clock-${name}-`)), (path) => rm(path, { recursive: true })));
  const [box, cloud] = [await FakeClock.start(await folders[0]!), await FakeClock.start(await folders[1]!)];
  const town = stack.use(await startTown({}, undefined, cloud.environment));
  const school = await town.school('lyceum', { environment: box.environment });
  const [teacher, parent] = [await school.room.enter('teacher1'), await school.enter('parent1', 'cloud')];
  const chat = await chatOf(teacher, 'class_parents');
  const all = stack.move();
  return { box, cloud, school, teacher, parent, chat, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function assertWhole({ school, teacher, parent, chat }: Clocks, count: number): Promise<void> {
  let here = await textsOf(teacher, chat);
  while (here.length < count) here = await textsOf(teacher, chat);
  await school.sent();
  assert.equal(new Set(here).size, count);
  assert.deepEqual(await textsOf(parent, chat), here, 'in the same order');
  await school.assertSame();
}

test('a box that is ten minutes late is in step', async () => {
  await using clocks = await startClocks();
  const { box, teacher, parent, chat } = clocks;
  await box.set(-600);
  await writeMany(teacher, chat, 50, 'в школе');
  await writeMany(parent, chat, 50, 'дома');
  await assertWhole(clocks, 100);
});

test('what a box of ten minutes ahead writes waits until the cloud is there too', async () => {
  await using clocks = await startClocks();
  const { box, cloud, school, teacher, parent, chat } = clocks;
  await box.set(600);
  await writeMany(teacher, chat, 50, 'в школе');
  const { trouble } = await school.line(({ trouble: said, waiting }) => said !== null && waiting > 0);
  assert.match(JSON.stringify(trouble), /clock/i, 'the line says why');
  await writeMany(parent, chat, 20, 'дома');
  await cloud.set(600);
  await assertWhole(clocks, 70);
});

test('a box whose clock went back for days does not trust the broker, says so, and goes on once it is right', async () => {
  await using clocks = await startClocks();
  const { box, school, teacher, parent, chat } = clocks;
  await school.room.school.daemon.stop();
  await box.set(-3 * DAY_S);
  await school.room.school.start();
  const { trouble } = await school.line(({ state, trouble: said }) => state === 'waiting' && said !== null);
  assert.equal(trouble.code, 'bad-certificate');
  const again = await school.room.enter('teacher1');
  await writeMany(again, chat, 30, 'в школе');
  await writeMany(parent, chat, 30, 'дома');
  await box.set(0);
  await assertWhole({ ...clocks, teacher: await school.room.enter('teacher1') }, 60);
  void teacher;
});
