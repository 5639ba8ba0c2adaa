// SPDX-License-Identifier: LGPL-2.1-or-later
// What a process costs, as the kernel counts it.
import { readFile, readdir } from 'node:fs/promises';

/** CPU in microseconds, of all its threads and of those that ended (these in the clock's coarser ticks). */
export async function cpuOf(pid: number): Promise<number> {
  let running = 0;
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const stat = await readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8').catch(() => '0');
    running += Number(stat.split(' ')[0]) / 1000;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Math.max(running, (Number(fields[11]) + Number(fields[12])) * 10_000);
}

/** The same of a process and those that it started, as far as they run. */
export async function cpuOfFamily(parent: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const costs = await Promise.all(pids.map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const isChild = Number(/\) \S (\d+)/.exec(stat)?.[1]) === parent;
    return isChild || Number(pid) === parent ? cpuOf(Number(pid)).catch(() => 0) : 0;
  }));
  return costs.reduce((sum, each) => sum + each, 0);
}

/** Megabytes: resident, its proportional share of what several processes use, or what no file stands behind. */
export async function megabytesOf(pid: number, what: 'Pss' | 'Rss' | 'Anonymous'): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(text)![1]) / 1024;
}
