// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody may ask about their own data: a copy of all, an end to all (searched for in every file that there is, also
// after an older copy of the database came back), one account instead of two; who looked, and what an incident's report says.
import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chatOf, messagesOf, startClassroom, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { newcomer, newParent, newPupil, post } from '../lib/newcomers.ts';
import { seed } from '../lib/pictures.ts';
import { PLAIN_BUILD } from '../lib/places.ts';
import { openPostOffice } from '../lib/post-office.ts';
import { ask, type Reply } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let admin: Person;
let teacher: Person;
let leaver: Person;
let pupil: Person;
let parent: Person;

before(async () => {
  room = await startClassroom({ nginx: true });
  [admin, teacher, leaver, pupil, parent] = await Promise.all(
    ['admin', 'teacher1', 'teacher2', 'pupil1', 'parent1'].map((login) => room.enter(login))) as [Person, Person, Person, Person, Person];
});

after(() => room.school.stop());

const reasonOf = (reply: Reply): string => `${reply.status} ${String(reply.body?.type).split(':').at(-1)}`;
const of = (whose: Person, what: string): string => `/api/v1/people/${whose.me.id}/${what}`;
const looksAt = async (who: Person): Promise<any[]> => (await who.get(of(pupil, 'looks'))).items;

test('looks: the class page of a teacher is a look, which parents and administrators see, once in ten minutes', async () => {
  const [{ id }] = pupil.me.classes;
  await pupil.get(`/api/v1/classes/${id}`);
  assert.deepEqual(await looksAt(parent), []);
  for (let i = 0; i < 3; i += 1) await teacher.get(`/api/v1/classes/${id}`);
  const [look, ...others] = await looksAt(parent);
  assert.deepEqual([look.purpose, look.person.id, look.person.roles, others], ['class', teacher.me.id, ['teacher'], []]);
  assert.deepEqual(await looksAt(admin), [look]);
  for (const stranger of [teacher, await room.enter('parent2'), await room.enter('pupil2')]) {
    assert.equal((await stranger.ask('GET', of(pupil, 'looks'))).status, 404);
  }
});

test('looks: what was noted is there after the daemon came again', async () => {
  const before = await looksAt(parent);
  await room.school.daemon.stop();
  await room.school.start();
  assert.deepEqual(await looksAt(parent), before);
});

test('export: one\'s own copy holds what one wrote and nothing secret; an administrator\'s is a look', async () => {
  const chat = await chatOf(pupil, 'class_pupils');
  await write(pupil, chat, 'слова ученика для копии');
  await write(teacher, chat, 'слова учителя не для копии');
  const reply = await pupil.ask('GET', of(pupil, 'export'));
  assert.equal(reply.status, 200, reply.text);
  assert.match(String(reply.headers['content-disposition']), /^attachment; filename="urok-[\d-]+\.json"$/);
  const { people, classes, chats, consents, person } = reply.body;
  assert.equal(person, pupil.me.id);
  assert.deepEqual([people[0].login, people[0].parents.map(({ id }: any) => id)], ['pupil1', [parent.me.id]]);
  assert.equal(people[0].sessions.length, 1);
  assert.equal(classes[0].seats[0].class, '5А');
  assert.deepEqual(consents[0].consents, []);
  assert.ok(chats.flatMap((part: any) => part.messages).some(({ text }: any) => text === 'слова ученика для копии'));
  assert.ok(!reply.text.includes('не для копии'));
  assert.ok(!reply.text.includes(pupil.cookie.split('=')[1]!));
  const looks = people.flatMap((part: any) => part.looks ?? []);
  assert.ok(looks.some(({ purpose, person: who }: any) => purpose === 'class' && who.id === teacher.me.id));
  assert.equal((await admin.ask('GET', of(pupil, 'export'))).status, 200);
  assert.ok((await looksAt(parent)).some(({ purpose, person: who }) => purpose === 'export' && who.id === admin.me.id));
  for (const stranger of [teacher, parent]) assert.equal((await stranger.ask('GET', of(pupil, 'export'))).status, 404);
});

/** Every file of the school below its folder in which one of the words stands, with the word. */
async function traces(words: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of ['data', 'files']) {
    const folder = join(room.school.folder, place);
    for (const name of await readdir(folder, { recursive: true })) {
      if (!(await stat(join(folder, name))).isFile()) continue;
      const bytes = await readFile(join(folder, name));
      found.push(...words.filter((word) => bytes.includes(word)).map((word) => `${name}: ${word}`));
    }
  }
  return found;
}

const WORDS = ['Барабанщикова', 'барабанщикова', 'Евлампия', 'Порфирьевна', 'люблю мандолину', 'первая тайна', 'вторая тайна', 'исправленная тайна', 'teacher2'];
let older: string;
let chat: string;

async function erase(who: Person, whose: Person, name: string, reason: string): Promise<Reply> {
  return who.ask('POST', of(whose, 'erasure'), { body: { reason, name }, headers: { 'Idempotency-Key': `erase-${whose.me.id}` } });
}

test('erasure: asks for the name and a reason that names nobody, and for an administrator', async () => {
  const front = { host: '127.0.0.1', port: room.school.port };
  chat = await chatOf(leaver, 'class_pupils');
  const names = { family_name: 'Барабанщикова', given_name: 'Евлампия', patronymic: 'Порфирьевна', about: 'люблю мандолину' };
  assert.equal((await leaver.ask('PATCH', '/api/v1/me', { body: names })).status, 200);
  assert.equal((await ask(front, 'PUT', '/api/v1/me/picture', { cookie: leaver.cookie, body: await seed('lossy.webp'), headers: { 'Content-Type': 'image/webp' } })).status, 200);
  const said = await write(leaver, chat, 'первая тайна');
  assert.equal((await leaver.ask('PATCH', `${messagesOf(chat)}/${said.id}`, { body: { text: 'исправленная тайна' } })).status, 200);
  await write(leaver, await chatOf(leaver, 'staff'), 'вторая тайна');
  await write(pupil, chat, 'чужие слова остаются', said.id);
  assert.notDeepEqual(await traces(WORDS), []);

  const name = 'Евлампия Порфирьевна Барабанщикова';
  assert.equal(reasonOf(await erase(admin, leaver, 'Саша', 'уволилась')), '400 wrong-name');
  assert.equal(reasonOf(await erase(admin, leaver, name, 'просьба Барабанщиковой о стирании, Барабанщикова')), '400 reason-names-person');
  assert.equal((await erase(admin, leaver, name, ' ')).body.field, 'reason');
  assert.equal(reasonOf(await erase(admin, admin, admin.me.display_name, 'сам себя')), '409 own-account');
  assert.equal((await erase(teacher, leaver, name, 'уволилась')).status, 403);
  assert.deepEqual((await admin.get(of(leaver, 'erasure'))).state, 'none');

  // A copy of the database as a backup would have it.
  await room.school.daemon.stop();
  older = join(room.school.folder, 'older.db');
  await copyFile(join(room.school.folder, 'data/urok.db'), older);
  await room.school.start();
});

test('erasure: the person is gone at once, with their words, in every file', async () => {
  const gone = room.school.daemon.line(/data of one person were erased/);
  const reply = await erase(admin, leaver, '  евлампия порфирьевна барабанщикова ', 'уволилась, попросила стереть');
  assert.equal(reply.status, 202, reply.text);
  assert.equal((await leaver.ask('GET', '/api/v1/me')).status, 401);
  await gone;
  assert.equal((await admin.get(of(leaver, 'erasure'))).state, 'done');
  assert.deepEqual(await traces(WORDS), []);
  assert.equal((await stat(join(room.school.folder, 'data/erasures.jsonl'))).mode & 0o777, 0o600);
  const messages = await wholeChat(pupil, chat);
  const theirs = messages.filter(({ author }: any) => author.id === leaver.me.id);
  assert.deepEqual(theirs.map(({ text, deleted, author }: any) => [text, deleted, author.display_name]), [[null, true, 'Данные удалены']]);
  const answer = messages.find(({ text }: any) => text === 'чужие слова остаются');
  assert.equal(answer.reply_to.deleted, true);
  assert.ok(!(await admin.get('/api/v1/people?limit=100')).items.some(({ id }: any) => id === leaver.me.id));
  assert.equal((await room.school.console('POST', '/api/v1/console/log-verification', {})).ok, true);
});

test('erasure: an older copy of the database is told by the ledger whom to forget', async () => {
  await room.school.daemon.stop();
  const data = join(room.school.folder, 'data');
  for (const name of ['urok.db-wal', 'urok.db-shm']) await rm(join(data, name), { force: true });
  await copyFile(older, join(data, 'urok.db'));
  await rm(older);
  assert.notDeepEqual(await traces(WORDS), []);
  await room.school.start();
  await room.school.daemon.line(/data of one person were erased/);
  assert.deepEqual(await traces(WORDS), []);
  // Done is done: another start finds nothing to do.
  await room.school.daemon.stop();
  await room.school.start();
  assert.equal((await admin.get(of(leaver, 'erasure'))).state, 'done');
});

test('erasure: the reason why a child may have more parents goes with the child', async () => {
  const child = await room.enter('pupil20');
  const allowed = await admin.ask('PUT', of(child, 'parents-allowed'), { body: { most: 3, reason: 'Опекун Закорючкин по решению суда' } });
  assert.equal(allowed.status, 204, allowed.text);
  assert.notDeepEqual(await traces(['Закорючкин']), []);
  const gone = room.school.daemon.line(/data of one person were erased/);
  assert.equal((await erase(admin, child, child.me.display_name, 'выбыл из школы')).status, 202);
  await gone;
  assert.deepEqual(await traces(['Закорючкин']), []);
  assert.equal((await room.school.console('POST', '/api/v1/console/log-verification', {})).ok, true);
});

test('erasure: what died between the ledger\'s line and the rows is done at the next start', async () => {
  // strace kills urokd in the flush of the ledger: the line is there, the turn has not begun.
  let deadly = true;
  const wrap = (folder: string): string[] => (deadly
    ? ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-P', join(folder, 'data/erasures.jsonl'), '-e', 'trace=fsync', '-e', 'inject=fsync:signal=KILL:when=1'] : []);
  await using mine = await startClassroom({ build: PLAIN_BUILD, wrap });
  const [boss, child] = [await mine.enter('admin'), await mine.enter('pupil3')];
  const at = (what: string): string => `/api/v1/people/${child.me.id}/${what}`;
  const asked = boss.ask('POST', at('erasure'), { body: { reason: 'выбыл', name: child.me.display_name } });
  await assert.rejects(asked);
  assert.equal(await mine.school.daemon.ended, 'SIGKILL');
  assert.match(await readFile(join(mine.school.folder, 'data/erasures.jsonl'), 'utf8'), new RegExp(child.me.id));
  deadly = false;
  await mine.school.start();
  await mine.school.daemon.line(/data of one person were erased/);
  assert.equal((await boss.get(at('erasure'))).state, 'done');
  assert.equal((await child.ask('GET', '/api/v1/me')).status, 401);
});

/** Erased, and nothing of the words is left in any file. */
async function eraseAll(whose: Person, words: string[]): Promise<void> {
  assert.deepEqual((await Promise.all(words.map((word) => traces([word])))).filter((found) => found.length === 0), [], 'a word was never there');
  const gone = room.school.daemon.line(/data of one person were erased/, room.school.daemon.lines.length);
  assert.equal((await erase(admin, whose, whose.me.display_name, 'выбыл из школы')).status, 202);
  await gone;
  assert.deepEqual(await traces(words), []);
  assert.equal((await room.school.console('POST', '/api/v1/console/log-verification', {})).ok, true);
}

test('erasure: what was decided and asked about a complaint goes with whoever complained', async () => {
  const child = await newPupil(room, teacher, newcomer('Тютчева', 'Варя'));
  const insult = await write(await room.enter('pupil3'), await chatOf(child, 'class_pupils'), 'обидные слова');
  const { id } = await post(child, `/chats/${await chatOf(child, 'class_pupils')}/messages/${insult.id}/complaints`, { reason: 'insult', words: 'обидел меня Кривулькин' });
  await post(admin, `/complaints/${id}/openings`, { reason: 'Тютчева просит разобраться с Шмыгалкиным' });
  const decided = await admin.ask('PUT', `/api/v1/complaints/${id}/decision`, { body: { decision: 'kept', words: 'с Тютчевой побеседовал Бубенцов' } });
  assert.equal(decided.status, 200, decided.text);
  await eraseAll(child, ['Кривулькин', 'Шмыгалкин', 'Бубенцов']);
  assert.ok(!(await admin.get('/api/v1/complaints')).items.some((one: any) => one.id === id));
});

test('erasure: a letter to the other parent goes with the child that it names', async () => {
  const office = await openPostOffice(room.school);
  const child = await newPupil(room, teacher, newcomer('Пустозвонова', 'Лия'));
  const mother = await newParent(room, child, newcomer('Волкова', 'Мария'));
  assert.equal((await mother.ask('PATCH', '/api/v1/me', { body: { email: 'mother@example.org' } })).status, 200);
  // Nobody takes the letter now: it waits.
  await office.stop();
  await newParent(room, child, newcomer('Волков', 'Пётр'));
  const letters = async (): Promise<string[]> => (await admin.get('/api/v1/letters')).items.map(({ purpose }: any) => purpose);
  assert.deepEqual(await letters(), ['parent-linked']);
  await eraseAll(child, ['Пустозвонова']);
  assert.deepEqual(await letters(), []);
});

test('merge: one human, one account: children, seats and messages under the name that is left', async () => {
  const spare = await room.enter('parent2');
  const [child] = (await spare.get('/api/v1/children')).items;
  const parents = await chatOf(spare, 'class_parents');
  const said = await write(spare, parents, 'я пишу со второго входа');
  assert.equal(reasonOf(await admin.ask('POST', of(pupil, 'merge'), { body: { into: parent.me.id } })), '409 merge-roles');
  assert.equal(reasonOf(await admin.ask('POST', of(admin, 'merge'), { body: { into: parent.me.id } })), '409 own-account');
  const reply = await admin.ask('POST', of(spare, 'merge'), { body: { into: parent.me.id } });
  assert.equal(reply.status, 200, reply.text);
  assert.equal((await spare.ask('GET', '/api/v1/me')).status, 401);
  assert.ok((await parent.get('/api/v1/me')).children.some(({ id }: any) => id === child.id));
  const message = (await wholeChat(parent, parents)).find(({ id }: any) => id === said.id);
  assert.deepEqual([message.author.id, message.text], [parent.me.id, 'я пишу со второго входа']);
  const edited = await parent.ask('PATCH', `${messagesOf(parents)}/${said.id}`, { body: { text: 'и правлю с первого' } });
  assert.deepEqual([edited.status, edited.body.text, edited.body.mine], [200, 'и правлю с первого', true]);
  assert.ok(!(await admin.get('/api/v1/people?limit=100')).items.some(({ id }: any) => id === spare.me.id));
});

test('merge: a role that ends does so in the account that is left, and nobody who is blocked comes in by it', async () => {
  const add = async (login: string, roles: string[]) => {
    await admin.post('/api/v1/people', { items: [{ family_name: 'Сменов', given_name: 'Пётр', login, roles }] });
    return room.enter(login);
  };
  const merge = (from: Person, into: Person) => admin.ask('POST', of(from, 'merge'), { body: { into: into.me.id } });
  const [substitute, own] = [await add('smena1', ['teacher']), await add('smena2', ['parent'])];
  const ends = { teacher: '2099-06-30' };
  assert.equal((await admin.ask('PUT', of(substitute, 'roles'), { body: { roles: ['teacher'], ends } })).status, 200);
  assert.equal((await admin.ask('PUT', of(substitute, 'block'), { body: {} })).status, 204);
  assert.equal(reasonOf(await merge(substitute, own)), '409 merge-blocked');
  assert.equal((await admin.ask('DELETE', of(substitute, 'block'))).status, 204);
  assert.equal((await merge(substitute, own)).status, 200);
  const { roles, role_ends } = await admin.get(of(own, 'account'));
  assert.deepEqual([roles, role_ends], [['teacher', 'parent'], [{ role: 'teacher', ends_on: '2099-06-30' }]]);
});

test('incident: whose data, which, since when and who looked, for the school or for one account', async () => {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const all = await room.school.console('GET', `/api/v1/console/incident?since=${day}`);
  assert.equal(all.people.pupils, 19);
  assert.ok(all.kept.includes('chats'));
  assert.ok(all.looks.some(({ whose, who, purposes }: any) => whose.id === pupil.me.id && who.id === admin.me.id && purposes === 'export'));
  const one = await room.school.console('GET', `/api/v1/console/incident?since=${day}&login=teacher1`);
  assert.equal(one.account.id, teacher.me.id);
  assert.ok(one.looks.length === 20 && one.looks.every(({ who }: any) => who.id === teacher.me.id));
  for (const query of ['', '?since=yesterday', `?since=${day}&login=nobody-here`]) {
    await assert.rejects(room.school.console('GET', `/api/v1/console/incident${query}`));
  }
});
