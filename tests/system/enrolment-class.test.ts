// SPDX-License-Identifier: LGPL-2.1-or-later
// A whole class comes in: by slips on paper and by letters, which are read from a real mail server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { begin, BIRTH_DATE, classOf, confirm, newcomer, newParent, newPupil, PASSWORD, post, prove, said, stranger } from '../lib/newcomers.ts';
import { wordsOf } from '../lib/paper.ts';
import { openPostOffice, type PostOffice } from '../lib/post-office.ts';
import type { Person } from '../lib/school.ts';

const CODE = /[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}/g;

let room: Classroom;
let teacher: Person;
let path: string;
let office: PostOffice;
let paper = '';

before(async () => {
  room = await startClassroom({ tls: true });
  await room.school.makeCertificate();
  office = await openPostOffice(room.school);
  teacher = await room.enter('teacher1');
  path = `/api/v1/classes/${await classOf(teacher)}`;
});

after(async () => {
  await room.school.stop();
  await office.stop();
});

async function print(whom: string): Promise<string[]> {
  const reply = await teacher.ask('POST', `${path}/slips`, { body: { whom, language: 'ru' } });
  assert.deepEqual([reply.status, reply.headers['content-type']], [200, 'application/pdf'], reply.text.slice(0, 300));
  paper = await wordsOf(reply.bytes);
  return paper.match(CODE) ?? [];
}

const look = (code: string) => room.school.request('POST', '/api/v1/invitations/look', { body: { code } });

const accept = async (code: string): Promise<Person> =>
  room.school.person(await room.school.request('POST', '/api/v1/invitations/acceptances', { body: { code, password: PASSWORD, login: newcomer().login } }));

test('pupils without a telephone are invited by e-mail, all of a list or none, and the letter lets in', async () => {
  const people = Array.from({ length: 10 }, (_, i) => ({ family_name: `Новикова${i}`, given_name: 'Вера', birth_date: BIRTH_DATE, email: `vera${i}@example.org` }));
  const send = (list: object[]) => teacher.ask('POST', `${path}/letters`, { body: { language: 'ru', people: list } });
  const before = (await teacher.get(path)).pupils.length;
  const wrong = await send([...people.slice(0, 3), { ...people[3], email: 'не почта' }]);
  assert.equal(wrong.status, 400, wrong.text);
  assert.match(wrong.body.field, /^people\.3\./);
  assert.equal((await teacher.get(path)).pupils.length, before, 'some were added');
  const sent = await send(people);
  assert.deepEqual([sent.status, sent.body], [201, { sent: 10 }], sent.text);
  assert.equal((await teacher.get(path)).pupils.length, before + 10);
  const { text } = await office.letter();
  assert.match(text, /Вера Новикова\d/);
  const [link] = text.match(/http:\/\/localhost:\d+\/i#[\w-]{43}/) ?? [];
  assert.ok(link, text);
  const pupil = await accept(link.split('#')[1]!);
  assert.deepEqual([pupil.me.given_name, pupil.me.classes[0].title, pupil.me.roles], ['Вера', '5А', ['pupil']]);
  for (const line of room.school.daemon.lines) assert.ok(!line.includes('example.org') && !line.includes('Новикова'), line);
});

test('the slips of a class let in thirty pupils and forty-five parents', async () => {
  const codes = await print('all');
  const { certificate } = await (await room.enter('admin')).get('/api/v1/server/certificate');
  const { fingerprint_sha256: fingerprint } = certificate.authority;
  assert.ok(paper.replaceAll(' ', '').includes(fingerprint), 'what a device must trust is not on the slips');
  const looks = await Promise.all(codes.map(look));
  assert.ok(looks.every(({ status }) => status === 200));
  const kinds = (kind: string) => codes.filter((_, i) => looks[i]!.body.kind === kind);
  const own = kinds('person');
  // 20 of the class and 9 by letters who did not come in; 20 parents who are known; room for 20 + 2 × 10 more.
  assert.deepEqual([own.length, kinds('parent').length], [49, 40]);
  const came = await Promise.all(own.map(accept));
  assert.equal(came.filter(({ me }) => me.roles.includes('pupil')).length, 29);
  const page = stranger(room.school);
  const begun = await Promise.all(kinds('parent').slice(0, 25).map(async (code) => (await begin(page, code, newcomer('Иванова', 'Ольга'))).body));
  const { pairings } = await teacher.get(`${path}/enrolment`);
  assert.equal(pairings.length, begun.filter(({ state }) => state === 'teacher').length);
  for (const { id } of pairings) assert.equal((await teacher.ask('PATCH', `${path}/pairings/${id}`, { body: { state: 'accepted' } })).status, 204);
  for (const { ticket, state } of begun) if (state === 'proof') assert.equal((await prove(page, ticket)).body.state, 'proved');
  const linked = await Promise.all(begun.map(({ ticket }) => confirm(page, ticket)));
  assert.deepEqual(new Set(linked.map(({ status }) => status)), new Set([201]));
  const { pupils } = await teacher.get(path);
  assert.equal(pupils.length, 30);
  assert.ok(pupils.every((one: any) => one.signed_in));
  assert.equal(pupils.flatMap((one: any) => one.parents).length, 45);

  // Printed again: only those with room are left, and what was printed before is dead.
  const again = await print('all');
  assert.equal(again.length, 15);
  const unused = kinds('parent').slice(25);
  for (const code of unused) assert.deepEqual(said(await look(code)), [404, 'invitation-dead']);
  assert.deepEqual(said(await teacher.ask('POST', `${path}/slips`, { body: { whom: 'pupils', language: 'ru' } })), [409, 'nobody-to-invite']);
});

test('the other parent gets a letter, the class teacher sees who was linked, and undoes it by one press', async () => {
  const child = await newPupil(room, teacher);
  const mother = await newParent(room, child);
  const contact = await mother.ask('PATCH', '/api/v1/me', { body: { email: 'mother@example.org' } });
  assert.equal(contact.status, 200, contact.text);
  const father = await newParent(room, child, newcomer('Волков', 'Пётр'));
  const { to, text } = await office.letterTo('mother@example.org');
  assert.deepEqual(to, ['mother@example.org']);
  assert.match(text, /Пётр Волков/);
  const { linked } = await teacher.get(`${path}/enrolment`);
  assert.deepEqual(linked.slice(0, 2).map((one: any) => [one.child, one.parent]), [[child.me.id, father.me.id], [child.me.id, mother.me.id]]);
  const undo = await teacher.ask('DELETE', `/api/v1/people/${child.me.id}/parents/${father.me.id}`);
  assert.equal(undo.status, 204);
  assert.ok((await teacher.get(`${path}/enrolment`)).linked.every((one: any) => one.parent !== father.me.id));
});

test('an administrator links a parent by hand with a reason, and the other parent reads it in the own language', async () => {
  const admin = await room.enter('admin');
  const child = await newPupil(room, teacher);
  const mother = await newParent(room, child);
  const contact = await mother.ask('PATCH', '/api/v1/me', { body: { email: 'english@example.org', language: 'en' } });
  assert.equal(contact.status, 200, contact.text);
  const link = (who: Person, parent: Person, reason: string) => who.ask('PUT', `/api/v1/people/${child.me.id}/parents/${parent.me.id}`, { body: { reason } });
  const father = await room.enter('parent7');
  assert.deepEqual(said(await link(admin, father, ' ')), [400, 'empty']);
  assert.deepEqual(said(await link(teacher, father, 'Бумага из суда')), [403, 'forbidden']);
  assert.deepEqual(said(await link(admin, await room.enter('pupil7'), 'Бумага из суда')), [400, 'invalid']);
  assert.equal((await link(admin, father, 'Бумага из суда')).status, 204);
  const { subject, text } = await office.letterTo('english@example.org');
  assert.match(subject, /A parent was added in Urok/);
  assert.match(text, /Class teacher: /);
  assert.ok((await father.get('/api/v1/children')).items.some((one: any) => one.id === child.me.id));
  assert.deepEqual(said(await link(admin, await room.enter('parent8'), 'Ещё один')), [409, 'conflict']);
});

test('whoever lost the access gets a letter that says who gave it anew', async () => {
  const admin = await room.enter('admin');
  const mother = await newParent(room, await newPupil(room, teacher));
  const contact = await mother.ask('PATCH', '/api/v1/me', { body: { email: 'lost@example.org' } });
  assert.equal(contact.status, 200, contact.text);
  await post(admin, `/people/${mother.me.id}/sign-in-codes`, {});
  const { subject, text } = await office.letterTo('lost@example.org');
  assert.equal(subject, 'Вход в школу восстановлен');
  assert.match(text, new RegExp(admin.me.display_name));
});

test('an administrator allows more parents, with a reason that stays in the log', async () => {
  const admin = await room.enter('admin');
  const child = await newPupil(room, teacher);
  for (let i = 0; i < 2; i += 1) await newParent(room, child);
  const invite = () => child.ask('POST', '/api/v1/me/parent-invitations', { body: {} });
  assert.deepEqual(said(await invite()), [409, 'parents-full']);
  const allow = (who: Person, body: object) => who.ask('PUT', `/api/v1/people/${child.me.id}/parents-allowed`, { body });
  assert.deepEqual(said(await allow(admin, { most: 3, reason: ' ' })), [400, 'empty']);
  assert.deepEqual(said(await allow(admin, { most: 7, reason: 'опека' })), [400, 'invalid']);
  assert.equal((await allow(teacher, { most: 3, reason: 'опека' })).status, 403);
  assert.equal((await allow(admin, { most: 3, reason: 'Опекун по решению суда' })).status, 204);
  const third = await newParent(room, child);
  assert.equal((await child.get('/api/v1/me')).parents.length, 3);
  assert.ok(third.me.children.length === 1);
  assert.deepEqual(said(await invite()), [409, 'parents-full']);
});

test('when the next year has begun, last year\'s class teacher lets nobody in to the children any more', async () => {
  const admin = await room.enter('admin');
  const waiting = async (who: Person): Promise<number> => (await who.ask('GET', `${path}/enrolment`)).status;
  assert.equal(await waiting(teacher), 200);
  const [{ id }] = (await admin.get('/api/v1/school-years')).items;
  const past = await admin.ask('PATCH', `/api/v1/school-years/${id}`, { body: { from_date: '2020-09-01', to_date: '2021-05-31' } });
  assert.equal(past.status, 200, past.text);
  assert.equal(await waiting(teacher), 200, 'no later year has begun');
  const looks = async (who: Person): Promise<number> => (await who.ask('GET', path)).status;
  const [pupil, parent] = [await room.enter('pupil1'), await room.enter('parent1')];
  assert.deepEqual([await looks(pupil), await looks(parent)], [200, 200]);
  await admin.post('/api/v1/school-years', { title: '2021/22', from_date: '2021-09-01', to_date: '2022-05-31' });
  assert.deepEqual([await waiting(teacher), await waiting(admin)], [404, 200]);
  assert.deepEqual([await looks(pupil), await looks(parent), await looks(teacher)], [404, 404, 200], 'last year\'s classmates are strangers');
  assert.equal((await teacher.ask('POST', `${path}/slips`, { body: { whom: 'parents', language: 'ru' } })).status, 404);
});
