// SPDX-License-Identifier: LGPL-2.1-or-later
// One human with accounts in two schools: the code of one in the other, yes there, what each then tells, and its end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCloud } from '../lib/cloud.ts';
import { join, listOf, type Signed, startTwo } from '../lib/two-schools.ts';

test('a parent in two schools sees the children of both in each, and undoes it', async () => {
  await using cloud = await startCloud();
  const { one, other } = await startTwo(cloud);
  const [here, there] = [await one.signIn(), await other.signIn()];
  assert.deepEqual(await here.get('/api/v1/me/schools'), { state: 'open', at: 'cloud', as_of: null, schools: [] });

  const { code, lives_s } = await here.post('/api/v1/me/schools/codes', {});
  assert.match(code, /^\d{12}$/);
  assert.equal(lives_s, 600);
  const typed = `${code.slice(0, 4)} ${code.slice(4, 8)}-${code.slice(8)}`;
  assert.equal((await there.ask('POST', '/api/v1/me/schools', { body: { code: typed } })).status, 204);
  // Nothing of a child before both said yes.
  const [asking] = await listOf(there);
  assert.deepEqual([asking.name, asking.state, asking.children], ['Лицей', 'asking', []]);
  const [asked] = await listOf(here);
  assert.deepEqual([asked.name, asked.state, asked.children], ['Школа № 5', 'asked', []]);
  assert.equal((await there.ask('PUT', `/api/v1/me/schools/${asking.id}`, { body: {} })).status, 404, 'who asks cannot answer');
  assert.equal((await here.ask('PUT', `/api/v1/me/schools/${asked.id}`, { body: {} })).status, 204);

  assert.deepEqual(await listOf(here), [{ id: asked.id, name: 'Школа № 5', address: 'http://school-5.localhost:8081', state: 'joined', children: [{ name: 'Ольга Кузнецов', class: '5Б' }] }]);
  assert.deepEqual(await listOf(there), [{ id: asking.id, name: 'Лицей', address: 'http://lyceum.localhost:8081', state: 'joined', children: [{ name: 'Пётр Кузнецов', class: '5Б' }] }]);
  // Nobody else hears of it: not the administrators, not the children.
  assert.deepEqual(await listOf(one.administrator), []);
  assert.deepEqual(await listOf(await one.school.signIn('maria-pupil')), []);
  // What PostgreSQL alone shows are ids and the schools' names.
  assert.doesNotMatch(cloud.postgres.ask('SELECT card FROM membership'), /Пётр|Ольга|5Б/);

  assert.equal((await here.ask('DELETE', `/api/v1/me/schools/${asked.id}`)).status, 204);
  assert.deepEqual([await listOf(here), await listOf(there)], [[], []]);
  assert.equal(cloud.postgres.ask('SELECT count(*) FROM membership'), '0');
});

test('a code is used once, dies of wrong tries, and is of no use to a pupil or in its own school', async () => {
  await using cloud = await startCloud();
  const { one, other } = await startTwo(cloud);
  const [here, there] = [await one.signIn(), await other.signIn()];
  const type = async (person: Signed, code: string) => {
    const reply = await person.ask('POST', '/api/v1/me/schools', { body: { code } });
    return reply.status === 204 ? 204 : `${reply.status} ${reply.body.type.split(':').at(-1)}`;
  };
  const wrongOf = (code: string) => code.slice(0, 6) + String((Number(code.slice(6)) + 1) % 1e6).padStart(6, '0');

  let { code } = await here.post('/api/v1/me/schools/codes', {});
  assert.equal(await type(there, '12345'), '400 invalid');
  assert.equal(await type(here, code), '409 own-school');
  assert.equal(await type(await other.school.signIn('kuznetsova-pupil'), code), '409 other-kind');
  assert.equal(await type(there, code), 204);
  assert.equal(await type(there, code), '403 code-wrong', 'it was used');

  // Others' tries count for the code: the fifth wrong one is the last.
  ({ code } = await here.post('/api/v1/me/schools/codes', {}));
  assert.deepEqual(await listOf(there), [], 'a new code takes the question of the one before back');
  for (let i = 0; i < 4; i += 1) assert.equal(await type(there, wrongOf(code)), '403 code-wrong');
  assert.equal(await type(other.administrator, wrongOf(code)), '403 code-wrong');
  assert.equal(await type(other.administrator, code), '403 code-wrong', 'the code is dead');

  // And for who tries.
  assert.equal(await type(there, wrongOf(code)), '429 too-many-tries');
  assert.equal(cloud.postgres.ask('SELECT count(*) FROM join_code'), '0');
});

test('what ends in one school ends in the other', async () => {
  await using cloud = await startCloud();
  const { one, other } = await startTwo(cloud);
  const { process } = cloud.instances[0]!;
  const [here, there] = [await one.signIn(), await other.signIn()];
  await join(here, there);

  // A child's class is another: who looks at it from the other school sees it.
  let from = process.lines.length;
  const { items } = await one.administrator.post('/api/v1/classes', { year: one.year, grade: 6, letters: ['А'] });
  const room = items.find(({ title }: { title: string }) => title === '6А');
  assert.equal((await one.administrator.ask('PUT', `/api/v1/classes/${room.id}/members/${one.child}`, { body: { as: 'pupil', from: one.room } })).status, 200);
  await process.line(/knows what is new of Лицей/, from);
  assert.deepEqual((await listOf(there))[0].children, [{ name: 'Пётр Кузнецов', class: '6А' }]);

  // Who left shows as a school of the past, without children.
  from = process.lines.length;
  assert.equal((await one.administrator.ask('PUT', `/api/v1/people/${one.parent}/block`, { body: {} })).status, 204);
  await process.line(/knows what is new of Лицей/, from);
  assert.deepEqual((await listOf(there)).map(({ name, state, children }: any) => ({ name, state, children })), [{ name: 'Лицей', state: 'past', children: [] }]);

  // And nothing at all once the school has erased them.
  from = process.lines.length;
  const erase = await one.administrator.ask('POST', `/api/v1/people/${one.parent}/erasure`, { body: { name: 'Мария Кузнецова', reason: 'Срок вышел' } });
  assert.ok(erase.status < 300, erase.text);
  await process.line(/knows that an account is nobody's elsewhere/, from);
  assert.deepEqual(await listOf(there), []);
  assert.equal(cloud.postgres.ask('SELECT count(*) FROM membership'), '0');
});

test('whom somebody else let in again says once more who they are in the other school', async () => {
  await using cloud = await startCloud();
  const { one, other } = await startTwo(cloud);
  const { process } = cloud.instances[0]!;
  await join(await one.signIn(), await other.signIn());

  const from = process.lines.length;
  const { code } = await one.administrator.post(`/api/v1/people/${one.parent}/sign-in-codes`, {});
  const school = cloud.school('lyceum');
  const somebody = school.person(await school.ask('POST', '/api/v1/sessions', { body: { code } }));
  assert.deepEqual(await listOf(somebody), [], 'not even until the directory was told');
  assert.equal((await somebody.ask('POST', '/api/v1/me/schools/codes', { body: {} })).status, 429);
  await process.line(/knows that an account is nobody's elsewhere/, from);
  assert.deepEqual(await listOf(somebody), []);
  assert.deepEqual(await listOf(await other.signIn()), []);
  assert.equal((await somebody.ask('POST', '/api/v1/me/schools/codes', { body: {} })).status, 201);
});
