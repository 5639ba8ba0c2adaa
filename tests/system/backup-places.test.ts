// SPDX-License-Identifier: LGPL-2.1-or-later
// Where copies go, and what they are made of: a share, or a disk of files, that is not mounted; and disks that fill in the middle
// of a copy, a restore, a proof. The disks are this test's own, in a mount namespace that nobody else sees.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { addFiles, backup, copies, fillingAge, fingerprint, runIn, runUnder } from '../lib/backup.ts';
import { startClassroom } from '../lib/classroom.ts';
import { startSchool, type School } from '../lib/school.ts';

test('backup: what was a share once gets no copies when nothing is mounted there', async () => {
  await using school = await startSchool();
  await school.setUp();
  const share = join(school.folder, 'nas');
  await mkdir(share);
  const words = ['--to', join(share, 'urok'), 'make'];
  const mounted = await runIn(`mount -t tmpfs nas "${share}"`, school, words);
  assert.equal(mounted.status, 0, mounted.err);
  const refused = await backup(school, ...words);
  assert.deepEqual([refused.status, refused.err.includes(`Nothing is mounted at ${share}`)], [1, true], refused.err);
  assert.deepEqual(await readdir(share), []);
});

test('backup: what /etc/fstab mounts gets no copies before it is mounted', async () => {
  await using school = await startSchool();
  await school.setUp();
  const share = join(school.folder, 'nas');
  await mkdir(share);
  await writeFile(join(school.folder, 'fstab'), `nas:/urok ${share} nfs rw,noauto 0 0\n`);
  const fstab = `mount --bind "${school.folder}/fstab" /etc/fstab`;
  const words = ['--to', join(share, 'urok'), 'make'];
  const refused = await runIn(fstab, school, words);
  assert.deepEqual([refused.status, refused.err.includes(`Nothing is mounted at ${share}`)], [1, true], refused.err);
  assert.deepEqual(await readdir(share), []);
  const made = await runIn(`${fstab} && mount -t tmpfs nas "${share}"`, school, words);
  assert.equal(made.status, 0, made.err);
  await writeFile(join(school.folder, 'fstab'), `nas:/urok ${share}/ nfs rw,noauto 0 0\n`);
  await rm(join(school.folder, 'backup-state/folders.json')); // where it was
  const slash = await runIn(fstab, school, words);
  assert.deepEqual([slash.status, slash.err.includes(`Nothing is mounted at ${share}, where`)], [1, true], slash.err);
});

test('backup: a school whose files\' disk is not mounted is not copied without them', async () => {
  await using school = await startSchool();
  await school.setUp();
  const files = join(school.folder, 'files');
  const made = await runIn(`mount -t tmpfs big "${files}"`, school, ['make']);
  assert.equal(made.status, 0, made.err);
  const before = await copies(school);
  const refused = await backup(school, 'make');
  assert.deepEqual([refused.status, refused.err.includes(`Nothing is mounted at ${files}`)], [1, true], refused.err);
  assert.deepEqual(await copies(school), before);
});

test('backup: a folder of files that cannot be read, or is not there, fails the copy', async () => {
  await using school = await startSchool();
  await school.setUp();
  const files = join(school.folder, 'files');
  await mkdir(files, { recursive: true });
  await symlink('a1', join(files, 'a1'));
  const refused = await backup(school, 'make');
  assert.deepEqual([refused.status, refused.err.includes(`${files}/a1 could not be read`)], [1, true], refused.err);
  await rm(join(files, 'a1'));
  await rename(files, `${files}.elsewhere`);
  const absent = await backup(school, 'make');
  assert.deepEqual([absent.status, absent.err.includes(`The school's files are not in ${files}`)], [1, true], absent.err);
  assert.deepEqual(await copies(school), []);
});

test('backup: a disk that fills in the middle of a copy is told of, and nothing half is left on it', async () => {
  await using room = await startClassroom();
  const { school } = room;
  await addFiles(school, 6);
  const stick = join(school.folder, 'stick');
  await mkdir(stick);
  const words = ['--to', stick, 'make'];
  const look = `ls "${stick}" "${stick}/packs" | grep -c -e backup -e pack\$ -e half`;
  const counted = await runIn(`mount -t tmpfs -o size=3m stick "${stick}"`, school, words, look);
  assert.deepEqual([counted.status, /are needed: nothing was written/.test(counted.err), counted.out], [1, true, '0\n'], counted.err);
  const filled = await runIn(`mount -t tmpfs -o size=20m stick "${stick}" && ${await fillingAge(school, join(stick, 'filler'), join(stick, 'packs'))}`, school, words, look);
  assert.deepEqual([filled.status, /disk .*full/.test(filled.err), filled.out], [1, true, '0\n'], filled.err);
});

/** All of the school on a disk of its own, with so much room; what it says after. */
const onOwnDisk = (school: School, room: number): string =>
  `size=$(($(du -sm "${school.folder}" | cut -f 1) + ${room})) && mkdir "${school.folder}.kept" && cp -a "${school.folder}/." "${school.folder}.kept" &&
   mount -t tmpfs -o size="$size"m own "${school.folder}" && cp -a "${school.folder}.kept/." "${school.folder}"`;
const untouched = ({ folder }: School): string =>
  `{ rm -f "${folder}/filler"; diff -r -x '*-shm' -x '*-wal' -x '*.lock' "${folder}/data" "${folder}.kept/data" && diff -r "${folder}/files" "${folder}.kept/files" && ls -d "${folder}"/*.restoring "${folder}"/*.before-* "${folder}"/backup-state/proof 2>/dev/null | wc -l; rm -r "${folder}.kept"; } 2>&1`;

/** A school with a copy and so many mebibytes of files, which is stopped; and the words that bring it back over itself. */
async function startCopied(mebibytes = 0): Promise<School & AsyncDisposable & { over: string[] }> {
  await using stack = new AsyncDisposableStack();
  const school = stack.use(await startSchool());
  await school.setUp();
  await addFiles(school, mebibytes);
  assert.equal((await backup(school, 'make')).status, 0);
  await school.daemon.stop();
  const over = ['--over', 'Школа № 17', 'restore', (await copies(school))[0]!];
  stack.move(); // it is the caller's
  return Object.assign(school, { over });
}

test('backup: a disk that fills in the middle of a restore leaves the living school as it was', async () => {
  await using school = await startCopied(6);
  const counted = await runIn(onOwnDisk(school, 5), school, school.over, untouched(school));
  assert.deepEqual([counted.status, /are needed: nothing was written/.test(counted.err), counted.out], [1, true, '0\n'], counted.err);
  const filling = await fillingAge(school, join(school.folder, 'filler'), join(school.folder, 'files.restoring'));
  const filled = await runIn(`${onOwnDisk(school, 24)} && ${filling}`, school, school.over, untouched(school));
  assert.deepEqual([filled.status, /disk .*full/.test(filled.err), filled.out], [1, true, '0\n'], filled.err);
});

/** The school's files on a disk of their own, so large. */
const filesOnOwnDisk = ({ folder }: School, size: string): string =>
  `mv "${folder}/files" "${folder}.files" && mkdir "${folder}/files" && mount -t tmpfs -o size=${size},mode=0750 files "${folder}/files" &&
   cp -a "${folder}.files/." "${folder}/files" && rm -r "${folder}.files"`;

test('backup: files on a disk of their own come back, and each disk needs room for its own part alone', async () => {
  await using school = await startCopied(6);
  const { folder } = school;
  const old = `aa/${'a'.repeat(64)}`;
  const lost = `rm -r "${folder}"/files/?? && mkdir "${folder}/files/aa" && echo old >"${folder}/files/${old}"`;
  const look = `{ cd "${folder}.kept/files" && find . -type f -exec cmp "{}" "${folder}/files/{}" \\; ; cat "${folder}"/files/.before-*/${old}; ls -A "${folder}/files" "${folder}" | grep -c restoring; rm -r "${folder}.kept"; } 2>&1`;
  const done = await runIn(`${onOwnDisk(school, 0)} && ${filesOnOwnDisk(school, '64m')} && ${lost}`, school, school.over, look);
  assert.deepEqual([done.status, done.out.split('\n').slice(-3)], [0, ['old', '0', '']], done.err + done.out);
  assert.doesNotMatch(done.out, /cmp|differ/);
});

test('backup: no room on the disk of the files is told before anything is written', async () => {
  await using school = await startCopied(6);
  const refused = await runIn(`${onOwnDisk(school, 64)} && ${filesOnOwnDisk(school, '8m')}`, school, school.over, untouched(school));
  assert.deepEqual([refused.status, refused.out], [1, '0\n'], refused.err);
  assert.ok(refused.err.includes(`The disk of ${school.folder}/files has`), refused.err);
});

test('backup: a data folder that is mounted itself is refused in a sentence, and nothing is touched', async () => {
  await using school = await startCopied();
  const before = await fingerprint(join(school.folder, 'data'));
  const refused = await runIn(`mount --bind "${school.folder}/data" "${school.folder}/data"`, school, school.over);
  assert.deepEqual([refused.status, /data is a disk of its own/.test(refused.err)], [1, true], refused.err);
  assert.deepEqual(await fingerprint(join(school.folder, 'data')), before);
});

/** Under strace, which notes or spoils calls. */
const traced = (log: string, ...more: string[]): string[] => ['strace', '-f', '-qq', '-o', log, ...more];

test('backup: what was restored is on the disk before it is the school, or the one before goes on', async () => {
  await using school = await startCopied(2);
  const before = await fingerprint(join(school.folder, 'data'));
  for (const number of [1, 2, 3]) {
    assert.equal(await runUnder(traced('/dev/null', '-e', 'trace=syncfs', '-e', `inject=syncfs:error=EIO:when=${number}`), school, ...school.over), 1, `${number}`);
    assert.deepEqual(await fingerprint(join(school.folder, 'data')), before, `${number}`);
  }
  const log = join(school.folder, 'calls');
  assert.equal(await runUnder(traced(log, '-e', 'trace=syncfs,rename,renameat,renameat2'), school, ...school.over), 0);
  const calls = (await readFile(log, 'utf8')).split('\n');
  const step = calls.findIndex((line) => line.includes('RENAME_EXCHANGE'));
  const moved = calls.findLastIndex((line) => /files\.restoring\/.*= 0$/.test(line));
  assert.ok(moved > 0 && moved < step, calls.join('\n'));
  assert.equal(calls.slice(moved, step).filter((line) => /syncfs\(.*= 0$/.test(line)).length, 2, calls.join('\n'));
});

test('backup: a disk that fills in the middle of a proof says nothing against the copy', async () => {
  await using school = await startSchool();
  await school.setUp();
  assert.equal((await backup(school, 'make')).status, 0);
  const counted = await runIn(onOwnDisk(school, 0), school, ['verify'], untouched(school));
  assert.deepEqual([counted.status, /are needed|disk is full/.test(counted.err), counted.out], [1, true, '0\n'], counted.err);
  const filling = await fillingAge(school, join(school.folder, 'filler'), join(school.folder, 'backup-state/proof'));
  const filled = await runIn(`${onOwnDisk(school, 24)} && ${filling}`, school, ['verify'], untouched(school));
  assert.deepEqual([filled.status, /disk .*full/.test(filled.err), filled.out], [1, true, '0\n'], filled.err);
  const [listed] = JSON.parse((await backup(school, '--json', 'list')).out).items;
  assert.equal(listed.verified, null);
});
