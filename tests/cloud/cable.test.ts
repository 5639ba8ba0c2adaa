// SPDX-License-Identifier: LGPL-2.1-or-later
// A school's cable to the cloud is pulled for weeks of events and plugged in again: on both sides the same, nothing twice, in
// the same order, and each reader's unread messages counted the same. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatOf, write } from '../lib/classroom.ts';
import { startTown, textsOf, writeMany, type Reader } from '../lib/town.ts';

const unreadOf = async (reader: Reader, chat: string): Promise<number> =>
  (await reader.get('/api/v1/chats')).items.find(({ id }: { id: string }) => id === chat).unread;

test('a cable is pulled for weeks of events and plugged in again', async () => {
  await using town = await startTown();
  const school = await town.school('lyceum');
  const [teacher, parent] = [await school.room.enter('teacher1'), await school.enter('parent1', 'cloud')];
  const chat = await chatOf(teacher, 'class_parents');
  const stream = await teacher.live();
  await stream.next('hello');
  await write(parent, chat, 'из дома');
  await stream.next('message', ({ message }) => message.text === 'из дома');

  await school.cable.cut();
  await writeMany(teacher, chat, 2000, 'в школе');
  await school.line(({ state }) => state === 'waiting');
  await writeMany(parent, chat, 500, 'дома');
  const last = await write(parent, chat, 'последнее из дома');
  await school.cable.plug();
  await stream.next('message', ({ message }) => message.id === last.id);
  await school.sent();
  await stream.close();

  await school.assertSame();
  const [here, there] = [await textsOf(teacher, chat), await textsOf(parent, chat)];
  assert.deepEqual(there, here, 'in the same order');
  assert.equal(here.length, 2502);
  assert.equal(new Set(here).size, 2502, 'nothing twice');
  for (const login of ['teacher2', 'parent1', 'parent2']) {
    const [box, cloud] = [await school.enter(login, 'box'), await school.enter(login, 'cloud')];
    assert.equal(await unreadOf(cloud, chat), await unreadOf(box, chat), `what ${login} has not read`);
  }
});
