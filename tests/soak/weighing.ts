// SPDX-License-Identifier: LGPL-2.1-or-later
// What the soak's programs need, sampled all day: memory and descriptors, and whether they grew. Beside what is resident it
// is their own memory that counts: their share of libraries changes with whatever else runs on the machine.
import { readFile, readdir } from 'node:fs/promises';
import type { School } from '../lib/school.ts';
import { megabytesOf } from '../lib/weigh.ts';

/** One figure of one program; a program that is not there at the moment gives none. */
export type Scale = { name: string; unit: 'MB' | 'fds'; read: () => Promise<number> };

async function pids(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** The worker that serves this folder. */
export async function findWorker(folder: string): Promise<number> {
  for (const pid of await pids()) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words[0]?.endsWith('urok-broadcast') && words.includes(folder)) return pid;
  }
  throw new Error(`no worker serves ${folder}`);
}

async function childrenOf(parent: number): Promise<number[]> {
  const stats = await Promise.all((await pids()).map(async (pid) => ({ pid, stat: await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '') })));
  return stats.filter(({ stat }) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent).map(({ pid }) => pid);
}

const descriptorsOf = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

async function sumOf(members: number[], read: (pid: number) => Promise<number>): Promise<number> {
  return (await Promise.all(members.map(read))).reduce((sum, one) => sum + one, 0);
}

export function scales(school: School, worker: number): Scale[] {
  const nginx = async (): Promise<number[]> => [school.nginx!.pid, ...await childrenOf(school.nginx!.pid)];
  return [
    { name: 'urokd RSS', unit: 'MB', read: () => megabytesOf(school.daemon.pid, 'Rss') },
    { name: 'urokd, its own', unit: 'MB', read: () => megabytesOf(school.daemon.pid, 'Anonymous') },
    { name: 'urokd descriptors', unit: 'fds', read: () => descriptorsOf(school.daemon.pid) },
    { name: 'worker RSS', unit: 'MB', read: () => megabytesOf(worker, 'Rss') },
    { name: 'worker, its own', unit: 'MB', read: () => megabytesOf(worker, 'Anonymous') },
    { name: 'worker descriptors', unit: 'fds', read: () => descriptorsOf(worker) },
    { name: 'nginx, its own', unit: 'MB', read: async () => sumOf(await nginx(), (pid) => megabytesOf(pid, 'Anonymous')) },
    { name: 'nginx descriptors', unit: 'fds', read: async () => sumOf(await nginx(), descriptorsOf) },
  ];
}

const middle = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

/** A leak of a kilobyte a request would be seen; what a cache or an allocator takes once is not one. */
const slack = { MB: (before: number) => before * 0.1 + 1, fds: (before: number) => before * 0.1 + 8 };

export class Ledger {
  #scales: Scale[];
  #samples: number[][];

  constructor(all: Scale[]) {
    this.#scales = all;
    this.#samples = all.map(() => []);
  }

  async sample(): Promise<void> {
    const now = await Promise.all(this.#scales.map(({ read }) => read()));
    now.forEach((value, i) => this.#samples[i]!.push(value));
  }

  /** The medians of the day's quarters. */
  #quarters(i: number): number[] {
    const all = this.#samples[i]!;
    return [0, 1, 2, 3].map((q) => middle(all.slice(Math.floor((all.length * q) / 4), Math.floor((all.length * (q + 1)) / 4))));
  }

  /** What is more in the last quarter than in the second. */
  grown(): string[] {
    return this.#scales.flatMap(({ name, unit }, i) => {
      const [, second, , last] = this.#quarters(i) as [number, number, number, number];
      return last <= second + slack[unit](second) ? [] : [`${name}: ${second.toFixed(1)} in the second quarter, ${last.toFixed(1)} in the last`];
    });
  }

  table(): string {
    const rows = this.#scales.map(({ name, unit }, i) => {
      const figures = this.#quarters(i).map((value) => value.toFixed(unit === 'MB' ? 1 : 0).padStart(8));
      return `# ${`${name}, ${unit}`.padEnd(26)}${figures.join('')}${Math.max(...this.#samples[i]!).toFixed(unit === 'MB' ? 1 : 0).padStart(9)}`;
    });
    return [`# ${'medians of the quarters'.padEnd(26)}${['1st', '2nd', '3rd', 'last'].map((word) => word.padStart(8)).join('')}${'most'.padStart(9)}`, ...rows].join('\n');
  }
}
