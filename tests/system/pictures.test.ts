// SPDX-License-Identifier: LGPL-2.1-or-later
// Profile pictures: what is taken, what is refused and with which word, who sees them, and that nothing hostile ever
// touches the daemon.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { greyPng, photo, pixelsOf, seed } from '../lib/pictures.ts';
import { BUILD, PLAIN_BUILD } from '../lib/places.ts';
import { answersOf, speak } from '../lib/raw.ts';
import { ask, headersOf, type Reply } from '../lib/request.ts';
import { startSchool, type Person, type School } from '../lib/school.ts';

let room: Classroom;
let teacher: Person;
let other: Person;
let parent: Person;
let pupil: Person;

before(async () => {
  room = await startClassroom({ nginx: true });
  [teacher, other, parent, pupil] = await Promise.all(['teacher1', 'admin', 'parent1', 'pupil1'].map((login) => room.enter(login)));
});

after(() => room.school.stop());

const front = () => ({ host: '127.0.0.1', port: room.school.port });
const put = (person: Person, body: Buffer, type = 'image/jpeg'): Promise<Reply> =>
  ask(front(), 'PUT', '/api/v1/me/picture', { cookie: person.cookie, body, headers: { 'Content-Type': type } });
const see = (viewer: Person | undefined, whose: Person, query = ''): Promise<Reply> =>
  ask(front(), 'GET', `/api/v1/people/${whose.me.id}/picture${query}`, { cookie: viewer?.cookie });
const reasonOf = (reply: Reply): string => `${reply.status} ${String(reply.body?.type).split(':').at(-1)}`;

/** All files that are kept, by their addresses. */
async function kept(school: School): Promise<string[]> {
  const names = await readdir(join(school.folder, 'files'), { recursive: true });
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).sort();
}

const near = (got: [number, number, number], want: [number, number, number]): boolean => got.every((c, i) => Math.abs(c - want[i]!) < 40);
const [RED, GREEN, BLUE] = [[200, 30, 30], [30, 200, 30], [30, 30, 200]] as [number, number, number][];

test('pictures: every kind of JPEG, PNG and WebP becomes a small upright square, whatever it is called', async () => {
  for (const name of ['baseline.jpg', 'progressive.jpg', 'inks.jpg', 'plain.png', 'sixteen-bits.png', 'interlaced.png', 'lossy.webp', 'lossless.webp']) {
    // The type that the browser guessed from a wrong name says nothing.
    const reply = await put(teacher, await seed(name), 'image/gif');
    assert.equal(reply.status, 200, `${name}: ${reply.text}`);
    const shown = await see(other, teacher);
    assert.equal(shown.headers['content-type'], 'image/webp');
    const picture = await pixelsOf(shown.bytes);
    assert.deepEqual([picture.width, picture.height], [24, 24], name);
    assert.ok(near(picture.at(3, 3), GREEN!) && near(picture.at(20, 3), BLUE!) && near(picture.at(3, 20), RED!), name);
  }
  for (const name of ['grey.jpg', 'palette.png', 'through.png']) assert.equal((await put(teacher, await seed(name))).status, 200, name);
});

test('pictures: a camera held sideways gives an upright picture without the place where it was taken', async () => {
  for (const name of ['turned.jpg', 'turned.webp']) {
    const original = await seed(name);
    assert.ok(original.includes('Camera 17'), 'the sample has no EXIF');
    assert.equal((await put(teacher, original)).status, 200);
    const { bytes } = await see(other, teacher);
    for (const trace of ['Camera 17', 'EXIF', 'Exif', 'ICCP', 'XMP']) assert.ok(!bytes.includes(trace), `${name}: ${trace}`);
    const picture = await pixelsOf(bytes);
    assert.ok(near(picture.at(20, 3), GREEN!) && near(picture.at(3, 3), RED!) && near(picture.at(3, 20), BLUE!), name);
  }
});

test('pictures: what cannot be one is refused with its own word, and the old one stays', async () => {
  await put(teacher, await seed('plain.png'));
  const before = await kept(room.school);
  const refusals: [string, Buffer, string][] = [
    ['no picture', await seed('words.txt'), '400 not-a-picture'],
    ['nothing', Buffer.alloc(0), '400 not-a-picture'],
    ['HEIC', await seed('photo.heic'), '400 picture-heic'],
    ['GIF', await seed('moving.gif'), '400 picture-format'],
    ['SVG', await seed('drawing.svg'), '400 picture-format'],
    ['a WebP that moves', await seed('moving.webp'), '400 picture-animated'],
    ['half a JPEG', await seed('cut.jpg'), '400 picture-broken'],
    ['half a PNG', await seed('cut.png'), '400 picture-broken'],
    ['half a WebP', await seed('cut.webp'), '400 picture-broken'],
    ['a PNG that says 900 million pixels', await seed('bomb.png'), '400 picture-too-large'],
    ['a PNG that says 64 million and a line', greyPng(8000, 8001, 1), '400 picture-too-large'],
    ['a JPEG of nothing but its head', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), '400 picture-broken'],
  ];
  for (const [what, body, want] of refusals) assert.equal(reasonOf(await put(teacher, body)), want, what);
  assert.deepEqual(await kept(room.school), before);
});

test('pictures: a bomb of 63 million pixels in 61 kilobytes is a picture like another', async () => {
  const bomb = greyPng(7900, 7970);
  assert.ok(bomb.length < 100_000);
  assert.equal((await put(teacher, bomb, 'image/png')).status, 200);
  const picture = await pixelsOf((await see(other, teacher)).bytes);
  assert.deepEqual([picture.width, picture.height], [512, 512]);
});

test('pictures: a byte too many is refused by nginx, and by urokd itself', async () => {
  const large = Buffer.alloc(20 * 1024 * 1024 + 1, 0xff);
  assert.equal(reasonOf(await put(teacher, large)), '413 too-large');
  const length = ['PUT /api/v1/me/picture HTTP/1.1', 'Host: localhost', `Cookie: ${teacher.cookie}`, 'Sec-Fetch-Site: same-origin', 'Connection: close',
    `Content-Length: ${large.length}`, '', ''].join('\r\n');
  const [answer] = answersOf(await speak({ path: room.school.socket('rest') }, length));
  assert.equal(answer?.status, 413);
});

test('pictures: the daemon\'s memory does not move, whatever is sent', async () => {
  const config = { jobs: { papers_worker: join(PLAIN_BUILD, 'workers/papers/urok-papers') } };
  await using plain = await startSchool({ nginx: true, build: PLAIN_BUILD, config });
  const admin = await plain.setUp();
  const send = (body: Buffer): Promise<Reply> =>
    ask({ host: '127.0.0.1', port: plain.port }, 'PUT', '/api/v1/me/picture', { cookie: admin.cookie, body, headers: { 'Content-Type': 'image/jpeg' } });
  const peak = async (): Promise<number> =>
    Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${plain.daemon.pid}/status`, 'utf8'))![1]);
  assert.equal((await send(await seed('plain.png'))).status, 200);
  // The peak from here on: hashing the administrator's password took more than a picture would (proc(5)).
  await writeFile(`/proc/${plain.daemon.pid}/clear_refs`, '5');
  const before = await peak();
  assert.ok(before < 24 * 1024, `the peak of ${before} KiB is one from before`);
  const body = await photo(20 * 1024 * 1024);
  for (let i = 0; i < 3; i += 1) assert.equal((await send(body)).status, 200);
  const grown = await peak() - before;
  // Of three bodies of 20 MB none was in it; what threads and their heaps take is no body's.
  assert.ok(grown < 8192, `${grown} KiB more at the peak`);
});

test('pictures: who is not signed in sends nothing, and another site\'s page neither', async () => {
  const body = await seed('plain.png');
  const stranger = await ask(front(), 'PUT', '/api/v1/me/picture', { body, headers: { 'Content-Type': 'image/png' } });
  assert.equal(reasonOf(stranger), '401 unauthenticated');
  const large = await ask(front(), 'PUT', '/api/v1/me/picture', { body: Buffer.alloc(8 * 1024 * 1024), headers: { 'Content-Type': 'image/png' } });
  assert.equal(reasonOf(large), '401 unauthenticated');
  const forged = await ask(front(), 'PUT', '/api/v1/me/picture', { cookie: teacher.cookie, body, headers: { 'Sec-Fetch-Site': 'cross-site' } });
  assert.equal(reasonOf(forged), '403 cross-site');
});

test('pictures: a pupil has none before a parent has agreed to it', async () => {
  assert.equal(reasonOf(await put(pupil, await seed('plain.png'))), '403 picture-needs-consent');
  assert.equal(reasonOf(await see(teacher, pupil)), '404 not-found');
});

test('pictures: seen by those who see the person, and by nobody else', async () => {
  for (const person of [teacher, parent]) assert.equal((await put(person, await seed('baseline.jpg'))).status, 200);
  assert.equal((await see(parent, parent)).status, 200);
  assert.equal((await see(other, parent, '?size=small')).status, 200);
  assert.equal((await see(pupil, teacher)).status, 200, 'a pupil sees the own teacher');
  assert.equal(reasonOf(await see(undefined, teacher)), '401 unauthenticated');
  const strange = await room.enter('pupil9');
  assert.equal(reasonOf(await see(strange, parent)), '404 not-found');
  const [file] = await kept(room.school);
  for (const path of [`/internal/files/${file}`, `/internal//files/${file}`, `/files/${file}`, `/%69nternal/files/${file}`]) {
    const { text, bytes } = await ask(front(), 'GET', path, { cookie: teacher.cookie });
    assert.ok(!bytes.subarray(0, 16).includes('WEBP'), `${path}: ${text.slice(0, 40)}`);
  }
});

test('pictures: the person\'s record names the version, and with it a browser keeps the picture', async () => {
  const { body: me } = await put(teacher, await seed('plain.png'));
  assert.match(me.picture, /^[0-9a-f]{16}$/);
  const named = await see(other, teacher, `?size=small&v=${me.picture}`);
  assert.equal(named.headers['cache-control'], 'private, max-age=86400, immutable');
  const old = await see(other, teacher, '?v=0123456789abcdef');
  assert.equal(old.headers['cache-control'], 'private, no-cache');
  assert.equal(named.headers['x-content-type-options'], 'nosniff');
  assert.match(String(named.headers['content-security-policy']), /default-src 'self'/);
  const row = (await other.get('/api/v1/people?search=' + encodeURIComponent(teacher.me.display_name.split(' ').at(-1)))).items
    .find(({ id }: any) => id === teacher.me.id);
  assert.equal(row.picture, me.picture);
});

test('pictures: a new one takes the old file away, unless somebody else has the same', async () => {
  for (const person of [teacher, parent]) await put(person, await seed('lossy.webp'));
  const same = (await kept(room.school)).length;
  await put(teacher, await seed('progressive.jpg'));
  assert.ok((await kept(room.school)).length > same, 'the parent lost the picture');
  assert.equal((await see(parent, parent)).status, 200);
  await put(parent, await seed('progressive.jpg'));
  assert.equal((await kept(room.school)).length, same);
});

test('pictures: one that is removed is gone for everybody, and so is its file', async () => {
  for (const person of [teacher, parent, other]) {
    assert.equal((await person.ask('DELETE', '/api/v1/me/picture')).status, 204);
    assert.equal((await person.ask('DELETE', '/api/v1/me/picture')).status, 204);
  }
  assert.equal(reasonOf(await see(other, teacher)), '404 not-found');
  assert.equal((await teacher.get('/api/v1/me')).picture, undefined);
  assert.deepEqual(await kept(room.school), []);
});

test('pictures: after a power cut they are there, and what nobody has is swept away', async () => {
  assert.equal((await put(teacher, await seed('plain.png'))).status, 200);
  const before = await kept(room.school);
  await room.school.kill();
  const folder = join(room.school.folder, 'files', before[0]!.slice(0, 2));
  for (const name of [`${before[0]!.slice(0, 2)}${'0'.repeat(62)}`, '.half-abcdef']) await writeFile(join(folder, name), 'left behind');
  await room.school.start();
  assert.deepEqual((await readdir(folder)).sort(), before.filter((name) => name.startsWith(before[0]!.slice(0, 3))).map((name) => name.split('/')[1]));
  assert.equal((await see(other, teacher)).status, 200);
});

// --- The worker, and the line before it ---

const READY = `printf '{"ready":1}\\n' >&0; read -r job; echo "working $$" >&2`;

/** A school whose urok-papers is what a script makes of it, until it is told to be itself. */
async function startWith(script: string): Promise<{ own: Classroom; become(script: string): Promise<void>; mend(): Promise<void> } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'papers-'));
  const program = join(folder, 'urok-papers');
  const become = (text: string): Promise<void> => writeFile(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await become(script);
  const own = await startClassroom({ config: { jobs: { papers_worker: program } } });
  const mend = () => become(`exec ${join(BUILD, 'workers/papers/urok-papers')}`);
  return { own, become, mend, [Symbol.asyncDispose]: async () => { await own.school.stop(); await rm(folder, { recursive: true }); } };
}

/** A picture on its way, which can be left alone. */
function sendTo(school: School, person: Person, body: Buffer): { reply: Promise<number>; leave(): void } {
  const headers = { ...headersOf({ cookie: person.cookie }), 'Content-Type': 'image/png' };
  const sent = request({ socketPath: school.socket('rest'), method: 'PUT', path: '/api/v1/me/picture', headers });
  const reply = new Promise<number>((resolve, reject) => {
    sent.on('response', (answer) => resolve(answer.resume().statusCode!));
    sent.on('error', reject);
  });
  reply.catch(() => undefined); // it was left
  sent.end(body);
  return { reply, leave: () => sent.destroy() };
}

test('pictures: a worker that is killed at its work costs one picture, and the next is fine', async () => {
  await using set = await startWith(`${READY}; read -r never`);
  const person = await set.own.enter('teacher1');
  const { reply } = sendTo(set.own.school, person, await seed('plain.png'));
  const line = await set.own.school.daemon.line(/^working \d+/);
  process.kill(Number(line.split(' ')[1]), 'SIGKILL');
  assert.equal(await reply, 503);
  await set.own.school.daemon.line(/The job «picture» was not done: The worker broke down/);
  await set.mend();
  assert.equal(await sendTo(set.own.school, person, await seed('plain.png')).reply, 200);
});

test('pictures: a worker that says nonsense, or more than was agreed on, is hung up on', async () => {
  await using set = await startWith('exit 1');
  const person = await set.own.enter('teacher1');
  for (const says of ['echo hello >&0', `${READY}; echo '{"facts":{},"sizes":[9999999]}' >&0`, `${READY}; head -c 99999999 /dev/zero >&0`]) {
    await set.become(`${says}; read -r never`);
    assert.equal(await sendTo(set.own.school, person, await seed('plain.png')).reply, 503, says);
  }
});

test('pictures: who goes away takes the job along', async () => {
  await using set = await startWith(`${READY}; read -r never; echo "left alone" >&2`);
  const person = await set.own.enter('teacher1');
  const sent = sendTo(set.own.school, person, await seed('plain.png'));
  await set.own.school.daemon.line(/^working/);
  sent.leave();
  await set.own.school.daemon.line(/^left alone/);
  await set.mend();
  assert.equal(await sendTo(set.own.school, person, await seed('plain.png')).reply, 200);
});

test('pictures: a worker ends with its connection, in the middle of its work', async () => {
  await using set = await startWith(`echo "working $$" >&2; ${join(BUILD, 'workers/papers/urok-papers')}; echo "ended $?" >&2`);
  const person = await set.own.enter('teacher1');
  const sent = sendTo(set.own.school, person, greyPng(7900, 7970));
  await set.own.school.daemon.line(/^working/);
  sent.leave();
  await set.own.school.daemon.line(/^ended \d+/);
});

test('pictures: one at a time a person, and a line that is not without end', async () => {
  await using set = await startWith(`${READY}; read -r never`);
  const { school } = set.own;
  const people = await Promise.all(Array.from({ length: 18 }, (_, i) => set.own.enter(`parent${i + 1}`)));
  const body = await seed('plain.png');
  const first = sendTo(school, people[0]!, body);
  await school.daemon.line(/^working/);
  assert.equal(await sendTo(school, people[0]!, body).reply, 409);
  const rest = people.slice(1).map((person) => sendTo(school, person, body));
  // Sixteen wait behind the one at work: of these seventeen the one that is too many is answered, and no other.
  assert.equal(await Promise.race(rest.map(({ reply }) => reply)), 503);
  await set.mend();
  for (const { leave } of [first, ...rest]) leave();
  // The daemon learns in its own turn that they hung up; until then the one before is in work.
  let status = 409;
  while (status === 409 || status === 503) status = await sendTo(school, people[0]!, body).reply;
  assert.equal(status, 200);
});
