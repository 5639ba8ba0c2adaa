// SPDX-License-Identifier: LGPL-2.1-or-later
// Thousands of connections, held by a small program (crowd.c), and what urokd weighs meanwhile.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILD } from './places.ts';
import { Process } from './process.ts';

export class Crowd {
  readonly process: Process;

  constructor(...words: string[]) {
    this.process = new Process('crowd', join(BUILD, 'tests/lib/crowd'), words);
  }

  /** The next block with this mark is heard by all streams that are read. Called before it is sent. */
  async awaits(mark: string): Promise<() => Promise<string>> {
    this.process.tell(`hear ${mark}`);
    await this.process.line(new RegExp(`^hearing ${mark}$`));
    return () => this.process.line(new RegExp(`^heard ${mark}$`));
  }

  /** How many of its connections were closed from the other side so far. */
  get closed(): number {
    const last = this.process.lines.findLast((line) => line.startsWith('closed '));
    return Number(last?.split(' ')[1] ?? 0);
  }

  async end(): Promise<void> {
    this.process.tell('end');
    await this.process.exited;
    await this.process.stop();
  }
}

/** Sends one request so often over so many connections; how often each status was the answer. */
export async function flood(place: string, count: number, wide: number, request: string): Promise<Map<string, number>> {
  const crowd = new Crowd('flood', place, String(count), String(wide));
  crowd.process.finish(request);
  const line = await crowd.process.line(/^done /);
  await crowd.process.exited; // by itself: a signal that comes first would be its end
  await crowd.process.stop();
  return new Map(line.split(' ').slice(1).map((pair) => [pair.split('=')[0]!, Number(pair.split('=')[1])]));
}

export type Weight = { now: number; peak: number };

/** Megabytes of a process, resident now and at most so far. */
export async function weigh(pid: number): Promise<Weight> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)![1]) / 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

export const inMegabytes = (what: string, { now, peak }: Weight): string =>
  `${what}: ${now.toFixed(1)} MB, at most ${peak.toFixed(1)} MB`;
