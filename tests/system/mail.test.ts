// SPDX-License-Identifier: LGPL-2.1-or-later
// The test letter: by a real mail server, with what can go wrong there told apart. Never without TLS, never to a server
// that cannot prove who it is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startClassroom, takePassword, type Classroom } from '../lib/classroom.ts';
import { PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort, startSchool, type Person } from '../lib/school.ts';
import { urokctl } from '../lib/urokctl.ts';

const run = promisify(execFile);
const LOGIN = 'school';
const PASSWORD = 'пароль-почты-4711';

let folder = '';
let room: Classroom;
let admin: Person;
let configuration = '';
const at = (name: string): string => join(folder, name);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mail-'));
  for (const [name, host] of [['right', 'localhost'], ['other', 'elsewhere.example']]) {
    await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${host}`,
      '-addext', `subjectAltName=DNS:${host}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)]);
  }
  await writeFile(at('password'), `${PASSWORD}\n`, { mode: 0o600 });
  room = await startClassroom();
  admin = await room.enter('admin');
  configuration = await readFile(join(room.school.folder, 'urok.conf'), 'utf8');
});

after(async () => {
  await room.school.stop();
  await rm(folder, { recursive: true });
});

type MailServer = { port: string; process: Process } & AsyncDisposable;

async function startMailServer(...words: string[]): Promise<MailServer> {
  const process = new Process('mail server', '/usr/bin/python3', [join(PROJECT, 'tests/lib/mail-server.py'), '--login', LOGIN, '--password', PASSWORD,
    '--cert', at('right.crt'), '--key', at('right.key'), ...words]);
  const port = (await process.line(/^listening /)).split(' ')[1]!;
  return { port, process, [Symbol.asyncDispose]: () => process.stop() };
}

/** The running school is told of that mail server; what its administrator hears of one test letter. */
async function tryLetter(mail: Record<string, string>, address = 'zavuch@example.org'): Promise<{ status: number; body: any }> {
  const keys = { server: 'localhost', from: 'urok@example.org', login: LOGIN, password_file: at('password'), authority_file: at('right.crt'), ...mail };
  const lines = Object.entries(keys).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(room.school.folder, 'urok.conf'), `${configuration}[mail]\n${lines.join('')}`);
  await room.school.console('POST', '/api/v1/console/reload');
  const { status, body } = await admin.ask('POST', '/api/v1/server/test-mail', { body: { address } });
  assert.ok(room.school.daemon.lines.every((line) => !line.includes(address) && !line.includes(PASSWORD)), 'the journal tells too much');
  return { status, body };
}

async function letterOf(server: MailServer): Promise<any> {
  return JSON.parse(await server.process.line(/"letter"/));
}

for (const security of ['starttls', 'tls']) {
  test(`mail: a letter arrives by ${security}, and reads as it was written`, async () => {
    await using server = await startMailServer('--mode', security);
    const { status, body } = await tryLetter({ port: server.port, security });
    assert.deepEqual([status, body], [200, { sent: true, reason: null, server_code: 250 }]);
    const letter = await letterOf(server);
    assert.equal(letter.subject, 'Проверка почты «Урока» / Urok test letter');
    assert.match(letter.text, /Почта школы работает/);
    assert.deepEqual([letter.sender, letter.to, letter.from_address], ['urok@example.org', ['zavuch@example.org'], 'urok@example.org']);
    assert.deepEqual([letter.encrypted, letter.type, letter.defects, letter.is_ascii], [true, 'text/plain', [], true]);
    assert.match(letter.id, /^<[0-9a-f-]{36}@example\.org>$/);
    assert.ok(letter.longest <= 998 && Math.abs(Date.now() - Date.parse(letter.date)) < 3_600_000);
  });
}

test('mail: a certificate of an unknown authority, or of another name, gets neither letter nor password', async () => {
  for (const [words, authority] of [[[], at('other.crt')], [['--cert', at('other.crt'), '--key', at('other.key')], at('other.crt')]] as [string[], string][]) {
    for (const security of ['starttls', 'tls']) {
      await using server = await startMailServer('--mode', security, ...words);
      const { body } = await tryLetter({ port: server.port, security, authority_file: authority });
      assert.deepEqual([body.sent, body.reason], [false, 'mail-bad-certificate']);
      assert.ok(server.process.lines.every((line) => !/tried|letter/.test(line)));
    }
  }
});

test('mail: a server without TLS gets neither letter nor password', async () => {
  await using server = await startMailServer('--mode', 'clear');
  const { body } = await tryLetter({ port: server.port });
  assert.deepEqual([body.sent, body.reason], [false, 'mail-no-tls']);
  assert.ok(server.process.lines.every((line) => !/tried|letter/.test(line)));
});

test('mail: a wrong password, an unknown address and a sender that may not are told apart', async () => {
  await using server = await startMailServer();
  await writeFile(at('wrong'), 'не тот', { mode: 0o600 });
  assert.deepEqual((await tryLetter({ port: server.port, password_file: at('wrong') })).body, { sent: false, reason: 'mail-wrong-password', server_code: 535 });
  assert.deepEqual((await tryLetter({ port: server.port }, 'nobody@example.org')).body, { sent: false, reason: 'mail-address-refused', server_code: 550 });
  assert.deepEqual((await tryLetter({ port: server.port, from: 'stranger@example.org' })).body, { sent: false, reason: 'mail-sender-refused', server_code: 553 });
});

test('mail: a server that is down, has no name, or hangs up', async () => {
  assert.deepEqual((await tryLetter({ port: String(await freePort()) })).body, { sent: false, reason: 'mail-no-connection', server_code: null });
  assert.equal((await tryLetter({ server: 'mail.invalid' })).body.reason, 'mail-name-not-found');
  const silent = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.on('listening', resolve));
  assert.equal((await tryLetter({ port: String((silent.address() as AddressInfo).port) })).body.reason, 'mail-no-answer');
  silent.close();
});

test('mail: a cloud that does not answer holds no letter up', async () => {
  await using server = await startMailServer();
  const cloud = createServer();
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<Socket>();
  cloud.on('connection', onAsked).listen(0, '127.0.0.1');
  await new Promise((resolve) => cloud.on('listening', resolve));
  const address = `https://127.0.0.1:${(cloud.address() as AddressInfo).port}`;
  const password = await takePassword(admin);
  const link = admin.ask('PUT', '/api/v1/cloud/link', { body: { address, code: 'AAAAA-AAAAA-AAAAA', password } });
  const silent = await asked;
  const first = await Promise.race([link.then(() => 'the cloud'), tryLetter({ port: server.port }).then(({ body }) => body)]);
  assert.deepEqual(first, { sent: true, reason: null, server_code: 250 });
  silent.destroy();
  cloud.close();
  assert.equal((await link).status, 409);
});

test('mail: without a mail server, or with a password that others may read, nothing is tried', async () => {
  const reasonOf = ({ status, body }: { status: number; body: any }): string => `${status} ${body.type.split(':').at(-1)}`;
  assert.equal(reasonOf(await tryLetter({ server: '' })), '409 mail-not-set-up');
  assert.equal(reasonOf(await tryLetter({ password_file: at('is-not-there') })), '409 mail-password-file');
  await writeFile(at('open'), PASSWORD);
  await chmod(at('open'), 0o640);
  assert.equal(reasonOf(await tryLetter({ password_file: at('open') })), '409 mail-password-file');
  for (const address of ['nobody', 'a@b\r\nBcc: c@d', 'a b@c', '<a@b>', 'a@', '@b', 'имя@школа.рф', `${'a'.repeat(65)}@b`]) {
    assert.equal(reasonOf(await tryLetter({}, address)), '400 invalid', address);
  }
});

test('mail: only an administrator sends one, and the console', async () => {
  await using server = await startMailServer();
  await using school = await startSchool({ config: { mail: { server: 'localhost', port: server.port, from: 'urok@example.org', login: LOGIN, password_file: at('password'), authority_file: at('right.crt') } } });
  await school.setUp();
  const stranger = await school.request('POST', '/api/v1/server/test-mail', { body: { address: 'a@example.org' } });
  assert.equal(stranger.status, 401);
  const sent = await urokctl(school, 'mail', 'test', 'console@example.org');
  assert.deepEqual([sent.status, sent.out], [0, 'The mail server took the letter. Look into the mailbox, and into its spam folder.\n']);
  const refused = await urokctl(school, 'mail', 'test', 'nobody@example.org');
  assert.equal(refused.status, 1);
  assert.match(refused.err, /^urokctl: The letter was not sent: the mail server does not know this address \(the server's last number: 550\)\.$/m);
  assert.equal((await letterOf(server)).from_name, 'Школа № 17');
});
