// SPDX-License-Identifier: LGPL-2.1-or-later
// How long messages are kept: nothing goes unless it is set; what is set goes from every file, what is held stays.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chatOf, messagesOf, startClassroom, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { DAY_S, FakeClock } from '../lib/faketime.ts';
import type { Person } from '../lib/school.ts';
import { urokctl } from '../lib/urokctl.ts';

let folder: string;
let clock: FakeClock;
let room: Classroom;
let admin: Person;
let teacher: Person;
let pupil: Person;
let pupils: string;
let parents: string;

const OLD = ['старая тайна', 'старая тайна, исправлена', 'ответ учителя на тайну'];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'urok-retention-'));
  clock = await FakeClock.start(folder, 0);
  room = await startClassroom({ environment: clock.environment, config: { clock: { synchronisation_confirms: 'no' } } });
  teacher = await room.enter('teacher1');
  pupil = await room.enter('pupil1');
  pupils = await chatOf(pupil, 'class_pupils');
  parents = await chatOf(teacher, 'class_parents');
  const said = await write(pupil, pupils, OLD[0]!);
  assert.equal((await pupil.ask('PATCH', `${messagesOf(pupils)}/${said.id}`, { body: { text: OLD[1] } })).status, 200);
  await write(teacher, pupils, OLD[2]!, said.id);
  await write(teacher, parents, 'под запретом суда');
  await clock.set(100 * DAY_S);
  [admin, teacher, pupil] = [await room.enter('admin'), await room.enter('teacher1'), await room.enter('pupil1')];
  await write(teacher, pupils, 'свежее остаётся');
});

after(async () => {
  await room?.school.stop();
  await rm(folder, { recursive: true });
});

/** Words that stand in a file of the school. */
async function traces(words: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of ['data', 'files']) {
    const where = join(room.school.folder, place);
    for (const name of await readdir(where, { recursive: true })) {
      if (!(await stat(join(where, name))).isFile()) continue;
      const bytes = await readFile(join(where, name));
      found.push(...words.filter((word) => bytes.includes(word)));
    }
  }
  return found;
}

const texts = async (chat: string): Promise<any[]> => (await wholeChat(teacher, chat)).map(({ text, expired }) => (expired ? 'expired' : text));

test('retention: nothing goes while nothing is set, and the console says what would', async () => {
  const ran = await urokctl(room.school, 'retention', 'run');
  assert.deepEqual([ran.status, ran.out], [0, 'Removed 0 messages.\n']);
  assert.ok((await traces(OLD)).length >= 2);
  const tried = await urokctl(room.school, 'retention', 'try', 'class_pupils', '60');
  assert.equal(tried.err, '');
  assert.match(tried.out, /^Would remove 2 messages older than \d{4}-/);
  assert.deepEqual(await texts(pupils), [OLD[1], OLD[2], 'свежее остаётся']);
});

test('retention: only administrators read and set it, within reason', async () => {
  assert.equal((await teacher.ask('GET', '/api/v1/retention')).status, 403);
  assert.equal((await teacher.ask('PUT', '/api/v1/retention/class_pupils', { body: { days: 60 } })).status, 403);
  assert.equal((await admin.ask('PUT', '/api/v1/retention/class_pupils', { body: { days: 7 } })).body.field, 'days');
  const { items, last_run } = await admin.get('/api/v1/retention');
  assert.deepEqual([items.map(({ kind }: any) => kind), items.every(({ days }: any) => days === null), last_run],
    [['staff', 'class_pupils', 'class_parents', 'direct', 'group', 'channel'], true, null]);
  assert.equal((await admin.get('/api/v1/retention/class_pupils/preview?days=60')).messages, 2);
});

test('retention: a hold keeps a chat, and an erasure of whom it binds is refused until it is lifted', async () => {
  const placed = await admin.post('/api/v1/legal-holds', { chat: parents, reason: 'запрос прокуратуры № 12' });
  assert.deepEqual([placed.chat.title, placed.placed_by.id, placed.lifted_at], ['5А, родители', admin.me.id, null]);
  assert.equal((await admin.ask('PUT', '/api/v1/retention/class_parents', { body: { days: 60 } })).status, 200);
  assert.equal((await admin.get('/api/v1/retention/class_parents/preview?days=60')).messages, 0);
  const wish = { body: { reason: 'уволилась', name: teacher.me.display_name } };
  const refused = await admin.ask('POST', `/api/v1/people/${teacher.me.id}/erasure`, wish);
  assert.deepEqual([refused.status, refused.body.type], [409, 'urn:urok:problem:legal-hold']);
  const chats = (await admin.get('/api/v1/legal-holds/chats')).items;
  assert.ok(chats.some(({ id }: any) => id === parents));
  assert.equal((await teacher.ask('GET', '/api/v1/legal-holds')).status, 403);
});

test('retention: what is past its time is gone from every file, what is held and new is there', async () => {
  const set = await urokctl(room.school, 'retention', 'set', '--yes', 'class_pupils', '60');
  assert.match(set.out, /Would remove 2 messages[^]*class_pupils +60 days; 3 messages/);
  assert.match((await urokctl(room.school, 'retention', 'run')).out, /^Removed 2 messages/);
  assert.deepEqual(await traces(OLD), []);
  assert.deepEqual(await texts(pupils), ['expired', 'expired', 'свежее остаётся']);
  assert.deepEqual(await texts(parents), ['под запретом суда']);
  assert.equal((await admin.get('/api/v1/retention')).last_run.messages, 2);
  assert.equal((await room.school.console('POST', '/api/v1/console/log-verification', {})).ok, true);
});

test('retention: after a restart it is as it was, and a lifted hold keeps nothing', async () => {
  await room.school.daemon.stop();
  await room.school.start();
  assert.deepEqual(await texts(pupils), ['expired', 'expired', 'свежее остаётся']);
  const [{ id }] = (await admin.get('/api/v1/legal-holds')).items;
  const lifted = await admin.ask('PUT', `/api/v1/legal-holds/${id}/lifting`, { body: {} });
  assert.deepEqual([lifted.status, lifted.body.lifted_by.id, lifted.body.reason], [200, admin.me.id, 'запрос прокуратуры № 12']);
  assert.match((await urokctl(room.school, 'retention', 'run')).out, /^Removed 1 messages/);
  assert.deepEqual(await traces(['под запретом суда']), []);
});
