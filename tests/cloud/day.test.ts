// SPDX-License-Identifier: LGPL-2.1-or-later
// A Monday of a school by its timetable, played fast: lessons, breaks, what parents write from work, what is read when, and
// the cable pulled from 9 to 14. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, write } from '../lib/classroom.ts';
import { FakeClock } from '../lib/faketime.ts';
import { startTown, textsOf, type Reader } from '../lib/town.ts';

const HOUR_MS = 3_600_000;
const [FIRST, PULLED, PLUGGED, LAST] = [8, 9, 14, 17];

/** Midnight in Moscow of the Monday before today's. */
function mondayBefore(): number {
  const moscow = new Date(Date.now() + 3 * HOUR_MS);
  const midnight = Date.UTC(moscow.getUTCFullYear(), moscow.getUTCMonth(), moscow.getUTCDate()) - 3 * HOUR_MS;
  return midnight - (7 + (moscow.getUTCDay() + 6) % 7) * 24 * HOUR_MS;
}

async function readAll(reader: Reader, chat: string): Promise<void> {
  const { items } = await reader.get(`/api/v1/chats/${chat}/messages?limit=1`);
  const reply = await reader.ask('PUT', `/api/v1/chats/${chat}/read`, { body: { message: items[0].id } });
  assert.equal(reply.status, 204, reply.text);
}

test('a school day with the cable pulled from nine to two', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-day-')), (path) => rm(path, { recursive: true }));
  const monday = mondayBefore();
  const clock = await FakeClock.start(folder);
  const at = (hour: number): Promise<void> => clock.set(Math.round((monday + hour * HOUR_MS - Date.now()) / 1000));
  await at(FIRST - 1);
  // Both ends have the same clock here; of wrong ones clocks.test.ts tells.
  const town = stack.use(await startTown({}, undefined, clock.environment));
  const school = await town.school('lyceum', { environment: clock.environment });
  const enter = (login: string, where: 'box' | 'cloud') => school.enter(login, where);
  const [parents, pupils] = await Promise.all((['class_parents', 'class_pupils'] as const).map(async (kind) => chatOf(await enter('teacher1', 'box'), kind)));
  const written: Record<string, number> = { [parents!]: 0, [pupils!]: 0 };
  const say = async (who: Reader, chat: string, hour: number, words: string): Promise<void> => {
    written[chat]! += 1;
    await write(who, chat, `${hour}:00 ${words} (${written[chat]})`);
  };

  for (let hour = FIRST; hour <= LAST; hour += 1) {
    if (hour === PULLED) await school.sent(); // else words of the hour before wait too
    await at(hour);
    if (hour === PULLED) await school.cable.cut();
    if (hour === PLUGGED) await school.cable.plug();
    const isLesson = hour <= 14;
    // Who does not come back by a link of the hour would have been signed out by half an hour without a word.
    const [teacher, second, home] = [await enter('teacher1', 'box'), await enter('teacher2', 'box'), await enter('parent1', 'cloud')];
    const [pupil, other] = isLesson ? [await enter('pupil1', 'box'), await enter('pupil2', 'box')] : [await enter('pupil1', 'cloud'), await enter('pupil2', 'cloud')];
    for (let i = 0; i < 10; i += 1) {
      await say(teacher, pupils!, hour, 'откройте страницу');
      await say(pupil, pupils!, hour, 'а какую?');
      await say(home, parents!, hour, 'во сколько собрание?');
      if (i % 2 === 0) await say(second, parents!, hour, 'в шесть');
    }
    // On the LAN everybody has everybody's word at once, cable or not.
    const near = await textsOf(other, pupils!);
    if (isLesson) assert.equal(near.length, written[pupils!]);
    await readAll(other, pupils!);
    if (hour % 2 === 0) await readAll(await enter('parent2', 'cloud'), parents!);
    if (hour % 3 === 0) await readAll(second, parents!);
    if (hour === PULLED + 1) {
      const line = await school.line(({ state, waiting }) => state === 'waiting' && waiting > 0);
      const since = Date.parse(line.waiting_since);
      assert.ok(since >= monday + PULLED * HOUR_MS - 60_000 && since < monday + (PULLED + 1) * HOUR_MS, `waiting since ${line.waiting_since}`);
    }
  }

  const [teacher, home] = [await enter('teacher1', 'box'), await enter('parent1', 'cloud')];
  for (const chat of [parents!, pupils!]) {
    while ((await textsOf(teacher, chat)).length < written[chat]!);
  }
  await school.sent();
  const pupil = await enter('pupil1', 'cloud');
  assert.deepEqual(await textsOf(home, parents!), await textsOf(teacher, parents!));
  assert.deepEqual(await textsOf(pupil, pupils!), await textsOf(teacher, pupils!));
  assert.equal(new Set(await textsOf(teacher, parents!)).size, written[parents!]);
  for (const [login, chat] of [['parent1', parents!], ['parent2', parents!], ['teacher2', parents!], ['pupil1', pupils!], ['pupil2', pupils!], ['teacher1', pupils!]] as const) {
    const unread = async (where: 'box' | 'cloud') => (await (await enter(login, where)).get(`/api/v1/chats/${chat}`)).unread;
    const [box, cloud] = [await unread('box'), await unread('cloud')];
    assert.equal(cloud, box, `what ${login} has not read`);
  }
  await school.assertSame();
});
