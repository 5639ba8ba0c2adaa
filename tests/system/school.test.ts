// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's information: who changes it, what is refused at which field, what everybody may read, and the logo's life.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { pixelsOf, seed } from '../lib/pictures.ts';
import { ask, type Reply } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let admin: Person;
let teacher: Person;

before(async () => {
  room = await startClassroom({ nginx: true });
  [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
});

after(() => room.school.stop());

const front = () => ({ host: '127.0.0.1', port: room.school.port });
const change = (person: Person, body: object): Promise<Reply> => person.ask('PATCH', '/api/v1/school', { body });
const shown = async (): Promise<any> => (await ask(front(), 'GET', '/api/v1/school')).body;
const reasonOf = (reply: Reply): string => `${reply.status} ${String(reply.body?.type).split(':').at(-1)}`;
const send = (body: Buffer, cookie?: string, path = '/api/v1/school/logo'): Promise<Reply> =>
  ask(front(), 'PUT', path, { cookie, body, headers: { 'Content-Type': 'image/png' } });
const logo = (size: string, query = ''): Promise<Reply> => ask(front(), 'GET', `/api/v1/school/logo/${size}${query}`);
const kept = async (): Promise<string[]> =>
  (await readdir(join(room.school.folder, 'files'), { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));

const WHOLE = {
  name: 'Школа № 17', full_name: 'МАОУ «Средняя общеобразовательная школа № 17»', address: 'Екатеринбург, Школьная улица, 17',
  time_zone: 'Asia/Yekaterinburg', languages: ['ru'], support_email: 'help@school17.example', support_phone: '+7 343 123-45-67',
};

test('school: what an administrator says of it everybody reads, also signed out and after a power cut', async () => {
  assert.equal((await change(admin, WHOLE)).status, 200);
  for (const look of [shown, async () => { await room.school.kill(); await room.school.start(); return shown(); }]) {
    const { set_up, server_time, logo: none, ...said } = await look();
    assert.deepEqual(said, WHOLE);
  }
});

test('school: null takes a thing away, what is not named stays', async () => {
  await change(admin, WHOLE);
  const { body } = await change(admin, { address: null, support_phone: null });
  assert.deepEqual([body.address, body.support_phone, body.full_name, body.support_email], [null, null, WHOLE.full_name, WHOLE.support_email]);
});

test('school: what is refused names its field and changes nothing', async () => {
  await change(admin, WHOLE);
  const refusals: [object, string, string][] = [
    [{ name: ' ' }, 'empty', 'name'], [{ name: 'x'.repeat(121) }, 'too-long', 'name'], [{ name: 'две\nстроки' }, 'invalid', 'name'],
    [{ full_name: 'x'.repeat(301) }, 'too-long', 'full_name'], [{ address: 'x'.repeat(201) }, 'too-long', 'address'],
    [{ time_zone: '/etc/passwd' }, 'invalid', 'time_zone'], [{ support_email: 'почта' }, 'invalid', 'support_email'],
    [{ support_phone: 'спросите в канцелярии' }, 'invalid', 'support_phone'], [{ languages: [] }, 'invalid', 'languages'],
    [{ languages: ['ru', 'ru'] }, 'invalid', 'languages'], [{ languages: ['de'] }, 'invalid', 'languages'], [{ motto: 'Знания' }, 'unknown-field', 'motto'],
  ];
  for (const [body, reason, field] of refusals) {
    const reply = await change(admin, { address: 'Другая улица', ...body });
    assert.deepEqual([reasonOf(reply), reply.body.field], [`400 ${reason}`, field], JSON.stringify(body));
  }
  assert.equal((await shown()).address, WHOLE.address);
});

test('school: two administrators who change different things at the same time both have their way', async () => {
  await change(admin, WHOLE);
  const changes = [{ address: 'Новая улица, 1' }, { support_phone: '112' }, { full_name: null }, { languages: ['ru', 'en'] }];
  for (const reply of await Promise.all(changes.map((each) => change(admin, each)))) assert.equal(reply.status, 200, reply.text);
  const { address, support_phone, full_name, languages } = await shown();
  assert.deepEqual({ address, support_phone, full_name, languages }, Object.assign({}, ...changes));
});

test('school: the logo is seen by everybody, in two sizes, and kept under its version', async () => {
  assert.equal((await logo('large')).status, 404);
  const { status, body } = await send(await seed('plain.png'), admin.cookie);
  assert.equal(status, 200);
  assert.match(body.logo, /^[0-9a-f]{16}$/);
  for (const size of ['small', 'large']) {
    const picture = await pixelsOf((await logo(size)).bytes);
    assert.deepEqual([picture.width, picture.height], [24, 24]);
  }
  const named = await logo('small', `?v=${body.logo}`);
  assert.equal(named.headers['cache-control'], 'public, max-age=86400, immutable');
  assert.equal(named.headers['content-type'], 'image/webp');
  assert.equal((await logo('small')).headers['cache-control'], 'no-cache');
  assert.equal((await logo('huge')).status, 400);
});

test('school: who is no administrator sends no logo, and who is not signed in is sent away before the bytes', async () => {
  const large = Buffer.alloc(8 * 1024 * 1024);
  assert.equal(reasonOf(await send(large)), '401 unauthenticated');
  assert.equal(reasonOf(await send(await seed('plain.png'), teacher.cookie)), '403 forbidden');
  assert.equal((await teacher.ask('DELETE', '/api/v1/school/logo')).status, 403);
  assert.equal(reasonOf(await change(teacher, { name: 'Моя школа' })), '403 forbidden');
});

test('school: what is no picture is refused with its word, and the logo stays', async () => {
  const { body } = await send(await seed('baseline.jpg'), admin.cookie);
  for (const [name, reason] of [['words.txt', 'not-a-picture'], ['drawing.svg', 'picture-format'], ['photo.heic', 'picture-heic'], ['bomb.png', 'picture-too-large']] as const) {
    assert.equal(reasonOf(await send(await seed(name), admin.cookie)), `400 ${reason}`);
  }
  assert.equal((await shown()).logo, body.logo);
});

test('school: a logo that is somebody\'s picture too goes with the last of both, also over a start', async () => {
  const picture = await seed('lossy.webp');
  await send(picture, admin.cookie);
  const { body: me } = await send(picture, teacher.cookie, '/api/v1/me/picture');
  assert.equal((await shown()).logo, me.picture);
  await room.school.kill();
  await room.school.start();
  const files = await kept();
  assert.equal((await logo('large')).status, 200, 'the sweep at the start took it');
  assert.equal((await teacher.ask('DELETE', '/api/v1/me/picture')).status, 204);
  assert.deepEqual(await kept(), files);
  for (let i = 0; i < 2; i += 1) assert.equal((await admin.ask('DELETE', '/api/v1/school/logo')).status, 204);
  assert.deepEqual([(await shown()).logo, (await logo('large')).status, await kept()], [null, 404, []]);
});

test('school: a page that is open hears that something changed', async () => {
  const stream = await teacher.live();
  await stream.next('hello');
  await change(admin, { address: 'Третья улица' });
  await stream.next('school');
  await send(await seed('plain.png'), admin.cookie);
  await stream.next('school');
  await stream.close();
});
