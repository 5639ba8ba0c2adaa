// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator makes a school's years and classes and seats people in them: rights, refusals, chats that follow, and
// many hands at the same time.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { chatOf, startClassroom, yearOf, type Classroom } from '../lib/classroom.ts';
import type { Reply } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let admin: Person;
let teacher: Person;
let pupil: Person;
let year: string;
let own: any;

before(async () => {
  room = await startClassroom();
  [admin, teacher, pupil] = await Promise.all(['admin', 'teacher1', 'pupil1'].map((login) => room.enter(login)));
  [{ id: year }] = (await admin.get('/api/v1/school-years')).items;
  [own] = (await admin.get('/api/v1/classes')).items;
});

after(() => room.school.stop());

const reasonOf = (reply: Reply): string => (reply.status < 300 ? String(reply.status) : `${reply.status} ${String(reply.body?.type).split(':').at(-1)}`);
const make = (letters: string[], grade = 7, who = admin): Promise<Reply> => who.ask('POST', '/api/v1/classes', { body: { year, grade, letters } });
const seat = (schoolClass: string, person: string, body: object, who = admin): Promise<Reply> =>
  who.ask('PUT', `/api/v1/classes/${schoolClass}/members/${person}`, { body });
const unseat = (schoolClass: string, person: string, who = admin): Promise<Reply> => who.ask('DELETE', `/api/v1/classes/${schoolClass}/members/${person}`);

let letter = 0;
/** A class of its own for a test. */
async function newClass(grade = 8): Promise<any> {
  letter += 1;
  const name = String.fromCodePoint(0x410 + letter);
  const { body } = await make([name], grade);
  return body.items.find(({ title }: any) => title === `${grade}${name}`);
}

test('classes: several are made at once, all or none', async () => {
  const { status, body } = await make(['а', 'Б', 'В']);
  assert.equal(status, 201);
  assert.deepEqual(body.items.filter(({ grade }: any) => grade === 7).map(({ title }: any) => title), ['7А', '7Б', '7В']);
  const again = await make(['Г', 'Б']);
  assert.deepEqual([reasonOf(again), again.body.field], ['409 class-exists', 'letter']);
  assert.match(again.body.detail, /7Б/);
  assert.ok(!(await admin.get('/api/v1/classes')).items.some(({ title }: any) => title === '7Г'));
});

test('classes: what is no class is refused with its field', async () => {
  const refusals: [object, string, string][] = [
    [{ year, grade: 0, letters: ['А'] }, 'invalid', 'grade'], [{ year, grade: 13, letters: ['А'] }, 'invalid', 'grade'],
    [{ year, grade: 2 ** 40, letters: ['А'] }, 'invalid', 'grade'], [{ year, grade: 9, letters: [] }, 'empty', 'letters'],
    [{ year, grade: 9, letters: ['1'] }, 'invalid', 'letter'], [{ year, grade: 9, letters: ['АБВГ'] }, 'invalid', 'letter'],
    [{ year, grade: 9, letters: [7] }, 'invalid', 'letters'], [{ year, grade: 9, letters: Array.from({ length: 34 }, () => 'А') }, 'too-long', 'letters'],
    [{ grade: 9, letters: ['А'] }, 'missing-field', 'year'],
  ];
  for (const [body, reason, field] of refusals) {
    const reply = await admin.ask('POST', '/api/v1/classes', { body });
    assert.deepEqual([reasonOf(reply), reply.body.field], [`400 ${reason}`, field], JSON.stringify(body));
  }
  assert.equal((await admin.ask('POST', '/api/v1/classes', { body: { year: randomUUID(), grade: 9, letters: ['А'] } })).status, 404);
});

test('classes: only an administrator makes, names, removes and seats; for others it is refused', async () => {
  for (const who of [teacher, pupil]) {
    const tries = [make(['Ю'], 7, who), who.ask('PATCH', `/api/v1/classes/${own.id}`, { body: { grade: 6 } }), who.ask('DELETE', `/api/v1/classes/${own.id}`),
      seat(own.id, pupil.me.id, { as: 'pupil' }, who), unseat(own.id, pupil.me.id, who),
      who.ask('POST', '/api/v1/school-years', { body: { title: 'x', from_date: '2030-09-01', to_date: '2031-05-31' } }),
      who.ask('PATCH', `/api/v1/school-years/${year}`, { body: { title: 'x' } })];
    for (const reply of await Promise.all(tries)) assert.equal(reasonOf(reply), '403 forbidden');
  }
  assert.equal((await pupil.ask('GET', '/api/v1/school-years')).status, 403);
  assert.equal((await teacher.ask('GET', '/api/v1/school-years')).status, 200);
});

test('classes: who is seated is in the class\'s chats at once, who is unseated is not', async () => {
  const made = await newClass();
  const chats = async (who: Person): Promise<string[]> => (await who.get('/api/v1/chats')).items.map(({ title }: any) => title);
  const stranger = await room.enter('pupil2');
  assert.equal((await stranger.ask('GET', `/api/v1/classes/${made.id}`)).status, 404);
  const stream = await stranger.live();
  await stream.next('hello');
  const moved = await seat(made.id, stranger.me.id, { as: 'pupil', from: own.id });
  assert.equal(moved.status, 200, moved.text);
  assert.deepEqual(moved.body.pupils.map(({ id }: any) => id), [stranger.me.id]);
  assert.equal(moved.body.year.current, true);
  await stream.next('chat_added');
  await stream.close();
  assert.deepEqual(await chats(stranger), [made.title]);
  assert.ok((await chats(await room.enter('parent2'))).includes(`${made.title}, родители`));
  assert.equal(await unseat(made.id, stranger.me.id).then(reasonOf), '204');
  assert.equal(await unseat(made.id, stranger.me.id).then(reasonOf), '404 not-found');
  assert.deepEqual(await chats(stranger), []);
  await seat(own.id, stranger.me.id, { as: 'pupil' });
});

test('classes: a seat that cannot be says why', async () => {
  const made = await newClass();
  const other = await room.enter('teacher2');
  const tries: [string, object, string][] = [
    [pupil.me.id, { as: 'pupil' }, '409 sits-elsewhere'], [pupil.me.id, { as: 'teacher' }, '400 invalid'], [teacher.me.id, { as: 'pupil' }, '400 invalid'],
    [pupil.me.id, { as: 'headmaster' }, '400 invalid'], [randomUUID(), { as: 'pupil' }, '404 not-found'], ['x', { as: 'pupil' }, '400 bad-id'],
    [pupil.me.id, { as: 'pupil', from: made.id }, '400 invalid'], [pupil.me.id, {}, '400 missing-field'],
  ];
  for (const [person, body, want] of tries) assert.equal(reasonOf(await seat(made.id, person, body)), want, JSON.stringify(body));
  assert.equal(reasonOf(await seat(own.id, other.me.id, { as: 'class_teacher' })), '409 class-teacher-there');
  assert.equal(reasonOf(await seat(randomUUID(), pupil.me.id, { as: 'pupil' })), '404 not-found');
});

test('classes: a class is handed over in one action, and back', async () => {
  const other = await room.enter('teacher2');
  const { body } = await seat(own.id, other.me.id, { as: 'class_teacher', instead: teacher.me.id });
  assert.deepEqual(body.teachers.map(({ id, as }: any) => [id, as]), [[other.me.id, 'class_teacher'], [teacher.me.id, 'teacher']]);
  assert.equal(reasonOf(await seat(own.id, teacher.me.id, { as: 'class_teacher', instead: teacher.me.id })), '400 invalid');
  assert.equal(reasonOf(await seat(own.id, admin.me.id, { as: 'class_teacher', instead: teacher.me.id })), '409 class-teacher-changed');
  assert.equal((await seat(own.id, teacher.me.id, { as: 'class_teacher', instead: other.me.id })).status, 200);
});

test('classes: of fifty who seat one pupil at the same time one has the seat', async () => {
  const lone = await room.enter('pupil3');
  await unseat(own.id, lone.me.id);
  const places = (await make(Array.from({ length: 25 }, (_, i) => String.fromCodePoint(0x410 + i)), 10)).body.items.filter(({ grade }: any) => grade === 10);
  const replies = await Promise.all([...places, ...places].map(({ id }) => seat(id, lone.me.id, { as: 'pupil' })));
  const won = replies.filter(({ status }) => status === 200).map(({ body }) => body.id);
  assert.equal(new Set(won).size, 1, 'two classes have the pupil');
  assert.deepEqual([...new Set(replies.map(reasonOf))].sort(), ['200', '409 sits-elsewhere']);
  const again = await room.enter('pupil3');
  assert.deepEqual(again.me.classes.map(({ id }: any) => id), [won[0]]);
  await seat(own.id, lone.me.id, { as: 'pupil', from: won[0] });
});

test('classes: of fifty who make one class, or move one pupil, one does', async () => {
  const made = await Promise.all(Array.from({ length: 50 }, () => make(['Щ'], 3)));
  assert.deepEqual(made.map(reasonOf).sort().slice(0, 2), ['201', '409 class-exists']);
  const [there, here] = [await newClass(), await newClass()];
  const lone = await room.enter('pupil4');
  const moves = await Promise.all(Array.from({ length: 50 }, (_, i) => seat(i % 2 ? here.id : there.id, lone.me.id, { as: 'pupil', from: own.id })));
  assert.deepEqual(moves.map(reasonOf).sort().slice(0, 2), ['200', '409 pupil-moved']);
  const { classes } = (await room.enter('pupil4')).me;
  assert.equal(classes.length, 1);
  await seat(own.id, lone.me.id, { as: 'pupil', from: classes[0].id });
});

test('classes: a class that is called otherwise has chats that are called otherwise', async () => {
  const stream = await pupil.live();
  await stream.next('hello');
  const { body } = await admin.ask('PATCH', `/api/v1/classes/${own.id}`, { body: { letter: 'м' } });
  assert.equal(body.title, '5М');
  await stream.next('class', ({ class_id, renamed }) => class_id === own.id && renamed);
  await stream.close();
  const chat = await chatOf(pupil, 'class_pupils');
  assert.equal((await pupil.get('/api/v1/chats')).items.find(({ id }: any) => id === chat).title, '5М');
  assert.equal((await admin.ask('PATCH', `/api/v1/classes/${own.id}`, { body: { letter: 'А' } })).status, 200);
  assert.equal(reasonOf(await admin.ask('PATCH', `/api/v1/classes/${own.id}`, { body: { grade: 0 } })), '400 invalid');
});

test('classes: an empty class goes, one with somebody in it stays', async () => {
  const made = await newClass();
  await seat(made.id, teacher.me.id, { as: 'teacher' });
  assert.equal(reasonOf(await admin.ask('DELETE', `/api/v1/classes/${made.id}`)), '409 class-not-empty');
  await unseat(made.id, teacher.me.id);
  assert.equal((await admin.ask('DELETE', `/api/v1/classes/${made.id}`)).status, 204);
  assert.equal((await admin.ask('GET', `/api/v1/classes/${made.id}`)).status, 404);
  assert.equal(reasonOf(await seat(made.id, teacher.me.id, { as: 'teacher' })), '404 not-found');
  assert.ok(!(await admin.get('/api/v1/classes')).items.some(({ id }: any) => id === made.id));
  assert.equal((await make([made.letter], made.grade)).status, 201, 'the name is not free');
});

test('classes: the next year is made beside this one and has classes of its own', async () => {
  const next = await admin.post('/api/v1/school-years', yearOf(1));
  assert.deepEqual([next.current, next.class_count], [false, 0]);
  const { status } = await admin.ask('POST', '/api/v1/classes', { body: { year: next.id, grade: 5, letters: ['А'] } });
  assert.equal(status, 201, 'the same name is another class in another year');
  const { items } = await teacher.get(`/api/v1/classes?year=${next.id}`);
  assert.deepEqual(items.map(({ title }: any) => title), ['5А']);
  assert.equal((await admin.get(`/api/v1/classes/${items[0].id}`)).year.current, false);
  // The pupil keeps this year's seat while next year's is prepared.
  assert.equal((await seat(items[0].id, pupil.me.id, { as: 'pupil' })).status, 200);
  assert.deepEqual((await room.enter('pupil1')).me.classes.map(({ id }: any) => id), [own.id]);
  const overlapping = await admin.ask('PATCH', `/api/v1/school-years/${next.id}`, { body: { from_date: yearOf(1).from_date.replace('-09-', '-01-') } });
  assert.deepEqual([reasonOf(overlapping), overlapping.body.field], ['409 years-overlap', 'from_date']);
  const longer = yearOf(1).to_date.replace('05-31', '06-20');
  const changed = await admin.ask('PATCH', `/api/v1/school-years/${next.id}`, { body: { to_date: longer } });
  assert.deepEqual([changed.body.title, changed.body.to_date], [yearOf(1).title, longer]);
  assert.deepEqual((await admin.get('/api/v1/school-years')).items.map(({ title }: any) => title), [yearOf(1).title, yearOf().title]);
});

test('classes: what was made is there after a power cut', async () => {
  const made = await newClass();
  await seat(made.id, teacher.me.id, { as: 'class_teacher' });
  await room.school.kill();
  await room.school.start();
  assert.deepEqual((await admin.get(`/api/v1/classes/${made.id}`)).teachers.map(({ id }: any) => id), [teacher.me.id]);
});
