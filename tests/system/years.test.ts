// SPDX-License-Identifier: LGPL-2.1-or-later
// A new school year: what becomes of each class, one press, undone before it begins, read-only history after it began.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chatOf, messagesOf, startClassroom, write, type Classroom } from '../lib/classroom.ts';
import type { Reply } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let admin: Person;
let teacher: Person;
let pupil: Person;
let parent: Person;
let year: any;
let own: any;
let next: any;

const day = (fromNow: number): string => new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);
const reasonOf = (reply: Reply): string => (reply.status < 300 ? String(reply.status) : `${reply.status} ${String(reply.body?.type).split(':').at(-1)}`);
const promotion = (id: string): string => `/api/v1/school-years/${id}/promotion`;
const promote = (id: string, classes: string[], who = admin): Promise<Reply> => who.ask('POST', promotion(id), { body: { classes } });
const titles = async (who: Person): Promise<string[]> => (await who.get('/api/v1/chats')).items.map(({ title }: any) => title).sort();

before(async () => {
  room = await startClassroom();
  [admin, teacher, pupil, parent] = await Promise.all(['admin', 'teacher1', 'pupil1', 'parent1'].map((login) => room.enter(login))) as [Person, Person, Person, Person];
  [year] = (await admin.get('/api/v1/school-years')).items;
  [own] = (await admin.get('/api/v1/classes')).items;
  const dates = { from_date: day(-100), to_date: day(20) };
  assert.equal((await admin.ask('PATCH', `/api/v1/school-years/${year.id}`, { body: dates })).status, 200);
  await admin.post('/api/v1/classes', { year: year.id, grade: 11, letters: ['А'] });
  await admin.post('/api/v1/classes', { year: year.id, grade: 7, letters: ['Б'] });
  next = await admin.post('/api/v1/school-years', { title: 'следующий', from_date: day(30), to_date: day(300) });
});

after(() => room.school.stop());

test('years: the preview says what becomes of each class, to administrators', async () => {
  const { before, begun, over, items } = await admin.get(promotion(next.id));
  assert.deepEqual([before.id, begun, over], [year.id, false, false]);
  assert.deepEqual(items.map((item: any) => [item.class.title, item.becomes, item.state, item.pupil_count]),
    [['5А', '6А', 'goes', 20], ['7Б', '8Б', 'goes', 0], ['11А', null, 'leaves', 0]]);
  assert.equal(items[0].class_teacher.id, teacher.me.id);
  assert.equal((await teacher.ask('GET', promotion(next.id))).status, 403);
});

test('years: nonsense is refused, and nothing of it happens', async () => {
  const { items } = await admin.get(promotion(next.id));
  const leaver = items[2].class.id;
  assert.equal(reasonOf(await promote(next.id, [])), '400 empty');
  assert.equal(reasonOf(await promote(next.id, [own.id, leaver])), '400 invalid');
  assert.equal(reasonOf(await promote(next.id, [own.id, own.id])), '400 invalid');
  assert.equal(reasonOf(await promote(next.id, [year.id])), '400 invalid');
  assert.equal(reasonOf(await promote(year.id, [own.id])), '409 no-year-before');
  assert.equal(reasonOf(await promote(next.id, [own.id], teacher)), '403 forbidden');
  assert.deepEqual((await admin.get(`/api/v1/classes?year=${next.id}`)).items, []);
});

test('years: a class goes on with pupils, teachers, parents and a chat of its own, once', async () => {
  const stream = await pupil.live();
  const reply = await promote(next.id, [own.id]);
  assert.equal(reply.status, 201, reply.text);
  assert.deepEqual(reply.body.items.map(({ state }: any) => state), ['promoted', 'goes', 'leaves']);
  await stream.next('chat_added');
  await stream.close();
  const [made] = (await admin.get(`/api/v1/classes?year=${next.id}`)).items;
  assert.deepEqual([made.title, made.pupil_count, made.class_teacher.id], ['6А', 20, teacher.me.id]);
  assert.deepEqual([await titles(pupil), await titles(parent)], [['5А', '6А'], ['5А, родители', '6А, родители']]);
  assert.equal(reasonOf(await promote(next.id, [own.id])), '409 class-exists');
});

test('years: a class that was left out goes later, and before the year begins all of it is undone', async () => {
  const seventh = (await admin.get(promotion(next.id))).items[1].class.id;
  assert.equal(reasonOf(await promote(next.id, [seventh])), '201');
  const undone = await admin.ask('DELETE', promotion(next.id));
  assert.deepEqual([undone.status, undone.body.items.map(({ state }: any) => state)], [200, ['goes', 'goes', 'leaves']]);
  assert.deepEqual([await titles(pupil), await titles(parent)], [['5А'], ['5А, родители']]);
  assert.equal((await admin.get('/api/v1/me')).id, admin.me.id);
});

test('years: when the new year has begun, last year\'s chat is read and the new one written', async () => {
  const old = await chatOf(pupil, 'class_pupils');
  const said = await write(pupil, old, 'последний звонок');
  assert.equal(reasonOf(await promote(next.id, [own.id])), '201');
  assert.equal((await admin.ask('PATCH', `/api/v1/school-years/${year.id}`, { body: { to_date: day(-10) } })).status, 200);
  assert.equal((await admin.ask('PATCH', `/api/v1/school-years/${next.id}`, { body: { from_date: day(-5) } })).status, 200);
  const chats = (await pupil.get('/api/v1/chats')).items;
  assert.deepEqual(chats.map(({ title, may_write }: any) => `${title} ${may_write}`).sort(), ['5А false', '6А true']);
  const refused = await pupil.ask('POST', messagesOf(old), { body: { text: 'ещё слово' } });
  assert.deepEqual([reasonOf(refused), (await pupil.get(messagesOf(old))).items.at(-1).id], ['403 chat-read-only', said.id]);
  await write(pupil, chats.find(({ title }: any) => title === '6А').id, 'мы уже шестые');
  assert.equal(reasonOf(await admin.ask('DELETE', promotion(next.id))), '409 year-begun');
  const later = await admin.post('/api/v1/school-years', { title: 'потом', from_date: day(-400), to_date: day(-300) });
  assert.equal(reasonOf(await promote(later.id, [own.id])), '409 no-year-before');
});

test('years: only a year without classes can be removed', async () => {
  const empty = (await admin.get('/api/v1/school-years')).items.find(({ title }: any) => title === 'потом');
  assert.equal(reasonOf(await admin.ask('DELETE', `/api/v1/school-years/${next.id}`)), '409 year-not-empty');
  assert.equal((await teacher.ask('DELETE', `/api/v1/school-years/${empty.id}`)).status, 403);
  assert.equal((await admin.ask('DELETE', `/api/v1/school-years/${empty.id}`)).status, 204);
  assert.ok(!(await admin.get('/api/v1/school-years')).items.some(({ id }: any) => id === empty.id));
  assert.equal(reasonOf(await admin.ask('DELETE', `/api/v1/school-years/${empty.id}`)), '404 not-found');
  // Its days are free again.
  await admin.post('/api/v1/school-years', { title: 'снова', from_date: day(-400), to_date: day(-300) });
});
