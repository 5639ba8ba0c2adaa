// SPDX-License-Identifier: LGPL-2.1-or-later
// What a school let go only later stands early in its log: an instance whose file is from before has to have its rows as well.
// Needs root: network namespaces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatOf } from '../lib/classroom.ts';
import type { Instance } from '../lib/cloud.ts';
import { startTown, textsOf, writeMany, type Reader, type Town } from '../lib/town.ts';

/** Whether what people write leaves the school. */
async function chooseMessages(admin: Reader, allowed: boolean): Promise<void> {
  const reply = await admin.ask('PUT', '/api/v1/cloud/choices/messages', { body: { allowed, order: 'Приказ № 3' } });
  assert.equal(reply.status, 200, reply.text);
}

/** The school goes from one instance to the other, whose file of it may be an old one. */
async function hand(town: Town, from: Instance, to: Instance): Promise<void> {
  await from.stop();
  await to.start();
  await to.process.line(/The school lyceum is held/);
  assert.equal(town.cloud.postgres.ask('SELECT count(*) FROM school'), '1');
}

test('an instance with an old file has the rows of what was let go while another held the school', async () => {
  await using stack = new AsyncDisposableStack();
  const town = stack.use(await startTown());
  const two = await town.cloud.instance('two');
  const school = await town.school('lyceum');
  const [admin, teacher] = [await school.enter('admin', 'box'), await school.enter('teacher1', 'box')];
  const chat = await chatOf(teacher, 'class_parents');
  await writeMany(teacher, chat, 10, 'до');
  await chooseMessages(admin, false);
  await writeMany(teacher, chat, 10, 'сначала нет');
  await school.sent();
  assert.equal((await textsOf(await school.enter('parent1', 'cloud'), chat)).length, 10);

  await hand(town, town.one, two);
  await chooseMessages(admin, true);
  await school.sent();
  const parent = await school.enter('parent1', 'cloud');
  while ((await textsOf(parent, chat)).length < 20);
  await hand(town, two, town.one);
  assert.equal((await textsOf(await school.enter('parent1', 'cloud'), chat)).length, 20);
  await writeMany(teacher, chat, 1, 'после');
  await school.sent();
  await school.assertSame();
});

test('a large school whose words are let go later is made anew apart, and not in the loop that others share', async () => {
  await using stack = new AsyncDisposableStack();
  const town = stack.use(await startTown());
  const school = await town.school('lyceum');
  const [admin, teacher] = [await school.enter('admin', 'box'), await school.enter('teacher1', 'box')];
  const chat = await chatOf(teacher, 'class_parents');
  await chooseMessages(admin, false);
  await writeMany(teacher, chat, 5100, 'сначала нет');
  await school.sent();

  await chooseMessages(admin, true);
  await town.one.process.line(/The school lyceum lacks much here: its view is made apart/);
  await writeMany(teacher, chat, 1, 'после');
  await school.sent();
  const parent = await school.enter('parent1', 'cloud');
  while ((await textsOf(parent, chat)).length < 5101);
  await school.assertSame();
});
