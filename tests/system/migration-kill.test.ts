// SPDX-License-Identifier: LGPL-2.1-or-later
// An older release's data are taken over by this one, which is killed at any point, or whose power goes: what people wrote is there, the
// next start finishes it, and the copy that was kept is whole. A hundred of each: UROK_KILLS=100.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { takeChance } from '../lib/chance.ts';
import { OLDER_SCHEMA, olderSchool, unpackOlder, type Older } from '../lib/older.ts';
import { PLAIN_BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { UNSHARE } from '../lib/small-disk.ts';

const ROUNDS = Number(process.env['UROK_KILLS'] ?? 2);
/** As strace counts them; a few beyond the last one are no harm. What sanitizers add would only be counted as well. */
const STARTING: Record<string, number> = { pwrite64: 190, fdatasync: 18, ftruncate: 2, openat: 330, unlink: 4, mkdir: 3 };
const REHEARSING: Record<string, number> = { pwrite64: 560, fdatasync: 19, fsync: 5, ftruncate: 5, openat: 70, unlink: 16, rename: 1, write: 2 };

let older: Older;
/** Of this release. */
let newest: number;

const urokd = (...words: string[]): string[] => [join(PLAIN_BUILD, 'daemon/app/urokd'), '--config', join(older.place.folder, 'urok.conf'), ...words];

before(async () => {
  older = await olderSchool();
  await older.reset();
  const first = new Process('urokd', urokd()[0]!, urokd().slice(1));
  await first.line(/is ready/);
  await first.stop();
  newest = await older.check();
  assert.ok(newest > OLDER_SCHEMA);
});

after(() => older?.[Symbol.asyncDispose]());

/** Runs those words until they end, are killed, or say that they are ready. */
async function killed(calls: Record<string, number>, words: string[]): Promise<string> {
  const call = chance.pick(Object.keys(calls));
  const nth = 1 + chance.below(calls[call]!);
  const run = new Process('urokd', 'strace', ['-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`, ...words]);
  const end = await Promise.race([run.ended, run.line(/is ready/).catch(() => run.ended)]);
  await run.kill();
  return `${call} ${nth}: ${/is ready/.test(String(end)) ? 'lived' : end}`;
}

async function rehearse(): Promise<void> {
  const [program, ...words] = urokd('--rehearse', older.kept);
  const run = new Process('urokd', program!, words);
  assert.equal(await run.ended, 0, run.lines.join('\n'));
}

const chance = takeChance();

test('migration: killed at any point, an older release\'s data are whole, and the next start finishes', async () => {
  const died: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await older.reset();
    await rehearse();
    const kept = await readFile(join(older.kept, 'urok.db'));
    died.push(await killed(STARTING, urokd()));
    const reached = await older.check();
    assert.ok(reached >= OLDER_SCHEMA && reached <= newest, died.at(-1));
    died.push(`${died.pop()} at ${reached}`);
    const second = new Process('urokd', urokd()[0]!, urokd().slice(1));
    await second.line(/is ready/);
    assert.equal((await older.place.console('POST', '/api/v1/console/log-verification', {})).ok, true, died.at(-1));
    await second.stop();
    assert.equal(await older.check(), newest, died.at(-1));
    assert.ok(kept.equals(await readFile(join(older.kept, 'urok.db'))), 'the kept copy is what it was');
    assert.equal(await older.check(join(older.kept, 'urok.db')), OLDER_SCHEMA);
  }
  console.log(`# ${died.join('; ')}`);
});

test('migration: a rehearsal killed at any point leaves the school as it is, and no half copy under the copy\'s name', async () => {
  const died: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await older.reset();
    const school = await readFile(older.database);
    died.push(await killed(REHEARSING, urokd('--rehearse', older.kept)));
    assert.ok(school.equals(await readFile(older.database)), died.at(-1));
    const left = await readdir(older.kept);
    if (left.includes('urok.db')) assert.equal(await older.check(join(older.kept, 'urok.db')), OLDER_SCHEMA, died.at(-1));
    assert.ok(left.includes('urok.db') || !left.includes('copy.json'), died.at(-1));
    await rehearse();
    assert.deepEqual((await readdir(older.kept)).sort(), ['copy.json', 'urok.db'], died.at(-1));
    assert.equal(await older.check(join(older.kept, 'urok.db')), OLDER_SCHEMA, died.at(-1));
  }
  console.log(`# ${died.join('; ')}`);
});

/** Ends by itself, or is ended once it is ready: what it said. */
async function said(words: string[]): Promise<string> {
  const run = new Process('urokd', words[0]!, words.slice(1));
  await Promise.race([run.ended, run.line(/is ready/).catch(() => undefined)]);
  if (run.isRunning) await run.stop();
  return run.lines.join('\n');
}

// With room for no page of the log, for some steps, and for nearly all.
for (const kib of [660, 760, 860]) {
  test(`migration: on a disk of ${kib} KiB that is full in the middle the data stay whole, and with room the next start finishes`, async () => {
    await older.reset();
    const data = join(older.place.folder, 'data');
    const script = `mount -t tmpfs -o size=${kib}k own "$0" && cp -a "$0.before/." "$0" && set +e; "$@"; cp -a "$0/." "$0.after"`;
    await rename(data, `${data}.before`);
    await Promise.all([mkdir(data), mkdir(`${data}.after`)]);
    assert.match(await said([...UNSHARE, 'sh', '-ec', script, data, ...urokd()]), /cannot start: .*disk is full/);
    await Promise.all([data, `${data}.before`].map((name) => rm(name, { recursive: true })));
    await rename(`${data}.after`, data);
    const reached = await older.check();
    assert.ok(reached < newest, `${reached}`);
    assert.match(await said(urokd()), /is ready/);
    assert.equal(await older.check(), newest);
  });
}

test('migration: a disk that fills in the middle of a rehearsal is named, and leaves the school and no half copy', async () => {
  for (const nth of [1, 40, 200, 300, 500]) {
    await older.reset();
    const school = await readFile(older.database);
    const words = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=pwrite64', '-e', `inject=pwrite64:error=ENOSPC:when=${nth}+`, ...urokd('--rehearse', older.kept)];
    assert.match(await said(words), /disk is full/, `${nth}`);
    assert.ok(school.equals(await readFile(older.database)));
    assert.deepEqual((await readdir(older.kept)).filter((name) => name !== 'urok.db'), [], `${nth}`);
    await rehearse();
    assert.equal(await older.check(join(older.kept, 'urok.db')), OLDER_SCHEMA);
  }
});

type End = { status: unknown; said: string };

/** tests/lib/power-step.c: the power goes while the store is opened, on that kind of disk. */
async function powerCut(mode: string, cuts: number): Promise<End> {
  const database = await unpackOlder(join(older.place.folder, `power-${mode}`));
  return new Promise((resolve) => {
    execFile(join(PLAIN_BUILD, 'tests/lib/power-step'), [mode, String(chance.seed), String(cuts), database], (error, out, err) => {
      console.log(out.trimEnd());
      resolve({ status: error === null ? 0 : error.code ?? error.signal, said: out + err });
    });
  });
}

test('migration: a power cut at any point leaves an older release\'s data whole, and the next start finishes', async () => {
  const { status, said } = await powerCut('honest', 10 * ROUNDS);
  assert.equal(status, 0, said);
});

// The same on a disk that does not obey must fail: else it proves nothing.
test('migration: a power cut on a deaf disk is found to lose data', async () => {
  const { status, said } = await powerCut('deaf', 100);
  assert.equal(status, 1, said);
  assert.match(said, /is not what was there|cannot be read/);
});
