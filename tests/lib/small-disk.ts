// SPDX-License-Identifier: LGPL-2.1-or-later
// A school's small disk: a tmpfs over a folder that only urokd and what it starts see, in a mount namespace of
// its own. Tests reach it through /proc.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { School } from './school.ts';

const run = promisify(execFile);

export const UNSHARE = ['unshare', ...(process.getuid!() === 0 ? [] : ['--map-root-user']), '--mount'];

/** Words in front of urokd's: `folder` is a disk of that size, with what was in it. */
export function onSmallDisk(folder: string, size: string, more = ''): string[] {
  const script = `mkdir -p "$0" && cp -a "$0" "$0.copy" && mount -t tmpfs -o size=${size},mode=0755 urok "$0" && cp -a "$0.copy/." "$0" &&
    ${more} exec "$@"`;
  return [...UNSHARE, 'sh', '-ec', script, folder];
}

/** For onSmallDisk(): the write-ahead log of the database lies on a roomier disk of its own. */
export const ROOMY_LOG = `mkdir -p "$0.log" && mount -t tmpfs -o size=64m urok "$0.log" && : >"$0.log/wal" && : >"$0/urok.db-wal" &&
  mount --bind "$0.log/wal" "$0/urok.db-wal" &&`;

/** The same file as urokd sees it. */
export const inside = (school: School, ...names: string[]): string => join(`/proc/${school.daemon.pid}/root`, school.folder, ...names);

/** Not a byte is free in that folder any more. */
export async function fillUp(school: School, folder: string): Promise<void> {
  await run('dd', ['if=/dev/zero', `of=${inside(school, folder, 'filler')}`, 'bs=64k']).catch(() => undefined); // until it is full
  await run('dd', ['if=/dev/zero', `of=${inside(school, folder, 'filler')}`, 'bs=4k', 'oflag=append', 'conv=notrunc']).catch(() => undefined);
}

export async function makeRoom(school: School, folder: string): Promise<void> {
  await rm(inside(school, folder, 'filler'));
}

/** Asks the database itself, beside urokd and where urokd sees it. */
export async function askDatabase(school: School, sql: string): Promise<string> {
  // SQLite resolves /proc/PID/root itself, and wrongly: it has to be inside.
  const enter = ['-t', `${school.daemon.pid}`, ...(process.getuid!() === 0 ? [] : ['-U', '--preserve-credentials']), '-m'];
  return (await run('nsenter', [...enter, 'sqlite3', '-readonly', '-cmd', '.timeout 5000', join(school.folder, 'data', 'urok.db'), sql])).stdout.trim();
}
