// SPDX-License-Identifier: LGPL-2.1-or-later
// What it costs to keep a school: the first copy, a night's, the proof, the restore, and people who post meanwhile, beside what the bare
// disk needs for a flush in the same moments, sqlite3's .backup and restic on the same data. --long: 1,500 people, 1 M messages, 20 GB
// of sparse files; UROK_FILES_GB says other. UROK_KEEPING=FOLDER keeps the school there, and UROK_STEPS="first night" runs only these
// steps on it: a machine that others need too is had for minutes.
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copies, putRecoveryKey } from '../lib/backup.ts';
import { BUILD } from '../lib/places.ts';
import { freePort, School } from '../lib/school.ts';
import { isLong, row } from './lib/row.ts';
import { postingAt, postOf, run, staffChatOf, tool, type Answers } from './lib/tools.ts';

const MESSAGES = isLong ? 1_000_000 : 10_000;
const FILES_MB = Math.round(Number(process.env['UROK_FILES_GB'] ?? (isLong ? 20 : 0.02)) * 1024);
const FILE_MB = Math.min(16, FILES_MB);
const POSTS_S = 20;
const PEOPLE = 8;
const QUIET_MS = 10_000;
const FOLDER = process.env['UROK_KEEPING'];
const STEPS = process.env['UROK_STEPS']?.split(' ');

type Cost = { seconds: number; cpu: number };

/** As bash counts it, children too. */
async function costOf(words: string[], environment: Record<string, string> = {}): Promise<Cost> {
  const { stderr } = await promisify(execFile)('bash', ['-c', 'TIMEFORMAT="cost %R %U %S"; time "$@" >/dev/null', 'bash', ...words],
    { env: { ...process.env, LC_ALL: 'C', ...environment }, maxBuffer: 1 << 26 });
  const [, real, user, system] = /^cost (\S+) (\S+) (\S+)$/m.exec(stderr)!.map(Number);
  return { seconds: real!, cpu: user! + system! };
}

async function megabytesAt(folder: string): Promise<number> {
  return Number((await run('du', ['-sm', folder])).stdout.split('\t')[0]);
}

/** Files whose content differs in its beginning and is a hole behind it, under their addresses. */
async function addFiles(folder: string): Promise<void> {
  for (let i = 0; i < FILES_MB / FILE_MB; i += 1) {
    const half = join(folder, `half-${i}`);
    const head = randomBytes(4096);
    const file = await open(half, 'w');
    await file.write(head);
    await file.truncate(FILE_MB << 20);
    await file.close();
    const digest = createHash('sha256').update(head).update(Buffer.alloc((FILE_MB << 20) - head.length)).digest('hex');
    await mkdir(join(folder, digest.slice(0, 2)), { recursive: true });
    await rename(half, join(folder, digest.slice(0, 2), digest));
  }
}

/** The school as it was left, or a new one that is filled first. */
async function schoolOf(folder: string): Promise<School> {
  const school = new School(folder, await freePort(), {});
  await school.writeConfiguration();
  const is = async (name: string): Promise<boolean> => access(join(folder, name)).then(() => true, () => false);
  if (!await is('data/urok.db')) {
    await mkdir(join(folder, 'data'), { mode: 0o700 });
    await run(tool('fill'), [join(folder, 'data'), String(MESSAGES)]);
  }
  if (!await is('recovery.key')) {
    await mkdir(join(folder, 'kept'));
    await addFiles(join(folder, 'kept'));
    await putRecoveryKey(school);
  }
  await school.start();
  // No message shows them: urokd's start has swept them away.
  await run('cp', ['-rlT', join(folder, 'kept'), join(folder, 'files')]);
  return school;
}

const words = (school: School, ...more: string[]): string[] =>
  [join(BUILD, 'backup/urok-backup'), '--config', join(school.folder, 'urok.conf'), '--urokd', join(BUILD, 'daemon/app/urokd'), ...more];

function say(what: string, { seconds, cpu }: Cost, more: object = {}): void {
  row({ part: 'daemon', what, figure: seconds, unit: 's', ...more });
  row({ part: 'daemon', what: `${what}: processor`, figure: cpu, unit: 's' });
}

const school = await schoolOf(FOLDER ?? await mkdtemp(join(tmpdir(), 'urok-bench-')));
const backups = join(school.folder, 'backups');
const people = await Promise.all(Array.from({ length: PEOPLE }, (_, i) => school.signIn(`teacher${i}`)));
const chat = await staffChatOf(people[0]!);
const posts = people.map(({ cookie }) => postOf(`/api/v1/chats/${chat}/messages`, cookie, { text: 'завтра контрольная по математике' }));
console.log(`# ${MESSAGES} messages, ${await megabytesAt(join(school.folder, 'data'))} MB of data, ${FILES_MB} MB of files`);

/** What it cost, while people post and the disk is asked to flush as often. */
async function whilePosting<T>(what: string, most: number | undefined, work: () => Promise<T>): Promise<T> {
  const flush = spawn(tool('bare-flush'), [join(school.folder, 'flushes'), String(POSTS_S)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const posting = await postingAt(school.socket('rest'), posts, PEOPLE, POSTS_S);
  const done = await work();
  const waited = await posting.end();
  flush.stdin.end();
  const bare: Answers = JSON.parse(String(await new Promise((resolve) => flush.stdout.once('data', resolve))));
  row({ part: 'daemon', what: `posting beside ${what}: p99`, figure: waited.p99_us / 1000, unit: 'ms', beside: 'a bare flush, p99',
    reference: bare.p99_us / 1000, ...(most === undefined ? {} : { most }) });
  row({ part: 'daemon', what: `posting beside ${what}: the longest of ${waited.answers}`, figure: waited.most_us! / 1000, unit: 'ms',
    beside: 'a bare flush, the longest', reference: bare.most_us! / 1000 });
  return done;
}

async function makeCopy(what: string): Promise<void> {
  const before = await megabytesAt(backups).catch(() => 0);
  say(what, await whilePosting(what, 100, () => costOf(words(school, 'make'))));
  row({ part: 'daemon', what: `${what}, on the disk`, figure: await megabytesAt(backups) - before, unit: 'MB' });
}

const plain = join(school.folder, 'plain.db');

async function runRestic(): Promise<void> {
  const repository = join(school.folder, 'restic');
  const restic = { RESTIC_PASSWORD: 'bench', RESTIC_REPOSITORY: repository, RESTIC_CACHE_DIR: join(school.folder, 'restic-cache') };
  const take = ['restic', 'backup', plain, join(school.folder, 'files')];
  await costOf(['sqlite3', join(school.folder, 'data/urok.db'), `.backup ${plain}`]);
  await costOf(['restic', 'init'], restic);
  say('restic backup, of sqlite3\'s copy and the files', await whilePosting('restic', undefined, () => costOf(take, restic)));
  row({ part: 'daemon', what: 'restic\'s repository on the disk', figure: await megabytesAt(repository), unit: 'MB' });
  await costOf(['sqlite3', join(school.folder, 'data/urok.db'), `.backup ${plain}`]);
  say('restic backup, again', await costOf(take, restic));
  await rm(repository, { recursive: true });
  await rm(plain);
}

async function restore(): Promise<void> {
  const machine = new School(await mkdtemp(join(tmpdir(), 'urok-bench-')), await freePort(), {});
  await machine.writeConfiguration();
  await writeFile(join(machine.folder, 'note'), '');
  const key = join(school.folder, 'recovery.key');
  say('the restore on an empty machine', await costOf(words(machine, '--key', key, 'restore', (await copies(school)).at(-1)!)), { most: 300 });
  await machine.start();
  await machine.stop();
}

const steps: Record<string, () => Promise<void>> = {
  quiet: async () => whilePosting('nothing', undefined, () => new Promise((resolve) => setTimeout(resolve, QUIET_MS))),
  // It begins anew whenever somebody writes: beside people who post it would never end.
  sqlite: async () => {
    say('sqlite3 .backup, while nobody writes', await costOf(['sqlite3', join(school.folder, 'data/urok.db'), `.backup ${plain}`]));
    await rm(plain);
  },
  first: () => makeCopy('the first copy'),
  night: () => makeCopy('a night\'s copy'),
  proof: async () => say('the proof', await whilePosting('the proof', 100, () => costOf(words(school, 'verify'))), { most: 300 }),
  restic: runRestic,
  restore,
};

for (const [name, step] of Object.entries(steps)) if (STEPS?.includes(name) ?? true) await step();
await (FOLDER === undefined ? school.stop() : school.daemon.stop());
