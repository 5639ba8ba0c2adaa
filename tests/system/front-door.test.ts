// SPDX-License-Identifier: LGPL-2.1-or-later
// nginx in front of urokd: what it lets through, adds, hides, and answers itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { request as ask } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Process } from '../lib/process.ts';
import { ask as fetchOne, type Wish } from '../lib/request.ts';
import { startSchool, type Person, type School } from '../lib/school.ts';

let school: School;
let administrator: Person;

before(async () => {
  school = await startSchool({ nginx: true });
  administrator = await school.setUp();
});

after(() => school.stop());

const through = (method: string, path: string, wish: Wish = {}) =>
  fetchOne({ host: '127.0.0.1', port: school.port }, method, path, wish);

test('front door: every answer carries the security headers once', async () => {
  for (const path of ['/', '/chats/anything', '/assets/none.js', '/api/v1/school', '/live/none/part_1_0.m4s']) {
    const { headers } = await through('GET', path);
    assert.match(headers['content-security-policy'] ?? '', /default-src 'self'; .*frame-ancestors 'none'/, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin', path);
    assert.ok(headers['permissions-policy'], path);
    assert.equal(headers['strict-transport-security'], undefined, path);
    assert.equal(headers.server, 'nginx', path);
  }
});

test('front door: the page is asked for anew, what has a hash in its name is kept', async () => {
  const page = await through('GET', '/');
  assert.equal(page.headers['cache-control'], 'no-cache');
  const asset = /\/assets\/[\w.-]+\.js/.exec(page.text)![0];
  const { status, headers } = await through('GET', asset, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(status, 200);
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(headers['content-encoding'], 'gzip');
});

test('front door: what is between nginx and urokd does not exist for clients, however it is spelled', async () => {
  const spellings = ['/api/internal/media', '/api/%69nternal/media', '//api//internal/media', '/api/v1/../internal/media',
    '/api/v1/..%2finternal/media', '/api/internal%2fmedia', '/internal/broadcast/x/part_1_0.m4s', '/may-watch'];
  for (const path of spellings) {
    const { status, text } = await through('GET', path, { cookie: administrator.cookie, headers: { 'X-Original-URI': '/live/x/part_1_0.m4s' } });
    const isPage = text.startsWith('<!doctype html>');
    assert.ok(status === 404 || isPage, `${path}: ${status} ${text}`);
  }
});

test('front door: the console is not reached through it', async () => {
  for (const [method, path] of [['GET', '/api/v1/console/status'], ['POST', '/api/v1/console/sign-in-links']] as const) {
    const { status } = await through(method, path, { cookie: administrator.cookie, body: method === 'POST' ? { login: 'orlova' } : undefined });
    assert.equal(status, 404, path);
  }
});

test('front door: a part is nobody\'s without a session, and does not exist for who may not watch', async () => {
  const folder = join(school.folder, 'run/broadcast/nobody');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'part_1_0.m4s'), 'secret picture');
  for (const [cookie, status, reason] of [[undefined, 401, 'unauthenticated'], [administrator.cookie, 404, 'not-found']] as const) {
    const reply = await through('GET', '/live/nobody/part_1_0.m4s', { cookie });
    assert.equal(reply.status, status);
    assert.equal(reply.body.type, `urn:urok:problem:${reason}`);
  }
});

test('front door: a body over the limit is refused before it is read', async () => {
  const reply = await new Promise<string>((resolve, reject) => {
    const socket = connect(school.port, '127.0.0.1', () => socket.write(
      'POST /api/v1/chats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40000\r\nContent-Type: application/json\r\n\r\n'));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.on('error', reject);
  });
  assert.match(reply, /^HTTP\/1\.1 413 /);
  assert.match(reply, /urn:urok:problem:too-large/);
});

test('front door: a client\'s own word about its address is not believed, and logs hold no queries', async () => {
  await through('GET', '/api/v1/people?search=secret-name', {
    cookie: administrator.cookie, headers: { 'X-Forwarded-For': '10.9.8.7' },
  });
  // nginx writes the line after it answered.
  const log = new Process('tail', 'tail', ['-n', '+1', '-f', join(school.folder, 'nginx/access.log')]);
  await log.line(/ 127\.0\.0\.1 GET \/api\/v1\/people 200 /);
  assert.doesNotMatch(log.lines.join('\n'), /secret-name|10\.9\.8\.7|\?/);
  await log.kill();
});

test('front door: the live stream passes at once, unbuffered', async () => {
  const first = await new Promise<string>((resolve, reject) => {
    const asking = ask({ host: '127.0.0.1', port: school.port, path: '/api/v1/live', headers: { Cookie: administrator.cookie, 'Sec-Fetch-Site': 'same-origin' } },
      (response) => response.setEncoding('utf8').once('data', (text: string) => {
        resolve(text);
        asking.destroy();
      }));
    asking.on('error', reject);
    asking.end();
  });
  assert.match(first, /event: hello/);
});

test('front door: tries to sign in are limited for each address', async () => {
  const began = performance.now();
  const statuses = await Promise.all(Array.from({ length: 80 }, async () =>
    (await through('POST', '/api/v1/sessions', { body: {} })).status));
  const taken = statuses.filter((status) => status === 400).length;
  // Sixty and one at once, and two in each second that it took.
  const most = 61 + Math.ceil((performance.now() - began) / 500);
  assert.ok(taken >= 60 && taken <= most, `${taken} of 80 were taken, ${most} at most`);
  assert.equal(statuses.filter((status) => status === 429).length, 80 - taken);
});

/** A broadcast of a camera that is not there, and the folder of its parts: whatever lies there, a worker could have laid. Its own
 *  has begun: it sweeps the folder before it looks for its camera. */
async function emptyBroadcast(): Promise<{ id: string; slug: string; folder: string }> {
  const camera = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: 'rtsp://127.0.0.1:9/' });
  const stream = await administrator.live();
  const { id, slug } = await administrator.post('/api/v1/broadcasts', { camera: camera.id, title: 'Математика', audience: { school: true } });
  await stream.next('broadcast', ({ broadcast_id, state }) => broadcast_id === id && state === 'camera_lost');
  await stream.close();
  const folder = join(school.folder, 'run/broadcast', slug);
  await mkdir(folder, { recursive: true });
  return { id, slug, folder };
}

test('front door: a worker that was taken over leads nobody out of its folder', async () => {
  const { id, slug, folder } = await emptyBroadcast();
  const get = (file: string) => through('GET', `/live/${slug}/${file}`, { cookie: administrator.cookie });
  await writeFile(join(folder, 'part_1_0.m4s'), 'a part');
  assert.equal((await get('part_1_0.m4s')).text, 'a part');
  const [secret, secrets] = [join(school.folder, 'urok.conf'), join(school.folder, 'secrets')];
  await mkdir(secrets);
  await writeFile(join(secrets, 'part_4_0.m4s'), 'a secret');
  await symlink(secret, join(folder, 'part_2_0.m4s'));
  await symlink('../../../urok.conf', join(folder, 'part_3_0.m4s'));
  await symlink(secrets, join(folder, 'seg_1_0'));
  for (const file of ['part_2_0.m4s', 'part_3_0.m4s']) {
    const { status, text } = await get(file);
    assert.equal(status, 404, `${file}: ${text}`);
    assert.doesNotMatch(text, /\[paths\]/);
  }
  assert.notEqual((await get('seg_1_0/part_4_0.m4s')).text, 'a secret');
  assert.equal((await administrator.ask('PATCH', `/api/v1/broadcasts/${id}`, { body: { state: 'ended' } })).status, 200);
});

/** An upload of a picture that has begun: nginx has let it in when it asks for the bytes. */
async function beginUpload(): Promise<{ status: number; end: () => void }> {
  const socket = connect(school.port, '127.0.0.1');
  socket.on('error', () => undefined); // nginx may hang up on what it refused
  socket.write(['PUT /api/v1/me/picture HTTP/1.1', `Host: localhost:${school.port}`, `Cookie: ${administrator.cookie}`, `Origin: ${school.url}`,
    'Content-Type: image/jpeg', 'Content-Length: 1000000', 'Expect: 100-continue', '', ''].join('\r\n'));
  const [first] = await once(socket, 'data') as [Buffer];
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(first.toString())![1]), end: () => socket.destroy() };
}

test('front door: one address sends sixteen files at once, and the next is told to wait', async () => {
  const begun = [];
  for (let n = 0; n < 16; n += 1) begun.push(await beginUpload());
  assert.deepEqual(begun.map(({ status }) => status), Array(16).fill(100));
  const tooMany = await through('PUT', '/api/v1/me/picture', { cookie: administrator.cookie, headers: { 'Content-Type': 'image/jpeg' }, body: Buffer.from('x') });
  assert.equal(tooMany.status, 429);
  assert.equal(JSON.parse(tooMany.text).type, 'urn:urok:problem:too-many-tries');
  for (const { end } of begun) end();
  assert.equal((await through('GET', '/api/v1/me', { cookie: administrator.cookie })).status, 200, 'everything else goes on');
});

test('front door: while urokd is away it says so, and all is well when it is back', async () => {
  await school.kill();
  const away = await through('GET', '/api/v1/school');
  assert.equal(away.status, 503);
  assert.equal(away.body.type, 'urn:urok:problem:unavailable');
  assert.equal(away.headers['retry-after'], '1');
  // nginx asks urokd before it takes a file.
  const upload = await through('PUT', '/api/v1/me/picture', { cookie: administrator.cookie, headers: { 'Content-Type': 'image/jpeg' }, body: Buffer.alloc(100_000) });
  assert.deepEqual([upload.status, upload.body?.type, upload.headers['retry-after']], [503, 'urn:urok:problem:unavailable', '1'], upload.text);
  assert.equal((await through('GET', '/')).status, 200);
  await school.start();
  assert.equal((await through('GET', '/api/v1/school')).status, 200);
});
