// SPDX-License-Identifier: LGPL-2.1-or-later
// A newer release over an older one while a school works, a release that cannot take over, and the way back. The newer
// package is the older one with a later version and its own pages; on the test machine's own release its urokd is urokd-next,
// the same tree with two more steps of the schema, so that there the data are rewritten too. Each test goes on where the one
// before ended.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Appliance } from '../lib/appliance.ts';
import { castOf } from '../lib/cast.ts';
import { apt, release, values } from '../lib/console.ts';
import { makeHost, type Host } from '../lib/host.ts';
import { openStream, type Stream } from '../lib/live.ts';
import { CAMERA, PLAIN_BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import type { Person } from '../lib/school.ts';
import { Viewer } from '../lib/viewer.ts';

/** Does the newer release rewrite the data, and are there many people? Where the programs of this machine run. */
const rewrites = readFileSync('/etc/os-release', 'utf8').includes(`VERSION_CODENAME=${release}\n`);
const POSTERS = rewrites ? 50 : 10;
const WATCHERS = rewrites ? 20 : 5;
const SOCKETS = ['urokd-rest.socket', 'urokd-live.socket', 'urokd-control.socket', 'urokd-metrics.socket'];

const run = promisify(execFile);

let host: Host & AsyncDisposable;
let school: Appliance;
let administrator: Person;
let people: Person[];
let folder: string;
let versions: { old: string; next: string };

/** Of which the administrator changes the first one. */
const CONFFILES = ['/etc/urok/urok.conf', '/etc/nginx/snippets/urok/headers.conf'] as const;

/** `package` as another: its version, its urokd, its conffiles. */
async function makeNext(from: string, to: string): Promise<void> {
  const tree = join(folder, 'tree');
  await run('dpkg-deb', ['-R', from, tree]);
  for (const file of ['control', 'preinst']) {
    const text = await readFile(join(tree, 'DEBIAN', file), 'utf8');
    await writeFile(join(tree, 'DEBIAN', file), text.replaceAll(versions.old, versions.next));
  }
  if (rewrites) await copyFile(join(PLAIN_BUILD, 'tests/lib/urokd-next'), join(tree, 'usr/sbin/urokd'));
  for (const file of CONFFILES) await appendFile(join(tree, file), '# of the next release\n');
  await writeFile(join(tree, 'usr/share/urok/web/pages.json'), '{"pages":"fedcba9876543210"}');
  await run('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '-b', tree, to]);
}

const sign = (key: string, file: string): Promise<unknown> => run('minisign', ['-S', '-s', key, '-m', file]);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'urok-next-'));
  host = await makeHost('school', '10.77.0.12', { withDisk: false });
  await host.boot();
  await apt(host, 'install', '/root/urok.deb');
  await appendFile(host.inside(CONFFILES[0]), '# ours\n');
  await host.run('sh', '-c', 'printf "[chats]\\nmessages_a_minute=1000000\\n" >/etc/urok/conf.d/90-test.conf; systemctl reload urokd');
  school = new Appliance(host);
  await school.trust();
  administrator = await school.signIn((await castOf(school)).administrator.login);
  const old = await host.run('dpkg-query', '-W', '-f', '${Version}', 'urok');
  versions = { old, next: old.replace(/^[^~]+/, '0.1.1') };

  await copyFile(host.inside('/root/urok.deb'), join(folder, 'urok.deb'));
  await makeNext(join(folder, 'urok.deb'), join(folder, 'next.deb'));
  for (const key of ['ours', 'foreign']) await run('minisign', ['-G', '-W', '-p', join(folder, `${key}.pub`), '-s', join(folder, `${key}.key`)]);
  await copyFile(join(folder, 'ours.pub'), host.inside('/etc/urok/keys/school.pub'));
  await copyFile(join(folder, 'next.deb'), host.inside('/root/next.deb'));
});

after(async () => {
  await host[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const installed = (): Promise<string> => host.run('dpkg-query', '-W', '-f', '${Version} ${db:Status-Status}', 'urok');
const urokctl = (...words: string[]): Promise<string> => host.run('env', 'LC_ALL=C.UTF-8', 'urokctl', ...words);
const pidOf = async (unit: string): Promise<string> => (await values(host, unit, 'MainPID')).MainPID!;
const sql = async (text: string): Promise<string> =>
  (await run('sqlite3', ['-cmd', '.timeout 5000', join(host.root, 'var/lib/urok/data/urok.db'), text])).stdout.trim();
const refused = (words: string[], said: RegExp): Promise<void> => assert.rejects(urokctl(...words), (error: any) => {
  assert.match(error.stderr, said);
  return true;
});

test(`${release}: a package without a signature, with a stranger's, or changed since, is not installed`, async () => {
  const sent = async (): Promise<void> => copyFile(join(folder, 'next.deb.minisig'), host.inside('/root/next.deb.minisig'));
  await refused(['upgrade', '/root/next.deb'], /no signature beside the package: .*next\.deb\.minisig\. Nothing was installed/);
  await sign(join(folder, 'foreign.key'), join(folder, 'next.deb'));
  await sent();
  await refused(['upgrade', '/root/next.deb'], /not signed by those who make Urok/);
  await sign(join(folder, 'ours.key'), join(folder, 'next.deb'));
  await sent();
  const flip = async (): Promise<void> => {
    const file = await open(host.inside('/root/next.deb'), 'r+');
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 4096);
    await file.write(Buffer.from([buffer[0]! ^ 1]), 0, 1, 4096);
    await file.close();
  };
  await flip();
  await refused(['upgrade', '/root/next.deb'], /not signed by those who make Urok, or it was changed/);
  await flip();
  assert.equal(await installed(), `${versions.old} installed`);
});

test(`${release}: over data that it cannot take over a newer release lets the old one go on, and says what to do`, async () => {
  if (!rewrites) return;
  const before = await pidOf('urokd.service');
  await sql('CREATE TABLE next_done (copied TEXT)');
  // Nobody answers what dpkg would ask of the administrator's own conffile.
  const said = await apt(host, 'install', '-o', 'Dpkg::Options::=--force-confold', '/root/next.deb').then(() => '', (error: any) => error.stdout as string);
  assert.match(said, /^Urok: this release could not take over a copy of the school's data: .*next_done already exists/m);
  assert.match(said, /Urok 0\.1\.0~deb\d+ goes on.*\n.*urokctl upgrade --back/);
  assert.equal(await pidOf('urokd.service'), before, 'nobody has touched it');
  assert.equal((await administrator.get('/api/v1/school')).name, 'Школа № 17');
  const { items } = JSON.parse(await urokctl('--json', 'doctor').catch((error: any) => error.stdout));
  assert.match(items.find(({ id }: any) => id === 'upgrade').said, /upgrade was not finished.*urokctl upgrade --back/);

  const back = await urokctl('upgrade', '--back', '--yes');
  assert.match(back, /the data stay as they are, and nothing is lost/);
  assert.equal(await installed(), `${versions.old} installed`);
  await sql('DROP TABLE next_done');
  assert.equal((await administrator.get('/api/v1/school')).name, 'Школа № 17');
});

/** Somebody who writes all the time, and asks again with the same key when nginx hung up. */
async function post(person: Person, chat: string, name: string, told: { posted: Set<string>; faults: string[]; over: boolean }): Promise<void> {
  for (let n = 0; !told.over; n += 1) {
    const text = `${name}-${n}`;
    const reply = await person.ask('POST', `/api/v1/chats/${chat}/messages`, { body: { text }, headers: { 'Idempotency-Key': `${name}-${n}` } })
      .catch((error: NodeJS.ErrnoException) => error);
    if (reply instanceof Error) {
      if (!/ECONNRESET|EPIPE|socket hang up|disconnected/.test(`${reply.code} ${reply.message}`)) told.faults.push(reply.message);
      n -= 1;
    } else if (reply.status === 201) told.posted.add(text);
    else told.faults.push(`${reply.status} ${reply.text}`);
  }
}

/** A page that listens: it comes back from where it was as soon as its stream ends. How long it was without one, each time. */
async function watch(person: Person, told: { over: boolean; gaps: number[]; now?: Stream }): Promise<void> {
  const place = { ...school.front, headers: { Host: school.name } };
  let stream = await openStream(place, person.cookie);
  const listen = async (): Promise<void> => {
    await stream.next('hello');
    told.now = stream;
    await stream.ended;
  };
  for (await listen(); !told.over;) {
    const from = performance.now();
    stream = await openStream(place, person.cookie, stream.lastId);
    assert.equal(stream.status, 200);
    await stream.next('hello');
    told.gaps.push(performance.now() - from);
    told.now = stream;
    await stream.ended;
  }
}

test(`${release}: with ${POSTERS} people writing and ${WATCHERS} listening a newer release takes over, and nobody loses anything`, async () => {
  const { items: pupils } = await administrator.get(`/api/v1/people?role=pupil&limit=${POSTERS}`);
  people = await Promise.all(pupils.map(({ login }: any) => school.signIn(login)));
  const chats = await Promise.all(people.map(async (person) => (await person.get('/api/v1/chats')).items.find(({ may_write }: any) => may_write).id));
  const camera = new Process('camera', CAMERA, ['--port', '0', '--listen', '10.77.0.2', '--size', '320x180', '--bitrate', '300']);
  const url = (await camera.line(/^listening /)).slice('listening '.length);
  const added = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url });
  const broadcast = await administrator.post('/api/v1/broadcasts', { camera: added.id, title: 'Математика', audience: { school: true } });
  const viewer = new Viewer(school, administrator, broadcast);
  await viewer.goOn(2);
  const worker = `urok-broadcast@${added.slug}.service`;
  const before = { urokd: await pidOf('urokd.service'), worker: await pidOf(worker), sockets: await host.run('systemctl', 'show', '-p', 'ActiveEnterTimestampMonotonic', ...SOCKETS) };
  assert.notEqual(before.worker, '0');

  const told = { posted: new Set<string>(), faults: [] as string[], over: false };
  const listeners = people.slice(0, WATCHERS).map(() => ({ over: false, gaps: [] as number[] }) as Parameters<typeof watch>[1]);
  const listening = listeners.map((listener, i) => watch(people[i]!, listener));
  const writing = people.map((person, i) => post(person, chats[i]!, `${i}`, told));
  while (told.posted.size < POSTERS && told.faults.length === 0) await school.request('GET', '/');
  const begun = performance.now();
  const said = await urokctl('upgrade', '/root/next.deb');
  const took = performance.now() - begun;
  const at = told.posted.size;
  while (told.posted.size < at + POSTERS && told.faults.length === 0) await school.request('GET', '/');
  told.over = true;
  await Promise.all(writing);
  for (const listener of listeners) {
    listener.over = true;
    await listener.now!.close();
  }
  await Promise.all(listening);
  await viewer.goOn(2);
  await viewer.leave();
  const still = await pidOf(worker);
  await administrator.ask('PATCH', `/api/v1/broadcasts/${broadcast.id}`, { body: { state: 'ended' } });
  await camera.stop();

  const gaps = listeners.flatMap(({ gaps: each }) => each).sort((a, b) => a - b);
  console.log(`# apt ${(took / 1000).toFixed(1)} s; ${told.posted.size} messages; ${gaps.length} streams came back, without one for ${gaps[0]?.toFixed(0)} to ${gaps.at(-1)?.toFixed(0)} ms`);
  assert.deepEqual(told.faults, []);
  assert.match(said, new RegExp(`Urok ${versions.next} is installed`));
  assert.equal(await installed(), `${versions.next} installed`);
  const kept = new Set((await sql('SELECT text FROM message')).split('\n'));
  assert.deepEqual([...told.posted].filter((text) => !kept.has(text)), [], 'what was acknowledged is there');
  assert.notEqual(await pidOf('urokd.service'), before.urokd);
  assert.equal(await host.run('systemctl', 'show', '-p', 'ActiveEnterTimestampMonotonic', ...SOCKETS), before.sockets, 'the sockets stayed open');
  assert.equal(still, before.worker, 'the broadcast went on');
  assert.ok(gaps.length >= WATCHERS);
  // How long it is on a machine that has nothing else to do stands above; here others use it too.
  assert.ok(gaps.at(-1)! <= 20_000, `a page was without its stream for ${gaps.at(-1)} ms`);
  if (rewrites) assert.equal(await sql('SELECT count(*) FROM next_done'), '1', 'the data were rewritten, once');
});

test(`${release}: conffiles that nobody changed are the next release's, and the administrator's stays with the new one beside it`, async () => {
  const [changed, other] = await Promise.all(CONFFILES.map((file) => readFile(host.inside(file), 'utf8')));
  assert.match(changed!, /# ours\n$/);
  assert.match(other!, /# of the next release\n$/);
  assert.match(await readFile(host.inside(`${CONFFILES[0]}.dpkg-dist`), 'utf8'), /# of the next release\n$/);
});

test(`${release}: an older package is refused with a sentence, and nothing is changed`, async () => {
  const said = await apt(host, 'install', '--allow-downgrades', '/root/urok.deb').then(() => '', (error: any) => error.stdout as string);
  assert.match(said, /^Urok: 0\.1\.1~deb\d+ is installed, and 0\.1\.0~deb\d+ is older: .*nothing was changed/m);
  assert.equal(await installed(), `${versions.next} installed`);
  assert.equal((await administrator.get('/api/v1/school')).name, 'Школа № 17');
});

test(`${release}: the way back asks, brings the release before with its data, and says what is lost`, async () => {
  const chat = (await administrator.get('/api/v1/chats')).items[0].id;
  await administrator.post(`/api/v1/chats/${chat}/messages`, { text: 'после обновления' });
  await assert.rejects(host.run('sh', '-c', 'LC_ALL=C.UTF-8 urokctl upgrade --back </dev/null'), /Nothing was changed/);
  assert.equal(await installed(), `${versions.next} installed`);
  const said = await urokctl('upgrade', '--back', '--yes');
  assert.match(said, rewrites ? /data as they were at \d{4}-.*What was written since is lost/ : /nothing is lost/);
  assert.equal(await installed(), `${versions.old} installed`);
  const { items } = await administrator.get(`/api/v1/chats/${chat}/messages?limit=10`);
  assert.equal(items.some(({ text }: any) => text === 'после обновления'), !rewrites);
  if (rewrites) await assert.rejects(sql('SELECT * FROM next_done'), /no such table/);
  await assert.rejects(urokctl('upgrade', '--back', '--yes'), /No release before this one is kept/);
  assert.equal(await host.run('systemctl', 'list-units', '--failed', '--plain', '--no-legend'), '');
  assert.match(await readFile(host.inside(CONFFILES[0]), 'utf8'), /# ours\n$/);
  assert.doesNotMatch(await readFile(host.inside(CONFFILES[1]), 'utf8'), /of the next release/);
  assert.match(await host.run('sh', '-c', 'dpkg --verify urok'), /^\?\?5\?{6} c \/etc\/urok\/urok\.conf\n$/, 'nothing else differs from the package');
});
