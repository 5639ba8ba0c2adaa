// SPDX-License-Identifier: LGPL-2.1-or-later
// What uses the disk: each kind by its blocks, hard links once, what is not there as such; for administrators and the console.
import assert from 'node:assert/strict';
import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
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
  assert.deepEqual(items.map(({ kind }: any) => kind), ['history', 'files', 'recordings', 'backups', 'logs']);
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

test('space: who ask at the same time hear of one walk, and the console says it in words', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => admin.get('/api/v1/server/space')));
  assert.ok(answers.every(({ items }) => items[1].bytes >= 4 * MIB));
  const said = await urokctl(room.school, 'space');
  assert.match(said.out, /^history +\S+\s.B\nfiles +4\.\d\s.B\n[^]*free +\S+\s.B of \S+\s.B\n$/, said.out + said.err);
});
