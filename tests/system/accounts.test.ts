// SPDX-License-Identifier: LGPL-2.1-or-later
// Other people's accounts: what administrators change, who is blocked, who lets whom in again, names that wait for
// the class teacher, and what people show of themselves.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { FakeClock } from '../lib/faketime.ts';
import type { Reply } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let admin: Person;
let teacher: Person;

before(async () => {
  room = await startClassroom();
  [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
});

after(() => room[Symbol.asyncDispose]());

const reasonOf = (reply: Reply): string => reply.body.type.replace('urn:urok:problem:', '');

function assertRefused(reply: Reply, status: number, reason: string, field?: string): void {
  assert.deepEqual([reply.status, reply.body && reasonOf(reply), reply.body?.field], [status, reason, field], reply.text);
}

const pathOf = (person: Person | string, more = ''): string => `/api/v1/people/${typeof person === 'string' ? person : person.me.id}${more}`;
const accountOf = (person: Person): Promise<any> => admin.get(pathOf(person, '/account'));
const change = (person: Person, body: unknown): Promise<Reply> => admin.ask('PATCH', pathOf(person, '/account'), { body });
const changeMe = (person: Person, body: unknown): Promise<Reply> => person.ask('PATCH', '/api/v1/me', { body });
const signIn = (body: unknown): Promise<Reply> => room.school.request('POST', '/api/v1/sessions', { body });
const isIn = async (person: Person): Promise<boolean> => (await person.ask('GET', '/api/v1/me')).status === 200;

/** Somebody of their own, so that one scenario leaves the others' people alone. */
async function addPerson(login: string, roles: string[], more: object = {}): Promise<Person> {
  await admin.post('/api/v1/people', { items: [{ family_name: 'Новиков', given_name: 'Пётр', login, roles, ...more }] });
  return room.enter(login);
}

/* --- The account --- */

test('an administrator puts an account right, and its person hears of it', async () => {
  const parent = await room.enter('parent1');
  const stream = await parent.live();
  await stream.next('hello');
  const changed = await change(parent, {
    family_name: 'Миронова-Ким', patronymic: null, birth_date: '1985-02-28', login: 'mama1', email: ' mama@example.org ', phone: '8 (900) 123-45-67',
  });
  assert.equal(changed.status, 200, changed.text);
  const { family_name, patronymic, birth_date, login, email, phone, children } = changed.body;
  assert.deepEqual([family_name, patronymic, birth_date, login, email, phone], ['Миронова-Ким', null, '1985-02-28', 'mama1', 'mama@example.org', '+79001234567']);
  assert.equal(children[0].class.title, '5А');
  await stream.next('person');
  await stream.close();
  assert.deepEqual((await change(parent, { email: null, phone: '' })).body.email, null);
  for (const [body, reason, field] of [
    [{ family_name: ' ' }, 'empty', 'family_name'], [{ given_name: 'я'.repeat(61) }, 'too-long', 'given_name'],
    [{ birth_date: '31.02.1985' }, 'invalid', 'birth_date'], [{ login: 'ab' }, 'invalid', 'login'],
    [{ login: 'x'.repeat(65) }, 'too-long', 'login'], [{ email: 'mama' }, 'invalid', 'email'], [{ phone: '112' }, 'invalid', 'phone'],
    [{ roles: ['administrator'] }, 'unknown-field', 'roles'],
  ] as const) assertRefused(await change(parent, body), 400, reason, field);
  assertRefused(await change(parent, { login: 'PUPIL1' }), 409, 'login-taken', 'login');
});

test('a login may be a phone or an e-mail, however it is written', async () => {
  const parent = await room.enter('parent2');
  await change(parent, { login: '8 (900) 765-43-21' });
  assert.equal((await accountOf(parent)).login, '+79007654321');
  assert.equal((await room.enter('+7 900 765 43 21')).me.id, parent.me.id);
  await change(parent, { login: 'papa@example.org' });
  assert.equal((await room.enter('PAPA@example.org')).me.id, parent.me.id);
  const added = await addPerson('8 (900) 111-22-33', ['parent']);
  assert.equal(added.me.login, '+79001112233');
  assert.equal((await room.enter('89001112233')).me.id, added.me.id);
  assertRefused(await change(parent, { login: '+7 900 1112233' }), 409, 'login-taken', 'login');
});

test('an administrator sees where somebody is signed in, and ends it', async () => {
  const person = await room.enter('parent3');
  const { sessions } = await accountOf(person);
  assert.deepEqual(sessions.map(({ id }: any) => id), [person.me.session.id]);
  const stream = await person.live();
  await stream.next('hello');
  assert.equal((await admin.ask('DELETE', pathOf(teacher, `/sessions/${person.me.session.id}`))).status, 404);
  assert.equal((await admin.ask('DELETE', pathOf(person, `/sessions/${person.me.session.id}`))).status, 204);
  await stream.next('session_ended');
  await stream.ended;
  assert.ok(!(await isIn(person)));
});

test('many people are added at once, all or nobody', async () => {
  const line = (n: number, more = {}): object => ({ family_name: 'Петров', given_name: 'Иван', roles: ['pupil'], login: `added-${n}`, ...more });
  const add = (items: unknown[]): Promise<Reply> => admin.ask('POST', '/api/v1/people', { body: { items } });
  assertRefused(await add([line(1), line(2, { given_name: '' })]), 400, 'empty', 'items.1.given_name');
  assertRefused(await add([line(1), line(1)]), 409, 'login-taken', 'items.1.login');
  assertRefused(await add([line(1), { roles: ['pupil'] }]), 400, 'missing-field', 'items.1.family_name');
  assertRefused(await add([line(1, { roles: [] })]), 400, 'invalid', 'items.0.roles');
  assertRefused(await add([line(1, { email: 'x' })]), 400, 'invalid', 'items.0.email');
  assertRefused(await add([]), 400, 'empty', 'items');
  assertRefused(await add(Array.from({ length: 201 }, (_, n) => line(n))), 400, 'too-long', 'items');
  assert.deepEqual((await admin.get('/api/v1/people?search=added-')).items, []);
  const added = await add(Array.from({ length: 200 }, (_, n) => line(n)));
  assert.deepEqual([added.status, added.body.items.length], [201, 200]);
  assertRefused(await teacher.ask('POST', '/api/v1/people', { body: { items: [line(201)] } }), 403, 'forbidden');
});

test('the list is narrowed to who is blocked and who never came in', async () => {
  const blocked = await addPerson('closed-one', ['parent']);
  await admin.ask('PUT', pathOf(blocked, '/block'), { body: {} });
  const logins = async (query: string): Promise<string[]> => (await admin.get(`/api/v1/people?limit=100&${query}`)).items.map(({ login }: any) => login);
  assert.deepEqual(await logins('state=blocked'), ['closed-one']);
  const never = await logins('state=never-seen&role=parent');
  assert.ok(never.includes('parent15') && !never.includes('closed-one'), never.join());
  assertRefused(await admin.ask('GET', '/api/v1/people?state=odd'), 400, 'invalid', 'state');
});

/* --- Blocking --- */

test('a blocked person is out at once, and no way in works until it is taken back', async () => {
  const person = await addPerson('to-block', ['teacher']);
  const password = 'длинный пароль 18';
  await person.ask('PUT', '/api/v1/me/password', { body: { new: password } });
  const { code } = await room.school.console('POST', '/api/v1/console/sign-in-links', { login: 'to-block' });
  const stream = await person.live();
  await stream.next('hello');
  assert.equal((await admin.ask('PUT', pathOf(person, '/block'), { body: {} })).status, 204);
  await stream.next('session_ended');
  await stream.ended;
  assert.ok(!(await isIn(person)));
  assertRefused(await signIn({ login: 'to-block', password }), 403, 'blocked');
  assertRefused(await signIn({ login: 'to-block', password: 'не тот пароль' }), 401, 'wrong-password');
  assertRefused(await signIn({ code }), 401, 'code-used', 'code');
  assertRefused(await admin.ask('POST', pathOf(person, '/sign-in-codes'), { body: {} }), 403, 'blocked');
  await assert.rejects(room.school.console('POST', '/api/v1/console/sign-in-links', { login: 'to-block' }), /blocked/);
  assert.match((await accountOf(person)).blocked_since, /^2/);
  assert.equal((await admin.ask('DELETE', pathOf(person, '/block'))).status, 204);
  assert.equal((await signIn({ login: 'to-block', password })).status, 201);
});

test('a password that is being checked while its person is blocked lets nobody in', async () => {
  const person = await addPerson('to-race', ['teacher']);
  const password = 'длинный пароль 18';
  await person.ask('PUT', '/api/v1/me/password', { body: { new: password } });
  const asked = signIn({ login: 'to-race', password });
  const blocked = admin.ask('PUT', pathOf(person, '/block'), { body: {} });
  const reply = await asked;
  assert.equal((await blocked).status, 204);
  const late = reply.status === 201 ? room.school.person(reply) : undefined;
  assert.ok(late === undefined ? reply.status === 403 : !(await isIn(late)), reply.text);
});

test('a password that is being hashed when its session ends is set for nobody', async () => {
  const person = await addPerson('to-choose', ['teacher']);
  const password = 'длинный пароль 19';
  // One is hashed after the other: behind these it waits, and the block, which waits for none, comes before.
  const queue = Array.from({ length: 8 }, (_, i) => signIn({ login: `nobody-${i}`, password }));
  const chosen = person.ask('PUT', '/api/v1/me/password', { body: { new: password } });
  await Promise.race(queue);
  assert.equal((await admin.ask('PUT', pathOf(person, '/block'), { body: {} })).status, 204);
  assert.equal((await chosen).status, 401);
  await Promise.all(queue);
  assert.equal((await admin.ask('DELETE', pathOf(person, '/block'))).status, 204);
  assertRefused(await signIn({ login: 'to-choose', password }), 401, 'wrong-password');
});

test('nobody blocks themselves, and somebody always stays administrator', async () => {
  assertRefused(await admin.ask('PUT', pathOf(admin, '/block'), { body: {} }), 409, 'own-account');
  const second = await addPerson('second-admin', ['administrator']);
  const put = (who: Person, whom: Person, body: unknown): Promise<Reply> => who.ask('PUT', pathOf(whom, '/roles'), { body });
  assert.equal((await put(admin, second, { roles: ['administrator'], ends: { administrator: '2099-01-01' } })).status, 200);
  assertRefused(await second.ask('PUT', pathOf(admin, '/block'), { body: {} }), 409, 'last-administrator', 'roles');
  assertRefused(await put(second, admin, { roles: ['teacher'] }), 409, 'last-administrator', 'roles');
  assertRefused(await put(second, admin, { roles: ['administrator'], ends: { administrator: '2099-01-01' } }), 409, 'last-administrator', 'roles');
  assert.deepEqual((await put(admin, second, { roles: ['teacher'] })).body.role_ends, []);
});

/* --- Roles --- */

test('roles are given and taken without deleting anybody', async () => {
  const person = await addPerson('many-roles', ['parent']);
  const put = (body: unknown): Promise<Reply> => admin.ask('PUT', pathOf(person, '/roles'), { body });
  const both = await put({ roles: ['parent', 'teacher'], ends: { teacher: '2099-12-31', parent: null } });
  assert.deepEqual([both.body.roles, both.body.role_ends], [['teacher', 'parent'], [{ role: 'teacher', ends_on: '2099-12-31' }]]);
  assert.ok(await isIn(person));
  for (const [body, field] of [
    [{ roles: [] }, 'roles'], [{ roles: ['director'] }, 'roles'], [{ roles: [1] }, 'roles'], [{ roles: ['parent'], ends: { teacher: '2099-12-31' } }, 'ends'],
    [{ roles: ['parent'], ends: { parent: '2001-01-01' } }, 'ends_on'], [{ roles: ['parent'], ends: { parent: 5 } }, 'ends'], [{ roles: ['parent'], ends: { king: null } }, 'ends'],
  ] as const) assertRefused(await put(body), 400, 'invalid', field);
  assert.deepEqual((await put({ roles: ['teacher'] })).body.role_ends, []);
});

test('who is no parent any more sees no child, no looks and no parents\' chat; who has a child is no pupil', async () => {
  const [person, child] = [await room.enter('parent6'), await room.enter('pupil6')];
  const put = (roles: string[]): Promise<Reply> => admin.ask('PUT', pathOf(person, '/roles'), { body: { roles } });
  const parentsChats = async (): Promise<number> => (await person.get('/api/v1/chats')).items.filter(({ kind }: any) => kind === 'class_parents').length;
  assertRefused(await put(['pupil', 'parent']), 409, 'conflict', 'roles');
  assert.equal((await put(['teacher', 'parent'])).status, 200);
  assert.deepEqual([(await person.ask('GET', pathOf(child, '/looks'))).status, await parentsChats()], [200, 1]);
  assert.deepEqual((await put(['teacher'])).body.children, []);
  assert.deepEqual([(await person.ask('GET', pathOf(child, '/looks'))).status, await parentsChats()], [404, 0]);
  assert.deepEqual((await child.get('/api/v1/me')).parents, []);
});

/** On a device of their own, whose session lives on when hours pass. */
async function enterOwn({ school }: Classroom, login: string): Promise<Person> {
  const { code } = await school.console('POST', '/api/v1/console/sign-in-links', { login });
  return school.person(await school.request('POST', '/api/v1/sessions', { body: { code, own_device: true } }));
}

test('a substitute teacher\'s role goes by itself at the school\'s midnight', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'urok-midnight-'));
  const DAY_MS = 24 * 3600 * 1000;
  const dayAfter = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  const secondsTo = (moment: string): number => Math.round((Date.parse(moment) - Date.now()) / 1000);
  // Tomorrow: urokd doubts a time before the day on which it was built. Moscow's midnight is 21:00 in Greenwich.
  const today = dayAfter(1);
  const clock = await FakeClock.start(folder, secondsTo(`${today}T12:00:00Z`));
  const other = await startClassroom({ environment: clock.environment, config: { clock: { synchronisation_confirms: 'no' } } });
  try {
    const [boss, substitute] = [await enterOwn(other, 'admin'), await enterOwn(other, 'teacher2')];
    const stream = await substitute.live();
    await stream.next('hello');
    const set = (body: unknown): Promise<Reply> => boss.ask('PUT', pathOf(substitute, '/roles'), { body });
    assert.equal((await set({ roles: ['teacher', 'parent'], ends: { teacher: today, parent: '2099-01-01' } })).status, 200);
    await clock.set(secondsTo(`${today}T20:59:59Z`));
    // The clock was set: whatever is written next looks at it again.
    await boss.ask('PUT', pathOf(boss, '/roles'), { body: { roles: ['administrator', 'teacher'], ends: { teacher: '2099-01-01' } } });
    while ((await substitute.get('/api/v1/me')).roles.includes('teacher')) await stream.next('person');
    assert.equal((await substitute.ask('GET', '/api/v1/classes')).status, 403);
    await stream.close();
    assert.equal((await set({ roles: ['parent'], ends: { parent: dayAfter(3) } })).status, 200);
    await other.school.daemon.stop();
    await clock.set(secondsTo(`${dayAfter(5)}T12:00:00Z`));
    await other.school.start();
    // It ended while urokd was down, and with the last role all access.
    assert.equal((await substitute.ask('GET', '/api/v1/me')).status, 401);
    const again = await other.enter('admin');
    // Administrators still find whoever has no role left, and may give one.
    assert.deepEqual((await again.get('/api/v1/people?search=teacher2')).items.map(({ id, roles }: any) => [id, roles]), [[substitute.me.id, []]]);
    assert.equal((await again.ask('PUT', pathOf(substitute, '/roles'), { body: { roles: ['teacher'] } })).status, 200);
    assert.equal((await other.enter('teacher2')).me.id, substitute.me.id);
  } finally {
    await other[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
});

/* --- Coming in again --- */

test('a class teacher lets an own pupil in again, and the pupil is told', async () => {
  const pupil = await room.enter('pupil1');
  await pupil.ask('PUT', '/api/v1/me/password', { body: { new: 'длинный пароль 18' } });
  const stream = await pupil.live();
  await stream.next('hello');
  const help = await teacher.post(pathOf(pupil, '/sign-in-codes'), {});
  await stream.next('session_ended');
  await stream.ended;
  assert.equal(help.url, `${room.school.url}/sign-in#${help.code}`);
  assert.match(help.words, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
  assertRefused(await signIn({ login: 'pupil1', password: 'длинный пароль 18' }), 401, 'wrong-password');
  // As a keyboard that is set to Russian has it, small and without dashes.
  const cyrillic: Record<string, string> = { A: 'а', B: 'в', C: 'с', E: 'е', H: 'н', K: 'к', M: 'м', P: 'р', T: 'т', X: 'х', Y: 'у', 0: 'о' };
  const typed = help.words.replaceAll('-', ' ').toLowerCase().replace(/./g, (c: string) => cyrillic[c.toUpperCase()] ?? c);
  const back = room.school.person(await signIn({ code: typed }));
  assert.equal(back.me.id, pupil.me.id);
  assert.deepEqual([back.me.has_password, back.me.recovered.by.id], [false, teacher.me.id]);
  assertRefused(await signIn({ code: help.code }), 401, 'code-used', 'code');
  assertRefused(await signIn({ code: help.words }), 401, 'code-used', 'code');
  assert.equal((await changeMe(back, { recovery_read: true })).body.recovered, null);
});

test('who may let whom in again', async () => {
  const [pupil, parent, other] = [await room.enter('pupil2'), await room.enter('parent4'), await room.enter('teacher2')];
  const second = await addPerson('third-admin', ['administrator']);
  const outsider = await addPerson('no-class', ['pupil']);
  const both = await addPerson('pupil-and-more', ['pupil', 'teacher']);
  const { items } = await teacher.get('/api/v1/classes');
  assert.equal(items.length, 1);
  const may: [Person, Person, boolean][] = [
    [other, pupil, false], [parent, pupil, false], [pupil, pupil, false], [teacher, parent, false], [teacher, outsider, false], [teacher, both, false], [teacher, other, false],
    [teacher, admin, false], [teacher, teacher, false], [admin, admin, false], [teacher, pupil, true], [admin, parent, true], [admin, outsider, true], [admin, other, true], [admin, second, true],
  ];
  for (const [who, whom, allowed] of may) {
    // Whoever was helped lost the session, and comes in again.
    const reply = await who.ask('POST', pathOf(whom, '/sign-in-codes'), { body: {} });
    assert.equal(reply.status, allowed ? 201 : 404, `${who.me.display_name} for ${whom.me.display_name}: ${reply.text}`);
  }
});

test('after fifty wrong codes in the school typing waits, and links go on', async () => {
  await using other = await startClassroom();
  const leader = await other.enter('teacher1');
  const pupil = await other.enter('pupil1');
  const { code, words } = await leader.post(pathOf(pupil, '/sign-in-codes'), {});
  const look = (what: string): Promise<Reply> => other.school.request('POST', '/api/v1/sign-in-codes/look', { body: { code: what } });
  assert.equal((await look(words)).status, 200);
  for (let n = 0; n < 50; n += 1) assertRefused(await look(`0000-0000-${String(n).padStart(4, '0')}`), 401, 'code-used', 'code');
  const refused = await look(words);
  assertRefused(refused, 429, 'too-many-tries');
  assert.equal(refused.headers['retry-after'], '600');
  assert.equal((await look(code)).body.display_name, pupil.me.display_name);
});

/* --- Names that wait --- */

test('a pupil\'s new name waits for one press, and look-alikes are shown', async () => {
  const [pupil, parent, other] = [await room.enter('pupil5'), await room.enter('parent5'), await room.enter('teacher2')];
  const stream = await teacher.live();
  await stream.next('hello');
  const changed = await changeMe(pupil, { given_name: 'Coня', about: 'Люблю шахматы' });
  assert.deepEqual([changed.body.given_name, changed.body.about], [pupil.me.given_name, 'Люблю шахматы']);
  assert.deepEqual(changed.body.correction.fields.map(({ name, to }: any) => [name, to]), [['given_name', 'Coня']]);
  assert.deepEqual((await stream.next('corrections')).data, { person_id: pupil.me.id });
  await stream.close();
  assert.equal((await parent.ask('POST', pathOf(pupil, '/corrections'), { body: { birth_date: '2014-05-31', family_name: 'Sokolova' } })).status, 204);
  const find = async (who: Person): Promise<any> => (await who.get('/api/v1/corrections')).items.find(({ person }: any) => person.id === pupil.me.id);
  const waiting = await find(teacher);
  assert.deepEqual([waiting.class.title, waiting.by.id], ['5А', parent.me.id]);
  assert.deepEqual(waiting.fields.map(({ name, to, doubts }: any) => [name, to, doubts]), [
    ['family_name', 'Sokolova', { why: 'other-script', at: [] }],
    ['given_name', 'Coня', { why: 'mixed-scripts', at: [0, 1] }],
    ['birth_date', '2014-05-31', null],
  ]);
  assert.equal((await find(admin)).id, waiting.id);
  assert.equal(await find(other), undefined);
  const decide = (who: Person, decision: string): Promise<Reply> => who.ask('PUT', `/api/v1/corrections/${waiting.id}`, { body: { decision } });
  for (const who of [pupil, parent, other]) assertRefused(await decide(who, 'approved'), 404, 'not-found');
  assertRefused(await decide(teacher, 'perhaps'), 400, 'invalid', 'decision');
  assert.equal((await decide(teacher, 'approved')).status, 204);
  assertRefused(await decide(teacher, 'approved'), 404, 'not-found');
  const me = await pupil.get('/api/v1/me');
  assert.deepEqual([me.family_name, me.given_name, me.birth_date, me.correction], ['Sokolova', 'Coня', '2014-05-31', null]);
});

test('a correction that grew meanwhile is not approved unseen; a rejected one is gone', async () => {
  const pupil = await room.enter('pupil6');
  const waitingId = async (): Promise<string> => (await pupil.get('/api/v1/me')).correction.id;
  await changeMe(pupil, { given_name: 'Сонечка' });
  const seen = await waitingId();
  await changeMe(pupil, { family_name: 'Дурак' });
  const decide = (id: string, decision: string): Promise<Reply> => teacher.ask('PUT', `/api/v1/corrections/${id}`, { body: { decision } });
  assertRefused(await decide(seen, 'approved'), 404, 'not-found');
  assert.equal((await decide(await waitingId(), 'rejected')).status, 204);
  const me = await pupil.get('/api/v1/me');
  assert.deepEqual([me.family_name, me.given_name, me.correction], [pupil.me.family_name, pupil.me.given_name, null]);
});

test('whose name is not one\'s own to correct', async () => {
  const [pupil, classmate, parent, other] = [await room.enter('pupil7'), await room.enter('pupil8'), await room.enter('parent7'), await room.enter('teacher2')];
  const correct = (who: Person, whom: Person): Promise<Reply> => who.ask('POST', pathOf(whom, '/corrections'), { body: { given_name: 'Иная' } });
  assertRefused(await correct(classmate, pupil), 403, 'forbidden');
  assertRefused(await correct(other, pupil), 403, 'forbidden');
  assertRefused(await correct(pupil, parent), 403, 'forbidden');
  assertRefused(await correct(parent, classmate), 404, 'not-found');
  assert.equal((await correct(teacher, pupil)).status, 204);
  assert.equal((await pupil.get('/api/v1/me')).given_name, 'Иная');
});

/* --- What people show --- */

test('phone and e-mail are shown to administrators alone, unless their owner says otherwise', async () => {
  const [parent, pupil, other, outsider] = [await room.enter('parent9'), await room.enter('pupil9'), await room.enter('teacher2'), await addPerson('outside-teacher', ['teacher'])];
  const stranger = await room.enter('pupil10');
  await changeMe(parent, { phone: '+7 900 111-22-33', email: 'p9@example.org' });
  const shown = async (who: Person): Promise<unknown> => {
    const { email, phone } = await who.get(pathOf(parent));
    return [email, phone];
  };
  assert.deepEqual(await shown(other), [null, null]);
  assert.deepEqual(await shown(pupil), [null, null]);
  assert.deepEqual(await shown(admin), ['p9@example.org', '+79001112233']);
  assert.deepEqual(await shown(parent), ['p9@example.org', '+79001112233']);
  await changeMe(parent, { phone_shown_to: 'classes', email_shown_to: 'everyone' });
  assert.deepEqual(await shown(other), ['p9@example.org', '+79001112233']);
  assert.deepEqual(await shown(outsider), ['p9@example.org', null]);
  assert.equal((await stranger.ask('GET', pathOf(parent))).status, 404);
  assertRefused(await changeMe(parent, { phone_shown_to: 'all' }), 400, 'invalid', 'phone_shown_to');
  // Children first: a pupil's stay with the administrators.
  await changeMe(pupil, { phone: '+7 900 111-22-44' });
  assertRefused(await changeMe(pupil, { phone_shown_to: 'everyone' }), 409, 'pupils-contact', 'phone');
  assert.equal((await teacher.get(pathOf(pupil))).phone, null);
  const card = JSON.stringify(await other.get(pathOf(pupil)));
  assert.ok(!/login|birth_date|family_name|sessions/.test(card), card);
  // The parents read who looked.
  const { items } = await parent.get(pathOf(pupil, '/looks'));
  assert.ok(items.some(({ person, purpose }: any) => person.id === other.me.id && purpose === 'profile'), JSON.stringify(items));
});

test('a phone or an e-mail that is a login is found by administrators alone', async () => {
  const parent = await room.enter('parent7');
  assert.equal((await change(parent, { login: '8 (900) 555-66-77' })).status, 200);
  const find = async (who: Person, text: string): Promise<string[]> =>
    (await who.get(`/api/v1/correspondents?search=${encodeURIComponent(text)}`)).items.map(({ id }: any) => id);
  for (const who of [teacher, await room.enter('parent8'), await room.enter('pupil7')]) {
    assert.ok((await find(who, parent.me.family_name)).includes(parent.me.id), who.me.login);
    for (const text of ['+7', '+7900555', '+79005556677']) assert.deepEqual(await find(who, text), [], `${who.me.login}: ${text}`);
  }
  assert.equal((await admin.get('/api/v1/people?search=%2B7900555')).items[0].id, parent.me.id);
});

test('a birthday is shown as its owner wishes, without the year', async () => {
  const pupil = await room.enter('pupil11');
  const [classmate, outsider] = [await room.enter('pupil12'), await addPerson('outside-teacher-2', ['teacher'])];
  await change(pupil, { birth_date: '2014-05-31' });
  const seen = async (): Promise<unknown[]> => [(await classmate.get(pathOf(pupil))).birthday, (await outsider.get(pathOf(pupil))).birthday];
  assert.deepEqual(await seen(), [null, null]);
  await changeMe(pupil, { birthday_shown_to: 'classes' });
  assert.deepEqual(await seen(), ['05-31', null]);
  await changeMe(pupil, { birthday_shown_to: 'everyone' });
  assert.deepEqual(await seen(), ['05-31', '05-31']);
});

test('quiet hours are two different times of a day, or none', async () => {
  const person = await room.enter('parent13');
  assert.deepEqual((await changeMe(person, { quiet_hours: { from: '21:30', to: '07:00' } })).body.quiet_hours, { from: '21:30', to: '07:00' });
  for (const bad of [{ from: '24:00', to: '07:00' }, { from: '7:00', to: '08:00' }, { from: '07:60', to: '08:00' }, { from: '07:00', to: '07:00' }, { from: 'ab:cd', to: '07:00' }]) {
    assertRefused(await changeMe(person, { quiet_hours: bad }), 400, 'invalid', 'quiet_hours');
  }
  assertRefused(await changeMe(person, { quiet_hours: { from: '07:00' } }), 400, 'missing-field', 'to');
  assert.equal((await changeMe(person, { quiet_hours: null })).body.quiet_hours, null);
});
