// SPDX-License-Identifier: LGPL-2.1-or-later
// Copies to another machine: what is taken away there, and from whom. The other side is Debian's rrsync, which lets things in alone; in
// place of the line stands a program ssh that starts it (tests/install sends over real SSH).
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { backup, backupWith, copies, fingerprint, type Said } from '../lib/backup.ts';
import { startSchool, type School } from '../lib/school.ts';

type Sending = School & { there: string } & AsyncDisposable;

async function startSender(): Promise<Sending> {
  const school = await startSchool({ config: { backup: { send: 'there:/' } } });
  const there = join(school.folder, 'there');
  await school.setUp();
  for (const folder of [there, join(school.folder, 'bin')]) await mkdir(folder);
  const ssh = `#!/bin/sh\nwhile [ "$1" != there ]; do shift; done\nshift\nSSH_ORIGINAL_COMMAND="$*" exec rrsync -wo "${there}"\n`;
  await writeFile(join(school.folder, 'bin/ssh'), ssh, { mode: 0o755 });
  return Object.assign(school, { there });
}

const send = (school: School): Promise<Said> =>
  backupWith({ PATH: `${join(school.folder, 'bin')}:${process.env['PATH']}`, CREDENTIALS_DIRECTORY: school.folder }, school, 'send');

async function makes(school: School): Promise<void> {
  const made = await backup(school, 'make');
  assert.equal(made.status, 0, made.err);
}

async function sends(school: School): Promise<void> {
  const sent = await send(school);
  assert.equal(sent.status, 0, sent.err);
}

/** The newest copy, as if it was made so many days ago. */
async function age(school: School, days: number): Promise<void> {
  const path = (await copies(school)).at(-1)!;
  const at = new Date(Date.now() - days * 86_400_000).toISOString().replace(/[-:.Z]/g, '');
  await rename(path, join(school.folder, 'backups', `urok-${at}.backup`));
}

const folder = async (path: string): Promise<string[]> => (await readdir(path, { recursive: true })).sort();

test('send: what is past its time goes there too, and nothing that this server has not brought', async () => {
  await using school = await startSender();
  const { there } = school;
  const strangers = ['homework.txt', 'packs/notes.txt', 'packs/AAAAAAAAAAAAAAAA.pack', 'urok-20260101T000000000.backup'];
  await mkdir(join(there, 'packs'));
  for (const name of strangers) await writeFile(join(there, name), 'of somebody else');
  await makes(school);
  await age(school, 400);
  await sends(school);
  const before = await folder(there);
  await makes(school);
  await writeFile(join(school.folder, 'backups/list.txt'), 'of the administrator');
  await sends(school);
  const here = (await folder(join(school.folder, 'backups'))).filter((name) => name !== 'list.txt');
  assert.deepEqual(await folder(there), [...here, ...strangers, 'urok-sender'].sort());
  assert.notDeepEqual(await folder(there), before);
  for (const name of strangers) assert.equal(await readFile(join(there, name), 'utf8'), 'of somebody else');
});

test('send: of a folder that was lost here the other side keeps all whose time is not over, whole', async () => {
  await using school = await startSender();
  await makes(school);
  await age(school, 70);
  await sends(school);
  const before = await fingerprint(school.there);
  await rm(join(school.folder, 'backups'), { recursive: true });
  await makes(school);
  await sends(school);
  const now = await fingerprint(school.there);
  for (const name of Object.keys(before).filter((one) => !/json/.test(one))) assert.equal(now[name], before[name], name);
  const [old, ...newer] = await copies(school, school.there);
  assert.equal(newer.length, 1);
  const proven = await backup(school, '--to', school.there, 'verify', old!);
  assert.equal(proven.status, 0, proven.err);
});

test('send: a server that was restored leaves alone what the one before it has sent', async () => {
  await using school = await startSender();
  await makes(school);
  await sends(school);
  const before = await fingerprint(school.there);
  await rm(join(school.folder, 'backups'), { recursive: true });
  await rm(join(school.folder, 'backup-state'), { recursive: true });
  await makes(school);
  const refused = await send(school);
  assert.deepEqual([refused.status, /Another server sends its copies/.test(refused.err)], [1, true], refused.err);
  assert.deepEqual(await fingerprint(school.there), before);
  await rm(join(school.there, 'urok-sender'));
  await sends(school);
  assert.equal((await copies(school, school.there)).length, 2);
});
