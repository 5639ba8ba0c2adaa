// SPDX-License-Identifier: LGPL-2.1-or-later
// One look at a camera: what is found, or precisely what is wrong.
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Camera, PIPELINES, Worker, probe } from '../lib/broadcast.ts';
import { freePort } from '../lib/school.ts';

let folder = '';
let camera: Camera | undefined;
let worker: Worker | undefined;
let server: Server | undefined;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
});

after(() => rm(folder, { recursive: true }));

afterEach(async () => {
  await camera?.kill();
  server?.close();
  const ended = worker;
  camera = undefined;
  server = undefined;
  worker = undefined;
  await ended?.end();
});

/** Something that listens and answers each request with a text, or with nothing. */
async function answering(text: string): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => text && socket.write(text));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
}

test('probe: what a camera sends, and a picture of it', async () => {
  camera = await Camera.start();
  const still = join(folder, 'still.jpg');
  const { steps, result } = await probe(camera.url, {}, ['--still', still]);
  assert.deepEqual(steps, ['resolving', 'connecting', 'receiving']);
  assert.equal(result.reason, null);
  assert.deepEqual(result.found!.video, { codec: 'H.264', profile: 'Constrained Baseline', width: 320, height: 180, frame_rate_milli: 25000 });
  assert.deepEqual(result.found!.audio, { codec: 'AAC', rate: 48000, channels: 1 });
  assert.equal(result.found!.playable, true);
  assert.equal(result.found!.audible, true);
  assert.equal(result.found!.transport, 'tcp');
  assert.equal(result.has_still, true);
  const picture = await readFile(still);
  assert.equal(picture.readUInt16BE(0), 0xffd8);
});

test('probe: a password that is right, wrong or missing', async () => {
  const file = join(folder, 'credentials');
  await writeFile(file, 'admin\nverno\n');
  camera = await Camera.start('--auth', file);
  const right = await probe(camera.url, { login: 'admin', password: 'verno' });
  assert.equal(right.result.reason, null);
  for (const wrong of [{ login: 'admin', password: 'nope' }, {}]) {
    const { result } = await probe(camera.url, wrong);
    assert.equal(result.reason, 'camera-wrong-password');
    assert.equal(result.found, null);
  }
});

test('probe: no such path', async () => {
  camera = await Camera.start();
  const { result } = await probe(camera.url.replace('kabinet-12', 'kabinet-13'));
  assert.equal(result.reason, 'camera-no-such-path');
});

test('probe: refused', async () => {
  const { result } = await probe(`rtsp://127.0.0.1:${await freePort()}/live`);
  assert.equal(result.reason, 'camera-refused');
});

test('probe: a name that nobody knows', async () => {
  const { result } = await probe('rtsp://camera.invalid/live');
  assert.equal(result.reason, 'camera-name-not-found');
});

test('probe: no answer', async () => {
  const { steps, result } = await probe(await answering(''), {}, ['--answer', '500']);
  assert.deepEqual(steps, ['resolving', 'connecting']);
  assert.equal(result.reason, 'camera-no-answer');
});

test('probe: no camera', async () => {
  const { result } = await probe(await answering('HTTP/1.1 400 Bad Request\r\n\r\n'));
  assert.equal(result.reason, 'camera-no-answer');
  assert.match(result.detail!, /no RTSP camera/);
});

test('probe: an address that is not allowed is not connected to', async () => {
  const url = await answering('RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n');
  let connected = false;
  server!.on('connection', () => (connected = true));
  for (const networks of [[], ['10.0.0.0/8'], ['0.0.0.0/0']]) {
    const { result } = await probe(url, { networks });
    assert.equal(result.reason, 'camera-forbidden-address');
  }
  assert.equal(connected, false);
});

test('probe: a redirect is followed within the allowed networks only', async () => {
  camera = await Camera.start();
  const inside = await probe(await answering(`RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: ${camera.url}\r\n\r\n`), { networks: ['127.0.0.0/8'] });
  assert.equal(inside.result.reason, null);
  server!.close();
  const outside = await probe(await answering('RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: rtsp://[::1]:554/x\r\n\r\n'), { networks: ['127.0.0.0/8'] });
  assert.equal(outside.result.reason, 'camera-forbidden-address');
});

/** Looks like a camera to who asks first; then its stream is elsewhere. */
async function redirectingLater(location: string): Promise<string> {
  let connections = 0;
  server = createServer((socket) => {
    const isFirst = connections++ === 0;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const head = `CSeq: ${/CSeq: (\d+)/i.exec(bytes.toString())?.[1]}\r\n`;
      const isAbout = isFirst || bytes.toString().startsWith('OPTIONS');
      socket.write(isAbout ? `RTSP/1.0 200 OK\r\n${head}Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n` : `RTSP/1.0 302 Found\r\n${head}Location: ${location}\r\n\r\n`);
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
}

test('probe: a stream that redirects says nothing to a forbidden address, however it is spelled', async (t) => {
  let heard = '';
  const target = createServer((socket) => socket.on('data', (bytes) => (heard += bytes)).on('error', () => undefined));
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.2', resolve));
  t.after(() => target.close());
  const place = `127.0.0.2:${(target.address() as AddressInfo).port}`;
  for (const location of [`rtsp://${place}/x`, `rtsp://${place}/x#y`, `rtsp://${place}/x y`, `rtsp://a:b@${place}/x`, `rtsp://${place}/${'x'.repeat(1100)}`]) {
    const { result } = await probe(await redirectingLater(location), { networks: ['127.0.0.1/32'] });
    server!.close();
    assert.equal(result.reason, 'camera-forbidden-address', location.slice(0, 40));
  }
  assert.equal(heard, '');
});

test('probe: another scheme, or credentials in the address', async () => {
  for (const url of ['http://127.0.0.1/', 'rtsp://admin:1@127.0.0.1/live']) {
    const { result } = await probe(url);
    assert.equal(result.reason, 'camera-bad-address');
  }
});

test('probe: a codec that no browser plays is named', async () => {
  camera = await Camera.start('--codec', 'h265');
  const { result } = await probe(camera.url);
  assert.equal(result.reason, 'camera-codec');
  assert.equal(result.found!.video!.codec, 'H.265');
  assert.equal(result.found!.playable, false);
  assert.equal(result.found!.not_playable_reason, 'camera-codec');
});

test('probe: a plugin that is missing is named with its package', async () => {
  camera = await Camera.start();
  const pipelines = join(folder, 'pipelines');
  await mkdir(pipelines);
  await copyFile(join(PIPELINES, 'aac.pipeline'), join(pipelines, 'aac.pipeline'));
  await writeFile(join(pipelines, 'h264.pipeline'), '# package: gstreamer1.0-plugins-good\nnosuchelement ! appsink name=out\n');
  const { result } = await probe(camera.url, {}, ['--pipelines', pipelines]);
  assert.equal(result.reason, 'camera-plugin-missing');
  assert.equal(result.found!.missing_package, 'gstreamer1.0-plugins-good');
});

test('probe: a camera without TCP is taken over UDP', async () => {
  camera = await Camera.start('--udp-only');
  const { result } = await probe(camera.url);
  assert.equal(result.reason, null);
  assert.equal(result.found!.transport, 'udp');
});

test('probe: over the control socket', async () => {
  camera = await Camera.start();
  worker = await Worker.start();
  worker.control.say({ word: 'probe', url: camera.url, transport: 'auto', networks: ['127.0.0.0/8'] });
  const result = await worker.control.word((word) => word.word === 'result');
  assert.equal(result.word === 'result' && result.has_still, true);
  await readFile(worker.file('still.jpg'));
});

test('probe: the password stands in no argument, environment or log', async () => {
  const file = join(folder, 'secret');
  await writeFile(file, 'admin\nSekret-4711\n');
  camera = await Camera.start('--auth', file);
  worker = await Worker.start();
  worker.broadcast(camera.url, { login: 'admin', password: 'Sekret-4711' });
  await worker.control.word((word) => word.word === 'state' && word.segments.length > 0);
  const kept = await Promise.all(['cmdline', 'environ'].map((name) => readFile(`/proc/${worker!.process.pid}/${name}`, 'utf8')));
  for (const text of [...kept, ...worker.process.lines, await readFile(worker.file('state'), 'utf8'), JSON.stringify(worker.control.words)]) {
    assert.equal(text.includes('Sekret-4711'), false);
  }
});
