// SPDX-License-Identifier: LGPL-2.1-or-later
// urokctl against a test's school: its status, and what it said.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { BUILD } from './places.ts';
import type { School } from './school.ts';

export type Said = { status: number; out: string; err: string };

export async function urokctl(school: School, ...words: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(join(BUILD, 'ctl/urokctl'), ['--socket', school.socket('control'), ...words],
      { env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: '' } },
      (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code), out, err }));
  });
}
