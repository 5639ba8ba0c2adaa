// SPDX-License-Identifier: LGPL-2.1-or-later
// A right is taken away while its owner has everything open: from then on nothing more arrives, and what was theirs
// looks like what never was. Through nginx, with a camera; urokd is given hands that do what an administrator does.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { chatOf, messagesOf, startClassroom, write, type Classroom } from '../lib/classroom.ts';
import { edgeOf, holdAll } from '../lib/held.ts';
import { openStream, type Stream } from '../lib/live.ts';
import { BUILD } from '../lib/places.ts';
import { ask, type Reply, type Wish } from '../lib/request.ts';
import { startCamera, type Camera, type Person } from '../lib/school.ts';

const IMPATIENT = '--retry;100;--silence;20000;--answer;20000';

let room: Classroom;
let camera: Camera;
let admin: Person;
let teacher: Person;
const open: Stream[] = [];

before(async () => {
  room = await startClassroom({
    nginx: true,
    wrap: () => [join(BUILD, 'tests/lib/hands')],
    config: { broadcast: { worker_arguments: IMPATIENT } },
  });
  camera = await startCamera('--size', '320x180', '--bitrate', '300');
  [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  await admin.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
});

/** Each test ends its broadcasts and its streams: the camera is the next one's. */
afterEach(async () => {
  process.kill(camera.process.pid, 'SIGCONT');
  for (const stream of open.splice(0)) await stream.close();
  for (const { id } of (await admin.get('/api/v1/broadcasts')).now) {
    await admin.ask('PATCH', `/api/v1/broadcasts/${id}`, { body: { state: 'ended' } });
  }
});

after(async () => {
  await room.school.stop();
  await camera.stop();
});

const door = () => ({ host: '127.0.0.1', port: room.school.port });
const through = (person: Person, method: string, path: string, wish: Wish = {}): Promise<Reply> =>
  ask(door(), method, path, { cookie: person.cookie, ...wish });
const getter = (person: Person) => (path: string) => through(person, 'GET', path);
const hands = (what: string, body: object) => room.school.console('POST', `/api/v1/console/hands/${what}`, body);
const reasonOf = (reply: Reply): string => reply.body?.type.replace('urn:urok:problem:', '') ?? reply.text;

async function listen(person: Person, after?: string): Promise<Stream> {
  const stream = await openStream(door(), person.cookie, after);
  open.push(stream);
  await stream.next('hello');
  return stream;
}

async function goLive(author: Person, audience: object): Promise<any> {
  const [one] = (await admin.get('/api/v1/cameras')).items;
  return author.post('/api/v1/broadcasts', { camera: one.id, title: 'Урок', audience });
}

/** A change of somebody's own, as their stream tells it: what came before it has arrived. Signals have no position, changes have. */
async function settle(person: Person, stream: Stream): Promise<void> {
  const changed = await person.ask('PATCH', '/api/v1/me', { body: { about: randomUUID() } });
  assert.equal(changed.status, 200, changed.text);
  while ((await stream.next('person', (data) => data.person_id === person.me.id)).id === undefined);
}

/** It came already, or it comes: what one change sets off is told in any order. */
async function gets(stream: Stream, event: string, isSo: (data: any) => boolean): Promise<void> {
  if (!stream.blocks.some((block) => block.event === event && isSo(block.data))) await stream.next(event, isSo);
}

/** Nothing but what concerns its reader alone. */
function assertQuiet(stream: Stream, since: number): void {
  const told = stream.blocks.slice(since).filter(({ event }) => !['hello', 'person', 'beat'].includes(event));
  assert.deepEqual(told, []);
}

/** Every address of a broadcast, a class and a chat that a page may still have in its hands. */
function addressesOf(broadcast: any, files: string[], chat: string, message: string, schoolClass: string): [string, string, unknown?][] {
  return [
    ['GET', `/api/v1/broadcasts/${broadcast.id}`],
    ['PATCH', `/api/v1/broadcasts/${broadcast.id}`, { state: 'ended' }],
    ['GET', broadcast.playlist],
    ['GET', `${broadcast.playlist}?_HLS_skip=YES`],
    ...files.map((file): [string, string] => ['GET', broadcast.playlist.replace('index.m3u8', file)]),
    ['GET', `/api/v1/chats/${chat}`],
    ['GET', `/api/v1/chats/${chat}/members`],
    ['GET', messagesOf(chat)],
    ['GET', `${messagesOf(chat)}?around=${message}`],
    ['GET', `${messagesOf(chat)}/${message}/readers`],
    ['POST', messagesOf(chat), { text: 'ещё здесь' }],
    ['PATCH', `${messagesOf(chat)}/${message}`, { text: 'иначе' }],
    ['DELETE', `${messagesOf(chat)}/${message}`],
    ['PUT', `/api/v1/chats/${chat}/read`, { message }],
    ['GET', `/api/v1/classes/${schoolClass}`],
  ];
}

/** The answer without what names the moment; ids and slugs of the question are made alike. */
function faceOf(reply: Reply, path: string): string {
  const { date, etag, 'last-modified': changed, ...headers } = reply.headers;
  assert.ok(date);
  assert.deepEqual([etag, changed], [undefined, undefined], path);
  return JSON.stringify([reply.status, headers, reply.text]);
}

/** Each address answers like one of the same shape where nothing ever was. */
async function assertNothingThere(person: Person, addresses: [string, string, unknown?][]): Promise<void> {
  for (const [method, path, body] of addresses) {
    const nowhere = path.replace(/[0-9a-f-]{36}/g, () => randomUUID()).replace(/^\/live\/[a-z0-9-]+/, '/live/nirgends');
    const [real, none] = [await through(person, method, path, { body }), await through(person, method, nowhere, { body })];
    assert.equal(real.status, 404, `${method} ${path}: ${real.status} ${real.text}`);
    assert.equal(faceOf(real, path), faceOf(none, nowhere), `${method} ${path}`);
  }
}

test('rights: who is removed from a class with everything open gets nothing more', async () => {
  const [pupil, mate] = [await room.enter('pupil1'), await room.enter('pupil2')];
  const [schoolClass] = pupil.me.classes;
  const lesson = await goLive(teacher, { classes: [schoolClass.id] });
  const [mine, theirs] = [await listen(pupil), await listen(mate)];
  const chat = await chatOf(pupil, 'class_pupils');
  const said = await write(pupil, chat, 'я здесь');
  await Promise.all([mine, theirs].map((stream) => stream.next('message', ({ message }) => message.id === said.id)));
  const { files } = await edgeOf(getter(pupil), lesson.playlist);
  for (const file of files) assert.equal((await through(pupil, 'GET', lesson.playlist.replace('index.m3u8', file))).status, 200, file);

  process.kill(camera.process.pid, 'SIGSTOP');
  const held = await holdAll(getter(pupil), lesson.playlist);
  const alsoHeld = through(mate, 'GET', `${lesson.playlist}?_HLS_msn=${(await edgeOf(getter(mate), lesson.playlist)).msn + 1}`);
  await hands('leave', { class: schoolClass.id, person: pupil.me.id });
  process.kill(camera.process.pid, 'SIGCONT');
  assert.equal((await alsoHeld).status, 200);
  for (const reply of await Promise.all(held)) assert.deepEqual([reply.status, reasonOf(reply)], [404, 'not-found'], reply.text);

  await gets(mine, 'chat_removed', (data) => data.chat_id === chat);
  await gets(mine, 'broadcast', (data) => data.broadcast_id === lesson.id && data.state === 'ended');
  const before = mine.blocks.length;
  const after = await write(teacher, chat, 'этого не услышит');
  await theirs.next('message', ({ message }) => message.id === after.id);
  await settle(pupil, mine);
  assertQuiet(mine, before);
  await assertNothingThere(pupil, addressesOf(lesson, [...files, 'part_0_0.m4s', 'init_1.mp4'], chat, said.id, schoolClass.id));
  // Nor what was missed: the position of the time before is taken, the right is today's.
  const again = await listen(pupil, mine.lastId);
  await settle(pupil, again);
  assertQuiet(again, 0);
});

test('rights: a pupil\'s parent loses the class with the child', async () => {
  const [parent, pupil] = [await room.enter('parent3'), await room.enter('pupil3')];
  const [schoolClass] = pupil.me.classes;
  const evening = await goLive(teacher, { parents_of: [schoolClass.id] });
  const stream = await listen(parent);
  const chat = await chatOf(parent, 'class_parents');
  const said = await write(parent, chat, 'здравствуйте');
  const { files } = await edgeOf(getter(parent), evening.playlist);
  await hands('leave', { class: schoolClass.id, person: pupil.me.id });
  await stream.next('chat_removed', (data) => data.chat_id === chat);
  await assertNothingThere(parent, addressesOf(evening, files, chat, said.id, schoolClass.id));
});

test('rights: a session that is ended elsewhere closes its stream and all that waits', async () => {
  const [phone, panel] = [await room.enter('pupil2'), await room.enter('pupil2')];
  const lesson = await goLive(teacher, { school: true });
  const stream = await listen(panel);
  const { files } = await edgeOf(getter(panel), lesson.playlist);
  process.kill(camera.process.pid, 'SIGSTOP');
  const held = await holdAll(getter(panel), lesson.playlist);
  assert.equal((await through(phone, 'DELETE', `/api/v1/sessions/${panel.me.session.id}`)).status, 204);
  await stream.next('session_ended');
  await stream.ended;
  process.kill(camera.process.pid, 'SIGCONT');
  for (const reply of await Promise.all(held)) assert.equal(reply.status, 401, reply.text);
  const chat = await chatOf(phone, 'class_pupils');
  const said = await write(phone, chat, 'с телефона');
  for (const [method, path, body] of addressesOf(lesson, files, chat, said.id, phone.me.classes[0].id)) {
    const reply = await through(panel, method, path, { body });
    assert.deepEqual([reply.status, reasonOf(reply)], [401, 'unauthenticated'], `${method} ${path}`);
  }
  assert.equal((await through(phone, 'GET', lesson.playlist)).status, 200);
});

test('rights: with the role of a teacher goes all that it gave, the seat in the class too', async () => {
  const leaving = await room.enter('teacher2');
  const [schoolClass] = leaving.me.classes;
  const meeting = await goLive(admin, { staff: true });
  const stream = await listen(leaving);
  const [staff, pupils] = [await chatOf(leaving, 'staff'), await chatOf(leaving, 'class_pupils')];
  const said = await write(leaving, staff, 'увольняюсь');
  const inClass = await write(leaving, pupils, 'до свидания');
  const { files } = await edgeOf(getter(leaving), meeting.playlist);
  process.kill(camera.process.pid, 'SIGSTOP');
  const held = await holdAll(getter(leaving), meeting.playlist);
  await hands('role', { person: leaving.me.id, role: 'parent' });
  process.kill(camera.process.pid, 'SIGCONT');
  for (const reply of await Promise.all(held)) assert.equal(reply.status, 404, reply.text);
  for (const chat of [staff, pupils]) await gets(stream, 'chat_removed', (data) => data.chat_id === chat);
  await gets(stream, 'broadcast', (data) => data.broadcast_id === meeting.id && data.state === 'ended');
  const before = stream.blocks.length;
  await write(teacher, staff, 'между нами');
  await write(teacher, pupils, 'между нами');
  // Twice: the change of roles is a change of this person, too.
  await settle(leaving, stream);
  await settle(leaving, stream);
  assertQuiet(stream, before);
  await assertNothingThere(leaving, [
    ...addressesOf(meeting, files, staff, said.id, schoolClass.id),
    ...addressesOf(meeting, files, pupils, inClass.id, schoolClass.id),
  ]);
  assert.equal((await through(leaving, 'GET', '/api/v1/classes')).status, 403);
  assert.deepEqual((await leaving.get('/api/v1/me')).classes, []);
  assert.deepEqual((await leaving.get('/api/v1/chats')).items, []);
});

test('rights: to a pupil\'s cookie what is the staff\'s does not exist', async () => {
  const pupil = await room.enter('pupil4');
  const meeting = await goLive(admin, { staff: true });
  const own = await listen(teacher);
  const stream = await listen(pupil);
  const staff = await chatOf(teacher, 'staff');
  const said = await write(teacher, staff, 'педсовет в три');
  await own.next('message', ({ message }) => message.id === said.id);
  const { files, hint } = await edgeOf(getter(teacher), meeting.playlist);
  await assertNothingThere(pupil, addressesOf(meeting, [...files, hint], staff, said.id, randomUUID())
    .filter(([, path]) => !path.startsWith('/api/v1/classes/')));
  // The still picture is an administrator's alone: others hear the same of a camera that is and of one that is not.
  const [{ id }] = (await admin.get('/api/v1/cameras')).items;
  const faces = await Promise.all([id, randomUUID()].map(async (camera) => {
    const path = `/api/v1/cameras/${camera}/still`;
    return faceOf(await through(pupil, 'GET', path), path);
  }));
  assert.equal(faces[0], faces[1]);
  assert.match(faces[0]!, /^\[403,/);
  // A position out of the staff's stream opens none of it.
  const other = await listen(pupil, own.blocks.find(({ event }) => event === 'hello')!.id);
  await settle(pupil, other);
  for (const each of [stream, other]) assertQuiet(each, 0);
});
