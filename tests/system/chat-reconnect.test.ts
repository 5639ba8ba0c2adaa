// SPDX-License-Identifier: LGPL-2.1-or-later
// A page that was away gets what it missed, in order, and nothing twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatOf, startClassroom, write } from '../lib/classroom.ts';
import { startSchool } from '../lib/school.ts';

test('a stream opened with ?after= brings what was written meanwhile', async () => {
  await using room = await startClassroom();
  const [teacher, pupil] = [await room.enter('teacher1'), await room.enter('pupil1')];
  const chat = await chatOf(teacher, 'class_pupils');
  const before = await pupil.live();
  await before.next('hello');
  await write(teacher, chat, 'первое');
  await before.next('message');
  const position = before.lastId;
  await before.close();
  for (const text of ['второе', 'третье', 'четвёртое']) await write(teacher, chat, text);
  const after = await pupil.live(position);
  await after.next('hello');
  await write(teacher, chat, 'пятое');
  await after.next('message', ({ message }) => message.text === 'пятое');
  const texts = after.blocks.filter(({ event }) => event === 'message').map(({ data }) => data.message.text);
  assert.deepEqual(texts, ['второе', 'третье', 'четвёртое', 'пятое']);
  await after.close();
});

test('a position of another school, or none at all, asks the page to begin anew', async () => {
  await using room = await startClassroom();
  const pupil = await room.enter('pupil1');
  for (const position of ['x', 'AAAA', 'а']) {
    const live = await pupil.live(position);
    assert.ok(await live.next('reset'), position);
    await live.close();
  }
});

test('a browser has eight streams: with the next one its oldest ends, and nobody else\'s', { timeout: 60_000 }, async () => {
  await using school = await startSchool();
  const greedy = await school.setUp();
  const other = await (await school.signIn('orlova')).live();
  const streams = [];
  for (let i = 0; i < 8; i++) streams.push(await greedy.live());
  const ninth = await greedy.live();
  await streams[0]!.ended;
  const tenth = await greedy.live();
  await streams[1]!.ended;
  await greedy.ask('PATCH', '/api/v1/me', { body: { about: 'Здесь' } });
  for (const stream of [...streams.slice(2), ninth, tenth, other]) {
    await stream.next('person');
    await stream.close();
  }
});
