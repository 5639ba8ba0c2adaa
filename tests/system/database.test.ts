// SPDX-License-Identifier: LGPL-2.1-or-later
// What can be wrong with the database's file, at start and later: each has its sentence and its exit status
// (docs/man/urokd.8), a damaged page costs no more than what lies on it, and nothing is written over it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chatOf, messagesOf, startClassroom, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { urokctl } from '../lib/urokctl.ts';

// sysexits.h
const [EX_DATAERR, EX_UNAVAILABLE, EX_TEMPFAIL, EX_CONFIG] = [65, 69, 75, 78];

let room: Classroom;
let database: string;

beforeEach(async () => {
  room = await startClassroom();
  database = join(room.school.folder, 'data', 'urok.db');
});

afterEach(() => room[Symbol.asyncDispose]());

/** One that is expected to end by itself, with this status and sentence. */
async function assertRefused(status: number, sentence: RegExp): Promise<void> {
  const daemon = new Process('urokd', join(BUILD, 'daemon/app/urokd'), ['--config', join(room.school.folder, 'urok.conf')]);
  assert.equal(await daemon.ended, status, daemon.lines.join('\n'));
  const said = await daemon.line(/Urok cannot start/);
  assert.match(said, sentence);
  assert.ok(said.includes(database), said);
}

async function ask(sql: string): Promise<string> {
  return (await promisify(execFile)('sqlite3', ['-cmd', '.timeout 5000', database, sql])).stdout.trim();
}

/** A sqlite3 shell that goes on until it is told to end. */
class Shell {
  readonly process: Process;

  private constructor(process: Process) {
    this.process = process;
  }

  static async holding(...commands: string[]): Promise<Shell> {
    // urokd may be writing just now, something of its own.
    const shell = new Shell(new Process('sqlite3', 'sqlite3', ['-cmd', '.timeout 30000', database]));
    for (const command of [...commands, '.print held']) shell.process.tell(command);
    await shell.process.line(/^held$/);
    return shell;
  }

  async end(): Promise<void> {
    this.process.tell('ROLLBACK;');
    this.process.tell('.quit');
    assert.equal(await this.process.ended, 0);
  }
}

const digestOf = async (path: string): Promise<string> => createHash('sha256').update(await readFile(path)).digest('hex');

/** Bytes of the file are not what was written. */
async function scribble(at: number, bytes: Buffer): Promise<void> {
  const file = await open(database, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

/** The first page of a table. */
async function scribbleOver(table: string): Promise<void> {
  const page = Number(await ask(`SELECT rootpage FROM sqlite_schema WHERE name = '${table}'`));
  await scribble((page - 1) * 4096, Buffer.alloc(4096, 0xa5));
}

/* --- Who else has it --- */

test('a second urokd on the same data is refused, and may try again later', async () => {
  await assertRefused(EX_TEMPFAIL, /in use by another urokd/);
  assert.equal((await urokctl(room.school, 'status')).status, 0, 'the first goes on');
});

test('a database that another program holds is refused at start, and taken when it is free', async () => {
  await room.school.daemon.stop();
  const shell = await Shell.holding('PRAGMA locking_mode=EXCLUSIVE;', 'BEGIN EXCLUSIVE;', 'SELECT count(*) FROM event;');
  await assertRefused(EX_TEMPFAIL, /locked by another program.*lsof/);
  await shell.end();
  await room.school.start();
});

test('another program that holds the database makes writing wait its turn; reading and streams go on', async () => {
  const pupil = await room.enter('pupil1');
  const chat = await chatOf(pupil, 'class_pupils');
  const stream = await pupil.live();
  await stream.next('hello');
  const before = await write(pupil, chat, 'До');
  const shell = await Shell.holding('BEGIN IMMEDIATE;');
  for (let i = 0; i < 5; i += 1) {
    const refused = await pupil.ask('POST', messagesOf(chat), { body: { text: 'Во время' } });
    assert.deepEqual([refused.status, refused.body.type], [503, 'urn:urok:problem:unavailable']);
  }
  assert.deepEqual((await wholeChat(pupil, chat)).map(({ id }) => id), [before.id]);
  assert.match(await room.school.daemon.line(/cannot be written/), /locked by another program/);
  await shell.end();
  const after = await write(pupil, chat, 'После');
  await stream.next('message', ({ message }) => message.id === after.id);
  await room.school.daemon.line(/written again/);
  assert.equal(room.school.daemon.lines.filter((line) => /cannot be written/.test(line)).length, 1, 'it is said once');
  await stream.close();
});

/* --- What is seen at start --- */

const DAMAGES: [string, () => Promise<void>, RegExp][] = [
  ['a corrupt header', () => scribble(0, Buffer.alloc(100, 0xa5)), /file is not a database.*restore a backup/],
  ['a corrupt schema', () => scribble(100, Buffer.alloc(3000, 0xa5)), /malformed.*restore a backup/],
  ['a table that is gone', async () => void await ask('DROP TABLE person_search'), /tables are not what they were.*restore a backup/],
  ['a file that was emptied', () => truncate(database), /gone or empty.*restore a backup/],
  ['a file that is gone', () => rm(database), /gone or empty.*restore a backup/],
];

for (const [what, damage, sentence] of DAMAGES) {
  test(`${what} is seen at start, and said to the administrator`, async () => {
    await room.school.daemon.stop();
    const good = await readFile(database);
    await damage();
    await assertRefused(EX_DATAERR, sentence);
    await writeFile(database, good);
    await room.school.start();
  });
}

test('a schema that is newer than the program is refused, and left as it is', async () => {
  await room.school.daemon.stop();
  const version = Number(await ask('PRAGMA user_version'));
  await ask(`PRAGMA user_version = ${version + 1}`);
  const before = await digestOf(database);
  await assertRefused(EX_UNAVAILABLE, /newer urokd.*install that version/);
  assert.equal(await digestOf(database), before);
  await ask(`PRAGMA user_version = ${version}`);
  await room.school.start();
});

test('a database of another program is refused, and left as it is', async () => {
  await room.school.daemon.stop();
  await copyFile(database, `${database}.good`);
  await rm(database);
  await ask('CREATE TABLE bookmarks (url TEXT)');
  const before = await digestOf(database);
  await assertRefused(EX_CONFIG, /belongs to another program/);
  assert.equal(await digestOf(database), before);
  await copyFile(`${database}.good`, database);
  await room.school.start();
});

/* --- What is seen later --- */

test('a corrupt page fails who reads it, ends writing, harms nothing else, and is forgotten with a backup', async () => {
  const pupil = await room.enter('pupil1');
  const chat = await chatOf(pupil, 'class_pupils');
  await write(pupil, chat, 'Есть в копии');
  await room.school.daemon.stop();
  await copyFile(database, `${database}.backup`);
  await scribbleOver('message');
  const damaged = await digestOf(database);

  await room.school.start();
  assert.equal((await urokctl(room.school, 'status')).status, 0, 'nobody has looked there yet');
  const stream = await pupil.live();
  const read = await pupil.ask('GET', messagesOf(chat));
  assert.deepEqual([read.status, read.body.type], [500, 'urn:urok:problem:internal']);
  assert.doesNotMatch(read.text, /malformed|sqlite|damaged/i, 'what broke is no client\'s business');
  assert.match(await room.school.daemon.line(/is damaged/), /Keep a copy.*restore a backup/);
  assert.equal((await pupil.get('/api/v1/me')).id, pupil.me.id, 'others go on');
  assert.equal((await pupil.ask('GET', '/api/v1/sessions')).status, 200);
  const refused = await pupil.ask('PATCH', '/api/v1/me', { body: { about: 'Пишу поверх' } });
  assert.deepEqual([refused.status, refused.body.type], [503, 'urn:urok:problem:unavailable']);
  const told = await urokctl(room.school, 'status');
  assert.equal(told.status, 1);
  assert.match(told.out, /^database +damaged$/m);
  assert.match(told.err, /restore a backup/);
  await stream.close();

  await room.school.daemon.stop();
  assert.equal(await digestOf(database), damaged, 'nothing was overwritten');
  await room.school.start();
  await room.school.daemon.line(/check of the database found/);
  assert.equal((await urokctl(room.school, 'status')).status, 1, 'it is known after the next start');
  await room.school.daemon.stop();
  assert.equal(await digestOf(database), damaged);

  for (const rest of ['-wal', '-shm']) await rm(database + rest, { force: true });
  await copyFile(`${database}.backup`, database);
  await room.school.start();
  await room.school.daemon.line(/is whole and is written again/);
  assert.equal((await urokctl(room.school, 'status')).status, 0);
  const again = await room.enter('pupil1');
  assert.deepEqual((await wholeChat(again, chat)).map(({ text }) => text), ['Есть в копии']);
  await write(again, chat, 'Дальше');
});

test('a check by hand finds a corrupt page that nobody reads', async () => {
  const clean = await urokctl(room.school, 'database', 'check');
  assert.equal(clean.status, 0, clean.err);
  assert.match(clean.out, /^state +whole$/m);
  await room.school.daemon.stop();
  await scribbleOver('message_sealed');
  await room.school.start();
  const said = await urokctl(room.school, 'database', 'check');
  assert.equal(said.status, 1);
  assert.match(said.out, /^state +damaged$/m);
  assert.match(said.err, /restore a backup/);
  await room.school.daemon.line(/is damaged and is not written any more/);
  assert.equal((await urokctl(room.school, 'status')).status, 1);
});

/* --- After a crash --- */

test('a log of 100 MB that a crash left is taken over whole, and moved into the database', async (t) => {
  const pupil = await room.enter('pupil1');
  const chat = await chatOf(pupil, 'class_pupils');
  const ids: string[] = [];
  for (let i = 0; i < 20; i += 1) ids.push((await write(pupil, chat, `Сообщение ${i}`)).id);
  await room.school.kill();
  // Beside what urokd wrote, so much more that a checkpoint can only have been far behind.
  const shell = await Shell.holding('PRAGMA wal_autocheckpoint=0;', 'CREATE TABLE filler (bytes);',
    'INSERT INTO filler SELECT randomblob(1000000) FROM generate_series(1, 52);', 'DROP TABLE filler;');
  await shell.process.signal('SIGKILL');
  const { size } = await stat(`${database}-wal`);
  assert.ok(size > 100_000_000, `${size} bytes`);

  const began = performance.now();
  await room.school.start();
  t.diagnostic(`ready after ${Math.round(performance.now() - began)} ms with a log of ${Math.round(size / 1e6)} MB`);
  const again = await room.enter('pupil1');
  assert.deepEqual((await wholeChat(again, chat)).map(({ id }) => id), ids);
  assert.equal((await room.school.console('POST', '/api/v1/console/log-verification')).ok, true);
  assert.equal((await urokctl(room.school, 'database', 'check')).status, 0);
  await write(again, chat, 'После сбоя');
  await room.school.daemon.stop();
  await assert.rejects(stat(`${database}-wal`), { code: 'ENOENT' });
});
