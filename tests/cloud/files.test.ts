// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures between a school's box and the cloud: the real door with certificates, both programs, kills and wrong bytes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { askFront, linkBox, sayBox } from '../lib/cloud-broker.ts';
import { CloudFront } from '../lib/cloud-front.ts';
import { Joined } from '../lib/joined.ts';
import { addPictures, keepFile, photo } from '../lib/pictures.ts';
import { ask, type Reply } from '../lib/request.ts';
import { freePort, type Person } from '../lib/school.ts';

const dataOf = ({ room }: Joined): string => join(room.school.folder, 'data');
const filesHere = ({ room }: Joined): string => join(room.school.folder, 'files');
const filesThere = ({ cloud }: Joined): string => join(cloud.folder, 'files/lyceum');

async function addresses(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true }).catch(() => []);
  return all.filter((name) => /^[0-9a-f]{2}\/[0-9a-f]{64}$/.test(name)).map((name) => name.slice(3)).sort();
}

const contentOf = async (folder: string, address: string): Promise<Buffer> => readFile(join(folder, address.slice(0, 2), address));

/** The administrator takes a picture: the addresses of its two sizes, the larger file first. */
async function takePicture(joined: Joined, admin: Person): Promise<string[]> {
  const reply = await admin.ask('PUT', '/api/v1/me/picture', { body: await photo(0), headers: { 'Content-Type': 'image/jpeg' } });
  assert.equal(reply.status, 200, reply.text);
  const names = await addresses(filesHere(joined));
  assert.equal(names.length, 2);
  return names.sort((a) => (a.startsWith(reply.body.picture) ? -1 : 1));
}

/** The box reaches the cloud's own door from here on, which is nginx with our real configuration; `meanwhile` it is stopped. */
async function openDoor(joined: Joined, meanwhile = (): void => undefined): Promise<CloudFront> {
  const front = new CloudFront(joined.cloud, await freePort());
  const at = (name: string): string => join(dataOf(joined), 'cloud', name);
  await front.start(await readFile(at('ca.pem'), 'utf8'));
  await joined.room.school.daemon.stop();
  meanwhile();
  await writeFile(at('link.json'), JSON.stringify({ ...JSON.parse(await readFile(at('link.json'), 'utf8')), cloud: front.address }));
  await writeFile(at('web-ca.pem'), await readFile(front.authority));
  await joined.room.school.start();
  return front;
}

/** Both sizes of the picture lie there. */
const arrived = async (folder: string): Promise<void> => {
  while ((await addresses(folder)).length < 2);
};

/** Until the box says so of its files. */
async function untilFiles(joined: Joined, isSo: (files: any) => boolean): Promise<any> {
  const admin = await joined.room.enter('admin');
  for (;;) {
    const { files, state } = await admin.get('/api/v1/cloud');
    if (state === 'live' && isSo(files)) return files;
  }
}

const allGone = ({ to_send, to_fetch }: any): boolean => to_send === 0 && to_fetch === 0;

test('a picture goes to the cloud, is shown there, and goes from there when its owner removes it', async () => {
  await using joined = await Joined.start();
  const front = await openDoor(joined);
  const admin = await joined.room.enter('admin');
  const { sent_bytes } = await admin.get('/api/v1/cloud');
  const names = await takePicture(joined, admin);
  await arrived(filesThere(joined));
  await untilFiles(joined, allGone);
  const lengths = await Promise.all(names.map(async (name) => (await contentOf(filesHere(joined), name)).length));
  assert.ok((await admin.get('/api/v1/cloud')).sent_bytes - sent_bytes >= lengths.reduce((a, b) => a + b));
  assert.deepEqual(await addresses(filesThere(joined)), [...names].sort());
  for (const name of names) assert.deepEqual(await contentOf(filesThere(joined), name), await contentOf(filesHere(joined), name));
  const teacher = await joined.room.enter('teacher1');
  const outside = await joined.signIn(teacher);
  const shown = await outside.ask('GET', `/api/v1/people/${admin.me.id}/picture?size=large`);
  assert.match(shown.headers['x-accel-redirect'] as string, new RegExp(names[0]!));
  assert.equal((await admin.ask('DELETE', '/api/v1/me/picture')).status, 204);
  await joined.isInStep(admin);
  while ((await addresses(filesThere(joined))).length > 0);
  await front.stop();
});

test('files that the box has lost come back from the cloud', async () => {
  await using joined = await Joined.start();
  const front = await openDoor(joined);
  const admin = await joined.room.enter('admin');
  const names = await takePicture(joined, admin);
  const before = await contentOf(filesHere(joined), names[0]!);
  await arrived(filesThere(joined));
  await untilFiles(joined, allGone);
  await joined.room.school.daemon.stop();
  await rm(filesHere(joined), { recursive: true });
  await joined.room.school.start();
  const again = await joined.room.enter('admin');
  await arrived(filesHere(joined));
  await untilFiles(joined, allGone);
  assert.deepEqual(await contentOf(filesHere(joined), names[0]!), before);
  assert.equal((await again.ask('GET', `/api/v1/people/${again.me.id}/picture?size=large`)).status, 200);
  await front.stop();
});

test('files that a restored cloud lacks are there again when the line is', async () => {
  await using joined = await Joined.start();
  const front = await openDoor(joined);
  const admin = await joined.room.enter('admin');
  const names = await takePicture(joined, admin);
  await arrived(filesThere(joined));
  await untilFiles(joined, allGone);
  const stream = await admin.live();
  await joined.broker.kill();
  await stream.next('cloud', ({ live }) => !live);
  await rm(filesThere(joined), { recursive: true });
  await joined.broker.run();
  await arrived(filesThere(joined));
  await untilFiles(joined, allGone);
  for (const name of names) assert.deepEqual(await contentOf(filesThere(joined), name), await contentOf(filesHere(joined), name));
  await stream.close();
  await front.stop();
});

test('pictures that may not leave stay, and leave when they may', async () => {
  await using joined = await Joined.start();
  const front = await openDoor(joined);
  const admin = await joined.room.enter('admin');
  const allow = async (allowed: boolean): Promise<void> => {
    const reply = await admin.ask('PUT', '/api/v1/cloud/choices/pictures', { body: { allowed, order: 'Приказ № 2' } });
    assert.equal(reply.status, 200, reply.text);
  };
  await allow(false);
  await takePicture(joined, admin);
  await joined.isInStep(admin);
  assert.equal((await untilFiles(joined, ({ to_send }) => to_send === 2)).to_send, 2);
  assert.deepEqual(await addresses(filesThere(joined)), []);
  await allow(true);
  await arrived(filesThere(joined));
  await front.stop();
});

test('what waits outlives a box that is killed and a door that is shut', async () => {
  await using joined = await Joined.start();
  const front = await openDoor(joined);
  await front.stop();
  const admin = await joined.room.enter('admin');
  await takePicture(joined, admin);
  const waiting = await untilFiles(joined, ({ to_send, trouble }) => to_send === 2 && trouble !== null);
  assert.equal(waiting.trouble.code, 'cloud-no-answer');
  assert.ok(waiting.to_send_bytes > 0);
  await joined.room.school.daemon.kill();
  await front.start(await readFile(join(dataOf(joined), 'cloud/ca.pem'), 'utf8'));
  await writeFile(join(dataOf(joined), 'cloud/web-ca.pem'), await readFile(front.authority));
  await joined.room.school.start();
  await arrived(filesThere(joined));
  await front.stop();
});

test('trouble goes with the file that had it', async () => {
  await using joined = await Joined.start();
  const front = await openDoor(joined);
  await front.stop();
  const admin = await joined.room.enter('admin');
  await takePicture(joined, admin);
  await untilFiles(joined, ({ trouble }) => trouble?.code === 'cloud-no-answer');
  assert.equal((await admin.ask('DELETE', '/api/v1/me/picture')).status, 204);
  await untilFiles(joined, ({ to_send, trouble }) => to_send === 0 && trouble === null);
});

type Door = (method: string, address: string, wish?: { body?: Buffer; range?: string; who?: Record<string, string> }) => Promise<Reply>;

const doorOf = (joined: Joined): Door => async (method, address, { body, range, who } = {}) => askFront(joined.cloud, method, `/box/v1/files/${address}`, {
  ...(body === undefined ? {} : { body }),
  headers: { ...(who ?? joined.who), ...(body === undefined ? {} : { 'Content-Type': 'application/octet-stream' }), ...(range === undefined ? {} : { 'Content-Range': range }) },
});

test('the door takes a file in pieces, over the death of an instance, and says how far it is', async () => {
  await using joined = await Joined.start();
  const admin = await joined.room.enter('admin');
  const [name] = await takePicture(joined, admin);
  await joined.isInStep(admin);
  const door = doorOf(joined);
  const content = await contentOf(filesHere(joined), name!);
  const [first, rest] = [content.subarray(0, 100), content.subarray(100)];
  assert.equal((await door('HEAD', name!)).headers['upload-offset'], '0');
  const begun = await door('PUT', name!, { body: first, range: `bytes 0-99/${content.length}` });
  assert.deepEqual([begun.status, begun.body], [202, { has: 100, whole: false }]);
  const two = await joined.cloud.instance('two');
  await two.start();
  await joined.one.process.kill();
  await two.process.line(/The school lyceum is held/);
  await two.process.line(/stands at the cloud's own door/);
  assert.equal((await door('HEAD', name!)).headers['upload-offset'], '100');
  const again = await door('PUT', name!, { body: first, range: `bytes 0-99/${content.length}` });
  assert.deepEqual([again.status, again.body.has, again.body.type], [409, 100, 'urn:urok:problem:file-offset']);
  const done = await door('PUT', name!, { body: rest, range: `bytes 100-${content.length - 1}/${content.length}` });
  assert.deepEqual([done.status, done.body], [201, { has: content.length, whole: true }]);
  assert.deepEqual(await contentOf(filesThere(joined), name!), content);
  assert.deepEqual(await readdir(join(filesThere(joined), 'parts')), []);
});

test('a file whose bytes are others is not taken, and nothing of it stays', async () => {
  await using joined = await Joined.start();
  const admin = await joined.room.enter('admin');
  const [name] = await takePicture(joined, admin);
  await joined.isInStep(admin);
  const door = doorOf(joined);
  const wrong = await door('PUT', name!, { body: Buffer.from('something else'), range: 'bytes 0-13/14' });
  assert.deepEqual([wrong.status, wrong.body.type], [409, 'urn:urok:problem:file-wrong']);
  assert.deepEqual(await readdir(join(filesThere(joined), 'parts')), []);
  assert.deepEqual(await addresses(filesThere(joined)), []);
  for (const range of [undefined, 'bytes 0-9/14', 'bytes 0-13/*', 'bytes 5-4/14']) {
    assert.equal((await door('PUT', name!, { body: Buffer.from('something else'), ...(range ? { range } : {}) })).status, 400);
  }
  const large = await door('PUT', name!, { body: Buffer.from('something else'), range: `bytes 0-13/${2 ** 40}` });
  assert.equal(large.status, 413);
});

test('a cloud that lacks more than it says at once says the rest behind a cursor, and the box asks to the end', async () => {
  await using joined = await Joined.start();
  const admin = await joined.room.enter('admin');
  const own = await takePicture(joined, admin);
  const pictures = await Promise.all(Array.from({ length: 600 }, () => Promise.all([0, 1].map(() => keepFile(filesHere(joined), randomBytes(16))))));
  await joined.room.school.daemon.stop();
  await addPictures(dataOf(joined), pictures);
  await joined.room.school.start();
  await joined.isInStep(await joined.room.enter('admin'));
  const list = async (cursor: string | null): Promise<any> => {
    const { status, body } = await askFront(joined.cloud, 'GET', `/box/v1/files${cursor === null ? '' : `?cursor=${cursor}`}`, { headers: joined.who });
    assert.equal(status, 200);
    return body;
  };
  const first = await list(null);
  assert.equal(first.missing.length, 1000);
  assert.equal(first.next_cursor, first.missing.at(-1));
  const second = await list(first.next_cursor);
  assert.equal(second.next_cursor, null);
  assert.deepEqual([...first.missing, ...second.missing], [...pictures.flat(), ...own].sort());
  assert.deepEqual(await list('f'.repeat(64)), { missing: [], next_cursor: null });
  for (const query of ['cursor=', 'cursor=abc', `cursor=${'G'.repeat(64)}`, 'after=1']) {
    assert.equal((await askFront(joined.cloud, 'GET', `/box/v1/files?${query}`, { headers: joined.who })).status, 400, query);
  }
  // The box believes that all of them are there, as with a cloud that was restored.
  const front = await openDoor(joined, () => void execFileSync('sqlite3', [join(dataOf(joined), 'urok.db'), "UPDATE file_journey SET way = 'over'"]));
  await untilFiles(joined, ({ to_send }) => to_send > 1000);
  assert.ok((await front.requests()).some((request) => request.startsWith(`GET /box/v1/files?cursor=${first.next_cursor} `)));
  await front.stop();
});

test('a file that a school does not name, and one of another school, is not there', async () => {
  await using joined = await Joined.start();
  const admin = await joined.room.enter('admin');
  const [name] = await takePicture(joined, admin);
  await joined.isInStep(admin);
  const door = doorOf(joined);
  const content = await contentOf(filesHere(joined), name!);
  const range = `bytes 0-${content.length - 1}/${content.length}`;
  assert.equal((await door('PUT', name!, { body: content, range })).status, 201);
  joined.cloud.addSchool('other');
  await joined.one.process.line(/The school other is held/);
  const { body } = await linkBox(joined.cloud, 'other', join(joined.cloud.folder, 'other-box'), '0190c0de-0000-7000-8000-000000000001');
  const who = sayBox(body.certificate);
  for (const method of ['GET', 'HEAD']) assert.equal((await door(method, name!, { who })).status, 404);
  assert.equal((await door('PUT', name!, { who, body: content, range })).status, 404);
  const unknown = '0'.repeat(64);
  assert.equal((await door('GET', unknown)).status, 404);
  assert.equal((await door('PUT', unknown, { body: content, range })).status, 404);
  assert.equal((await door('GET', '../../etc/passwd')).status, 400);
  assert.equal((await ask({ socketPath: join(joined.cloud.folder, 'run/cloud.sock') }, 'GET', `/box/v1/files/${name}`)).status, 401);
});
