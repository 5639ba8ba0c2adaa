// SPDX-License-Identifier: LGPL-2.1-or-later
// A box's line to the cloud over a real mosquitto with TLS: who it is says its certificate; what waits while the line is
// down, and since when.
import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { FarEnd, startBroker, type Broker } from '../lib/broker.ts';
import { chatOf, startClassroom, write, type Classroom } from '../lib/classroom.ts';
import { ask } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

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
  assert.deepEqual(await pupil.get('/api/v1/cloud/line'), { linked: false, live: false, waiting: 0, waiting_since: null });
  assert.equal((await pupil.ask('GET', '/api/v1/cloud')).status, 403);
});

test('a linked box is in step with the other end, and what waits without a line is told, over a restart too', async () => {
  await using broker = await startBroker();
  await using room = await startClassroom();
  const far = new FarEnd(broker, await link(room, broker));
  await room.school.start();
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  const live = await teacher.live();
  await live.next('hello');
  await far.has(await eventsOf(room));
  const before = await when(admin, ({ state, waiting }) => state === 'live' && waiting === 0);
  assert.equal(before.address, 'https://cloud.example');
  assert.equal(before.pages, 'https://school17.cloud.example');
  assert.ok(before.sent_bytes > 0 && before.last_heard !== null);
  assert.ok(before.held > 0, 'nothing leaves that nobody allowed');

  await broker.kill();
  const down = await live.next('cloud', ({ live: up }) => !up);
  assert.equal(down.data.linked, true);
  const chat = await chatOf(teacher, 'class_pupils');
  const began = Date.now();
  for (let i = 0; i < 3; i += 1) await write(teacher, chat, `без связи ${i}`);
  const waiting = await live.next('cloud', ({ waiting: n }) => n >= 3);
  assert.ok(Date.parse(waiting.data.waiting_since) >= began - 1000);
  const { waiting: left, lag_ms: lag, state, trouble } = await cloudOf(admin);
  assert.equal(state, 'waiting');
  assert.ok(lag >= 0 && trouble !== null, JSON.stringify(trouble));
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
