// SPDX-License-Identifier: LGPL-2.1-or-later
// Consents: who says yes for whom and to which words, what waits for it, and what ends with a no.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chatOf, messagesOf, startClassroom, write, type Classroom } from '../lib/classroom.ts';
import { wordsOf } from '../lib/paper.ts';
import { seed } from '../lib/pictures.ts';
import { ask, type Reply } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let admin: Person;
let teacher: Person;
let pupil: Person;
let parent: Person;
let stranger: Person;
let kinds: Record<string, any>;

before(async () => {
  room = await startClassroom({ nginx: true });
  [admin, teacher, pupil, parent, stranger] = await Promise.all(
    ['admin', 'teacher1', 'pupil1', 'parent1', 'parent2'].map((login) => room.enter(login))) as [Person, Person, Person, Person, Person];
  kinds = await readKinds();
});

after(() => room.school.stop());

const readKinds = async (): Promise<Record<string, any>> =>
  Object.fromEntries((await admin.get('/api/v1/consent-kinds')).items.map((kind: any) => [kind.purpose, kind]));
const reasonOf = (reply: Reply): string => `${reply.status} ${String(reply.body?.type).split(':').at(-1)}`;
const of = (person: Person): string => `/api/v1/people/${person.me.id}/consents`;
const give = (who: Person, whose: Person, kind: any, version = kind.version): Promise<Reply> =>
  who.ask('PUT', `${of(whose)}/${kind.id}`, { body: { version } });
const withdraw = (who: Person, whose: Person, kind: any): Promise<Reply> => who.ask('DELETE', `${of(whose)}/${kind.id}`);
const change = ({ id, version, given_count, ...kind }: any, changes: object): Promise<Reply> =>
  admin.ask('PUT', `/api/v1/consent-kinds/${id}`, { body: { ...kind, ...changes } });
const sendPicture = async (person: Person): Promise<Reply> => ask({ host: '127.0.0.1', port: room.school.port }, 'PUT', '/api/v1/me/picture',
  { cookie: person.cookie, body: await seed('plain.png'), headers: { 'Content-Type': 'image/png' } });
const picture = (viewer: Person, whose: Person): Promise<Reply> =>
  ask({ host: '127.0.0.1', port: room.school.port }, 'GET', `/api/v1/people/${whose.me.id}/picture`, { cookie: viewer.cookie });

test('consents: a new school finds three texts, and none of them keeps anybody out', async () => {
  assert.deepEqual(Object.keys(kinds).sort(), ['photo', 'recordings', 'taking-part']);
  assert.equal(kinds['taking-part'].enabled, false);
  assert.ok(Object.values(kinds).every(({ required, given_count }) => !required && given_count === 0));
  assert.equal((await pupil.get('/api/v1/me')).waits_for_consent, false);
});

test('consents: a parent says yes for the child; the child, other parents and teachers do not', async () => {
  const photo = kinds['photo'];
  assert.equal((await give(pupil, pupil, photo)).status, 403);
  assert.equal((await give(stranger, pupil, photo)).status, 404);
  assert.equal((await give(teacher, pupil, photo)).status, 404);
  const reply = await give(parent, pupil, photo);
  assert.equal(reply.status, 200, reply.text);
  const [given] = reply.body.given;
  assert.deepEqual([given.kind, given.version, given.given_by.id, given.on_paper, given.withdrawn_at], [photo.id, 1, parent.me.id, false, null]);
  assert.equal(given.text, photo.text);
  assert.ok(!reply.body.wanted.some(({ kind }: any) => kind === photo.id));
  assert.equal((await readKinds())['photo'].given_count, 1);
  // Pressed twice it is one.
  assert.equal((await give(parent, pupil, (await readKinds())['photo'])).body.given.length, 1);
});

test('consents: what was said is a paper to keep, for those whom it concerns', async () => {
  const paper = (who: Person, language = 'ru'): Promise<Reply> =>
    who.ask('GET', `/api/v1/people/${pupil.me.id}/consents.pdf?language=${language}`);
  const { status, headers, bytes } = await paper(parent);
  assert.deepEqual([status, headers['content-type']], [200, 'application/pdf']);
  const words = (await wordsOf(bytes)).replace(/\s+/g, ' ');
  const beginning = kinds['photo'].text.split(/\s+/).slice(0, 4).join(' ');
  for (const said of [`Согласия: ${pupil.me.display_name}`, kinds['photo'].title, beginning, `: ${parent.me.display_name}.`, 'Редакция текста: 1.']) {
    assert.ok(words.includes(said), `${said} is not in ${words}`);
  }
  assert.match(await wordsOf((await paper(pupil, 'en')).bytes), /Given on \d+ \w+ \d{4} by/);
  for (const other of [stranger, teacher]) assert.equal((await paper(other)).status, 404);
  assert.equal(reasonOf(await paper(parent, 'de')), '400 invalid');
});

test('consents: what an administrator enters lies there on paper', async () => {
  const reply = await give(admin, pupil, kinds['recordings']);
  assert.deepEqual(reply.body.given.map(({ on_paper, kind }: any) => [kind, on_paper])[0], [kinds['recordings'].id, true]);
  assert.equal((await withdraw(parent, pupil, kinds['recordings'])).status, 200);
});

test('consents: with a yes to photos a pupil has a picture, and with a no it is gone with its files', async () => {
  const files = async (): Promise<string[]> =>
    (await readdir(join(room.school.folder, 'files'), { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));
  assert.equal((await sendPicture(pupil)).status, 200);
  assert.equal((await picture(teacher, pupil)).status, 200);
  assert.notDeepEqual(await files(), []);
  assert.equal((await withdraw(parent, pupil, kinds['photo'])).status, 200);
  assert.equal((await picture(teacher, pupil)).status, 404);
  assert.equal((await pupil.get('/api/v1/me')).picture, undefined);
  assert.deepEqual(await files(), []);
  assert.equal(reasonOf(await sendPicture(pupil)), '403 picture-needs-consent');
  // What was said stays readable, with the words.
  const { given } = await parent.get(of(pupil));
  const photo = given.find(({ kind }: any) => kind === kinds['photo'].id);
  assert.equal(photo.withdrawn_by.id, parent.me.id);
  assert.equal(photo.text, kinds['photo'].text);
});

test('consents: once the school asks for it, a pupil writes nothing until a parent has agreed', async () => {
  const chat = await chatOf(pupil, 'class_pupils');
  const said = await write(pupil, chat, 'пока ещё можно');
  const asked = (await change(kinds['taking-part'], { required: true, enabled: true })).body;
  assert.equal(asked.version, 1);
  assert.equal((await pupil.get('/api/v1/me')).waits_for_consent, true);
  for (const [method, path, body] of [
    ['POST', messagesOf(chat), { text: 'нельзя' }], ['PATCH', `${messagesOf(chat)}/${said.id}`, { text: 'нельзя' }],
    ['DELETE', `${messagesOf(chat)}/${said.id}`], ['PUT', `/api/v1/chats/${chat}/read`, { message: said.id }], ['PATCH', '/api/v1/me', { about: 'нельзя' }],
  ] as [string, string, object?][]) {
    assert.equal(reasonOf(await pupil.ask(method, path, { body })), '403 consent-missing', `${method} ${path}`);
  }
  assert.equal(reasonOf(await sendPicture(pupil)), '403 consent-missing');
  // Adults are not asked for a child's consent, and what is missing can be seen.
  await write(teacher, chat, 'учитель пишет');
  assert.deepEqual((await pupil.get(of(pupil))).wanted[0], {
    kind: asked.id, title: asked.title, text: asked.text, version: 1, purpose: 'taking-part', required: true,
  });
  const live = await pupil.live();
  const told = live.next('person');
  assert.equal((await give(parent, pupil, asked)).body.waits, false);
  await told;
  await live.close();
  await write(pupil, chat, 'теперь можно');
});

test('consents: a no to taking part is heard at once', async () => {
  const chat = await chatOf(pupil, 'class_pupils');
  const asked = (await readKinds())['taking-part'];
  assert.equal((await withdraw(parent, pupil, asked)).body.waits, true);
  assert.equal(reasonOf(await pupil.ask('POST', messagesOf(chat), { body: { text: 'нельзя' } })), '403 consent-missing');
  assert.equal((await give(parent, pupil, asked)).status, 200);
});

test('consents: new words are a new version: old answers count until the school asks again', async () => {
  const asked = (await readKinds())['taking-part'];
  const corrected = (await change(asked, { text: `${asked.text}\n\nОпечатка исправлена.` })).body;
  assert.equal(corrected.version, 2);
  assert.equal((await pupil.get('/api/v1/me')).waits_for_consent, false);
  const anew = (await change(corrected, { text: 'Совсем другие слова.', ask_again: true })).body;
  assert.equal(anew.version, 3);
  assert.equal(anew.given_count, 0);
  assert.equal((await pupil.get('/api/v1/me')).waits_for_consent, true);
  // Nobody agrees to words that changed while they were being read.
  assert.equal(reasonOf(await give(parent, pupil, corrected, 2)), '409 consent-text-changed');
  assert.equal((await give(parent, pupil, anew)).body.waits, false);
  assert.equal((await change(anew, { purpose: 'photo' })).status, 409);
  assert.equal((await change(anew, { enabled: false })).status, 200);
});

test('consents: a school asks its adults too, in its own words', async () => {
  const made = await admin.post('/api/v1/consent-kinds',
    { purpose: 'site', title: 'Имя на сайте школы', text: 'Согласен.', for_pupils: false, required: false, enabled: true });
  assert.equal((await give(admin, teacher, made)).status, 200);
  assert.equal((await give(teacher, teacher, made)).status, 200);
  assert.equal((await give(parent, pupil, made)).status, 404);
  assert.ok((await parent.get(of(parent))).wanted.some(({ kind }: any) => kind === made.id));
  const wrong = { purpose: 'Site', title: 'x', text: 'x', for_pupils: false, required: false, enabled: true };
  for (const [field, value] of [['purpose', 'Site'], ['title', ' '], ['title', 'x\ny'], ['text', ''], ['text', 'x'.repeat(8001)], ['title', 'x'.repeat(121)]]) {
    const reply = await admin.ask('POST', '/api/v1/consent-kinds', { body: { ...wrong, purpose: 'site', [field as string]: value } });
    assert.deepEqual([reply.status, reply.body.field], [400, field]);
  }
});
