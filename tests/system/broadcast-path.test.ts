// SPDX-License-Identifier: LGPL-2.1-or-later
// A broadcast from its camera to its viewers, through urokd, its worker and nginx: who gets what, when, and
// what goes on when one of them dies.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, type Reply } from '../lib/request.ts';
import { startCamera, startSchool, type Camera, type Person, type School, type SchoolOptions } from '../lib/school.ts';
import { workerOf } from '../lib/viewer.ts';

/** Small pictures and short pauses, so that a busy machine keeps up. */
const SMALL = ['--size', '320x180', '--bitrate', '300'];
const IMPATIENT = '--retry;100;--silence;15000;--answer;15000';

const withNginx: SchoolOptions = { nginx: true, config: { broadcast: { worker_arguments: IMPATIENT } } };
const without: SchoolOptions = { config: { broadcast: { worker_arguments: IMPATIENT } } };

/** A camera that wants a login and a password. */
async function startGuardedCamera(login: string, password: string): Promise<Camera> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-camera-'));
  const file = join(folder, 'credentials');
  await writeFile(file, `${login}\n${password}\n`);
  const camera = await startCamera(...SMALL, '--auth', file);
  await rm(folder, { recursive: true });
  return camera;
}

const reasonOf = (reply: Reply): string => reply.body.type.replace('urn:urok:problem:', '');

async function addCamera(administrator: Person, camera: Camera, name = 'Кабинет 12'): Promise<any> {
  return administrator.post('/api/v1/cameras', { name, url: camera.url });
}

async function broadcast(author: Person, camera: any, audience: object = { school: true }): Promise<any> {
  return author.post('/api/v1/broadcasts', { camera: camera.id, title: 'Математика, 5А', audience });
}

/** What a player does: the playlist at once, or held until a part of it is there. */
class Player {
  readonly path: string;
  #get: (path: string) => Promise<Reply>;
  text = '';

  constructor(get: (path: string) => Promise<Reply>, slug: string) {
    this.path = `/live/${slug}/`;
    this.#get = get;
  }

  async fetch(file: string): Promise<Reply> {
    return this.#get(this.path + file);
  }

  /** The playlist; waits for the first picture. */
  async load(query = ''): Promise<string> {
    const reply = await this.fetch(`index.m3u8${query}`);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers['content-type'], 'application/vnd.apple.mpegurl');
    this.text = reply.text;
    return this.text;
  }

  /** The next part that will be there. */
  get hint(): { msn: number; part: number; file: string } {
    const [, msn, part] = /EXT-X-PRELOAD-HINT:TYPE=PART,URI="part_(\d+)_(\d+)\.m4s"/.exec(this.text)!;
    return { msn: Number(msn), part: Number(part), file: `part_${msn}_${part}.m4s` };
  }

  get files(): string[] {
    return [...this.text.matchAll(/URI="([^"]+)"|^(seg_\d+\.m4s)$/gm)].map(([, uri, file]) => uri ?? file!);
  }

  get discontinuities(): number {
    const before = Number(/EXT-X-DISCONTINUITY-SEQUENCE:(\d+)/.exec(this.text)![1]);
    return before + [...this.text.matchAll(/^#EXT-X-DISCONTINUITY$/gm)].length;
  }

  /** Held until what the playlist announced is in it. */
  async next(): Promise<string> {
    const { msn, part } = this.hint;
    return this.load(`?_HLS_msn=${msn}&_HLS_part=${part}`);
  }

  /** As long as the camera or the worker is away answers are late: asks on until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    for (;;) {
      const { msn, part } = this.hint;
      const reply = await this.fetch(`index.m3u8?_HLS_msn=${msn}&_HLS_part=${part}`);
      assert.ok([200, 502, 503].includes(reply.status), `${reply.status} ${reply.text}`);
      if (reply.status === 200) this.text = reply.text;
      if (isSo()) return;
    }
  }
}

const playerOf = (person: Person, { slug }: { slug: string }) => new Player((path) => person.ask('GET', path), slug);

/** Through nginx, as a browser. */
const playerThrough = (school: School, person: Person | undefined, { slug }: { slug: string }) =>
  new Player((path) => ask({ host: '127.0.0.1', port: school.port }, 'GET', path, { cookie: person?.cookie }), slug);

async function probe(administrator: Person, body: object): Promise<any> {
  const stream = await administrator.live();
  const { id } = await administrator.post('/api/v1/camera-probes', body);
  await stream.next('probe', (data) => data.id === id && data.state !== 'running');
  await stream.close();
  return administrator.get(`/api/v1/camera-probes/${id}`);
}

test('a camera that is tried tells what it is, and is added with its picture', async () => {
  await using camera = await startGuardedCamera('it', 'pass-of-camera');
  await using school = await startSchool(without);
  const administrator = await school.setUp();
  const url = camera.url.replace('rtsp://', 'rtsp://it:pass-of-camera@');
  const done = await probe(administrator, { url });
  assert.equal(done.state, 'done', JSON.stringify(done));
  assert.equal(done.found.video.codec, 'H.264');
  assert.deepEqual([done.found.video.width, done.found.video.height], [320, 180]);
  assert.equal(done.found.playable, true);
  const added = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url, probe: done.id });
  assert.equal(added.slug, 'kabinet-12');
  assert.equal(added.state, 'ok');
  assert.equal(added.url, camera.url);
  assert.equal(added.login, 'it');
  assert.deepEqual(added.probe, done.found);
  if (done.found.has_still) {
    const still = await administrator.ask('GET', `/api/v1/cameras/${added.id}/still`);
    assert.equal(still.headers['content-type'], 'image/jpeg');
    assert.equal(still.bytes.readUInt16BE(0), 0xffd8);
  }
  const everything = JSON.stringify([added, await administrator.get('/api/v1/cameras'), school.daemon.lines]);
  assert.ok(!everything.includes('pass-of-camera'));
});

test('a camera that cannot be reached says precisely why', async () => {
  await using camera = await startGuardedCamera('it', 'right');
  await using school = await startSchool(without);
  const administrator = await school.setUp();
  const port = new URL(camera.url.replace('rtsp:', 'http:')).port;
  const reasons: [string, object][] = [
    ['camera-wrong-password', { url: camera.url, login: 'it', password: 'wrong' }],
    ['camera-wrong-password', { url: camera.url }],
    ['camera-no-such-path', { url: `rtsp://127.0.0.1:${port}/nothing`, login: 'it', password: 'right' }],
    ['camera-refused', { url: 'rtsp://127.0.0.1:9/x' }],
  ];
  for (const [reason, body] of reasons) {
    const failed = await probe(administrator, body);
    assert.deepEqual([failed.state, failed.reason], ['failed', reason], JSON.stringify(failed));
  }
});

test('addresses that no camera may have are refused with their field', async () => {
  await using school = await startSchool({ config: { broadcast: { camera_networks: '' } } });
  const administrator = await school.setUp();
  const bad: [string, string][] = [
    ['http://10.0.0.5/', 'camera-bad-address'], ['rtsp://', 'camera-bad-address'], ['', 'camera-bad-address'],
    ['rtsp://127.0.0.1/', 'camera-forbidden-address'], ['rtsp://[::1]/', 'camera-forbidden-address'],
    ['rtsp://169.254.1.1/', 'camera-forbidden-address'], ['rtsp://0.0.0.0/', 'camera-forbidden-address'],
    ['rtsp://239.1.2.3/', 'camera-forbidden-address'], ['rtsp://u:p@127.0.0.1/', 'camera-forbidden-address'],
  ];
  for (const [url, reason] of bad) {
    for (const [path, body] of [['/api/v1/cameras', { name: 'Зал', url }], ['/api/v1/camera-probes', { url }]] as const) {
      const reply = await administrator.ask('POST', path, { body });
      assert.deepEqual([reply.status, reasonOf(reply), reply.body.field], [400, reason, 'url'], `${path} ${url}`);
    }
  }
  assert.deepEqual((await administrator.get('/api/v1/cameras')).items, []);
});

test('a broadcast is begun, appears live, is played through nginx, and ends for all', async () => {
  await using camera = await startCamera(...SMALL);
  await using school = await startSchool(withNginx);
  const administrator = await school.setUp();
  const stream = await administrator.live();
  await stream.next('hello');
  const begun = await broadcast(administrator, await addCamera(administrator, camera));
  assert.equal(begun.slug, 'kabinet-12');
  assert.equal(begun.playlist, '/live/kabinet-12/index.m3u8');
  await stream.next('broadcast', (data) => data.broadcast_id === begun.id && data.state === 'starting');
  await stream.next('broadcast', (data) => data.broadcast_id === begun.id && data.state === 'live');

  const player = playerThrough(school, administrator, begun);
  await player.load();
  for (const file of player.files.filter((one) => one !== player.hint.file)) {
    const reply = await player.fetch(file);
    assert.equal(reply.status, 200, file);
    assert.equal(reply.headers['content-type'], 'video/mp4');
    assert.equal(reply.bytes.toString('latin1', 4, 8), file.startsWith('init') ? 'ftyp' : 'moof', file);
  }
  await stream.next('viewers', (data) => data.viewers === 1);
  assert.equal((await administrator.get(`/api/v1/broadcasts/${begun.id}`)).viewers, 1);
  assert.equal((await administrator.get('/api/v1/cameras')).items[0].state, 'broadcasting');

  const held = player.next();
  const ended = await administrator.ask('PATCH', `/api/v1/broadcasts/${begun.id}`, { body: { state: 'ended' } });
  assert.equal(ended.body.state, 'ended');
  await stream.next('broadcast', (data) => data.broadcast_id === begun.id && data.state === 'ended');
  await held;
  assert.match(await player.load(), /#EXT-X-ENDLIST\n$/);
  const { now, past } = await administrator.get('/api/v1/broadcasts');
  assert.deepEqual([now.length, past.map(({ id }: any) => id)], [0, [begun.id]]);
  await stream.close();
});

test('an audience sees and watches, and to others there is nothing', async () => {
  await using camera = await startCamera(...SMALL);
  await using school = await startSchool(withNginx);
  const { examples } = await school.furnish();
  const [administrator, teacher, pupil, parent] = await Promise.all(['administrator', 'teacher', 'pupil', 'parent']
    .map((role) => school.signIn(examples.find((one: any) => one.role === role).login))) as [Person, Person, Person, Person];
  const added = await addCamera(administrator, camera);
  const inside = await pupil.live();
  const outside = await parent.live();
  await Promise.all([inside.next('hello'), outside.next('hello')]);

  const lesson = await broadcast(teacher, added, { classes: [pupil.me.classes[0].id] });
  assert.equal(lesson.audience_text, pupil.me.classes[0].title);
  await inside.next('broadcast', (data) => data.broadcast_id === lesson.id && data.state === 'live');
  const seen = (await pupil.get('/api/v1/broadcasts')).now;
  assert.deepEqual(seen.map(({ id, viewers, may_end }: any) => [id, viewers, may_end]), [[lesson.id, null, false]]);
  const player = playerThrough(school, pupil, lesson);
  await player.load();
  const part = player.files.find((file) => file.startsWith('part_'))!;
  assert.equal((await player.fetch(part)).status, 200);
  const refused = await pupil.ask('PATCH', `/api/v1/broadcasts/${lesson.id}`, { body: { state: 'ended' } });
  assert.deepEqual([refused.status, reasonOf(refused)], [403, 'forbidden']);

  assert.deepEqual((await parent.get('/api/v1/broadcasts')).now, []);
  assert.equal((await parent.ask('GET', `/api/v1/broadcasts/${lesson.id}`)).status, 404);
  assert.equal((await parent.ask('PATCH', `/api/v1/broadcasts/${lesson.id}`, { body: { state: 'ended' } })).status, 404);
  assert.equal((await parent.ask('GET', `/api/v1/cameras/${added.id}/still`)).status, 403);
  for (const [person, status] of [[parent, 404], [undefined, 401]] as const) {
    const other = playerThrough(school, person, lesson);
    for (const file of ['index.m3u8', 'index.m3u8?_HLS_msn=1', part, player.hint.file, 'init_1.mp4', 'control', 'state']) {
      assert.equal((await other.fetch(file)).status, status, `${status} ${file}`);
    }
  }

  // What the parent's stream gets first is the broadcast for all: of the lesson it heard nothing.
  const assembly = await broadcast(teacher, added);
  assert.equal(assembly.slug, 'kabinet-12-2');
  assert.equal((await outside.next('broadcast')).data.broadcast_id, assembly.id);
  await outside.next('broadcast', (data) => data.broadcast_id === assembly.id && data.state === 'live');
  // A right to one broadcast is none to another, however the address is written.
  for (const path of ['../kabinet-12', '%2e%2e/kabinet-12', '..%2fkabinet-12', 'x/../../kabinet-12', './/../kabinet-12']) {
    const { status } = await playerThrough(school, parent, assembly).fetch(`${path}/${part}`);
    assert.ok([400, 404].includes(status), `${path}: ${status}`);
  }
  const ended = await teacher.ask('PATCH', `/api/v1/broadcasts/${lesson.id}`, { body: { state: 'ended' } });
  assert.equal(ended.body.state, 'ended');
  await inside.next('broadcast', (data) => data.broadcast_id === lesson.id && data.state === 'ended');
  assert.equal((await administrator.get(`/api/v1/broadcasts/${lesson.id}`)).state, 'ended');
  assert.ok(!outside.blocks.some(({ data }) => data?.broadcast_id === lesson.id));
  await Promise.all([inside.close(), outside.close()]);
});

test('a reload is held until the part is there, and its hint until it can be sent whole', async () => {
  await using camera = await startCamera(...SMALL);
  await using school = await startSchool(withNginx);
  const administrator = await school.setUp();
  const player = playerThrough(school, administrator, await broadcast(administrator, await addCamera(administrator, camera)));
  await player.load();
  for (let i = 0; i < 6; i++) {
    const { file } = player.hint;
    const [hinted, text] = await Promise.all([player.fetch(file), player.next()]);
    // The last part of a segment is not known before: then the hint is taken back, and the next one stands.
    if (text.includes(`:DURATION=`) && text.includes(`URI="${file}"`)) {
      assert.equal(hinted.status, 200);
      assert.deepEqual(hinted.bytes, (await player.fetch(file)).bytes);
    } else {
      assert.equal(hinted.status, 404);
    }
  }
  const { msn } = player.hint;
  assert.equal((await player.fetch(`index.m3u8?_HLS_msn=${msn + 9}`)).status, 400);
  assert.equal((await player.fetch('index.m3u8?_HLS_part=1')).status, 400);
  assert.equal((await player.fetch(`part_${msn + 9}_0.m4s`)).status, 404);
});

test('a worker that is killed costs one discontinuity, and nobody\'s request', async () => {
  await using camera = await startCamera(...SMALL);
  await using school = await startSchool(without);
  const administrator = await school.setUp();
  const begun = await broadcast(administrator, await addCamera(administrator, camera));
  const player = playerOf(administrator, begun);
  await player.load();
  await player.next();
  const held = player.hint;
  const pid = await workerOf(school, begun.slug);
  process.kill(pid, 'SIGKILL');
  await player.until(() => player.discontinuities === 1);
  assert.ok(player.hint.msn > held.msn);
  await player.next();
  await player.next();
  assert.equal(player.discontinuities, 1);
});

test('urokd that is killed finds its broadcast again, without a discontinuity', async () => {
  await using camera = await startCamera(...SMALL);
  await using school = await startSchool(without);
  const administrator = await school.setUp();
  const begun = await broadcast(administrator, await addCamera(administrator, camera));
  const player = playerOf(administrator, begun);
  await player.load();
  const before = player.hint;
  const pid = await workerOf(school, begun.slug);
  await school.kill();
  await school.start();
  await player.load();
  await player.until(() => player.hint.msn > before.msn + 1);
  assert.equal(player.discontinuities, 0);
  assert.equal(await workerOf(school, begun.slug), pid);
  assert.equal((await administrator.get(`/api/v1/broadcasts/${begun.id}`)).state, 'live');
});

test('a camera that goes is told, and its picture comes back by itself', async () => {
  await using school = await startSchool(without);
  const administrator = await school.setUp();
  const camera = await startCamera(...SMALL);
  const begun = await broadcast(administrator, await addCamera(administrator, camera));
  // Signals of one moment come in no order of theirs.
  const [stream, cameras] = [await administrator.live(), await administrator.live()];
  const player = playerOf(administrator, begun);
  await player.load();
  const { port } = new URL(camera.url.replace('rtsp:', 'http:'));
  await camera.process.signal('SIGKILL');
  await stream.next('broadcast', (data) => data.state === 'camera_lost');
  await cameras.next('camera_state', (data) => data.state === 'lost');
  assert.equal((await administrator.get(`/api/v1/broadcasts/${begun.id}`)).state, 'camera_lost');
  await using again = await startCamera(...SMALL, '--port', port);
  assert.equal(again.url, camera.url);
  await stream.next('broadcast', (data) => data.state === 'live');
  await cameras.next('camera_state', (data) => data.state === 'broadcasting');
  await player.until(() => player.discontinuities === 1);
  await Promise.all([stream.close(), cameras.close()]);
});
