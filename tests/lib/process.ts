// SPDX-License-Identifier: LGPL-2.1-or-later
// A program under test: its output as lines that can be waited for, its end, and what sanitizers said of it.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What must stand in no program's output: a sanitizer's report, or GLib's word for a bug. */
const REPORT = /(Address|Leak|Thread|Memory)Sanitizer|runtime error:|GLib(-\w+)?-(CRITICAL|WARNING)|\(urok[\w-]*:\d+\): .*(CRITICAL|WARNING)|Bail out!/;

/** rtspsrc, ended while its first packet comes in, gives its segment the number of a seek that it has forgotten; the event keeps its own. */
const KNOWN = /GStreamer-CRITICAL.*gst_event_set_seqnum: assertion/;

type Waiter = { pattern: RegExp; resolve: (line: string) => void; reject: (error: Error) => void };

/** Those that run. Who breaks down leaves none behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill();
});

export class Process {
  readonly name: string;
  readonly lines: string[] = [];
  /** It and all that hold its output open: what it started may live longer than itself. */
  readonly ended: Promise<number | string>;
  readonly exited: Promise<void>;
  #child: ChildProcess;
  #waiters: Waiter[] = [];
  #end: number | string | undefined;

  constructor(name: string, program: string, words: string[], environment: Record<string, string> = {}) {
    this.name = name;
    this.#child = spawn(program, words, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.#child);
    this.#child.stdin!.on('error', () => undefined); // it ended; whoever wrote learns it from its end
    for (const output of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input: output }).on('line', (line) => this.#take(line));
    }
    this.exited = new Promise((resolve) => this.#child.on('exit', () => {
      running.delete(this.#child);
      resolve();
    }));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        this.#end = code ?? signal ?? 'gone';
        for (const { pattern, reject: fail } of this.#waiters) fail(this.#failure(`ended without ${pattern}`));
        resolve(this.#end);
      });
    });
    this.ended.catch(() => undefined); // told to whoever waits
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  #take(line: string): void {
    this.lines.push(line);
    for (const waiter of this.#waiters.filter(({ pattern }) => pattern.test(line))) waiter.resolve(line);
    this.#waiters = this.#waiters.filter(({ pattern }) => !pattern.test(line));
  }

  #failure(what: string): Error {
    return new Error(`${this.name} ${what}; it said:\n${this.lines.slice(-40).join('\n')}`);
  }

  /** The first line that matches, said already or later; fails when the program ends first. */
  async line(pattern: RegExp, from = 0): Promise<string> {
    const said = this.lines.slice(from).find((line) => pattern.test(line));
    if (said !== undefined) return said;
    if (!this.isRunning) throw this.#failure(`ended without ${pattern}`);
    return new Promise((resolve, reject) => this.#waiters.push({ pattern, resolve, reject }));
  }

  /** A line to its standard input. */
  tell(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** The rest of its standard input, and the end of it. */
  finish(text: string | Buffer = ''): void {
    this.#child.stdin!.end(text);
  }

  async signal(signal: NodeJS.Signals): Promise<number | string> {
    this.#child.kill(signal);
    return this.ended;
  }

  /** Kills it; what it started goes on. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends it politely, and holds it against what it said: status 0 and no report. */
  async stop(): Promise<void> {
    const end = this.isRunning ? await this.signal('SIGTERM') : this.#end;
    const report = this.lines.findIndex((line) => REPORT.test(line) && !KNOWN.test(line));
    assert.equal(report, -1, `${this.name} reported:\n${this.lines.slice(Math.max(0, report - 3), report + 60).join('\n')}`);
    if (end !== 0) throw this.#failure(`ended with ${end}`);
  }
}
