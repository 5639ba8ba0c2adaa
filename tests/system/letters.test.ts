// SPDX-License-Identifier: LGPL-2.1-or-later
// Letters that wait: for a mail server that is down, does not know an address, or takes its time; over a power cut too.
// What is sent are invitations of a class, by the teacher's own route, to a real SMTP server.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort, type Person } from '../lib/school.ts';
import { urokctl } from '../lib/urokctl.ts';

const run = promisify(execFile);
const PASSWORD = 'пароль-почты-4711';

let folder = '';
const at = (name: string): string => join(folder, name);

type Server = { process: Process } & AsyncDisposable;

async function startServer(): Promise<Server> {
  const server = new Process('mail server', '/usr/bin/python3', [join(PROJECT, 'tests/lib/mail-server.py'), '--login', 'school', '--password', PASSWORD,
    '--cert', at('crt'), '--key', at('key'), '--port', String(port)]);
  await server.line(/^listening /);
  return { process: server, [Symbol.asyncDispose]: () => server.stop() };
}

let room: Classroom;
let port = 0;
let configuration = '';
let admin: Person;
let teacher: Person;
let path = '';

/** The running school is told of the mail server, which is expected at that port. */
async function configure(mail: Record<string, string> = {}): Promise<void> {
  const keys = { server: 'localhost', port: String(port), from: 'urok@example.org', login: 'school', password_file: at('password'), authority_file: at('crt'), retry_seconds: '1', ...mail };
  await writeFile(join(room.school.folder, 'urok.conf'), `${configuration}[mail]\n${Object.entries(keys).map(([name, value]) => `${name}=${value}\n`).join('')}`);
  await room.school.console('POST', '/api/v1/console/reload');
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'letters-'));
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', at('key'), '-out', at('crt')]);
  await writeFile(at('password'), `${PASSWORD}\n`, { mode: 0o600 });
  await writeFile(at('wrong'), 'не тот\n', { mode: 0o600 });
  port = await freePort();
  room = await startClassroom();
  configuration = await readFile(join(room.school.folder, 'urok.conf'), 'utf8');
  [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  path = `/api/v1/classes/${(await teacher.get('/api/v1/classes')).items[0].id}/letters`;
});

after(async () => {
  await room.school.stop();
  await rm(folder, { recursive: true });
});

/** No letter is left from the test before; the mark is where this test's journal begins. */
async function begin(mail: Record<string, string> = {}): Promise<number> {
  for (const state of ['waiting', 'undelivered']) {
    for (const { id } of (await list(state)).items) await admin.ask('DELETE', `/api/v1/letters/${id}`);
  }
  await configure(mail);
  return room.school.daemon.lines.length;
}

const newcomer = (email: string, given_name = 'Соня') => ({ family_name: 'Молодцова', given_name, birth_date: '2017-05-31', email });
const invite = (...people: object[]) =>
  teacher.ask('POST', path, { body: { people, language: 'ru' }, headers: { 'Idempotency-Key': randomUUID() } });

async function send(...addresses: string[]): Promise<void> {
  const reply = await invite(...addresses.map((address) => newcomer(address)));
  assert.equal(reply.status, 201, reply.text);
}

const line = (pattern: RegExp, from: number) => room.school.daemon.line(pattern, from);
const lettersTo = (server: Server, address: string): any[] =>
  server.process.lines.filter((said) => said.includes('"letter"')).map((said) => JSON.parse(said)).filter(({ to }) => to[0] === address);
const list = (state = 'waiting') => admin.get(`/api/v1/letters?state=${state}`);

/** Nothing that was written to somebody is in the journal. */
function assertDiscreet(): void {
  const said = room.school.daemon.lines.join('\n');
  assert.doesNotMatch(said, /@example\.org|Молодцова|Соня|\/i#|пароль-почты/);
}

test('letters: an invitation arrives, is read as plain text, and leaves nothing behind', async () => {
  const mark = await begin();
  await using server = await startServer();
  await send('sonya@example.org');
  const letter = JSON.parse(await server.process.line(/"letter"/));
  await line(/A letter \(invitation\) was taken/, mark);
  assert.deepEqual([letter.type, letter.encrypted, letter.defects, letter.to], ['text/plain', true, [], ['sonya@example.org']]);
  assert.match(letter.subject, /^Приглашение в школу: Соня Молодцова$/);
  assert.match(letter.text, new RegExp(`\\n${room.school.url}/i#\\S+\\r?\\n`));
  for (const said of ['Это письмо от школы', 'Вас приглашает', 'нажмите', 'классному руководителю']) assert.ok(letter.text.includes(said), said);
  const { items, waiting, undelivered, reason } = await list();
  assert.deepEqual([items, waiting, undelivered, reason], [[], 0, 0, null]);
  assertDiscreet();
});

test('letters: while the mail server is down they wait, and the page says why', async () => {
  const mark = await begin();
  await send('sonya@example.org', 'petya@example.org');
  await line(/Letters wait: the mail server takes none \(mail-no-connection/, mark);
  const { items, waiting, reason, set_up: isSetUp } = await list();
  assert.deepEqual([waiting, reason, isSetUp], [2, 'mail-no-connection', true]);
  assert.deepEqual(items.map(({ to, purpose, state }: any) => [to, purpose, state]).sort(),
    [['petya@example.org', 'invitation', 'waiting'], ['sonya@example.org', 'invitation', 'waiting']]);
  assert.ok(items.every((item: any) => !JSON.stringify(item).includes('/i#')), 'the page tells a link');
  assert.match((await urokctl(room.school, 'status')).out, /letters waiting\s+2\n/);
  await using server = await startServer();
  await server.process.line(/"letter".*sonya/);
  await server.process.line(/"letter".*petya/);
  await line(/The mail server takes letters again/, mark);
  assertDiscreet();
});

test('letters: an address that is refused for good waits for nobody else', async () => {
  const mark = await begin();
  await using server = await startServer();
  await send('nobody@example.org', 'spam@example.org', 'sonya@example.org');
  await line(/was not delivered: mail-address-refused, the mail server's last word was 550/, mark);
  await line(/was not delivered: mail-refused, the mail server's last word was 554/, mark);
  await line(/was taken/, mark);
  assert.deepEqual((await list()).items, []);
  const { items, undelivered, reason } = await list('undelivered');
  assert.deepEqual([undelivered, reason], [2, null]);
  assert.deepEqual(items.map((one: any) => [one.to, one.reason, one.server_code, one.tries, one.next_try_at]), [
    ['spam@example.org', 'mail-refused', 554, 1, null], ['nobody@example.org', 'mail-address-refused', 550, 1, null]]);
  const metrics = await room.school.ask('metrics' as 'rest', 'GET', '/metrics');
  assert.match(metrics.text, /^urok_letters\{state="undelivered"\} 2$/m);
  assert.doesNotMatch(metrics.text, /@/);
});

test('letters: one that did not arrive is tried again, or discarded, by an administrator alone', async () => {
  const mark = await begin();
  await using server = await startServer();
  await send('nobody@example.org');
  await line(/was not delivered/, mark);
  const { items: [letter] } = await list('undelivered');
  const said = room.school.daemon.lines.length;
  assert.equal((await teacher.ask('POST', `/api/v1/letters/${letter.id}/tries`, { body: {} })).status, 403);
  assert.equal((await admin.ask('POST', `/api/v1/letters/${letter.id}/tries`, { body: {} })).status, 204);
  await line(/was not delivered/, said);
  assert.equal((await list('undelivered')).items[0].tries, 2);
  assert.equal((await admin.ask('DELETE', `/api/v1/letters/${letter.id}`)).status, 204);
  assert.deepEqual((await list('undelivered')).items, []);
  for (const [method, path] of [['DELETE', `/api/v1/letters/${letter.id}`], ['POST', `/api/v1/letters/${letter.id}/tries`]]) {
    assert.equal((await admin.ask(method!, path!, method === 'POST' ? { body: {} } : {})).status, 404);
  }
});

test('letters: an address that is refused for now is tried again by itself', async () => {
  const mark = await begin();
  await using server = await startServer();
  await send('busy@example.org');
  await line(/was put off: mail-address-refused, the mail server's last word was 450/, mark);
  const { items: [letter] } = await list();
  assert.deepEqual([letter.tries >= 1, letter.reason, letter.server_code], [true, 'mail-address-refused', 450]);
  server.process.tell('now');
  await line(/was taken/, mark);
  assert.equal(lettersTo(server, 'busy@example.org').length, 1);
});

test('letters: one that was on its way in a power cut arrives, at least once, with the same name', async () => {
  await begin();
  await using server = await startServer();
  await send('slow@example.org');
  await server.process.line(/"letter"/);
  await room.school.kill();
  const said = server.process.lines.length;
  for (const word of ['first', 'second']) server.process.tell(word);
  await room.school.start();
  await server.process.line(/"letter"/, said);
  await line(/was taken/, 0);
  const [first, second] = lettersTo(server, 'slow@example.org');
  assert.equal(first.id, second.id);
  assert.deepEqual((await list()).items, []);
});

test('letters: a wrong password makes all of them wait until it is mended, and then not longer', async () => {
  const mark = await begin({ password_file: at('wrong'), retry_seconds: '3600' });
  await using server = await startServer();
  await send('sonya@example.org');
  await line(/Letters wait: the mail server takes none \(mail-wrong-password, its last word was 535\)/, mark);
  const path = join(room.school.folder, 'urok.conf');
  await writeFile(path, (await readFile(path, 'utf8')).replace(at('wrong'), at('password')));
  await room.school.console('POST', '/api/v1/console/reload');
  await server.process.line(/"letter"/);
});

test('letters: a button sends all that wait, without waiting', async () => {
  const mark = await begin({ retry_seconds: '3600' });
  await send('sonya@example.org');
  await line(/Letters wait/, mark);
  await using server = await startServer();
  assert.equal((await admin.ask('POST', '/api/v1/letter-tries', { body: {} })).status, 204);
  await server.process.line(/"letter"/);
});

test('letters: no name and no address becomes a line of a letter\'s head', async () => {
  const mark = await begin();
  await using server = await startServer();
  for (const person of [newcomer('a@example.org\r\nBcc: b@example.org'), newcomer('a@example.org', 'Соня\r\nBcc: b@example.org'), newcomer('a@example.org', 'Соня\nX'),
    newcomer('a@example.org>, <b@example.org'), newcomer('a b@example.org')]) {
    assert.equal((await invite(person)).status, 400, JSON.stringify(person));
  }
  await send('last@example.org');
  await line(/was taken/, mark);
  assert.equal(server.process.lines.filter((said) => said.includes('"letter"')).length, 1);
});

test('letters: without a mail server nobody is promised one', async () => {
  const mark = await begin({ server: '' });
  const before = await room.school.console('GET', '/api/v1/console/status');
  const { status, body } = await invite(newcomer('sonya@example.org'));
  assert.deepEqual([status, body.type], [409, 'urn:urok:problem:mail-not-set-up']);
  assert.equal((await room.school.console('GET', '/api/v1/console/status')).events, before.events, 'somebody was added');
  assert.equal((await list()).set_up, false);
});
