// SPDX-License-Identifier: LGPL-2.1-or-later
// The machine's clock lies: a day back, ten years on, 1970. What people wrote stays in order, nobody gains or loses a
// session, and the console says what is believed. Lifetimes go by the boot clock, which nobody sets.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, messagesOf, startClassroom, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { DAY_S, FakeClock, TEN_YEARS_S } from '../lib/faketime.ts';
import type { Person } from '../lib/school.ts';
import { urokctl } from '../lib/urokctl.ts';

const HOUR_S = 3600;

type Scene = { room: Classroom; clock: FakeClock } & AsyncDisposable;

/** The kernel of the machine that runs the test may know that its own time is right: it does not count here. */
const UNSYNCHRONISED = { clock: { synchronisation_confirms: 'no' } };

async function startScene(offsetS = 0, config: Record<string, Record<string, string>> = {}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-clock-'));
  const clock = await FakeClock.start(folder, offsetS);
  const room = await startClassroom({ environment: clock.environment, config: { ...UNSYNCHRONISED, ...config } });
  const end = async (): Promise<void> => {
    await room[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
  return { room, clock, [Symbol.asyncDispose]: end };
}

/** On a device that is the person's own. */
async function enterOwn(room: Classroom, login: string): Promise<Person> {
  const { code } = await room.school.console('POST', '/api/v1/console/sign-in-links', { login });
  return room.school.person(await room.school.request('POST', '/api/v1/sessions', { body: { code, own_device: true } }));
}

const clockOf = (room: Classroom): Promise<any> => room.school.console('GET', '/api/v1/console/clock');

const secondsBetween = (a: string, b: string): number => (Date.parse(b) - Date.parse(a)) / 1000;

/** In the order of writing, whole and page by page. */
async function assertOrder(person: Person, chat: string, ids: string[]): Promise<void> {
  const all = await wholeChat(person, chat);
  assert.deepEqual(all.map(({ id }) => id), ids);
  const paged: string[] = [];
  for (let before: string | null = ''; before !== null;) {
    const page: any = await person.get(`${messagesOf(chat)}?limit=2${before && `&before=${before}`}`);
    paged.unshift(...page.items.map(({ id }: any) => id));
    before = page.older_cursor;
  }
  assert.deepEqual(paged, ids);
}

const isIn = async (person: Person): Promise<boolean> => (await person.ask('GET', '/api/v1/me')).status === 200;

const countOf = (room: Classroom, line: RegExp): number => room.school.daemon.lines.filter((one) => line.test(one)).length;

for (const [what, jump, doubt] of [
  ['a day back', -DAY_S, 'stepped-back'], ['ten years on', TEN_YEARS_S, 'leapt'],
] as const) {
  test(`a clock that jumps ${what} while people write moves nothing, and is believed when it is right again`, async () => {
    await using scene = await startScene();
    const { room, clock } = scene;
    const own = await enterOwn(room, 'pupil1');
    const shared = await room.enter('teacher1');
    const chat = await chatOf(own, 'class_pupils');
    const stream = await shared.live();
    await stream.next('hello');
    const { code } = await room.school.console('POST', '/api/v1/console/sign-in-links', { login: 'pupil2' });
    const posting = { body: { text: 'Второе' }, headers: { 'Idempotency-Key': randomUUID() } };
    const ids = [(await write(own, chat, 'Первое')).id, (await own.ask('POST', messagesOf(chat), posting)).body.id];
    const { urok_time: before } = await clockOf(room);

    await clock.set(jump);
    const again = await own.ask('POST', messagesOf(chat), posting);
    assert.deepEqual([again.status, again.body.id], [201, ids[1]], 'a request that is repeated is not a new one');
    for (const text of ['Третье', 'Четвёртое']) ids.push((await write(shared, chat, text)).id);
    await assertOrder(own, chat, ids);
    await stream.next('message', ({ message }) => message.id === ids.at(-1));
    assert.deepEqual([await isIn(own), await isIn(shared)], [true, true]);
    assert.equal((await room.school.request('POST', '/api/v1/sessions', { body: { code } })).status, 201, 'a link lives as long as it was said');
    const frozen = await clockOf(room);
    assert.deepEqual([frozen.believed, frozen.doubt], [false, doubt]);
    assert.ok(Math.abs(secondsBetween(before, frozen.urok_time)) < HOUR_S, JSON.stringify(frozen));
    await room.school.daemon.line(/is not believed: it/);

    await clock.set(0);
    ids.push((await write(own, chat, 'Пятое')).id);
    await assertOrder(shared, chat, ids);
    assert.equal((await clockOf(room)).believed, true);
    await room.school.daemon.line(/is believed again/);
    assert.deepEqual([countOf(room, /is not believed/), countOf(room, /is believed again/)], [1, 1], 'each is said once');
    assert.deepEqual([await isIn(own), await isIn(shared)], [true, true]);
    assert.equal((await room.school.console('POST', '/api/v1/console/log-verification')).ok, true);
    await stream.close();
  });
}

test('a clock that is ten years on at start ends no session, and goes on when an administrator confirms it', async () => {
  await using scene = await startScene();
  const { room, clock } = scene;
  const own = await enterOwn(room, 'pupil1');
  const shared = await room.enter('teacher1');
  const chat = await chatOf(own, 'class_pupils');
  const ids = [(await write(own, chat, 'До')).id];
  await room.school.daemon.stop();
  await clock.set(TEN_YEARS_S);
  await room.school.start();

  assert.deepEqual([await isIn(own), await isIn(shared)], [true, true]);
  ids.push((await write(shared, chat, 'Во время')).id);
  const said = await urokctl(room.school, 'clock');
  assert.equal(said.status, 1);
  assert.match(said.out, /^believed +no\ndoubt +leapt\nsince +20/m);
  assert.match(said.err, /urokctl clock confirm/);

  const confirmed = await urokctl(room.school, 'clock', 'confirm');
  assert.equal(confirmed.status, 0, confirmed.err);
  assert.match(confirmed.out, /^believed +yes$/m);
  await room.school.daemon.line(/is believed again/);
  const later = await room.enter('teacher2');
  ids.push((await write(later, chat, 'После')).id);
  const all = await wholeChat(later, chat);
  assert.deepEqual(all.map(({ id }) => id), ids);
  const { last_event: last } = await clockOf(room);
  assert.ok(secondsBetween(new Date().toISOString(), last) > TEN_YEARS_S - HOUR_S, last);
  await room.school.daemon.stop();
  await room.school.start();
  assert.equal((await urokctl(room.school, 'clock')).status, 0, 'what was written since then is reason enough');
});

test('a clock without a battery (1970) revives no session that ended, and keeps those that did not', async () => {
  await using scene = await startScene();
  const { room, clock } = scene;
  const own = await enterOwn(room, 'pupil1');
  const shared = await room.enter('teacher1');
  const chat = await chatOf(own, 'class_pupils');
  assert.equal(await isIn(shared), true);
  await room.school.daemon.stop();
  await clock.set(2 * HOUR_S);
  await room.school.start();
  assert.equal(await isIn(shared), false, 'half an hour is over');
  const ids = [(await write(own, chat, 'Через два часа')).id];
  await room.school.kill();

  await clock.set('@1970-01-01 00:00:10');
  await room.school.start();
  await room.school.daemon.line(/is not believed: it lies before this program was made/);
  assert.equal(await isIn(shared), false, 'a wrong clock gives nothing back');
  assert.equal(await isIn(own), true);
  ids.push((await write(own, chat, 'В 1970 году')).id);
  await assertOrder(own, chat, ids);
  const refused = await urokctl(room.school, 'clock', 'confirm');
  assert.equal(refused.status, 1);
  assert.match(refused.err, /set it first/);

  await clock.set(3 * HOUR_S);
  ids.push((await write(own, chat, 'Время пришло по сети')).id);
  await assertOrder(own, chat, ids);
  await room.school.daemon.line(/is believed again/);
  assert.deepEqual([await isIn(own), await isIn(shared)], [true, false]);
  assert.equal((await urokctl(room.school, 'clock')).status, 0);
});

test('wrong passwords are not forgiven by a clock that jumps ten years', async () => {
  await using scene = await startScene();
  const { room, clock } = scene;
  const guess = () => room.school.request('POST', '/api/v1/sessions', { body: { login: 'admin', password: 'не тот пароль' } });
  const before = await Promise.all(Array.from({ length: 8 }, guess));
  assert.equal(before.filter(({ status }) => status === 429).length, 3);
  await clock.set(TEN_YEARS_S);
  const after = await Promise.all(Array.from({ length: 40 }, guess));
  assert.ok(after.filter(({ status }) => status === 429).length >= 35, 'a day of the boot clock has not passed');
});

test('the database is checked when its hour comes', async () => {
  await using scene = await startScene();
  const { room, clock } = scene;
  const day = new Date(Date.now() + DAY_S * 1000).toISOString().slice(0, 10);
  const at = (hour: number, seconds = 0): number => Date.parse(`${day}T00:00:00Z`) + (hour * HOUR_S + seconds) * 1000;
  // Two seconds before an hour; a urokd that hears of it when it has come waits for the next day, and is told of another one.
  for (let hour = 4; ; hour += 1) {
    await clock.set(Math.round((at(hour, -2) - Date.now()) / 1000));
    await appendFile(join(room.school.folder, 'urok.conf'), `[database]\ncheck_hour=${hour}\n`);
    await room.school.console('POST', '/api/v1/console/reload');
    if (Date.parse((await room.school.console('GET', '/api/v1/console/database')).next_check_at) === at(hour)) break;
  }
  await room.school.daemon.line(/The database was checked and is whole/);
  assert.equal((await room.school.console('GET', '/api/v1/console/database')).state, 'whole');
});
