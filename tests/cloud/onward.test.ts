// SPDX-License-Identifier: LGPL-2.1-or-later
// What the school's own server alone decides, asked at the cloud: the server does it by its own rules, and the page at the
// cloud sees it at once; without a line, or without the administrator's word, it is refused and nothing is done later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { letLeave } from '../lib/classroom.ts';
import { startTown, type Reader } from '../lib/town.ts';

const titles = async (reader: Reader): Promise<string[]> =>
  (await reader.get('/api/v1/chats')).items.map(({ title }: { title: string }) => title);

test('a teacher at home makes a group by the school\'s own server', async () => {
  await using town = await startTown();
  const school = await town.school('lyceum');
  const [home, desk] = [await school.enter('teacher1', 'cloud'), await school.enter('teacher1', 'box')];
  const other = (await desk.get('/api/v1/correspondents')).items.find(({ roles }: { roles: string[] }) => roles.includes('teacher')).id;
  const body = { title: 'Поход', members: [other] };

  const admin = await school.enter('admin', 'box');
  const unasked = await home.ask('POST', '/api/v1/chats', { body: { ...body, title: 'Без спроса' } });
  assert.deepEqual([unasked.status, unasked.body.type], [409, 'urn:urok:problem:at-the-school']);
  await letLeave(admin, 'requests');

  const made = await home.ask('POST', '/api/v1/chats', { body, headers: { 'Idempotency-Key': 'a' } });
  assert.equal(made.status, 201, made.text);
  assert.ok((await titles(home)).includes('Поход'), 'the page that reads next sees it');
  assert.ok((await titles(desk)).includes('Поход'));
  const again = await home.ask('POST', '/api/v1/chats', { body, headers: { 'Idempotency-Key': 'a' } });
  assert.deepEqual([again.status, again.body.id], [201, made.body.id]);
  const renamed = await home.ask('PATCH', `/api/v1/chats/${made.body.id}`, { body: { title: 'Поход в горы', about: '' } });
  assert.ok(renamed.status < 300, renamed.text);
  assert.ok((await titles(desk)).includes('Поход в горы'));

  // The server's rules, not the cloud's word: what it refuses there is refused here alike.
  const bad = await home.ask('PATCH', `/api/v1/chats/${made.body.id}`, { body: { title: '', about: '' } });
  assert.equal(bad.status, 400, bad.text);
  const administrator = await school.enter('admin', 'cloud');
  const refused = await administrator.ask('POST', '/api/v1/chats', { body: { ...body, title: 'Сверху' } });
  assert.deepEqual([refused.status, refused.body.type], [409, 'urn:urok:problem:at-the-school'], 'nobody administers a school from outside');

  await school.sent();
  await school.assertSame();
});

test('without a line nothing is promised, and nothing is done later', async () => {
  await using town = await startTown();
  const school = await town.school('lyceum');
  const [home, desk, admin] = [await school.enter('teacher1', 'cloud'), await school.enter('teacher1', 'box'), await school.enter('admin', 'box')];
  await letLeave(admin, 'requests');
  const other = (await desk.get('/api/v1/correspondents')).items.find(({ roles }: { roles: string[] }) => roles.includes('teacher')).id;
  await school.cable.cut();
  const away = await home.ask('POST', '/api/v1/chats', { body: { title: 'Без связи', members: [other] } });
  assert.deepEqual([away.status, away.body.type], [503, 'urn:urok:problem:school-away']);
  await school.cable.plug();
  await school.sent();
  assert.ok(!(await titles(desk)).includes('Без связи'));
  await school.assertSame();
});

test('a parent at home takes a consent back, and gives none from there', async () => {
  await using town = await startTown();
  const school = await town.school('lyceum');
  const [home, desk, admin] = [await school.enter('parent1', 'cloud'), await school.enter('parent1', 'box'), await school.enter('admin', 'box')];
  const child = (await desk.get('/api/v1/me')).children[0].id;
  const photo = (await admin.get('/api/v1/consent-kinds')).items.find(({ purpose }: { purpose: string }) => purpose === 'photo');
  const consent = `/api/v1/people/${child}/consents/${photo.id}`;
  const isWithdrawn = (all: any): boolean => all.given.every((one: any) => one.withdrawn_at !== null);
  const atSchool = (): Promise<any> => desk.get(`/api/v1/people/${child}/consents`);
  const given = await desk.ask('PUT', consent, { body: { version: photo.version } });
  assert.equal(given.status, 200, given.text);
  await school.sent();

  const unasked = await home.ask('DELETE', consent);
  assert.deepEqual([unasked.status, unasked.body.type], [409, 'urn:urok:problem:at-the-school']);
  assert.ok(!isWithdrawn(await atSchool()));
  await letLeave(admin, 'requests');
  const withdrawn = await home.ask('DELETE', consent);
  assert.equal(withdrawn.status, 200, withdrawn.text);
  assert.ok(isWithdrawn(withdrawn.body) && isWithdrawn(await atSchool()), 'both ends have it');

  const { version } = (await atSchool()).wanted.find(({ kind }: { kind: string }) => kind === photo.id);
  const yes = await home.ask('PUT', consent, { body: { version } });
  assert.deepEqual([yes.status, yes.body.type], [409, 'urn:urok:problem:consent-at-school']);
  assert.ok(isWithdrawn(await atSchool()));
  // The rules of the school's server: it is nobody else's child.
  const stranger = await school.enter('parent2', 'cloud');
  assert.equal((await stranger.ask('DELETE', consent)).status, 404);
  await school.sent();
  await school.assertSame();
});
