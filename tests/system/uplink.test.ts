// SPDX-License-Identifier: LGPL-2.1-or-later
// A box's line to the cloud over a real mosquitto with TLS: who it is says its certificate; what waits while the line is
// down, and since when.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBroker, startFarEnd, type Broker } from '../lib/broker.ts';
import { secondBuilding } from '../lib/carry.ts';
import { chatOf, startClassroom, takePassword, write, type Classroom } from '../lib/classroom.ts';
import { ask } from '../lib/request.ts';
import { freePort, type Person } from '../lib/school.ts';

const cloudOf = (person: Person): Promise<any> => person.get('/api/v1/cloud');

/** Asks, one question after the other, until the answer is so. */
async function when(person: Person, isSo: (cloud: any) => boolean): Promise<any> {
  for (;;) {
    const cloud = await cloudOf(person);
    if (isSo(cloud)) return cloud;
  }
}

/** How many events the school's log holds. */
async function eventsOf(room: Classroom): Promise<number> {
  const { text } = await ask({ socketPath: room.school.socket('metrics') }, 'GET', '/metrics');
  return Number(/^urok_events_total (\d+)$/m.exec(text)![1]);
}

/** A box that is linked and starts again, as after linking; who it is. */
async function link(room: Classroom, broker: Broker): Promise<string> {
  const { box } = await cloudOf(await room.enter('admin'));
  await room.school.daemon.stop();
  await broker.link(join(room.school.folder, 'data'), box);
  return box;
}

test('a box that is not linked has no line, and says so', async () => {
  await using room = await startClassroom();
  const admin = await room.enter('admin');
  const cloud = await cloudOf(admin);
  assert.equal(cloud.state, 'none');
  assert.equal(cloud.address, null);
  assert.match(cloud.box, /^[0-9a-f-]{36}$/);
  const pupil = await room.enter('pupil1');
  assert.deepEqual(await pupil.get('/api/v1/cloud/line'), { at: 'school', linked: false, live: false, waiting: 0, waiting_since: null, away_since: null });
  assert.equal((await pupil.ask('GET', '/api/v1/cloud')).status, 403);
});

test('a linked box is in step with the other end, and what waits without a line is told, over a restart too', async () => {
  await using broker = await startBroker();
  await using room = await startClassroom();
  const far = await startFarEnd(broker, await link(room, broker));
  await room.school.start();
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  await far.has(await eventsOf(room));
  const before = await when(admin, ({ state, waiting }) => state === 'live' && waiting === 0);
  // Opened by now: of the line that was not there yet at the start it hears nothing.
  const live = await teacher.live();
  await live.next('hello');
  assert.equal(before.address, 'https://cloud.example');
  assert.equal(before.pages, 'https://school17.cloud.example');
  assert.ok(before.sent_bytes > 0 && before.last_heard !== null);
  assert.ok(before.held > 0, 'nothing leaves that nobody allowed');

  const itemOf = async (): Promise<any> => (await admin.get('/api/v1/server')).items.find(({ id }: any) => id === 'cloud');
  const item = await itemOf();
  assert.deepEqual([item.level, item.state, item.values.quarantine], ['ok', 'live', 0]);
  const { text: metrics } = await ask({ socketPath: room.school.socket('metrics') }, 'GET', '/metrics');
  assert.match(metrics, /^urok_cloud_live 1$/m);
  assert.match(metrics, /^urok_health_level\{item="cloud"\} 0$/m);

  await broker.kill();
  const down = await live.next('cloud', ({ live: up }) => !up);
  assert.equal(down.data.linked, true);
  const chat = await chatOf(teacher, 'class_pupils');
  const began = Date.now();
  for (let i = 0; i < 3; i += 1) await write(teacher, chat, `без связи ${i}`);
  const waiting = await live.next('cloud', ({ waiting: n }) => n >= 3);
  assert.ok(Date.parse(waiting.data.waiting_since) >= began - 1000);
  const { waiting: left, lag_ms: lag, state, trouble } = await when(admin, ({ trouble: told }) => told !== null);
  assert.equal(state, 'waiting');
  assert.deepEqual((({ level, state: now }) => [level, now])(await itemOf()), ['ok', 'waiting'], 'minutes without a line are nobody\'s work');
  assert.ok(lag >= 0, JSON.stringify(trouble));
  await live.close();

  await room.school.daemon.stop();
  await room.school.start();
  const again = await room.enter('admin');
  const after = await cloudOf(again);
  assert.equal(after.state, 'waiting');
  // Its own sign-in is told too.
  assert.ok(after.waiting >= left && after.waiting < left + 10, `${left} waited, then ${after.waiting}`);
  assert.ok(after.last_heard !== null);

  const stream = await again.live();
  await stream.next('hello');
  await broker.start();
  await far.has(await eventsOf(room));
  await when(again, ({ state: now, waiting: left }) => now === 'live' && left === 0);
  await stream.close();
  await far.stop();
});

test('a box that trusts another authority than the broker has does not connect, and says why', async () => {
  await using broker = await startBroker();
  await using other = await startBroker();
  await using room = await startClassroom();
  await link(room, broker);
  await copyFile(join(other.folder, 'ca.pem'), join(room.school.folder, 'data/cloud/ca.pem'));
  await room.school.start();
  const admin = await room.enter('admin');
  const { state, trouble } = await when(admin, ({ trouble: told }) => told !== null);
  assert.equal(state, 'waiting');
  assert.equal(trouble.code, 'bad-certificate');
});

test('a link that cannot be read stops the line and nothing else', async () => {
  await using broker = await startBroker();
  await using room = await startClassroom();
  await link(room, broker);
  await writeFile(join(room.school.folder, 'data/cloud/link.json'), '{"cloud": 17}');
  await room.school.start();
  const admin = await room.enter('admin');
  const { state, trouble } = await cloudOf(admin);
  assert.equal(state, 'stopped');
  assert.equal(trouble.code, 'link-unreadable');
  await write(admin, await chatOf(admin, 'staff'), 'школа идёт дальше');
});

const problemOf = (reply: { status: number; body: any }): unknown[] => [reply.status, reply.body?.type?.split(':').at(-1)];

test('what goes wrong with a link is said in words, and leaves nothing behind', async () => {
  await using room = await startClassroom();
  await using broker = await startBroker();
  const admin = await room.enter('admin');
  const password = await takePassword(admin);
  const link = (address: string, more: object = {}) => admin.ask('PUT', '/api/v1/cloud/link', { body: { address, code: 'AAAAA-AAAAA-AAAAA', password, ...more } });
  const authority = await readFile(join(broker.folder, 'ca.pem'), 'utf8');
  const [key, cert] = await Promise.all(['broker.key', 'broker.pem'].map((name) => readFile(join(broker.folder, name), 'utf8')));
  const server = createServer({ key, cert }, (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>It works!'));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  assert.deepEqual(problemOf(await link('https://no-such-cloud.invalid')), [409, 'cloud-name-not-found']);
  assert.deepEqual(problemOf(await link(`https://localhost:${await freePort()}`)), [409, 'cloud-no-connection']);
  assert.deepEqual(problemOf(await link(`https://localhost:${port}`)), [409, 'cloud-bad-certificate']);
  assert.deepEqual(problemOf(await link(`localhost:${port}`, { authority })), [409, 'cloud-refused']);
  assert.deepEqual(problemOf(await link(`https://localhost:${port}`, { authority: 'no PEM' })), [400, 'cloud-bad-authority']);
  for (const address of ['http://localhost', 'https://a@localhost', 'https://localhost/path', 'https://localhost?x', 'https://', 'ftp://x']) {
    const reply = await link(address);
    assert.deepEqual([...problemOf(reply), reply.body.field], [400, 'invalid', 'address'], address);
  }
  server.close();
  assert.equal((await cloudOf(admin)).state, 'none');
  assert.equal(existsSync(join(room.school.folder, 'data/cloud')), false);
  assert.deepEqual(problemOf(await admin.ask('DELETE', '/api/v1/cloud/link', { body: { password } })), [409, 'cloud-not-linked']);
});

test('a person links and unlinks with the own password once more, the console without', async () => {
  await using broker = await startBroker();
  await using room = await startClassroom();
  const admin = await room.enter('admin');
  const ask = (method: string, body: object) => admin.ask(method, '/api/v1/cloud/link', { body });
  const wish = { address: `https://localhost:${await freePort()}`, code: 'AAAAA-AAAAA-AAAAA' };
  const asked = (reply: any): unknown[] => [...problemOf(reply), reply.body.field];
  assert.deepEqual(problemOf(await ask('PUT', { ...wish, password: 'x' })), [409, 'no-password'], 'came in by a link, and has none');
  const password = await takePassword(admin);
  assert.deepEqual(asked(await ask('PUT', wish)), [400, 'missing-field', 'password']);
  assert.deepEqual(asked(await ask('PUT', { ...wish, address: 'ftp://x', password: 'не тот' })), [400, 'invalid', 'address'], 'the form comes first');
  assert.deepEqual(asked(await ask('PUT', { ...wish, password: 'не тот' })), [403, 'wrong-password', 'password']);
  assert.deepEqual(problemOf(await ask('PUT', { ...wish, password })), [409, 'cloud-no-connection']);

  await link(room, broker);
  await room.school.start();
  const again = await room.enter('admin');
  const unlink = (body?: object) => again.ask('DELETE', '/api/v1/cloud/link', { body });
  assert.deepEqual(asked(await unlink()), [400, 'missing-field', 'password']);
  assert.deepEqual(asked(await unlink({ password: 'не тот' })), [403, 'wrong-password', 'password']);
  assert.equal(existsSync(join(room.school.folder, 'data/cloud/key.pem')), true);
  assert.deepEqual((({ status, body }) => [status, body])(await unlink({ password })), [200, { revoked: false }]);
  assert.equal(existsSync(join(room.school.folder, 'data/cloud')), false);
  await link(room, broker);
  await room.school.start();
  assert.deepEqual(await room.school.console('DELETE', '/api/v1/cloud/link'), { revoked: false });
});

test('what may leave is decided group by group, with the order in its words', async () => {
  await using broker = await startBroker();
  await using room = await startClassroom();
  const far = await startFarEnd(broker, await link(room, broker));
  await room.school.start();
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  const chat = await chatOf(teacher, 'class_pupils');
  const { choices } = await admin.get('/api/v1/cloud/choices');
  assert.ok(choices.length >= 8 && choices.every((choice: any) => !choice.allowed && choice.kinds.length > 0), 'all are off at first');
  const { held } = await cloudOf(admin);
  assert.equal(held, choices.flatMap((choice: any) => choice.kinds).length, 'each kind stands in one group');

  const choose = (name: string, body: object) => admin.ask('PUT', `/api/v1/cloud/choices/${name}`, { body });
  assert.deepEqual((({ status, body }) => [status, body.field])(await choose('messages', { allowed: true, order: '  ' })), [400, 'order']);
  assert.equal((await choose('parcels', { allowed: true, order: 'приказ' })).status, 404);
  assert.equal((await teacher.ask('PUT', '/api/v1/cloud/choices/people', { body: { allowed: true, order: 'приказ' } })).status, 403);
  for (const { name } of choices) {
    const reply = await choose(name, { allowed: true, order: 'Приказ № 17 от 1 сентября' });
    assert.equal(reply.status, 200, reply.text);
    const chosen = reply.body.choices.find((choice: any) => choice.name === name);
    assert.deepEqual([chosen.allowed, chosen.by.id, chosen.order], [true, admin.me.id, 'Приказ № 17 от 1 сентября']);
  }
  assert.equal((await cloudOf(admin)).held, 0);
  const live = await teacher.live();
  await live.next('hello');
  await write(teacher, chat, 'ушло в облако');
  await far.has(await eventsOf(room));
  await when(admin, ({ waiting }) => waiting === 0);
  while (!(await far.rows()).includes('ушло в облако'));
  far.write(chat, teacher.me.id, 'пришло из облака');
  await live.next('message', ({ message }) => message.text === 'пришло из облака');
  await live.close();

  assert.equal((await choose('messages', { allowed: false, order: 'решение совета' })).status, 200);
  await write(teacher, chat, 'осталось в школе');
  await far.has(await eventsOf(room));
  assert.equal((await far.rows()).includes('осталось в школе'), false);
  assert.deepEqual(await admin.get('/api/v1/cloud/quarantine'), { events: [] });
  assert.deepEqual(await admin.get('/api/v1/cloud/conflicts'), { conflicts: [] });
  const nothing = '018f0000-0000-7000-8000-000000000001';
  assert.equal((await admin.ask('POST', `/api/v1/cloud/quarantine/${nothing}/retries`, { body: {} })).status, 404);
  assert.equal((await admin.ask('DELETE', `/api/v1/cloud/quarantine/${nothing}`)).status, 404);
  await far.stop();
});

test('the conflict journal says what an administrator may give back, until it is back', async () => {
  await using broker = await startBroker();
  await using room = await startClassroom({ leaving: true });
  const far = await startFarEnd(broker, await link(room, broker));
  await room.school.start();
  const [admin, teacher, other, pupil] = [await room.enter('admin'), await room.enter('teacher1'), await room.enter('teacher2'), await room.enter('pupil1')];
  const makeGroup = async (who: Person, title: string, ...members: Person[]): Promise<string> =>
    (await who.post('/api/v1/chats', { title, members: members.map(({ me }) => me.id) })).id;
  const [trip, play] = [await makeGroup(admin, 'Поход', teacher), await makeGroup(teacher, 'Спектакль', other)];
  const pupils = await chatOf(pupil, 'class_pupils');
  await far.has(await eventsOf(room));
  const from = far.process.lines.length;
  await broker.kill();
  await Promise.all([when(admin, ({ state }) => state === 'waiting'), far.state(/off /, from)]);
  const done = async (who: Person, method: string, path: string, body?: object): Promise<void> => {
    const reply = await who.ask(method, path, { body });
    assert.ok(reply.status < 300, reply.text);
  };
  const asMember = (chat: string, { me }: Person): string => `/api/v1/chats/${chat}/members/${me.id}`;
  far.write(trip, teacher.me.id, 'я иду');
  far.write(play, other.me.id, 'и я играю');
  far.write(pupils, pupil.me.id, 'всем привет');
  await done(admin, 'DELETE', asMember(trip, teacher));
  await done(teacher, 'DELETE', asMember(play, other));
  await done(admin, 'PUT', `/api/v1/people/${pupil.me.id}/block`, {});
  await broker.start();

  const backs = async (): Promise<Record<string, string | null>> =>
    Object.fromEntries((await admin.get('/api/v1/cloud/conflicts')).conflicts.map(({ title, back }: any) => [title, back]));
  let now = await backs();
  while (Object.keys(now).length < 3) now = await backs();
  const { title: ofPupils } = (await admin.get('/api/v1/cloud/conflicts')).conflicts.find(({ how }: any) => how === 'blocked-while-written');
  assert.deepEqual(now, { 'Поход': 'member', 'Спектакль': null, [ofPupils]: 'access' }, 'only in a group that is theirs');
  assert.equal((await admin.ask('PUT', asMember(play, other), { body: { part: 'member' } })).status, 404);

  await done(admin, 'PUT', asMember(trip, teacher), { part: 'member' });
  await done(admin, 'DELETE', `/api/v1/people/${pupil.me.id}/block`);
  assert.deepEqual(await backs(), { 'Поход': null, 'Спектакль': null, [ofPupils]: null });
  await write(teacher, trip, 'снова с вами');
  await far.has(await eventsOf(room));
  await far.stop();
});

test('the second building\'s box, a copy of the first, leaves the line to the first', async () => {
  await using broker = await startBroker();
  await using room = await startClassroom();
  await link(room, broker);
  await room.school.start();
  await using second = await secondBuilding(room.school);
  assert.equal((await cloudOf(await second.signIn('admin'))).state, 'none');
  assert.equal(existsSync(join(second.folder, 'data/cloud/key.pem')), false, 'the key is gone there');
  assert.equal(existsSync(join(room.school.folder, 'data/cloud/key.pem')), true, 'and here it is not');
});
