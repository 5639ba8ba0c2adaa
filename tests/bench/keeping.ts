// SPDX-License-Identifier: LGPL-2.1-or-later
// What it costs to keep a school: the first copy, a night's, the proof, the restore, and people who post meanwhile; beside
// sqlite3's .backup and restic on the same data. --long: 1,500 people, 1 M messages, 20 GB of sparse files; UROK_FILES_GB says other.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copies, putRecoveryKey } from '../lib/backup.ts';
import { BUILD } from '../lib/places.ts';
import { freePort, School } from '../lib/school.ts';
import { isLong, row } from './lib/row.ts';
import { askMany, postOf, startFilled, staffChatOf } from './lib/tools.ts';

const run = promisify(execFile);
const MESSAGES = isLong ? 1_000_000 : 10_000;
const FILES_MB = Math.round(Number(process.env['UROK_FILES_GB'] ?? (isLong ? 20 : 0.02)) * 1024);
const FILE_MB = Math.min(16, FILES_MB);
const POSTS_S = 20;
const PEOPLE = 8;

type Cost = { seconds: number; cpu: number };

/** As bash counts it, children too. */
async function costOf(words: string[], environment: Record<string, string> = {}): Promise<Cost> {
  const { stderr } = await run('bash', ['-c', 'TIMEFORMAT="cost %R %U %S"; time "$@" >/dev/null', 'bash', ...words], { env: { ...process.env, LC_ALL: 'C', ...environment }, maxBuffer: 1 << 26 });
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

const words = (school: School, ...more: string[]): string[] =>
  [join(BUILD, 'backup/urok-backup'), '--config', join(school.folder, 'urok.conf'), '--urokd', join(BUILD, 'daemon/app/urokd'), ...more];

function say(what: string, { seconds, cpu }: Cost, more: object = {}): void {
  row({ part: 'daemon', what, figure: seconds, unit: 's', ...more });
  row({ part: 'daemon', what: `${what}: processor`, figure: cpu, unit: 's' });
}

const school = await startFilled(MESSAGES);
const people = await Promise.all(Array.from({ length: PEOPLE }, (_, i) => school.signIn(`teacher${i}`)));
const chat = await staffChatOf(people[0]!);
const posts = people.map(({ cookie }) => postOf(`/api/v1/chats/${chat}/messages`, cookie, { text: 'завтра контрольная по математике' }));
await addFiles(join(school.folder, 'files'));
console.log(`# ${MESSAGES} messages, ${await megabytesAt(join(school.folder, 'data'))} MB of data, ${FILES_MB} MB of files`);
const key = await putRecoveryKey(school);

const post = () => askMany(school.socket('rest'), posts, PEOPLE, 5 * POSTS_S, POSTS_S);

/** What it cost, and the worst of the five-second p99 of people posting meanwhile. */
async function whilePosting(work: Promise<Cost>): Promise<[Cost, number]> {
  let isOver = false;
  void work.finally(() => { isOver = true; }).catch(() => undefined);
  let worst = 0;
  do worst = Math.max(worst, (await post()).p99_us); while (!isOver);
  return [await work, worst / 1000];
}

row({ part: 'daemon', what: 'posting, nothing beside it: p99', figure: (await post()).p99_us / 1000, unit: 'ms' });
const plain = join(school.folder, 'plain.db');
// It begins anew whenever somebody writes: beside people who post it would never end.
say('sqlite3 .backup, while nobody writes', await costOf(['sqlite3', join(school.folder, 'data/urok.db'), `.backup ${plain}`]));

const [first, firstWait] = await whilePosting(costOf(words(school, 'make')));
say('the first copy', first);
row({ part: 'daemon', what: 'posting beside the first copy: p99', figure: firstWait, unit: 'ms', most: 100 });
const firstBytes = await megabytesAt(join(school.folder, 'backups'));
row({ part: 'daemon', what: 'the first copy on the disk', figure: firstBytes, unit: 'MB' });
const [night, nightWait] = await whilePosting(costOf(words(school, 'make')));
say('a night\'s copy', night);
row({ part: 'daemon', what: 'posting beside a night\'s copy: p99', figure: nightWait, unit: 'ms', most: 100 });
row({ part: 'daemon', what: 'a night\'s copy on the disk', figure: await megabytesAt(join(school.folder, 'backups')) - firstBytes, unit: 'MB' });
const [proof, proofWait] = await whilePosting(costOf(words(school, 'verify')));
say('the proof, at idle priority', proof, { most: 300 });
row({ part: 'daemon', what: 'posting beside the proof: p99', figure: proofWait, unit: 'ms', most: 100 });

const repository = join(school.folder, 'restic');
const restic = { RESTIC_PASSWORD: 'bench', RESTIC_REPOSITORY: repository, RESTIC_CACHE_DIR: join(school.folder, 'restic-cache') };
await costOf(['restic', 'init'], restic);
say('restic backup, of sqlite3\'s copy and the files', await costOf(['restic', 'backup', plain, join(school.folder, 'files')], restic));
row({ part: 'daemon', what: 'restic\'s repository on the disk', figure: await megabytesAt(repository), unit: 'MB' });
await costOf(['sqlite3', join(school.folder, 'data/urok.db'), `.backup ${plain}`]);
say('restic backup, again', await costOf(['restic', 'backup', plain, join(school.folder, 'files')], restic));
await rm(repository, { recursive: true });
await rm(plain);

const machine = new School(await mkdtemp(join(tmpdir(), 'urok-bench-')), await freePort(), {});
await machine.writeConfiguration();
await writeFile(join(machine.folder, 'note'), '');
say('the restore on an empty machine', await costOf(words(machine, '--key', key, 'restore', (await copies(school)).at(-1)!)), { most: 300 });
await machine.start();
await machine.stop();
await school.stop();
