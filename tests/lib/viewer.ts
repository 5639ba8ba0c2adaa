// SPDX-License-Identifier: LGPL-2.1-or-later
// A player of low-latency HLS without a screen: follows the playlist with blocking reload, fetches each part, and holds
// both against the rules. Like any player it asks again when an answer fails.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Reply } from './request.ts';
import type { Person, School } from './school.ts';

/** A player's own patience before it asks again. */
const RETRY_MS = 200;

export type Seen = { msn: number; index: number; discontinuity: boolean; bytes: number; at: number };

type Listed = { msn: number; index: number; discontinuity: boolean };

/** The parts that a playlist lists, in order. */
function partsOf(text: string): Listed[] {
  const parts: Listed[] = [];
  let broken = new Set<number>();
  let isBroken = false;
  for (const line of text.split('\n')) {
    const [, msn, index] = /^#EXT-X-PART:.*URI="part_(\d+)_(\d+)\.m4s"/.exec(line) ?? [];
    const [, whole] = /^seg_(\d+)\.m4s$/.exec(line) ?? [];
    if (line === '#EXT-X-DISCONTINUITY') isBroken = true;
    if (msn !== undefined) {
      if (isBroken) broken = broken.add(Number(msn));
      isBroken = false;
      parts.push({ msn: Number(msn), index: Number(index), discontinuity: broken.has(Number(msn)) });
    }
    if (whole !== undefined) isBroken = false;
  }
  return parts;
}

export class Viewer {
  readonly parts: Seen[] = [];
  /** Statuses that were no success, and connections that failed. */
  readonly failures: string[] = [];
  readonly #get: (path: string) => Promise<Reply>;
  readonly #path: string;
  readonly #watching: Promise<void>;
  #error: Error | undefined;
  #wakers: (() => void)[] = [];
  #isOver = false;

  /** Watches through nginx from now on. */
  constructor(school: School, person: Person, { slug }: { slug: string }) {
    this.#path = `/live/${slug}/`;
    this.#get = (path) => ask(school.front, 'GET', path, { cookie: person.cookie });
    this.#watching = this.#watch().catch((error: Error) => {
      this.#error = error;
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  async #fetch(file: string): Promise<Reply | undefined> {
    try {
      const reply = await this.#get(this.#path + file);
      if (reply.status === 200) return reply;
      assert.ok(reply.status >= 500, `${file}: ${reply.status} ${reply.text}`);
      this.failures.push(String(reply.status));
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      this.failures.push((error as { code?: string }).code ?? 'cut');
    }
    if (!this.#isOver) await pause(RETRY_MS);
    return undefined;
  }

  async #take(part: Listed): Promise<void> {
    const before = this.parts.at(-1);
    if (before && (part.msn < before.msn || (part.msn === before.msn && part.index <= before.index))) return;
    assert.ok(!before || (part.msn === before.msn ? part.index === before.index + 1 : part.msn === before.msn + 1 && part.index === 0),
      `${before?.msn}.${before?.index} is followed by ${part.msn}.${part.index}`);
    for (let reply: Reply | undefined; !this.#isOver;) {
      reply = await this.#fetch(`part_${part.msn}_${part.index}.m4s`);
      if (reply === undefined) continue;
      assert.equal(reply.bytes.toString('latin1', 4, 8), 'moof');
      this.parts.push({ ...part, bytes: reply.bytes.length, at: performance.now() });
      this.#wake();
      return;
    }
  }

  async #watch(): Promise<void> {
    for (let query = ''; !this.#isOver;) {
      const reply = await this.#fetch(`index.m3u8${query}`);
      if (reply === undefined) continue;
      const [, msn, part] = /EXT-X-PRELOAD-HINT:TYPE=PART,URI="part_(\d+)_(\d+)\.m4s"/.exec(reply.text)!;
      query = `?_HLS_msn=${msn}&_HLS_part=${part}`;
      // Who joins begins with the newest segment.
      const listed = partsOf(reply.text);
      const first = this.parts[0]?.msn ?? listed.at(-1)?.msn ?? 0;
      for (const one of listed.filter((each) => each.msn >= first)) await this.#take(one);
    }
  }

  get last(): Seen {
    return this.parts.at(-1)!;
  }

  /** How many breaks it saw, but for the one that it began at. */
  get discontinuities(): number {
    const first = this.parts[0]?.msn;
    return new Set(this.parts.filter(({ msn, discontinuity }) => discontinuity && msn !== first).map(({ msn }) => msn)).size;
  }

  /** The first part that is so, seen already (from a place on) or later. */
  async part(isSo: (part: Seen) => boolean, from = 0): Promise<Seen> {
    for (;;) {
      if (this.#error) throw this.#error;
      const found = this.parts.slice(from).find(isSo);
      if (found) return found;
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
  }

  /** So many segments more than now. */
  async goOn(segments: number): Promise<Seen> {
    const from = this.parts.at(-1) ?? (await this.part(() => true));
    return this.part(({ msn }) => msn >= from.msn + segments);
  }

  async leave(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    if (this.#error) throw this.#error;
  }
}

/** The process that serves a broadcast's control socket. */
export async function workerOf(school: School, slug: string): Promise<number> {
  const folder = join(school.runtime, 'broadcast', slug);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.includes('urok-broadcast') && words.includes(folder)) return Number(pid);
  }
  throw new Error(`no worker serves ${folder}`);
}
