// SPDX-License-Identifier: LGPL-2.1-or-later
// A conversation between a teacher and pupils, as their pages have it over REST and the live stream.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatOf, messagesOf, startClassroom, write } from '../lib/classroom.ts';

test('what a teacher writes reaches a pupil\'s page, and the answer comes back', async () => {
  await using room = await startClassroom();
  const [teacher, pupil] = [await room.enter('teacher1'), await room.enter('pupil1')];
  const chat = await chatOf(teacher, 'class_pupils');
  const [ofTeacher, ofPupil] = [await teacher.live(), await pupil.live()];
  await ofTeacher.next('hello');
  await ofPupil.next('hello');
  const asked = await write(teacher, chat, 'Кто дежурит?');
  const seen = await ofPupil.next('message');
  assert.equal(seen.data.chat_id, chat);
  assert.equal(seen.data.message.text, 'Кто дежурит?');
  assert.deepEqual([seen.data.message.mine, seen.data.message.client_id], [false, null]);
  assert.deepEqual((await ofTeacher.next('message')).data.message, asked);
  const answer = await write(pupil, chat, 'Я', asked.id);
  const heard = await ofTeacher.next('message');
  assert.equal(heard.data.message.id, answer.id);
  assert.deepEqual(heard.data.message.reply_to,
    { id: asked.id, author_name: teacher.me.display_name, text: 'Кто дежурит?', deleted: false });
  await ofTeacher.close();
  await ofPupil.close();
});

test('an edit and a deletion change the message where it stands', async () => {
  await using room = await startClassroom();
  const [teacher, pupil] = [await room.enter('teacher1'), await room.enter('pupil1')];
  const chat = await chatOf(pupil, 'class_pupils');
  const live = await teacher.live();
  await live.next('hello');
  const message = await write(pupil, chat, 'Првиет');
  const path = `${messagesOf(chat)}/${message.id}`;
  const edited = await pupil.ask('PATCH', path, { body: { text: 'Привет' } });
  assert.equal(edited.status, 200);
  assert.ok(edited.body.edited_at);
  assert.equal((await live.next('message_changed')).data.message.text, 'Привет');
  assert.equal((await teacher.ask('PATCH', path, { body: { text: 'Пока' } })).status, 403);
  assert.equal((await teacher.ask('DELETE', path)).status, 204);
  const deleted = await live.next('message_changed');
  assert.equal(deleted.data.message_id ?? deleted.data.message.id, message.id);
  const { items } = await pupil.get(messagesOf(chat));
  assert.deepEqual([items[0].deleted, items[0].text], [true, null]);
  assert.equal((await pupil.ask('PATCH', path, { body: { text: 'Снова' } })).status, 409);
  await live.close();
});

test('read marks make ticks, and unread falls to nothing', async () => {
  await using room = await startClassroom();
  const [teacher, pupil] = [await room.enter('teacher1'), await room.enter('pupil1')];
  const chat = await chatOf(teacher, 'class_pupils');
  const live = await teacher.live();
  await live.next('hello');
  const message = await write(teacher, chat, 'Прочтите');
  assert.equal((await pupil.get(`/api/v1/chats/${chat}`)).unread, 1);
  const marked = await pupil.ask('PUT', `/api/v1/chats/${chat}/read`, { body: { message: message.id } });
  assert.equal(marked.status, 204);
  const read = await live.next('read');
  assert.deepEqual(read.data, { chat_id: chat, person_id: pupil.me.id, message_id: message.id });
  assert.equal((await pupil.get(`/api/v1/chats/${chat}`)).unread, 0);
  assert.equal((await teacher.get(messagesOf(chat))).items[0].read, true);
  const readers = await teacher.get(`${messagesOf(chat)}/${message.id}/readers`);
  assert.deepEqual(readers.items.map(({ id }: any) => id), [pupil.me.id]);
  await live.close();
});

test('the same key posts once, and parents see nothing of the pupils\' chat', async () => {
  await using room = await startClassroom();
  const [pupil, parent] = [await room.enter('pupil1'), await room.enter('parent1')];
  const chat = await chatOf(pupil, 'class_pupils');
  const wish = { body: { text: 'один раз' }, headers: { 'Idempotency-Key': 'k1' } };
  const first = await pupil.ask('POST', messagesOf(chat), wish);
  const again = await pupil.ask('POST', messagesOf(chat), wish);
  assert.deepEqual([first.status, again.status, again.body.id], [201, 201, first.body.id]);
  assert.equal((await pupil.get(messagesOf(chat))).items.length, 1);
  const { items } = await parent.get('/api/v1/chats');
  assert.deepEqual(items.map(({ kind }: any) => kind), ['class_parents']);
  for (const path of [messagesOf(chat), `/api/v1/chats/${chat}`]) {
    assert.equal((await parent.ask('GET', path)).status, 404);
  }
});
