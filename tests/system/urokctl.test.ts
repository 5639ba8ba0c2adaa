// SPDX-License-Identifier: LGPL-2.1-or-later
// What school IT types: urokctl and the real daemon, its sentences, JSON and statuses.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { chatOf, startClassroom, write } from '../lib/classroom.ts';
import { BUILD, PROJECT } from '../lib/places.ts';
import { freePort, startCamera, startSchool, type Camera, type School } from '../lib/school.ts';

type Answer = { status: number | null; out: string; err: string };

async function urokctl(control: string, words: string[], input = '', language = ''): Promise<Answer> {
  const child = spawn(join(BUILD, 'ctl/urokctl'), words, { env: { ...process.env, UROK_CONTROL: control, LC_ALL: 'C.UTF-8', LANGUAGE: language } });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  child.stdin.on('error', () => undefined); // it wanted no input
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, out, err };
}

let school: School;
let camera: Camera;

before(async () => {
  school = await startSchool();
  await school.setUp();
  camera = await startCamera('--size', '320x180', '--bitrate', '300');
});

after(async () => {
  await camera.stop();
  await school.stop();
});

const type = (...words: string[]): Promise<Answer> => urokctl(school.socket('control'), words);

/** With --json, of a command that has to succeed. */
async function answerOf(...words: string[]): Promise<any> {
  const { status, out, err } = await type('--json', ...words);
  assert.equal(status, 0, out + err);
  return JSON.parse(out);
}

test('urokctl: a sign-in link is printed alone on the first line, and signs its person in', async () => {
  const { status, out } = await type('sign-in-link', 'orlova');
  assert.equal(status, 0);
  const [link, words] = out.split('\n');
  assert.match(link!, /^http:\/\/localhost:\d+\/sign-in#[\w-]+$/);
  assert.match(words!, /^For Анна Павловна.*; it works once, until /);
  const reply = await school.request('POST', '/api/v1/sessions', { body: { code: link!.split('#')[1] } });
  assert.equal(reply.status, 201, reply.text);
});

for (const words of [['space', 'limit', 'files', '900GB'], ['carry', 'second'], ['cloud', 'unlink']]) {
  test(`urokctl: ${words.join(' ')} takes the end of its input for no`, async () => {
    const { status, out, err } = await type(...words);
    assert.deepEqual([status, /\[y\/N\]/.test(out + err), /Nothing was (set|changed)/.test(err)], [1, true, true], out + err);
  });
}

test('urokctl: people are listed and shown', async () => {
  const { status, out } = await type('user', 'list', '--role', 'administrator');
  assert.equal(status, 0);
  assert.match(out, /^orlova +administrator +Анна Павловна/m);
  assert.equal((await answerOf('user', 'show', 'ORLOVA')).login, 'orlova');
  assert.equal((await type('user', 'show', 'nobody')).status, 1);
});

test('urokctl: somebody is added, let in by a link, gets another login and other roles', async () => {
  const added = await answerOf('user', 'add', 'teacher,parent', 'Зайцева', 'Ирина', 'Олеговна', '--login', 'zaiceva', '--email', 'zaiceva@school.example');
  assert.deepEqual([added.display_name, added.roles], ['Ирина Олеговна Зайцева', ['teacher', 'parent']]);
  const link = await answerOf('sign-in-link', 'zaiceva');
  const person = school.person(await school.request('POST', '/api/v1/sessions', { body: { code: link.code } }));
  assert.equal(person.me.id, added.id);

  assert.equal((await answerOf('user', 'set-login', 'zaiceva', '+7 900 123-45-67')).login, '+79001234567');
  assert.deepEqual((await answerOf('user', 'roles', '+79001234567', 'teacher')).roles, ['teacher']);
  assert.deepEqual((await answerOf('user', 'show', '+79001234567')).roles, ['teacher']);

  for (const [words, said] of [
    [['user', 'add', 'teacher', 'Зайцева', 'Ирина', '--login', 'orlova'], /login/i],
    [['user', 'add', 'king', 'Зайцева', 'Ирина'], /role/i],
    [['user', 'set-login', 'orlova', 'x'], /login/i],
    [['user', 'roles', 'orlova', 'teacher'], /administrator/i],
    [['user', 'roles', 'nobody', 'teacher'], /Nobody here has the login nobody/],
  ] as const) {
    const { status, err } = await type(...words);
    assert.equal(status, 1, words.join(' '));
    assert.match(err, said, words.join(' '));
  }
});

test('urokctl: who is blocked is out at once and comes in by nothing, until unblocked', async () => {
  await type('user', 'add', 'pupil', 'Белов', 'Олег', '--login', 'belov', '--birth', '2014-05-31');
  const person = await school.signIn('belov');
  const { code } = await answerOf('sign-in-link', 'belov');
  const said = await type('user', 'block', 'belov');
  assert.deepEqual([said.status, said.out], [0, 'Олег Белов is blocked: all sessions have ended, and nothing lets them in.\n']);
  assert.equal((await person.ask('GET', '/api/v1/me')).status, 401);
  assert.notEqual((await school.request('POST', '/api/v1/sessions', { body: { code } })).status, 201);
  assert.deepEqual(await answerOf('user', 'unblock', 'belov'), { login: 'belov', blocked: false });
  await school.signIn('belov');
});

test('urokctl: admin recover ends every way in of an administrator, gives a new one, and is in the log as the console', async () => {
  await using own = await startSchool();
  const administrator = await own.setUp();
  const control = own.socket('control');
  const { status, out, err } = await urokctl(control, ['admin', 'recover']);
  assert.equal(status, 0, err);
  assert.equal((await administrator.ask('GET', '/api/v1/me')).status, 401, 'the session is over');
  const password = { login: 'orlova', password: 'длинный пароль 17' };
  assert.equal((await own.request('POST', '/api/v1/sessions', { body: password })).status, 401, 'the password is gone');
  const entered = own.person(await own.request('POST', '/api/v1/sessions', { body: { code: /#(\S+)/.exec(out)![1] } }));
  const fresh = { new: 'совсем другой пароль 18' };
  assert.equal((await entered.ask('PUT', '/api/v1/me/password', { body: fresh })).status, 204, 'a new one needs no old one');
  await own.daemon.signal('SIGTERM');
  const { stdout } = await promisify(execFile)('sqlite3', [join(own.folder, 'data/urok.db'),
    "SELECT actor FROM event WHERE kind = 'person.access.recovered'"]);
  assert.equal(stdout.trim(), 'console');
});

test('urokctl: admin recover makes nobody an administrator without being told to', async () => {
  await using room = await startClassroom();
  const control = room.school.socket('control');
  const asked = await urokctl(control, ['admin', 'recover', 'teacher1']);
  assert.equal(asked.status, 1);
  assert.match(asked.err, /no administrator/);
  const told = await urokctl(control, ['admin', 'recover', 'teacher1', '--yes']);
  assert.equal(told.status, 0, told.err);
  const shown = JSON.parse((await urokctl(control, ['--json', 'user', 'show', 'teacher1'])).out);
  assert.ok(shown.roles.includes('administrator'));
});

test('urokctl: a refusal is its sentence and status 1', async () => {
  const { status, out, err } = await type('sign-in-link', 'nobody');
  assert.equal(status, 1);
  assert.equal(out, '');
  assert.equal(err, 'urokctl: Nobody here has this login.\n');
});

test('urokctl: a refusal is an object with --json', async () => {
  const { status, out } = await type('--json', 'sign-in-link', 'nobody');
  assert.equal(status, 1);
  assert.deepEqual(Object.keys(JSON.parse(out)), ['error']);
});

test('urokctl: without a daemon it says what to do, status 3', async () => {
  const { status, err } = await urokctl(join(school.folder, 'nothing.sock'), ['status']);
  assert.equal(status, 3);
  assert.match(err, /Is it running\?/);
});

test('urokctl: what it does not know is status 2', async () => {
  for (const words of [[], ['sign-in-link'], ['camera'], ['camera', 'paint'], ['status', 'now'], ['--colour', 'status']]) {
    assert.equal((await type(...words)).status, 2, words.join(' '));
  }
});

test('urokctl: the status is told field by field, and as JSON', async () => {
  const { status, out } = await type('status');
  assert.equal(status, 0);
  assert.match(out, /^version +\d+\.\d+\.\d+$/m);
  assert.match(out, /^set up +yes$/m);
  assert.match(out, /^live streams +0$/m);
  assert.match(out, /^people online +0$/m);
  assert.match(out, /^live broadcasts +0$/m);
  assert.match(out, /^disk of the data +\w+, [\d.]+\s\w+ free/m);
  assert.equal((await answerOf('status')).health.broadcasts_live, 0);
  assert.equal((await answerOf('status')).set_up, true);
});

test('urokctl: each state of health that is documented has words in Russian, and the status says them', async () => {
  const [documents, source] = await Promise.all(['docs/health.md', 'ctl/status.c'].map((file) => readFile(join(PROJECT, file), 'utf8')));
  const rows = [...documents!.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (.*?) \| /gm)].filter(([, ids]) => ids !== '`id`' && ids !== '`database`');
  assert.ok(rows.length >= 12, String(rows.length));
  const words = new Set([...source!.matchAll(/^\t\{("([a-z-]+)"|NULL), "([a-z-]+)", \{".+", ".*[а-я].*"\}\},$/gm)].map(([, , id, state]) => `${id ?? ''}/${state}`));
  for (const [, ids, states] of rows) {
    for (const [, id] of ids!.matchAll(/`([a-z-]+)`/g)) {
      for (const [, state] of states!.matchAll(/`([a-z-]+)`/g)) assert.ok(words.has(`${id}/${state}`) || words.has(`/${state}`), `${id}: ${state}`);
    }
  }
  const { out } = await urokctl(school.socket('control'), ['status'], '', 'ru');
  const told = out.split('\n').filter((line) => /^[а-я]/.test(line));
  assert.ok(told.some((line) => /^диск данных +(в порядке|места мало|места нет)/.test(line)), out);
  for (const line of told) assert.doesNotMatch(line.slice(24).split(',')[0]!, /[a-z]/, line);
});

test('urokctl: a demo school is waited for and names a person of each role', async () => {
  await using empty = await startSchool();
  const { status, out } = await urokctl(empty.socket('control'), ['demo', '--seed', '7']);
  assert.equal(status, 0);
  for (const role of ['administrator', 'teacher', 'pupil', 'parent']) assert.match(out, new RegExp(`^${role} +[a-z]\\S+ +[А-ЯЁ]`, 'm'));
  const again = await urokctl(empty.socket('control'), ['--json', 'demo']);
  assert.equal(again.status, 1, 'a school is furnished once');
  assert.ok(JSON.parse(again.out).error);
});

test('urokctl: a log that is whole is status 0, one that somebody wrote in is status 1', async () => {
  await using room = await startClassroom();
  const teacher = await room.enter('teacher1');
  await write(teacher, await chatOf(teacher, 'staff'), 'Совещание в три');
  const control = room.school.socket('control');
  const whole = await urokctl(control, ['log', 'verify']);
  assert.equal(whole.status, 0, whole.err);
  assert.match(whole.out, /^ok +yes$/m);
  await promisify(execFile)('sqlite3', ['-cmd', '.timeout 5000', join(room.school.folder, 'data/urok.db'),
    `UPDATE event SET body = json_set(body, '$.text', 'Совещания нет') WHERE kind = 'chat.message.posted'`]);
  const broken = await urokctl(control, ['log', 'verify']);
  assert.equal(broken.status, 1);
  assert.match(broken.out, /^ok +no$/m);
  assert.match(broken.err, /restore a backup/);
});

test('urokctl: a camera is tried, added, listed, tried again by its name, and removed by its id', async () => {
  const added = await type('camera', 'add', 'Кабинет 7', camera.url);
  assert.equal(added.status, 0, added.err);
  assert.match(added.out, /^Picture +H\.264 .*320 x 180, 25 pictures a second$/m);
  assert.match(added.out, /its short name is kabinet-7\./);
  const [one] = (await answerOf('camera', 'list')).items;
  assert.equal(one.slug, 'kabinet-7');
  assert.match((await type('camera', 'list')).out, /^kabinet-7 .*Кабинет 7 +rtsp:/);
  assert.equal((await answerOf('camera', 'probe', 'kabinet-7')).state, 'done');
  assert.equal((await type('camera', 'remove', one.id)).status, 0);
  assert.deepEqual((await answerOf('camera', 'list')).items, []);
  const missing = await type('camera', 'remove', 'kabinet-7');
  assert.equal(missing.status, 1);
  assert.match(missing.err, /There is no camera kabinet-7/);
});

test('urokctl: a camera\'s password comes from the standard input, and opens the camera', async () => {
  const secret = join(school.folder, 'camera-secret');
  await writeFile(secret, 'it\nсекрет\n', { mode: 0o600 });
  await using guarded = await startCamera('--size', '320x180', '--bitrate', '300', '--auth', secret);
  const words = ['camera', 'add', 'Кабинет 8', guarded.url, '--login', 'it'];
  const wrong = await urokctl(school.socket('control'), words, 'другой\n');
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /camera-wrong-password/);
  const right = await urokctl(school.socket('control'), words, 'секрет\n');
  assert.equal(right.status, 0, right.err);
  assert.equal((await type('camera', 'remove', 'Кабинет 8')).status, 0);
});

test('urokctl: a camera that does not answer is not added, unless it is not to be tried', async () => {
  const url = `rtsp://127.0.0.1:${await freePort()}/a`;
  const { status, err } = await type('camera', 'add', 'Кабинет 9', url);
  assert.equal(status, 1);
  assert.match(err, /^urokctl: The camera cannot be used \(camera-[\w-]+\)\. \S/m);
  assert.deepEqual((await answerOf('camera', 'list')).items, []);
  assert.equal((await answerOf('camera', 'add', 'Кабинет 9', url, '--untried')).slug, 'kabinet-9');
});
