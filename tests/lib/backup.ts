// SPDX-License-Identifier: LGPL-2.1-or-later
// urok-backup on a test's school: what it said, its copies, and a second, empty machine.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stream } from './live.ts';
import { BUILD } from './places.ts';
import type { Person, School } from './school.ts';
import { UNSHARE } from './small-disk.ts';

export type Said = { status: number; out: string; err: string };

const words = (school: School, ...more: string[]): string[] =>
  ['--config', join(school.folder, 'urok.conf'), '--urokd', join(BUILD, 'daemon/app/urokd'), ...more];

// It prepares every statement of the school some times over: walking GLib's frames at each allocation would take a minute.
const environment = { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: '',
  ...(process.env['ASAN_OPTIONS'] ? { ASAN_OPTIONS: process.env['ASAN_OPTIONS'].replace(':fast_unwind_on_malloc=0', '') } : {}) };

/** What it answered. */
export async function backup(school: School, ...more: string[]): Promise<Said> {
  return say(join(BUILD, 'backup/urok-backup'), words(school, ...more));
}

/** With more of an environment: the credentials of a unit, programs in front of Debian's. */
export async function backupWith(more: Record<string, string>, school: School, ...command: string[]): Promise<Said> {
  return say(join(BUILD, 'backup/urok-backup'), words(school, ...command), more);
}

/** The release after this one, with two steps of the schema more. */
export async function backupNext(school: School, ...more: string[]): Promise<Said> {
  return say(join(BUILD, 'tests/lib/urok-backup-next'), [...words(school), '--urokd', join(BUILD, 'tests/lib/urokd-next'), ...more]);
}

async function say(program: string, all: string[], more: Record<string, string> = {}): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(program, all, { env: { ...environment, ...more } },
      (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code ?? -1), out, err }));
    child.stdin!.end();
  });
}

/** In a mount namespace of its own: what a script mounts before it, and says after it. */
export async function runIn(before: string, school: School, more: string[], after = 'true'): Promise<Said> {
  const script = `{ ${before}; } >/dev/null\n set +e\n "$@"\n status=$?\n ${after}\n exit "$status"`;
  const [program, ...first] = [...UNSHARE, 'sh', '-ec', script, 'sh', join(BUILD, 'backup/urok-backup'), ...words(school, ...more)];
  return new Promise((resolve) => {
    const child = execFile(program!, first, { env: environment },
      (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code ?? -1), out, err }));
    child.stdin!.end();
  });
}

/** Words for runIn(): a program age in front of Debian's, which first fills the disk of `filler` once `when` is there. */
export async function fillingAge(school: School, filler: string, when: string): Promise<string> {
  const folder = join(school.folder, 'bin');
  await mkdir(folder, { recursive: true });
  const age = `#!/bin/sh\n[ ! -e "${when}" ] || cat /dev/zero 2>/dev/null >"${filler}"\nexec /usr/bin/age "$@"\n`;
  await writeFile(join(folder, 'age'), age, { mode: 0o755 });
  return `export PATH="${folder}:$PATH"`;
}

/** Under another program, which may kill it: what it ended with. LeakSanitizer cannot look at what is traced. */
export async function runUnder(program: string[], school: School, ...more: string[]): Promise<number | string> {
  const child = spawn(program[0]!, [...program.slice(1), join(BUILD, 'backup/urok-backup'), ...words(school, ...more)], { stdio: 'ignore',
    env: { ...environment, ...('ASAN_OPTIONS' in environment ? { ASAN_OPTIONS: `${environment.ASAN_OPTIONS}:detect_leaks=0` } : {}) } });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? 'gone')));
}

/** The same, going on beside the test; of a process group of its own. */
export function beginBackup(school: School, ...more: string[]): ChildProcess {
  return spawn(join(BUILD, 'backup/urok-backup'), words(school, ...more), { env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What administrators are answered once nothing is at work: each time something is told, and at the first answer. */
export async function whenIdle(admin: Person, live: Stream): Promise<any> {
  for (;;) {
    const state = await admin.get('/api/v1/backups');
    if (state.running === null) return state;
    await live.next('server');
  }
}

/** Its copies, the oldest first. */
export async function copies(school: School, folder = join(school.folder, 'backups')): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.backup')).sort().map((name) => join(folder, name));
}

/** Every file of a folder and what it holds: has anything been touched? */
export async function fingerprint(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)).filter((name) => !/\.lock$|-shm$|progress\.json/.test(name)).sort();
  const sums = await Promise.all(names.map(async (name) => createHash('sha256').update(await readFile(name)).digest('hex')));
  return Object.fromEntries(names.map((name, i) => [name.slice(folder.length + 1), sums[i]!]));
}

/** A recovery key, made as urokd makes one: its secret half in a file, its public half where urokd keeps it. */
export async function putRecoveryKey(school: School): Promise<string> {
  const { stdout } = await promisify(execFile)('age-keygen', []);
  const secret = /^AGE-SECRET-KEY-\w+$/m.exec(stdout)![0];
  await writeFile(join(school.folder, 'data/recovery.pub'), `${/public key: (\w+)/.exec(stdout)![1]}\n`);
  const file = join(school.folder, 'recovery.key');
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

/** Of random bytes: nothing packs them. */
export async function addFiles(school: School, mebibytes: number): Promise<void> {
  const script = 'head -c 1048576 /dev/urandom >"$0/f" && s=$(sha256sum <"$0/f" | cut -c 1-64) && mkdir -p "$0/$(echo "$s" | cut -c 1-2)" && mv "$0/f" "$0/$(echo "$s" | cut -c 1-2)/$s"';
  for (let i = 0; i < mebibytes; i += 1) await promisify(execFile)('sh', ['-ec', script, join(school.folder, 'files')]);
}
