// SPDX-License-Identifier: LGPL-2.1-or-later
// People come in: by their own invitation, by a class's link, and parents by their child's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { begin, BIRTH_DATE, classOf, confirm, letIn, newcomer, newParent, newPupil, PASSWORD, post, prove, said, stranger } from '../lib/newcomers.ts';
import type { Person } from '../lib/school.ts';

const look = (room: Classroom, code: string) => room.school.request('POST', '/api/v1/invitations/look', { body: { code } });
const accept = (room: Classroom, code: string, more: object = {}) =>
  room.school.request('POST', '/api/v1/invitations/acceptances', { body: { code, password: PASSWORD, ...more } });

async function idOf(room: Classroom, login: string): Promise<string> {
  const { items } = await (await room.enter('admin')).get(`/api/v1/people?search=${login}`);
  return items.find((one: any) => one.login === login).id;
}

/** What a dead link gets, whatever became of it. */
const DEAD = [404, 'invitation-dead'];

/** The school of most tests; what shuts something for everybody has one of its own. */
let common: Classroom;
before(async () => {
  common = await startClassroom();
});
after(() => common.school.stop());

test('an own invitation shows little, gives a password once, and dies', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const pupil = await idOf(room, 'pupil1');
  const issued = await post(teacher, `/people/${pupil}/invitations`, {});
  assert.equal(issued.url, `${room.school.url}/i#${issued.code}`);
  assert.match(issued.slip_code, /^([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}$/);
  const shown = await look(room, issued.code);
  const { expires_at, login, ...words } = shown.body;
  assert.match(login, /^pupil\d+$/);
  assert.deepEqual(words, { kind: 'person', school: 'Школа № 17', here: 'nobody', name: 'Саша М.', class: '5А', code: issued.code });
  const weak = await accept(room, issued.code, { password: login });
  assert.deepEqual([...said(weak), weak.body.field], [400, 'weak-password', 'password']);
  const many = await Promise.all(Array.from({ length: 50 }, () => accept(room, issued.code)));
  assert.deepEqual(many.map(({ status }) => status).sort(), [201, ...Array(49).fill(404)]);
  assert.deepEqual(said(await look(room, issued.code)), DEAD);
  assert.deepEqual(said(await look(room, issued.slip_code)), DEAD);
  const back = await room.school.request('POST', '/api/v1/sessions', { body: { login, password: PASSWORD } });
  assert.equal(back.status, 201, back.text);
  assert.deepEqual(said(await teacher.ask('POST', `/api/v1/people/${pupil}/invitations`, { body: {} })), [409, 'came-in-already']);
});

test('a slip\'s code is read as people type it, and a new slip takes the old one\'s place', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const pupil = await idOf(room, 'pupil2');
  const old = await post(teacher, `/people/${pupil}/invitations`, {});
  const issued = await post(teacher, `/people/${pupil}/invitations`, {});
  assert.deepEqual(said(await look(room, old.slip_code)), DEAD);
  const russian: Record<string, string> = { A: 'а', B: 'в', C: 'с', E: 'е', H: 'н', K: 'к', M: 'м', P: 'р', T: 'т', X: 'х', Y: 'у' };
  const typed = [...issued.slip_code.replaceAll('-', ' ')].map((c) => russian[c] ?? c.toLowerCase()).join('');
  assert.equal((await look(room, ` ${typed} `)).body.name, 'Саша М.');
  assert.equal((await accept(room, typed)).status, 201);
});

test('who may invite whom', async () => {
  const room = common;
  const [admin, teacher, other, pupil] = [await room.enter('admin'), await room.enter('teacher1'), await room.enter('teacher2'), await room.enter('pupil9')];
  const ids = new Map((await admin.get('/api/v1/people?limit=100')).items.map((one: any) => [one.login, one.id]));
  const invite = async (who: Person, login: string) =>
    (await who.ask('POST', `/api/v1/people/${ids.get(login)}/invitations`, { body: {} })).status;
  for (const login of ['pupil3', 'parent3']) {
    assert.equal(await invite(teacher, login), 201, login);
    assert.equal(await invite(admin, login), 201, login);
    assert.equal(await invite(other, login), 404, login);
    assert.equal(await invite(pupil, login), 404, login);
  }
  for (const login of ['teacher2', 'admin']) assert.equal(await invite(teacher, login), 404, login);
  assert.equal(await invite(admin, 'teacher2'), 201);
  const path = `/api/v1/classes/${await classOf(teacher)}`;
  for (const who of [other, pupil]) {
    assert.equal((await who.ask('POST', `${path}/invitations`, { body: {} })).status, 404);
    assert.equal((await who.ask('GET', `${path}/enrolment`)).status, 404);
  }
});

test('what a class teacher gave to a pupil or a parent does not open the account of who works here by then', async () => {
  const room = common;
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  const [parent, pupil] = [await idOf(room, 'parent5'), await idOf(room, 'pupil5')];
  const { code, slip_code } = await post(teacher, `/people/${parent}/invitations`, {});
  const way = await post(teacher, `/people/${pupil}/sign-in-codes`, {});
  const appoint = (person: string, roles: string[]) => admin.ask('PUT', `/api/v1/people/${person}/roles`, { body: { roles } });
  assert.equal((await appoint(parent, ['parent', 'administrator'])).status, 200);
  assert.equal((await appoint(pupil, ['teacher'])).status, 200);
  assert.deepEqual(said(await look(room, code)), DEAD);
  assert.deepEqual(said(await accept(room, slip_code)), DEAD);
  assert.deepEqual(said(await room.school.request('POST', '/api/v1/sessions', { body: { code: way.code } })), [401, 'code-used']);
  const anew = await post(admin, `/people/${parent}/invitations`, {});
  assert.equal((await accept(room, anew.code)).status, 201);
});

test('a newcomer by the class\'s link waits for one press, and is nobody until then', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const page = stranger(room.school);
  const path = `/api/v1/classes/${await classOf(teacher)}`;
  const first = await post(teacher, `${path.slice(7)}/invitations`, {});
  const { code } = await post(teacher, `${path.slice(7)}/invitations`, {});
  const who = { ...newcomer(), birth_date: BIRTH_DATE };
  assert.deepEqual(said(await page.ask('POST', '/api/v1/applications', { body: { ...who, code: first.code } })), DEAD);
  assert.deepEqual((await look(room, code)).body.class, '5А');
  const { ticket } = await post(page, '/applications', { ...who, code });
  const taken = await page.ask('POST', '/api/v1/applications', { body: { ...who, code } });
  assert.deepEqual([...said(taken), taken.body.field], [409, 'login-taken', 'login']);
  // One phone is one login, however it is written, also of who waits.
  const phone = (login: string) => page.ask('POST', '/api/v1/applications', { body: { ...newcomer('Звонкий', 'Лёва'), login, birth_date: BIRTH_DATE, code } });
  const called = await phone('+7 900 555-44-33');
  assert.equal(called.status, 201, called.text);
  assert.deepEqual(said(await phone('8 (900) 555 44 33')), [409, 'login-taken']);
  const waits = (await teacher.get(`${path}/enrolment`)).applications[1];
  assert.equal((await teacher.ask('PATCH', `${path}/applications/${waits.id}`, { body: { state: 'refused' } })).status, 204);
  const enter = () => room.school.request('POST', '/api/v1/sessions', { body: { login: who.login, password: who.password } });
  assert.equal((await enter()).status, 401);
  const other = await post(page, '/applications', { ...newcomer('Чужой', 'Пётр'), birth_date: BIRTH_DATE, code });
  const { applications, link } = await teacher.get(`${path}/enrolment`);
  assert.ok(link.expires_at > link.made_at);
  assert.deepEqual(applications.map((one: any) => one.family_name), ['Волкова', 'Чужой']);
  const press = (index: number, state: string) => teacher.ask('PATCH', `${path}/applications/${applications[index].id}`, { body: { state } });
  assert.equal((await press(0, 'accepted')).status, 204);
  assert.equal((await press(0, 'accepted')).status, 404, 'it is decided');
  assert.equal((await press(1, 'refused')).status, 204);
  const stateOf = async (one: string) => (await post(page, '/applications/look', { ticket: one })).state;
  assert.deepEqual([await stateOf(ticket), await stateOf(other.ticket)], ['accepted', 'refused']);
  const pupil = room.school.person(await enter());
  assert.deepEqual(pupil.me.roles, ['pupil']);
  assert.equal(pupil.me.classes[0].title, '5А');
  assert.equal((await teacher.ask('DELETE', `${path}/invitations`)).status, 204);
  assert.deepEqual(said(await look(room, code)), DEAD);
});

test('a parent\'s link shows a name, an initial and a class; the birth date opens the rest', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const child = await newPupil(room, teacher);
  const { code } = await post(child, '/me/parent-invitations', {});
  const page = stranger(room.school);
  const shown = (await look(room, code)).body;
  assert.deepEqual([shown.name, shown.class, shown.school, shown.has_room], ['Соня В.', '5А', 'Школа № 17', true]);
  assert.ok(!JSON.stringify(shown).includes('Волкова') && !JSON.stringify(shown).includes(child.me.id), 'more than it may');
  const who = newcomer('Волкова', 'Мария');
  assert.deepEqual(said(await begin(page, code)), [400, 'missing-field']);
  const { ticket, ...begun } = (await begin(page, code, who)).body;
  assert.deepEqual(begun, { state: 'proof', tries_left: 3, child: null, consents: [] });
  assert.deepEqual(said(await confirm(page, ticket)), [409, 'conflict']);
  assert.equal((await room.school.request('POST', '/api/v1/sessions', { body: { login: who.login, password: PASSWORD } })).status, 401, 'no account yet');
  assert.deepEqual((await prove(page, ticket, '2015-03-15')).body, { state: 'proof', tries_left: 2, child: null, consents: [] });
  // The first parent, by the child's word: the date is right, and the class teacher says that it is an adult.
  assert.deepEqual((await prove(page, ticket)).body, { state: 'teacher', tries_left: 2, child: null, consents: [] });
  assert.deepEqual(said(await confirm(page, ticket)), [409, 'conflict']);
  const { pairings } = await teacher.get(`/api/v1/classes/${await classOf(teacher)}/enrolment`);
  assert.deepEqual(pairings.map((one: any) => [one.given_name, one.why]), [['Мария', 'childs-word']]);
  assert.deepEqual(await letIn(teacher, child), [204]);
  const proved = await post(page, '/pairings/look', { ticket });
  assert.deepEqual(proved.child, { id: child.me.id, family_name: 'Волкова', given_name: 'Соня', patronymic: null, birth_date: BIRTH_DATE, class: '5А' });
  const streams = [await child.live(), await teacher.live()];
  for (const stream of streams) await stream.next('hello');
  const parent = room.school.person(await confirm(page, ticket));
  await streams[0]!.next('person');
  await streams[1]!.next('enrolment');
  for (const stream of streams) await stream.close();
  assert.deepEqual(parent.me.roles, ['parent']);
  assert.deepEqual(parent.me.children.map((one: any) => one.id), [child.me.id]);
  assert.deepEqual((await child.get('/api/v1/me')).parents.map((one: any) => one.id), [parent.me.id]);
  assert.deepEqual(said(await look(room, code)), DEAD);
  assert.equal((await post(page, '/pairings/look', { ticket })).state, 'accepted');
});

test('three wrong birth dates, and the class teacher\'s press opens instead', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const path = `/api/v1/classes/${await classOf(teacher)}`;
  const child = await newPupil(room, teacher);
  const { code } = await post(child, '/me/parent-invitations', {});
  const page = stranger(room.school);
  const { ticket } = (await begin(page, code, newcomer('Волкова', 'Мария'))).body;
  for (const left of [2, 1, 0]) assert.equal((await prove(page, ticket, '2014-01-01')).body.tries_left, left);
  assert.deepEqual(said(await prove(page, ticket)), [409, 'conflict'], 'the right one comes too late');
  const again = (await begin(page, code, newcomer('Волкова', 'Мария'))).body;
  assert.equal(again.state, 'teacher', 'beginning anew gives no more tries');
  const { pairings } = await teacher.get(`${path}/enrolment`);
  assert.deepEqual(pairings.map((one: any) => [one.child_name, one.given_name, one.why]), [['Соня Волкова', 'Мария', 'wrong-dates'], ['Соня Волкова', 'Мария', 'wrong-dates']]);
  assert.equal((await teacher.ask('PATCH', `${path}/pairings/${pairings[0].id}`, { body: { state: 'accepted' } })).status, 204);
  assert.equal((await post(page, '/pairings/look', { ticket })).state, 'proved');
  assert.equal((await confirm(page, ticket)).status, 201);
  assert.deepEqual(said(await page.ask('POST', '/api/v1/pairings/look', { body: { ticket: again.ticket } })), DEAD, 'the other one goes with the link');
});

test('a child does not become its own parent, whatever it tries', async () => {
  await using room = await startClassroom();
  const { school } = room;
  const teacher = await room.enter('teacher1');
  const child = await newPupil(room, teacher);
  const mate = await newPupil(room, teacher, newcomer('Зайцева', 'Оля'));
  const { code, short_code } = await post(child, '/me/parent-invitations', {});
  assert.equal((await post(child, '/invitations/look', { code })).here, 'subject');
  assert.equal((await post(mate, '/invitations/look', { code })).here, 'pupil');
  for (const pupil of [child, mate]) assert.deepEqual(said(await begin(pupil, code)), [409, 'childs-device']);
  const traded = await post(child, '/invitations/look', { code: `${short_code.locator}${short_code.digits}` });
  assert.deepEqual(said(await begin(child, traded.code)), [409, 'childs-device'], 'the code instead of the link');

  // Two tabs: begun signed out, gone on with after the child signed in beside it, at each step.
  const page = stranger(school);
  const { ticket } = (await begin(page, code, newcomer('Волкова', 'Мария'))).body;
  for (const step of [() => prove(child, ticket), () => confirm(child, ticket), () => child.ask('POST', '/api/v1/pairings/look', { body: { ticket } })]) {
    assert.deepEqual(said(await step()), [409, 'childs-device']);
  }
  // Signed out, with a name that it made up and the birth date that it knows: a press that nobody gives.
  assert.equal((await prove(page, ticket)).body.state, 'teacher');
  assert.deepEqual(said(await confirm(page, ticket)), [409, 'conflict']);
  assert.deepEqual(await letIn(teacher, child), [204]);
  assert.deepEqual(said(await confirm(child, ticket)), [409, 'childs-device']);
  assert.deepEqual(said(await confirm(teacher, ticket)), [409, 'other-session'], 'somebody else in this browser');

  // A second account of the same name: the birth date, which the child knows, opens nothing.
  const twin = (await begin(page, traded.code, newcomer(' волкова', 'СОНЯ'))).body;
  assert.equal(twin.state, 'teacher');
  assert.deepEqual(said(await prove(page, twin.ticket)), [409, 'conflict']);

  // Whoever became a pupil while the page stood open.
  const parent = await newParent(room, mate);
  const other = (await post(child, '/me/parent-invitations', {})).code;
  const mine = (await begin(parent, other)).body;
  assert.equal((await prove(parent, mine.ticket)).body.state, 'proved');
  assert.deepEqual((await child.get('/api/v1/me')).parents, []);
  assert.equal((await confirm(parent, mine.ticket)).status, 204);
  assert.deepEqual((await parent.get('/api/v1/me')).children.map((one: any) => one.id).sort(), [child.me.id, mate.me.id].sort());
});

test('a short code lives through four wrong tries, is used once, and fifty wrong ones close the entry of codes', async () => {
  await using room = await startClassroom();
  const teacher = await room.enter('teacher1');
  const child = await newPupil(room, teacher);
  const issue = async () => (await post(child, '/me/parent-invitations', {})).short_code;
  const wrongOf = ({ locator, digits }: Record<string, string>) => `${locator} ${digits === '000000' ? '000001' : '000000'}`;
  const first = await issue();
  assert.match(`${first.locator} ${first.digits}`, /^[2-9A-HJ-NP-Z]{4} \d{6}$/);
  assert.equal(first.lives_s, 600);
  for (let i = 0; i < 4; i += 1) assert.deepEqual(said(await look(room, wrongOf(first))), DEAD);
  const shown = await look(room, `${first.locator.toLowerCase()}-${first.digits}`);
  assert.deepEqual([shown.body.name, shown.body.kind], ['Соня В.', 'parent']);
  assert.equal((await look(room, shown.body.code)).status, 200);
  assert.deepEqual(said(await look(room, `${first.locator}${first.digits}`)), DEAD, 'used');

  const second = await issue();
  for (let i = 0; i < 5; i += 1) assert.deepEqual(said(await look(room, wrongOf(second))), DEAD);
  assert.deepEqual(said(await look(room, `${second.locator}${second.digits}`)), DEAD, 'it died of five wrong ones');

  const { code } = await post(child, '/me/parent-invitations', {});
  const third = await issue();
  const closed: number[] = [];
  for (let i = 0; i < 60; i += 1) {
    const reply = await look(room, i % 2 ? 'ABCD-EFGH-JKLM' : 'ABCD 123456');
    if (reply.status === 429) closed.push(i);
    else assert.deepEqual(said(reply), DEAD);
  }
  assert.ok(closed.length >= 20, `${closed.length} of 60 were refused`);
  const refused = await look(room, `${third.locator}${third.digits}`);
  assert.deepEqual(said(refused), [429, 'codes-closed']);
  assert.ok(Number(refused.headers['retry-after']) > 500);
  assert.equal((await look(room, code)).body.name, 'Соня В.', 'links go on');
});

test('of fifty who confirm at once two become parents, and a link is used once', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const child = await newPupil(room, teacher);
  const page = stranger(room.school);
  const tickets: string[] = [];
  // Six links of one child, some begun several times.
  for (let i = 0; i < 6; i += 1) {
    const { code } = await post(child, '/me/parent-invitations', {});
    for (let k = 0; k < 3; k += 1) {
      const { ticket } = (await begin(page, code, newcomer(`Семья${i}`, `Родитель${k}`))).body;
      assert.equal((await prove(page, ticket)).body.state, 'teacher');
      tickets.push(ticket);
    }
  }
  assert.equal((await letIn(teacher, child)).length, tickets.length);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => confirm(page, tickets[i % tickets.length]!)));
  const done = answers.filter(({ status }) => status === 201);
  assert.equal(done.length, 2);
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    assert.ok(['parents-full', 'invitation-dead', 'conflict'].includes(said(answer)[1]!), answer.text);
  }
  assert.deepEqual((await child.get('/api/v1/me')).parents.map((one: any) => one.id).sort(), done.map(({ body }) => body.id).sort());
  assert.deepEqual(said(await child.ask('POST', '/api/v1/me/parent-invitations', { body: {} })), [409, 'parents-full']);
});

test('a third parent hears it clearly, and one press of the class teacher makes room', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const child = await newPupil(room, teacher);
  const late = await post(child, '/me/parent-invitations', {});
  const [first, second] = [await newParent(room, child), await newParent(room, child)];
  assert.equal((await look(room, late.code)).body.has_room, false);
  const third = newcomer('Волков', 'Пётр');
  assert.deepEqual(said(await begin(stranger(room.school), late.code, third)), [409, 'parents-full']);
  const unlink = (who: Person, parent: Person) => who.ask('DELETE', `/api/v1/people/${child.me.id}/parents/${parent.me.id}`);
  for (const who of [child, first, second, await room.enter('teacher2')]) assert.equal((await unlink(who, first)).status, 404);
  assert.equal((await unlink(teacher, first)).status, 204);
  assert.deepEqual((await first.get('/api/v1/me')).children, []);
  assert.equal((await first.ask('GET', `/api/v1/classes/${await classOf(teacher)}`)).status, 404, 'what hung on the link is gone');
  // Who was unlinked knows the birth date, and may hold one more link: those that were open are dead.
  assert.deepEqual(said(await look(room, late.code)), DEAD);
  assert.deepEqual(said(await look(room, `${late.short_code.locator} ${late.short_code.digits}`)), DEAD);
  const { code } = await post(child, '/me/parent-invitations', {});
  assert.equal((await begin(stranger(room.school), code, third)).status, 201);
});

test('a parent whose link was taken comes back by one press alone, of somebody else than themselves, and so does every new one', async () => {
  const room = common;
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  const child = await newPupil(room, teacher);
  const [first, second] = [await newParent(room, child), await newParent(room, child)];
  assert.equal((await teacher.ask('DELETE', `/api/v1/people/${child.me.id}/parents/${first.me.id}`)).status, 204);
  const invite = async (): Promise<string> => (await post(child, '/me/parent-invitations', {})).code;
  const why = async (): Promise<string[]> => (await teacher.get(`/api/v1/classes/${await classOf(child)}/enrolment`)).pairings.map((one: any) => one.why);
  // The same account, and a new one of the same human: a parent is here, and the date is right.
  const back = (await begin(first, await invite())).body;
  assert.equal((await prove(first, back.ticket)).body.state, 'teacher');
  assert.deepEqual(said(await confirm(first, back.ticket)), [409, 'conflict']);
  assert.deepEqual(await why(), ['taken']);
  const page = stranger(room.school);
  const anew = (await begin(page, await invite(), newcomer('Волкова', 'Маша'))).body;
  assert.equal((await prove(page, anew.ticket)).body.state, 'teacher');
  assert.deepEqual(await why(), ['taken', 'taken']);
  assert.deepEqual((await child.get('/api/v1/me')).parents.map((one: any) => one.id), [second.me.id]);
  assert.deepEqual(await letIn(teacher, child), [204, 204]);
  assert.equal((await confirm(first, back.ticket)).status, 204);
  // Given back: nobody is missed any more. And nobody presses for themselves.
  const other = await newPupil(room, teacher, newcomer('Зайцева', 'Оля'));
  const link = (whom: Person) => admin.ask('PUT', `/api/v1/people/${other.me.id}/parents/${whom.me.id}`, { body: { reason: 'свидетельство о рождении' } });
  const unlink = () => admin.ask('DELETE', `/api/v1/people/${other.me.id}/parents/${teacher.me.id}`);
  assert.deepEqual([(await link(teacher)).status < 300, (await unlink()).status], [true, 204]);
  const own = (await begin(teacher, (await post(other, '/me/parent-invitations', {})).code)).body;
  assert.equal((await prove(teacher, own.ticket)).body.state, 'teacher');
  assert.ok((await letIn(teacher, other)).includes(403));
  assert.deepEqual(await letIn(admin, other), [204]);
  assert.equal((await confirm(teacher, own.ticket)).status, 204);
  assert.equal((await unlink()).status, 204);
});

test('"not my child" cancels the link, and a teacher who is a parent keeps one account', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const child = await newPupil(room, teacher);
  const colleague = await room.enter('teacher2');
  const { code } = await post(child, '/me/parent-invitations', {});
  const { ticket } = (await begin(colleague, code)).body;
  assert.equal((await colleague.ask('POST', '/api/v1/pairings/refusals', { body: { ticket } })).status, 204);
  assert.deepEqual(said(await look(room, code)), DEAD);
  const next = await post(child, '/me/parent-invitations', {});
  assert.deepEqual(said(await begin(colleague, next.code, newcomer())), [409, 'other-session']);
  const mine = (await begin(colleague, next.code)).body;
  await prove(colleague, mine.ticket);
  assert.equal((await confirm(colleague, mine.ticket)).status, 204);
  const { roles, children } = await colleague.get('/api/v1/me');
  assert.deepEqual([roles, children.length], [['teacher', 'parent'], 1]);
  const third = await post(child, '/me/parent-invitations', {});
  assert.equal((await post(colleague, '/invitations/look', { code: third.code })).here, 'parent');
  assert.deepEqual(said(await begin(colleague, third.code)), [409, 'already-linked']);
});

test('a dead invitation gets the same words whether it ever existed', async () => {
  const room = common;
  const teacher = await room.enter('teacher1');
  const child = await newPupil(room, teacher);
  const used = await post(child, '/me/parent-invitations', {});
  const { ticket } = (await begin(stranger(room.school), used.code, newcomer('Волкова', 'Мария'))).body;
  await prove(stranger(room.school), ticket);
  await letIn(teacher, child);
  assert.equal((await confirm(stranger(room.school), ticket)).status, 201);
  const cancelled = await post(child, '/me/parent-invitations', {});
  assert.equal((await child.ask('DELETE', '/api/v1/me/parent-invitations')).status, 204);
  const words = new Set<string>();
  for (const code of [used.code, cancelled.code, 'x'.repeat(43), 'ABCD-EFGH-JKLM', 'ABCD 123456', 'what?', 'Ж'.repeat(60)]) {
    const reply = await look(room, code);
    assert.deepEqual(said(reply), DEAD, code);
    words.add(reply.text);
  }
  assert.equal(words.size, 1);
});

test('a parent gives consents for the child, corrects its data, and the class teacher sees the correction', async () => {
  await using room = await startClassroom();
  const admin = await room.enter('admin');
  const teacher = await room.enter('teacher1');
  const kind = (purpose: string, required: boolean) =>
    post(admin, '/consent-kinds', { purpose, title: `Согласие: ${purpose}`, text: 'Текст согласия.', for_pupils: true, required, enabled: true });
  const [part, photo] = [await kind('taking-part', true), await kind('photo', false)];
  const child = await newPupil(room, teacher);
  assert.equal(child.me.waits_for_consent, true);
  const { code } = await post(child, '/me/parent-invitations', {});
  const page = stranger(room.school);
  const { ticket } = (await begin(page, code, newcomer('Волкова', 'Мария'))).body;
  await prove(page, ticket);
  await letIn(teacher, child);
  const { consents } = await post(page, '/pairings/look', { ticket });
  const asked = consents.filter(({ kind }: any) => [part.id, photo.id].includes(kind));
  assert.deepEqual(asked.map((one: any) => [one.kind, one.required]), [[part.id, true], [photo.id, false]]);
  const send = (body: object) => page.ask('POST', '/api/v1/pairings/confirmations', { body: { ticket, ...body } });
  const old = await send({ consents: [{ kind: part.id, version: asked[0].version + 1 }] });
  assert.deepEqual(said(old), [409, 'consent-text-changed']);
  assert.deepEqual((await child.get('/api/v1/me')).parents, [], 'nothing of it stayed');
  const answer = await send({ consents: [{ kind: part.id, version: asked[0].version }], child: { given_name: 'Софья', patronymic: 'Олеговна' } });
  assert.equal(answer.status, 201, answer.text);
  const me = await child.get('/api/v1/me');
  assert.deepEqual([me.waits_for_consent, me.given_name, me.parents.length], [false, 'Соня', 1], 'the name waits for the class teacher');
});
