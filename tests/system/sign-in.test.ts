// SPDX-License-Identifier: LGPL-2.1-or-later
// Ways into the school from outside: first setup, passwords, one-time links, sessions and their end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSchool, type Person, type School } from '../lib/school.ts';

const PASSWORD = 'длинный пароль 17';

function signIn(school: School, body: unknown) {
  return school.request('POST', '/api/v1/sessions', { body });
}

const reasonOf = (reply: { body?: any }): string => reply.body.type.replace('urn:urok:problem:', '');

test('the first setup makes the school and its administrator, once', async () => {
  await using school = await startSchool();
  const { code } = await school.console('GET', '/api/v1/console/setup-code');
  const body = {
    code,
    school: { name: 'Школа № 17' },
    administrator: { family_name: 'Орлова', given_name: 'Анна', patronymic: 'Павловна', login: 'Orlova', password: PASSWORD },
  };
  const weak = { ...body, administrator: { ...body.administrator, password: 'orlova2026' } };
  assert.equal((await school.request('GET', '/api/v1/school')).body.set_up, false);
  const wrong = await school.request('POST', '/api/v1/setup', { body: { ...body, code: 'AAAA-AAAA-AAAA-AAAA' } });
  assert.deepEqual([wrong.status, reasonOf(wrong)], [403, 'wrong-setup-code']);
  const refused = await school.request('POST', '/api/v1/setup', { body: weak });
  assert.deepEqual([refused.status, reasonOf(refused), refused.body.field], [400, 'weak-password', 'password']);
  const both = await Promise.all([body, body].map((each) => school.request('POST', '/api/v1/setup', { body: each })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409]);
  const { me } = school.person(both.find(({ status }) => status === 201)!);
  assert.equal(me.display_name, 'Анна Павловна Орлова');
  assert.deepEqual(me.roles, ['administrator']);
  assert.equal((await school.request('GET', '/api/v1/school')).body.name, 'Школа № 17');
});

test('a password signs in, whatever the case of the login, and the cookie is a shared PC\'s', async () => {
  await using school = await startSchool();
  await school.setUp();
  const reply = await signIn(school, { login: 'ORLOVA', password: PASSWORD });
  const [cookie] = reply.headers['set-cookie']!;
  assert.equal(reply.status, 201);
  assert.match(cookie!, /^__Host-sid-\d+=[\w-]{43}; /);
  for (const word of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) assert.ok(cookie!.includes(word), cookie);
  assert.doesNotMatch(cookie!, /Max-Age|Expires/);
  const own = await signIn(school, { login: 'orlova', password: PASSWORD, own_device: true });
  assert.match(own.headers['set-cookie']![0]!, /Max-Age=2592000/);
  assert.equal(own.body.session.own_device, true);
});

test('a wrong password and an unknown login get the same answer', async () => {
  await using school = await startSchool();
  await school.setUp();
  const wrong = await signIn(school, { login: 'orlova', password: 'чужой пароль' });
  const unknown = await signIn(school, { login: 'nobody', password: 'чужой пароль' });
  assert.equal(wrong.status, 401);
  assert.equal(reasonOf(wrong), 'wrong-password');
  assert.deepEqual(wrong.body, unknown.body);
});

test('tries are counted before they are hashed, known login or not', async () => {
  await using school = await startSchool();
  await school.setUp();
  for (const login of ['orlova', 'nobody']) {
    const replies = await Promise.all(Array.from({ length: 12 }, () => signIn(school, { login, password: 'чужой пароль' })));
    assert.equal(replies.filter(({ status }) => status === 401).length, 5);
    const refused = replies.filter(({ status }) => status === 429);
    assert.equal(refused.length, 7);
    for (const reply of refused) {
      assert.equal(reasonOf(reply), 'too-many-tries');
      assert.equal(reply.headers['retry-after'], '1');
    }
  }
});

test('a one-time link shows whose it is and signs in once', async () => {
  await using school = await startSchool();
  await school.setUp();
  const link = await school.console('POST', '/api/v1/console/sign-in-links', { login: 'orlova' });
  assert.equal(link.url, `${school.url}/sign-in#${link.code}`);
  const look = () => school.request('POST', '/api/v1/sign-in-codes/look', { body: { code: link.code } });
  assert.equal((await look()).body.display_name, 'Анна Павловна Орлова');
  assert.equal((await look()).status, 200);
  const both = await Promise.all([1, 2].map(() => signIn(school, { code: link.code })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [201, 401]);
  assert.equal(reasonOf(await look()), 'code-used');
  assert.equal(reasonOf(await signIn(school, { code: link.code })), 'code-used');
  const asked = await school.request('POST', '/api/v1/console/sign-in-links', { body: { login: 'orlova' } });
  assert.equal(asked.status, 404);
});

test('ending a session ends its live stream and its requests', async () => {
  await using school = await startSchool();
  const first = await school.setUp();
  const second = await school.signIn('orlova');
  const stream = await second.live();
  await stream.next('hello');
  const { items } = await first.get('/api/v1/sessions');
  const other = items.find(({ current }: { current: boolean }) => !current);
  assert.equal(other.id, second.me.session.id);
  assert.equal((await first.ask('DELETE', `/api/v1/sessions/${other.id}`)).status, 204);
  await stream.next('session_ended');
  await stream.ended;
  assert.equal((await second.ask('GET', '/api/v1/me')).status, 401);
  assert.equal((await first.ask('DELETE', `/api/v1/sessions/${other.id}`)).status, 404);
  const out = await first.ask('DELETE', '/api/v1/sessions/current');
  assert.equal(out.status, 204);
  assert.match(out.headers['set-cookie']![0]!, /=;/);
  assert.equal((await first.ask('GET', '/api/v1/me')).status, 401);
});

test('a new password needs the current one and ends the other sessions and open links', async () => {
  await using school = await startSchool();
  const administrator = await school.setUp();
  const { code } = await school.console('POST', '/api/v1/console/sign-in-links', { login: 'orlova' });
  const other = await school.signIn('orlova');
  const put = (person: Person, body: unknown) => person.ask('PUT', '/api/v1/me/password', { body });
  const wrong = await put(administrator, { current: 'не тот пароль', new: 'новый длинный пароль' });
  assert.deepEqual([wrong.status, reasonOf(wrong), wrong.body.field], [403, 'wrong-password', 'current']);
  const weak = await put(administrator, { current: PASSWORD, new: 'Школа17!' });
  assert.deepEqual([weak.status, reasonOf(weak), weak.body.field], [400, 'weak-password', 'new']);
  assert.equal((await put(administrator, { current: PASSWORD, new: 'новый длинный пароль' })).status, 204);
  assert.equal((await administrator.ask('GET', '/api/v1/me')).status, 200);
  assert.equal((await other.ask('GET', '/api/v1/me')).status, 401);
  assert.equal(reasonOf(await signIn(school, { code })), 'code-used');
  assert.equal((await signIn(school, { login: 'orlova', password: PASSWORD })).status, 401);
  assert.equal((await signIn(school, { login: 'orlova', password: 'новый длинный пароль' })).status, 201);
});

test('the daemon ends cleanly while passwords wait to be hashed', async () => {
  await using school = await startSchool();
  await school.setUp();
  const logins = Array.from({ length: 60 }, (_, i) => `person-${i}`);
  const asked = logins.map((login) => signIn(school, { login, password: 'чужой пароль' }).catch(() => undefined));
  await Promise.race(asked);
  await school.daemon.stop();
  for (const reply of await Promise.all(asked)) assert.ok(reply === undefined || [401, 503].includes(reply.status));
  await school.start();
});

test('sessions outlive the daemon', async () => {
  await using school = await startSchool();
  const administrator = await school.setUp();
  await school.kill();
  await school.start();
  assert.equal((await administrator.get('/api/v1/me')).login, 'orlova');
});

test('people change themselves, and their other pages hear of it', async () => {
  await using school = await startSchool();
  const administrator = await school.setUp();
  const stream = await administrator.live();
  await stream.next('hello');
  const changed = await administrator.ask('PATCH', '/api/v1/me', {
    body: { family_name: 'Орлова-Ким', about: 'Директор', language: 'en', theme: 'dark' },
  });
  assert.equal(changed.body.display_name, 'Анна Павловна Орлова-Ким');
  assert.deepEqual((await stream.next('person')).data, { person_id: administrator.me.id });
  const me = await administrator.get('/api/v1/me');
  assert.deepEqual([me.about, me.language, me.theme], ['Директор', 'en', 'dark']);
  const bad = await administrator.ask('PATCH', '/api/v1/me', { body: { roles: ['teacher'] } });
  assert.deepEqual([bad.status, reasonOf(bad), bad.body.field], [400, 'unknown-field', 'roles']);
  await stream.close();
});
