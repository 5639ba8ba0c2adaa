// SPDX-License-Identifier: LGPL-2.1-or-later
// A linked school whose instance at the cloud changes: what one had for the box comes from the next.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backup, copies } from '../lib/backup.ts';
import { chatOf, wholeChat, write } from '../lib/classroom.ts';
import { Joined, reads, say } from '../lib/joined.ts';
import type { Person } from '../lib/school.ts';

test('what was written at the cloud while the box was away comes to it, though another instance has the school by then', async () => {
  await using joined = await Joined.start();
  const { room, cloud } = joined;
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  await joined.isInStep(admin);
  const chat = await chatOf(teacher, 'class_parents');
  const outside = await joined.signIn(teacher);
  await room.school.daemon.stop();
  await say(outside, chat, 'пока школы нет');
  const two = await cloud.instance('two');
  await two.start();
  await joined.one.process.kill();
  await two.holds();
  await room.school.start();
  const again = await room.enter('teacher1');
  await reads(again, chat, 'пока школы нет');
});

test('the instance dies while the box is there, and what it had not sent comes from the next', async () => {
  await using joined = await Joined.start();
  const { room, cloud } = joined;
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  await joined.isInStep(admin);
  const chat = await chatOf(teacher, 'class_parents');
  const outside = await joined.signIn(teacher);
  const two = await cloud.instance('two');
  await two.start();
  process.kill(room.school.daemon.pid, 'SIGSTOP');
  await say(outside, chat, 'ещё не дошло');
  await joined.one.process.kill();
  await two.holds();
  process.kill(room.school.daemon.pid, 'SIGCONT');
  await reads(teacher, chat, 'ещё не дошло');
});

test('a box that is restored from last night\'s copy is in step again under a new epoch, and nobody\'s message is lost or there twice', async () => {
  await using joined = await Joined.start();
  const { room } = joined;
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  await joined.isInStep(admin);
  const chat = await chatOf(teacher, 'class_parents');
  const outside = await joined.signIn(teacher);
  await write(teacher, chat, 'до копии');
  await say(outside, chat, 'до копии, снаружи');
  await reads(teacher, chat, 'до копии, снаружи');
  const made = await backup(room.school, 'make');
  assert.equal(made.status, 0, made.err);
  await write(teacher, chat, 'после копии');
  await say(outside, chat, 'после копии, снаружи');
  await Promise.all([reads(teacher, chat, 'после копии, снаружи'), reads(outside, chat, 'после копии')]);
  await room.school.daemon.stop();
  const restored = await backup(room.school, '--over', 'Школа № 17', 'restore', (await copies(room.school)).at(-1)!);
  assert.equal(restored.status, 0, restored.err);

  // Both ends write before the box has heard what it had written.
  await say(outside, chat, 'пока сервер восстанавливают');
  await room.school.start();
  const again = await room.enter('teacher1');
  await write(again, chat, 'после восстановления');
  const texts = ['до копии', 'до копии, снаружи', 'после копии', 'после копии, снаружи', 'пока сервер восстанавливают', 'после восстановления'];
  for (const text of texts) await Promise.all([reads(again, chat, text), reads(outside, chat, text)]);
  const there = await room.enter('admin');
  await joined.isInStep(there);
  for (const reader of [again, outside] as Pick<Person, 'get'>[]) {
    const said = (await wholeChat(reader as Person, chat)).map(({ text }) => text);
    assert.deepEqual(said.filter((text) => texts.includes(text)).toSorted(), texts.toSorted());
  }
  const { state, quarantine } = await there.get('/api/v1/cloud');
  assert.deepEqual([state, quarantine], ['live', 0]);
  const verdict = await room.school.console('POST', '/api/v1/console/log-verification', {});
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
});
