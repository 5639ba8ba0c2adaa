// SPDX-License-Identifier: LGPL-2.1-or-later
// kill -9 while twenty people write: what was answered is there once, and streams miss nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatOf, messagesOf, startClassroom, wholeChat } from '../lib/classroom.ts';
import type { Person } from '../lib/school.ts';

const WRITERS = 20;
const ENOUGH = 300; // answered messages before the plug is pulled

test('kill -9 while twenty people write', async () => {
  await using room = await startClassroom();
  const pupils: Person[] = [];
  for (let i = 1; i <= WRITERS; i += 1) pupils.push(await room.enter(`pupil${i}`));
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  const live = await teacher.live();
  await live.next('hello');

  const answered: { id: string; text: string }[] = [];
  let isDead = false;
  let enough!: () => void;
  const wrote = new Promise<void>((resolve) => (enough = resolve));
  const writing = pupils.map(async (pupil, writer) => {
    for (let i = 0; !isDead; i += 1) {
      const text = `сообщение ${i} от ${writer}`;
      const reply = await pupil.ask('POST', messagesOf(chat), { body: { text } }).catch(() => undefined);
      if (reply === undefined) return;
      assert.equal(reply.status, 201, reply.text);
      answered.push({ id: reply.body.id, text });
      if (answered.length === ENOUGH) enough();
    }
  });
  await wrote;
  isDead = true;
  await room.school.kill();
  await Promise.all(writing);
  await live.ended;
  const position = live.lastId;
  const seen = new Map<string, string>();
  const take = ({ event, data }: { event: string; data: any }) => {
    if (event !== 'message') return;
    assert.ok(!seen.has(data.message.id), 'the stream told a message twice');
    seen.set(data.message.id, data.message.text);
  };
  live.blocks.forEach(take);

  await room.school.start();
  const all = await wholeChat(teacher, chat);
  const byId = new Map(all.map((message) => [message.id, message.text]));
  assert.equal(byId.size, all.length, 'a message is there twice');
  assert.equal(new Set(byId.values()).size, all.length, 'a text is there twice');
  for (const { id, text } of answered) assert.equal(byId.get(id), text, `${text} was answered and is lost`);

  // What a page held must not vanish, and what it missed comes with its position.
  const again = await teacher.live(position);
  const { body: last } = await teacher.ask('POST', messagesOf(chat), { body: { text: 'последнее' } });
  await again.next('message', ({ message }) => message.id === last.id);
  again.blocks.forEach(take);
  byId.set(last.id, last.text);
  assert.deepEqual([...seen.keys()].sort(), [...byId.keys()].sort());
  await again.close();

  const verdict = await room.school.console('POST', '/api/v1/console/log-verification', {});
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
});
