// SPDX-License-Identifier: LGPL-2.1-or-later
// A stick that is full, fails or is pulled out, and a box whose disk is full: said in a sentence, what was there is whole, and the same
// again with room brings everything, once.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { addFiles, type Said } from '../lib/backup.ts';
import { book, bytesOf, carry, logOf, roundTrip, sameTalk, twoBuildings, type, type Pair } from '../lib/carry.ts';
import { write } from '../lib/classroom.ts';
import type { School } from '../lib/school.ts';
import { fillUp, inside, makeRoom, onSmallDisk, UNSHARE } from '../lib/small-disk.ts';

const run = promisify(execFile);

let pair: Pair;
const texts: string[] = [];

before(async () => {
  const ofSecond = (folder: string): string[] => [...onSmallDisk(join(folder, 'data'), '12m'), ...onSmallDisk(join(folder, 'files'), '40m')];
  pair = await twoBuildings({ wrap: ofSecond });
  await roundTrip(pair);
});

after(() => pair?.[Symbol.asyncDispose]());

/** More than a small stick holds: words, and files of random bytes. */
async function writeMuch(text: string): Promise<void> {
  texts.push(text);
  await write(pair.here, pair.chat, text);
  await addFiles(pair.first, 2);
}

/** urokctl with the stick as a disk of that size: what lay on it goes there before, and comes back after. */
async function onSmallStick(school: School, way: 'export' | 'import', size: string): Promise<Said> {
  const script = `mount -t tmpfs -o size=${size} stick "$0" && cp -a "$0.before/." "$0" && set +e; "$@"; status=$?; cp -a "$0/." "$0.after" || exit 99; exit $status`;
  await rm(`${pair.stick}.before`, { recursive: true, force: true });
  await rm(`${pair.stick}.after`, { recursive: true, force: true });
  await cp(pair.stick, `${pair.stick}.before`, { recursive: true });
  await mkdir(`${pair.stick}.after`);
  const said = await type(school, ['carry', way, pair.stick], [...UNSHARE, 'sh', '-ec', script, pair.stick]);
  await rm(pair.stick, { recursive: true });
  await cp(`${pair.stick}.after`, pair.stick, { recursive: true });
  return said;
}

/** What is called on that file fails from its nth time on, as where a stick was pulled out. */
const failing = (file: string, calls: string, nth: number): string[] =>
  ['strace', '-f', '-qq', '-o', '/dev/null', '-P', file, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO:when=${nth}+`];

const halves = async (): Promise<string[]> => (await readdir(join(pair.stick, 'urok-carry'))).filter((name) => name.endsWith('.half'));
const packs = async (): Promise<string[]> => (await readdir(join(pair.stick, 'urok-carry'))).filter((name) => name.endsWith('.files')).sort();

test('carry: onto a stick that is too small nothing half is written, and what lay there is still good', async () => {
  await writeMuch('на старой флешке');
  await carry(pair.first, 'export', pair.stick);
  const old = await bytesOf(await book(pair.stick, pair.first));
  const oldPacks = await packs();
  await writeMuch('не поместилось');
  const full: string[] = [];
  // No room at all, for a part of the pack, and for the pack but not for the book.
  for (const kib of [2300, 3000, 6148, 6152, 6156, 6160, 6164]) {
    const said = await onSmallStick(pair.first, 'export', `${kib}k`);
    if (said.status === 0) {
      await rm(pair.stick, { recursive: true });
      await rename(`${pair.stick}.before`, pair.stick);
      break;
    }
    full.push(said.err);
    assert.match(said.err, /disk is full|No space left/);
    assert.deepEqual(await halves(), []);
    assert.ok(old.equals(await bytesOf(await book(pair.stick, pair.first))), 'the old book is what it was');
    for (const name of oldPacks) assert.ok((await packs()).includes(name), `${name} is gone`);
  }
  assert.ok(full.length >= 2, full.join('\n'));
  await carry(pair.second, 'import', pair.stick);
  await sameWords(['на старой флешке']);
  await carry(pair.first, 'export', pair.stick);
  await carry(pair.second, 'import', pair.stick);
  await sameTalk(pair, texts);
  assert.equal((await packs()).length, 1, 'only the packs of the book are left');
});

/** Not more than these of what was written here is there. */
async function sameWords(some: string[]): Promise<void> {
  const { items } = await pair.there.get(`/api/v1/chats/${pair.chat}/messages?limit=100`);
  assert.deepEqual(items.map(({ text }: any) => text).filter((text: string) => texts.includes(text)), some);
}

test('carry: a stick that is pulled out while it is written is said so, and the next export is whole', async () => {
  await carry(pair.second, 'export', pair.stick);
  await carry(pair.first, 'import', pair.stick);
  await carry(pair.first, 'export', pair.stick);
  const file = await book(pair.stick, pair.first);
  const old = await bytesOf(file);
  await writeMuch('пока пишется');
  for (const [calls, nth] of [['write', 1], ['write', 2], ['fsync', 1]] as const) {
    const said = await type(pair.first, ['carry', 'export', pair.stick], failing(`${file}.half`, calls, nth));
    assert.deepEqual([said.status, /could not be written/.test(said.err)], [1, true], `${calls} ${nth}: ${said.err}`);
    assert.ok(old.equals(await readFile(file)), 'the old book is what it was');
  }
  await carry(pair.first, 'export', pair.stick);
  assert.deepEqual(await halves(), []);
  await carry(pair.second, 'import', pair.stick);
  await sameTalk(pair, texts);
});

test('carry: a stick that is pulled out while it is read is no damaged one, and what was taken stays', async () => {
  await carry(pair.second, 'export', pair.stick);
  await carry(pair.first, 'import', pair.stick);
  await writeMuch('пока читается');
  await carry(pair.first, 'export', pair.stick);
  const before = await logOf(pair.second);
  const file = await book(pair.stick, pair.first);
  const [pack] = await packs();
  for (const [path, nth] of [[file, 1], [join(pair.stick, 'urok-carry', pack!), 1], [join(pair.stick, 'urok-carry', pack!), 9]] as const) {
    const said = await type(pair.second, ['carry', 'import', pair.stick], failing(path, 'read', nth));
    assert.deepEqual([said.status, /pulled out/.test(said.err)], [1, true], said.err);
  }
  assert.equal(await logOf(pair.second), before);
  await carry(pair.second, 'import', pair.stick);
  await sameTalk(pair, texts);
});

for (const [folder, what] of [['data', 'database'], ['files', 'files']] as const) {
  test(`carry: a box whose disk of the ${what} is full says so, and takes all of it with room`, async () => {
    await carry(pair.second, 'export', pair.stick);
    await carry(pair.first, 'import', pair.stick);
    await writeMuch(`полный диск, ${what}`);
    for (let i = 0; i < 20; i += 1) await write(pair.here, pair.chat, `${what} ${i} ${'х'.repeat(3800)}`);
    await carry(pair.first, 'export', pair.stick);
    await fillUp(pair.second, folder);
    const said = await type(pair.second, ['carry', 'import', pair.stick]);
    assert.deepEqual([said.status, /no space left/.test(said.err)], [1, true], said.err);
    assert.deepEqual((await run('find', [inside(pair.second, 'files'), '-name', '*.half', '-o', '-name', '*.new'])).stdout, '');
    await logOf(pair.second);
    await makeRoom(pair.second, folder);
    await carry(pair.second, 'import', pair.stick);
    await sameTalk(pair, texts);
    assert.equal(await logOf(pair.second), await logOf(pair.first));
  });
}
