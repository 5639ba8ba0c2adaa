// SPDX-License-Identifier: LGPL-2.1-or-later
// Backups from the console: urokctl runs the program, urokd makes the recovery key; and what is cut off at any moment.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { backup, beginBackup, copies, fingerprint, putRecoveryKey, runUnder, whenIdle } from '../lib/backup.ts';
import { takeChance, type Chance } from '../lib/chance.ts';
import { startClassroom } from '../lib/classroom.ts';
import { openStream } from '../lib/live.ts';
import { BUILD } from '../lib/places.ts';
import { reasonOf } from '../lib/newcomers.ts';
import type { Reply } from '../lib/request.ts';
import { startSchool, type School } from '../lib/school.ts';

type Answer = { status: number; out: string; err: string };

function assertRefused(reply: Reply, status: number, reason: string, field?: string): void {
  assert.deepEqual([reply.status, reasonOf(reply), reply.body.field], [status, reason, field], reply.text);
}

const type = (school: School, ...words: string[]): Promise<Answer> => new Promise((resolve) => {
  const child = execFile(join(BUILD, 'ctl/urokctl'), ['--socket', school.socket('control'), ...words],
    { env: { ...process.env, UROK_CONFIG: join(school.folder, 'urok.conf'), LC_ALL: 'C.UTF-8', LANGUAGE: '' } },
    (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code), out, err }));
  child.stdin!.end();
});

test('backup: urokctl copies, lists, proves and restores', async () => {
  await using school = await startSchool();
  await school.setUp();
  const away = join(school.folder, 'stick');
  assert.match((await type(school, 'backup', 'list')).out, /no backup .* yet/);
  assert.match((await type(school, 'backup', '--to', away)).out, /is made/);
  assert.equal((await copies(school, away)).length, 1);
  assert.match((await type(school, 'backup', 'list', '--to', away)).out, /Школа № 17/);
  const proven = await type(school, 'backup', 'verify', '--to', away);
  assert.match(proven.out, /whole school/, proven.err);
  await school.daemon.stop();
  const [file] = await copies(school, away);
  const restored = await type(school, 'restore', '--over', 'Школа № 17', file!);
  assert.equal(restored.status, 0, restored.err);
  await school.start();
});

// UROK_KILLS=100 for a long night: so many of each.
test('backup: what is killed at any moment leaves a whole school, and the next run goes on', { timeout: 600_000 * Number(process.env['UROK_KILLS'] ?? 1) }, async () => {
  const chance = takeChance();
  const rounds = 3 * Number(process.env['UROK_KILLS'] ?? 1);
  await using room = await startClassroom();
  const { school } = room;
  assert.equal((await backup(school, 'make')).status, 0);
  await school.daemon.stop();
  for (let round = 0; round < rounds; round += 1) {
    const [file] = await copies(school);
    const words = [['make'], ['--over', 'Школа № 17', 'restore', file!], ['verify']][round % 3]!;
    console.log(await killed(school, chance, words));
    assert.ok((await stat(join(school.folder, 'data/urok.db'))).size > 0);
    // Whatever it was, the school starts, and each of the three can be done again.
    await school.start();
    assert.equal((await school.console('POST', '/api/v1/console/log-verification', {})).ok, true);
    await school.daemon.stop();
    const again = await backup(school, 'nightly');
    assert.equal(again.status, 0, again.err);
    for (const folder of ['backups', 'backups/packs']) {
      assert.deepEqual((await readdir(join(school.folder, folder))).filter((name) => name.includes('half')), []);
    }
    assert.deepEqual((await readdir(join(school.folder, 'backup-state'))).filter((name) => name !== 'folders.json').sort(), ['box.key', 'lock', 'report.json']);
    for (const name of await readdir(school.folder)) {
      if (name.includes('.before-')) await rm(join(school.folder, name), { recursive: true });
    }
  }
  await school.start();
});

/** The newest copy, by that key. */
async function opensWith(secret: string, school: School): Promise<void> {
  const file = join(school.folder, 'paper.key');
  await writeFile(file, secret, { mode: 0o600 });
  await promisify(execFile)('age', ['--decrypt', '--identity', file, '--output', '/dev/null', (await copies(school)).at(-1)!]);
  await rm(file);
}

/** How often each command does to a disk what changes it, in a school of this size; a few more are no harm. */
const CALLS: Record<string, Record<string, number>> = {
  make: { fsync: 8, rename: 6, unlink: 9, mkdir: 4, pwrite64: 197, openat: 400, write: 22, ftruncate: 2 },
  restore: { fsync: 7, fdatasync: 46, rename: 6, renameat2: 1, unlink: 21, mkdir: 10, rmdir: 3, pwrite64: 927, openat: 662, write: 11, ftruncate: 7 },
  verify: { fsync: 9, fdatasync: 41, rename: 8, unlink: 22, mkdir: 6, rmdir: 6, pwrite64: 714, openat: 139, write: 22, ftruncate: 3 },
};

/** SIGKILL at the call of that number to one of these: the same place for the same chance. */
async function killed(school: School, chance: Chance, words: string[]): Promise<string> {
  const command = words.find((word) => word in CALLS)!;
  const call = chance.pick(Object.keys(CALLS[command]!));
  const number = 1 + chance.below(CALLS[command]![call]!);
  const status = await runUnder(['strace', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${number}`], school, ...words);
  return `${command} at ${call} ${number}: ${status}`;
}

test('backup: Ctrl-C ends it, and nothing is left half', async () => {
  await using room = await startClassroom();
  const { school } = room;
  const child = beginBackup(school, 'make');
  child.kill('SIGINT');
  const status = await new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  assert.ok(status === 1 || status === 'SIGINT', `${status}`);
  const left = await fingerprint(join(school.folder, 'backups')).catch(() => ({}));
  assert.deepEqual(left, {});
});

test('backup: urokd tells administrators how the backups are', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const state = async () => (await school.console('GET', '/api/v1/console/health')).items.find(({ id }: any) => id === 'backup')?.state;
  assert.equal(await state(), undefined);
  assert.equal((await type(school, 'backup')).status, 0);
  assert.equal(await state(), 'keyless');
  await putRecoveryKey(school);
  assert.equal(await state(), 'made');
  assert.equal((await type(school, 'backup', 'verify')).status, 0);
  assert.equal(await state(), 'proven');
  const told = await admin.get('/api/v1/backups');
  assert.deepEqual([told.items.length, told.items[0].school, told.proof.ok, told.recovery_key.made, told.running, told.items[0].verified], [1, 'Школа № 17', true, true, null, true]);

  const report = join(school.folder, 'backup-state/report.json');
  const proven = await readFile(report, 'utf8');
  await writeFile(report, JSON.stringify({ ...JSON.parse(proven), sent: { at: '2026-01-14T02:10:00.000Z', to: 'urok@nas:/urok', failure: 'The copies could not be sent' } }));
  assert.equal(await state(), 'unsent');
  assert.deepEqual((await admin.get('/api/v1/backups')).sent.failure, 'The copies could not be sent');
  await writeFile(report, proven);
  await rm(join(school.folder, 'backups/packs'), { recursive: true });
  assert.equal((await type(school, 'backup', 'verify')).status, 1);
  const unproven = (await school.console('GET', '/api/v1/console/health')).items.find(({ id }: any) => id === 'backup');
  assert.deepEqual([unproven.state, unproven.values.reason, (await admin.get('/api/v1/backups')).proof.reason], ['unproven', 'backup-damaged', 'backup-damaged']);
  const old = { ...JSON.parse(await readFile(report, 'utf8')), made_at: '2026-01-14T02:10:00.000Z', proof: null };
  await writeFile(report, JSON.stringify(old));
  assert.equal(await state(), 'late');
  assert.match((await type(school, 'status')).out, /backup +late.*ALARM/);
});

test('backup: a proof is of one copy, and is old after two days', async () => {
  await using school = await startSchool();
  await school.setUp();
  const state = async () => (await school.console('GET', '/api/v1/console/health')).items.find(({ id }: any) => id === 'backup')?.state;
  await putRecoveryKey(school);
  assert.equal((await backup(school, 'nightly')).status, 0);
  assert.equal(await state(), 'proven');
  assert.equal((await backup(school, 'make')).status, 0);
  assert.equal(await state(), 'made');
  const file = join(school.folder, 'backup-state/report.json');
  const report = JSON.parse(await readFile(file, 'utf8'));
  const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  await writeFile(file, JSON.stringify({ ...report, proof: { ...report.proof, at: ago(3) }, proven_at: ago(3) }));
  assert.equal(await state(), 'stale');
  assert.match((await type(school, 'doctor')).out, /No backup has been proven for two days/);
  const never = { ...report, proof: undefined, proven_at: undefined };
  await writeFile(file, JSON.stringify(never));
  assert.equal(await state(), 'made');
  await writeFile(file, JSON.stringify({ ...never, backups: [...report.backups, { ...report.backups.at(-1), made_at: ago(3) }] }));
  assert.equal(await state(), 'stale');
});

test('backup: a proof that could not be held says nothing against the copy', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const state = async () => (await school.console('GET', '/api/v1/console/health')).items.find(({ id }: any) => id === 'backup')?.state;
  await putRecoveryKey(school);
  assert.equal((await backup(school, '--urokd', join(school.folder, 'absent'), 'nightly')).status, 1);
  assert.equal(await state(), 'unchecked');
  const told = await admin.get('/api/v1/backups');
  assert.deepEqual([told.failure, told.proof.ok, /could not be started/.test(told.proof.failure), told.proof.reason, told.items[0].verified], [null, null, true, 'backup-program', null]);
  assert.match((await type(school, 'doctor')).out, /The last backup could not be proven: .*could not be started/);
  assert.equal((await backup(school, 'verify')).status, 0);
  assert.equal(await state(), 'proven');
});

test('backup: on a terminal the recovery key is a QR code too', async () => {
  await using school = await startSchool();
  await school.setUp();
  const { stdout } = await promisify(execFile)('script', ['-qec', `${join(BUILD, 'ctl/urokctl')} --socket ${school.socket('control')} backup key`, '/dev/null'],
    { env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: '' } });
  const rows = stdout.split(/\r?\n/).map((line) => /\x1b\[30;47m(.*)\x1b\[0m/.exec(line)?.[1]).filter((row) => row !== undefined);
  const modules = rows.flatMap((row) => [['▀', '█'], ['▄', '█']].map((dark) => [...row].map((one) => (dark.includes(one) ? 1 : 0))));
  const large = modules.flatMap((row) => Array.from({ length: 4 }, () => row.flatMap((one) => Array.from({ length: 4 }, () => one)).join(' ')));
  const image = join(school.folder, 'qr.pbm');
  await writeFile(image, `P1 ${modules[0]!.length * 4} ${large.length}\n${large.join('\n')}\n`);
  const read = await promisify(execFile)('zbarimg', ['--quiet', '--raw', image]);
  assert.equal(read.stdout.trim(), /AGE-SECRET-KEY-1[0-9A-Z]{58}/.exec(stdout)![0]);
  assert.match(stdout, /mark.*: ([0-9A-F]{4}-){4}[0-9A-F]{4}/);
});

test('backup: the recovery key is shown once, and its public half alone is kept', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const live = await admin.live();
  const shown = await type(school, 'backup', 'key');
  assert.equal(shown.status, 0, shown.err);
  const [secret] = shown.out.split('\n');
  await whenIdle(admin, live);
  await live.close();
  await opensWith(secret!, school);
  assert.match(secret!, /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
  assert.match(await readFile(join(school.folder, 'data/recovery.pub'), 'utf8'), /^age1[0-9a-z]{58}\n$/);
  const names = (await readdir(join(school.folder), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const entry of names) {
    assert.ok(!(await readFile(join(entry.parentPath, entry.name))).includes(secret!), `${entry.name} holds the key`);
  }
  assert.doesNotMatch(school.daemon.lines.join('\n'), /AGE-SECRET/);
  assert.equal((await backup(school, '--json', 'make')).out.includes('"recovery_key":true'), true);
});

test('backup: a recovery key that is made while a copy is, begins another one, which it opens', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const live = await admin.live();
  await admin.post('/api/v1/backups', {});
  const { out } = await type(school, 'backup', 'key');
  const { failure, items } = await whenIdle(admin, live);
  assert.deepEqual([failure, items.length], [null, 2]);
  await opensWith(out.split('\n')[0]!, school);
  await live.close();
});

test('backup: an administrator has a copy made from the page, sees how far it is, and may end it', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const live = await openStream(school.socket('live'), admin.cookie);
  assert.equal((await admin.ask('DELETE', '/api/v1/backups/running')).status, 404);
  const asked = await admin.ask('POST', '/api/v1/backups', { body: {} });
  assert.equal(asked.status, 202, asked.text);
  const again = await admin.ask('POST', '/api/v1/backups', { body: {} });
  assertRefused(again, 409, 'backup-running');
  assert.equal(typeof (await admin.get('/api/v1/backups')).running.phase, 'string');
  const made = await whenIdle(admin, live);
  assert.deepEqual([made.items.length, made.items[0].verified, made.proof.ok, made.failure], [1, true, true, null]);
  assert.equal(made.next, null);

  assert.equal((await admin.ask('POST', '/api/v1/backups', { body: {} })).status, 202);
  assert.equal((await admin.ask('DELETE', '/api/v1/backups/running')).status, 204);
  const ended = await whenIdle(admin, live);
  assert.equal(ended.failure, null);
  await live.close();
});

test('backup: a recovery key of the page is the key once its end was typed from the paper', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const offer = (password: string) => admin.ask('POST', '/api/v1/backups/recovery-key', { body: { password } });
  const confirm = (key: string, ending: string) => admin.ask('PUT', '/api/v1/backups/recovery-key', { body: { public: key, ending } });
  const refused = await offer('не тот пароль 17');
  assertRefused(refused, 403, 'wrong-password', 'password');
  const shown = await offer('длинный пароль 17');
  assert.equal(shown.status, 201, shown.text);
  const { secret, public: key, maker } = shown.body;
  assert.match(secret, /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
  assert.match(maker, /^([0-9A-F]{4}-){4}[0-9A-F]{4}$/);
  assert.equal((await admin.get('/api/v1/backups')).recovery_key.made, false);
  const wrong = await confirm(key, 'QQQQQQ');
  assertRefused(wrong, 403, 'wrong-ending', 'ending');
  assert.equal((await confirm('age1other', secret.slice(-6))).status, 404);
  assert.equal((await confirm(key, secret.slice(-6).toLowerCase())).status, 204);
  const after = await admin.get('/api/v1/backups');
  assert.deepEqual([after.recovery_key.made, after.running !== null], [true, true], 'a copy that opens with it is begun');
  assert.equal((await confirm(key, secret.slice(-6))).status, 404);
  assert.equal(await readFile(join(school.folder, 'data/recovery.pub'), 'utf8'), `${key}\n`);

  const unsure = (await offer('длинный пароль 17')).body;
  for (let i = 0; i < 5; i += 1) assert.equal((await confirm(unsure.public, 'QQQQQQ')).status, 403);
  assert.equal((await confirm(unsure.public, unsure.secret.slice(-6))).status, 404);
  assert.equal(await readFile(join(school.folder, 'data/recovery.pub'), 'utf8'), `${key}\n`);
});
