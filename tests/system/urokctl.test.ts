// SPDX-License-Identifier: LGPL-2.1-or-later
// urokctl against a daemon that says what it is told to: sentences, JSON, statuses, and what it asks for.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { BUILD } from '../lib/places.ts';

type Asked = { method: string; path: string; body: unknown };
type Answer = { status: number; body?: unknown };

let folder = '';
let socket = '';
let server: Server;
let asked: Asked[] = [];
let answers: Record<string, Answer | Answer[]> = {};

const problem = (status: number, reason: string, detail: string): Answer =>
  ({ status, body: { type: `urn:urok:problem:${reason}`, title: 'No', status, detail } });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'urokctl-'));
  socket = join(folder, 'control.sock');
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const key = `${request.method} ${request.url}`;
    asked.push({ method: request.method!, path: request.url!, body: text === '' ? undefined : JSON.parse(text) });
    const known = answers[key] ?? problem(404, 'not-found', 'There is no such thing here.');
    const answer = Array.isArray(known) ? known.shift()! : known;
    response.writeHead(answer.status, { 'Content-Type': 'application/json' });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
});

after(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  asked = [];
  answers = {};
});

async function urokctl(words: string[], input = '', control = socket) {
  const child = spawn(join(BUILD, 'ctl/urokctl'), words, { env: { ...process.env, UROK_CONTROL: control, LANG: 'C.UTF-8' } });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, out, err };
}

test('urokctl: a sign-in link is printed alone on the first line', async () => {
  answers['POST /api/v1/console/sign-in-links'] = {
    status: 201,
    body: { code: 'abc', url: 'http://localhost:8080/sign-in#abc', display_name: 'Елена Сергеевна Кравцова', expires_at: '2026-11-23T05:00:00.000Z' },
  };
  const { status, out } = await urokctl(['sign-in-link', 'kravtsova']);
  assert.equal(status, 0);
  assert.equal(out.split('\n')[0], 'http://localhost:8080/sign-in#abc');
  assert.match(out, /Елена Сергеевна Кравцова/);
  assert.deepEqual(asked[0]?.body, { login: 'kravtsova' });
});

test('urokctl: a refusal is its sentence and status 1', async () => {
  answers['POST /api/v1/console/sign-in-links'] = problem(404, 'not-found', 'Nobody has the login nobody');
  const { status, out, err } = await urokctl(['sign-in-link', 'nobody']);
  assert.deepEqual({ status, out, err }, { status: 1, out: '', err: 'urokctl: Nobody has the login nobody.\n' });
});

test('urokctl: a refusal is an object with --json', async () => {
  const { status, out } = await urokctl(['--json', 'status']);
  assert.equal(status, 1);
  assert.deepEqual(JSON.parse(out), { error: 'There is no such thing here.' });
});

test('urokctl: without a daemon it says what to do, status 3', async () => {
  const { status, err } = await urokctl(['status'], '', join(folder, 'nothing.sock'));
  assert.equal(status, 3);
  assert.match(err, /Is it running\?/);
});

test('urokctl: what it does not know is status 2, and nothing is asked', async () => {
  for (const words of [[], ['sign-in-link'], ['camera'], ['camera', 'paint'], ['status', 'now'], ['--colour', 'status']]) {
    const { status } = await urokctl(words);
    assert.equal(status, 2, words.join(' '));
  }
  assert.equal(asked.length, 0);
});

test('urokctl: the status is told field by field', async () => {
  answers['GET /api/v1/console/status'] = { status: 200, body: { version: '0.1.0', set_up: true, live: { streams: 3 } } };
  const { status, out } = await urokctl(['status']);
  assert.equal(status, 0);
  assert.match(out, /^version +0\.1\.0\nset up +yes\nlive\n {2}streams +3\n$/);
});

test('urokctl: a demo school is waited for', async () => {
  answers['POST /api/v1/console/demo'] = { status: 200, body: { state: 'running' } };
  answers['GET /api/v1/console/demo'] = [
    { status: 200, body: { state: 'running' } },
    { status: 200, body: { state: 'done', people: 1200 } },
  ];
  const { status, out } = await urokctl(['demo', '--seed', '7', '--json']);
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(out), { state: 'done', people: 1200 });
  assert.deepEqual(asked[0]?.body, { seed: 7 });
});

test('urokctl: a demo school names a person of each role', async () => {
  const examples = [{ role: 'teacher', login: 'kravcova', display_name: 'Елена Сергеевна Кравцова' }];
  answers['POST /api/v1/console/demo'] = { status: 200, body: { state: 'done', examples } };
  const { status, out } = await urokctl(['demo', '--camera', 'rtsp://127.0.0.1:8554/a']);
  assert.equal(status, 0);
  assert.match(out, /^teacher +kravcova +Елена Сергеевна Кравцова\n$/);
  assert.deepEqual(asked[0]?.body, { camera_url: 'rtsp://127.0.0.1:8554/a' });
});

test('urokctl: a broken log is status 1', async () => {
  answers['POST /api/v1/console/log-verification'] = { status: 200, body: { ok: false, events: 12 } };
  const { status, out, err } = await urokctl(['log', 'verify']);
  assert.equal(status, 1);
  assert.match(out, /^ok +no\n/);
  assert.match(err, /restore a backup/);
});

const FOUND = {
  video: { codec: 'H.264', profile: 'Main', width: 1280, height: 720, frame_rate: 25 },
  audio: null, playable: true, not_playable_reason: null, missing_package: null, transport: 'tcp', has_still: true,
};

test('urokctl: a camera is tried, then added with what was found; its password is no argument', async () => {
  answers['POST /api/v1/camera-probes'] = { status: 201, body: { id: 'p1', state: 'running', step: 'connecting' } };
  answers['GET /api/v1/camera-probes/p1'] = { status: 200, body: { id: 'p1', state: 'done', step: 'done', found: FOUND } };
  answers['POST /api/v1/cameras'] = { status: 201, body: { id: 'c1', slug: 'kabinet-12', name: 'Кабинет 12' } };
  const { status, out } = await urokctl(['camera', 'add', 'Кабинет 12', 'rtsp://10.0.0.5/a', '--login', 'it'], 'secret\n');
  assert.equal(status, 0);
  assert.match(out, /H\.264 Main, 1280 x 720, 25 pictures/);
  assert.match(out, /kabinet-12/);
  assert.deepEqual(asked.at(-1)?.body,
    { url: 'rtsp://10.0.0.5/a', login: 'it', password: 'secret', probe: 'p1', name: 'Кабинет 12' });
});

test('urokctl: a camera that cannot be used is not added', async () => {
  answers['POST /api/v1/camera-probes'] = {
    status: 201,
    body: { id: 'p1', state: 'failed', step: 'connecting', reason: 'camera-refused', detail: 'Nothing listens there.' },
  };
  const { status, err } = await urokctl(['camera', 'add', 'Кабинет 12', 'rtsp://10.0.0.5/a']);
  assert.equal(status, 1);
  assert.match(err, /camera-refused.*Nothing listens there\./);
  assert.equal(asked.length, 1);
});

test('urokctl: a camera is removed by its short name', async () => {
  answers['GET /api/v1/cameras'] = { status: 200, body: { items: [{ id: 'c1', slug: 'kabinet-12', name: 'Кабинет 12', state: 'ok' }] } };
  answers['DELETE /api/v1/cameras/c1'] = { status: 204 };
  assert.equal((await urokctl(['camera', 'remove', 'kabinet-12'])).status, 0);
  const missing = await urokctl(['camera', 'remove', 'kabinet-13']);
  assert.equal(missing.status, 1);
  assert.match(missing.err, /There is no camera kabinet-13/);
});
