// SPDX-License-Identifier: LGPL-2.1-or-later
// What uses the disk: each kind by its blocks, hard links once, what is not there as such; and limits: what would go, what is refused, what goes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { backup, copies } from '../lib/backup.ts';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { seed } from '../lib/pictures.ts';
import { BUILD } from '../lib/places.ts';
import type { Person } from '../lib/school.ts';
import { urokctl } from '../lib/urokctl.ts';

let room: Classroom;
let admin: Person;

const MIB = 1 << 20;
const spaceOf = async (kind: string): Promise<any> => (await admin.get('/api/v1/server/space')).items.find((item: any) => item.kind === kind);

before(async () => {
  room = await startClassroom();
  admin = await room.enter('admin');
});

after(() => room.school.stop());

test('space: the history is counted, and what is not there is missing', async () => {
  const { disk, items } = await admin.get('/api/v1/server/space');
  assert.deepEqual(items.map(({ kind }: any) => kind), ['history', 'files', 'recordings', 'backups', 'logs', 'kept']);
  assert.ok(items[0].bytes > 100_000 && items[0].files >= 1, JSON.stringify(items[0]));
  assert.deepEqual([items[3].state, items[3].bytes], ['missing', 0]);
  assert.ok(disk.free_bytes > 0 && disk.total_bytes > disk.free_bytes);
  assert.equal((await (await room.enter('teacher1')).ask('GET', '/api/v1/server/space')).status, 403);
});

test('space: a file counts once for all its links, a symbolic link not at all, in the first of two places', async () => {
  const files = join(room.school.folder, 'files');
  const backups = join(room.school.folder, 'backups');
  await mkdir(join(files, 'a/b'), { recursive: true });
  await mkdir(join(backups, 'daily'), { recursive: true });
  const before = (await spaceOf('files')).bytes;
  await writeFile(join(files, 'a/b/large'), Buffer.alloc(4 * MIB, 1));
  await link(join(files, 'a/b/large'), join(files, 'a/again'));
  await link(join(files, 'a/b/large'), join(backups, 'daily/large'));
  await symlink('/', join(files, 'a/everything'));
  const grown = (await spaceOf('files')).bytes - before;
  assert.ok(grown >= 4 * MIB && grown < 5 * MIB, String(grown));
  assert.deepEqual([(await spaceOf('backups')).state, (await spaceOf('backups')).bytes], ['counted', 0]);
});

test('space: the machine\'s journal is counted too', async () => {
  assert.equal((await spaceOf('logs')).state, 'missing');
  await mkdir(join(room.school.folder, 'logs/machine'), { recursive: true });
  await writeFile(join(room.school.folder, 'logs/machine/system.journal'), Buffer.alloc(2 * MIB, 1));
  const { state, bytes, files } = await spaceOf('logs');
  assert.deepEqual([state, bytes >= 2 * MIB, files], ['counted', true, 1]);
});

test('space: what restores and upgrades kept aside is counted as one, and what the school has there too is not', async () => {
  assert.equal((await spaceOf('kept')).state, 'missing');
  const made: string[] = [];
  const put = async (...names: string[]): Promise<string> => {
    const path = join(room.school.folder, ...names);
    made.push(path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.alloc(2 * MIB, 1));
    return path;
  };
  const mine = await put('files/a/mine');
  await put('data.before-20310505T100000000/urok.db');
  await put('files.before-20310505T100000000/ab/gone');
  await link(mine, join(room.school.folder, 'files.before-20310505T100000000/ab/mine'));
  await put('data/undone/urok.db');
  await put('previous/data/urok.db');
  const { state, bytes, files } = await spaceOf('kept');
  assert.deepEqual([state, files, bytes >= 8 * MIB && bytes < 9 * MIB], ['counted', 4, true], String(bytes));
  assert.match((await urokctl(room.school, 'space')).out, /^kept aside +\S+\s.B\n/m);
  for (const path of made) await rm(path);
  await rm(join(room.school.folder, 'files.before-20310505T100000000'), { recursive: true });
});

test('space: files that a restore kept on the files\' own disk lie among them, and are kept aside, not files', async () => {
  const { bytes: before } = await spaceOf('files');
  const kept = join(room.school.folder, 'files/.before-20310505T100000000');
  await mkdir(join(kept, 'ab'), { recursive: true });
  await writeFile(join(kept, 'ab/gone'), Buffer.alloc(2 * MIB, 1));
  await link(join(room.school.folder, 'files/a/b/large'), join(kept, 'ab/large'));
  assert.equal((await spaceOf('files')).bytes, before);
  const { state, bytes, files } = await spaceOf('kept');
  assert.deepEqual([state, files, bytes >= 2 * MIB && bytes < 3 * MIB], ['counted', 1, true], String(bytes));
  await rm(kept, { recursive: true });
});

test('space: who ask at the same time hear of one walk, and the console says it in words', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => admin.get('/api/v1/server/space')));
  assert.ok(answers.every(({ items }) => items[1].bytes >= 4 * MIB));
  const said = await urokctl(room.school, 'space');
  assert.match(said.out, /^history +\S+\s.B\nfiles +4\.\d\s.B\n[^]*free +\S+\s.B of \S+\s.B\n$/, said.out + said.err);
});

const limit = (kind: string, body: object) => admin.ask('PUT', `/api/v1/server/space/${kind}/limit`, { body });
const preview = (kind: string, query: string) => admin.get(`/api/v1/server/space/${kind}/limit/preview?${query}`);
const healthOf = async (id: string): Promise<any> => (await admin.get('/api/v1/server')).items.find((item: any) => item.id === id);

test('space: a limit is of files or backups, of 100 MB at least, and an administrator\'s', async () => {
  assert.equal((await limit('history', { most_bytes: 1e9 })).status, 404);
  assert.equal((await limit('files', { most_bytes: 1e9, when_full: 'oldest-go' })).body.field, 'when_full');
  for (const most_bytes of [0, 99_999_999, 2 ** 51]) assert.equal((await limit('backups', { most_bytes })).body.field, 'most_bytes');
  assert.equal((await limit('backups', {})).body.field, 'most_bytes');
  const said = await urokctl(room.school, 'space', 'limit', 'files', '1GB', '--oldest-go');
  assert.match(said.err, /Of files nothing goes by itself: --oldest-go is for backups/);
  const teacher = await room.enter('teacher1');
  assert.equal((await teacher.ask('PUT', '/api/v1/server/space/files/limit', { body: { most_bytes: 1e9 } })).status, 403);
  assert.equal((await teacher.ask('GET', '/api/v1/server/space/files/limit/preview?most_bytes=1000000000')).status, 403);
  assert.equal((await spaceOf('files')).limit, null);
});

test('space: at their limit new files are refused with a word, an alarm says so, and nothing goes', async () => {
  const large = join(room.school.folder, 'files/a/allocated');
  await promisify(execFile)('fallocate', ['-l', '110MB', large]);
  // Nobody has counted it yet.
  assert.deepEqual([(await preview('files', 'most_bytes=100000000')).fits, (await preview('files', 'most_bytes=900000000')).fits], [false, true]);
  assert.equal((await limit('files', { most_bytes: 1e8 })).status, 200);
  assert.deepEqual((await spaceOf('files')).limit, { most_bytes: 1e8, when_full: 'refuse' });
  const picture = async (): Promise<any> => admin.ask('PUT', '/api/v1/me/picture', { body: await seed('plain.png'), headers: { 'Content-Type': 'image/png' } });
  const refused = await picture();
  assert.deepEqual([refused.status, refused.body.type], [507, 'urn:urok:problem:files-full'], refused.text);
  const told = await healthOf('space-limits');
  assert.deepEqual([told.state, told.level, told.values.kinds[0].kind], ['full', 'alarm', 'files']);
  assert.match((await urokctl(room.school, 'status')).out, /limits of space +full/);
  assert.equal((await limit('files', { most_bytes: 120e6 })).status, 200);
  await spaceOf('files');
  assert.equal((await healthOf('space-limits')).state, 'near');
  assert.equal((await limit('files', { most_bytes: null })).body.limit, null);
  await rm(large);
  assert.equal((await picture()).status, 200);
  assert.equal(await healthOf('space-limits'), undefined);
});

for (const [typed, status] of [['Д', 0], ['да', 0], ['Y', 0], ['н', 1], ['', 1]] as const) {
  test(`space: urokctl asks in Russian, and «${typed}» sets ${status === 0 ? 'it' : 'nothing'}`, async () => {
    const child = promisify(execFile)(join(BUILD, 'ctl/urokctl'), ['--socket', room.school.socket('control'), 'space', 'limit', 'files', '900GB'],
      { env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'ru' } });
    child.child.stdin!.end(`${typed}\n`);
    const said: any = await child.catch((error) => error);
    assert.deepEqual([said.code ?? 0, /Установить\? \[д\/Н\]/.test(said.stdout)], [status, true], said.stdout + said.stderr);
    assert.equal((await spaceOf('files')).limit !== null, status === 0);
    assert.equal((await limit('files', { most_bytes: null })).status, 200);
  });
}

/** Something that does not pack, under its address; gone again by its path. */
async function addFile(megabytes: number): Promise<string> {
  const content = randomBytes(megabytes << 20);
  const address = createHash('sha256').update(content).digest('hex');
  const folder = join(room.school.folder, 'files', address.slice(0, 2));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, address), content);
  return join(folder, address);
}

test('space: what would go is said before a limit is set; then the oldest copy goes, or the new one is refused', async () => {
  const { school } = room;
  const first = await addFile(60);
  assert.equal((await backup(school, 'make')).status, 0);
  const [made] = await copies(school);
  // As if it had been made a year before.
  const old = join(school.folder, 'backups', basename(made!).replace(/\d{4}(?=\d{4}T)/, (year) => `${Number(year) - 1}`).replace('0229T', '0228T'));
  await rename(made!, old);
  await rm(first);
  await addFile(60);
  assert.equal((await backup(school, 'make')).status, 0);
  assert.equal((await copies(school)).length, 2);

  const going = await preview('backups', 'most_bytes=100000000&when_full=oldest-go');
  assert.deepEqual([going.copies, going.fits], [1, true]);
  assert.ok(going.freed_bytes > 60e6 && going.used_bytes > 120e6, JSON.stringify(going));
  const staying = await preview('backups', 'most_bytes=100000000');
  assert.deepEqual([staying.copies, staying.freed_bytes, staying.fits], [0, 0, false]);
  const said = await urokctl(school, 'space', 'try', 'backups', '100MB', '--oldest-go');
  assert.match(said.out, /^1 of the oldest copies would go with the next one: 6\d\.\d\sMB\n$/, said.out + said.err);

  const set = await urokctl(school, 'space', 'limit', 'backups', '100MB', '--oldest-go', '--yes');
  assert.match(set.out, /The limit is set/, set.out + set.err);
  assert.equal((await copies(school)).length, 2, 'nothing goes before the next copy is there');
  const again = await backup(school, 'make');
  assert.equal(again.status, 0, again.err);
  assert.ok(!(await copies(school)).includes(old));
  assert.ok((await spaceOf('backups')).bytes < 100e6);
  assert.equal((await healthOf('space-limits')).state, 'fine');

  assert.equal((await limit('backups', { most_bytes: 1e8, when_full: 'refuse' })).status, 200);
  await addFile(60);
  const left = await copies(school);
  const refused = await backup(school, 'make');
  assert.equal(refused.status, 1);
  assert.match(refused.err, /Backups may take 100\.0.MB, .* nothing was written/);
  assert.deepEqual(await copies(school), left);
  const told = await healthOf('backup');
  assert.deepEqual([told.state, told.values.reason], ['failed', 'backup-limit']);
  const lines = (await urokctl(school, 'space')).out;
  assert.match(lines, /backups .*, at most 100\.0.MB, then no more is taken\n/);
});
