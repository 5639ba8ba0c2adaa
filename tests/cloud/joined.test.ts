// SPDX-License-Identifier: LGPL-2.1-or-later
// A linked school whose instance at the cloud changes: what one had for the box comes from the next.
import { test } from 'node:test';
import { chatOf } from '../lib/classroom.ts';
import { Joined, reads, say } from '../lib/joined.ts';

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
  await two.process.line(/The school lyceum is held/);
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
  await two.process.line(/The school lyceum is held/);
  process.kill(room.school.daemon.pid, 'SIGCONT');
  await reads(teacher, chat, 'ещё не дошло');
});
