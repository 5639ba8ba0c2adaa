// SPDX-License-Identifier: LGPL-2.1-or-later
// A pupil of the soak: writes, edits, reads, marks as read, loses the network, signs in anew.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { messagesOf } from '../lib/classroom.ts';
import type { Stream } from '../lib/live.ts';
import { ask } from '../lib/request.ts';
import type { Person, School } from '../lib/school.ts';

/** Numbers from 0 to 1 of a seed (a linear congruence: chance enough for a day's pace). */
export function paceOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export class Classmate {
  readonly login: string;
  /** What was answered: id → the text that it has now. */
  readonly written = new Map<string, string>();
  edits = 0;
  returns = 0;
  signIns = 0;
  #school: School;
  #chat: string;
  #chance: () => number;
  #person!: Person;
  #stream!: Stream;
  #told = new Set<string>();
  #last: string | undefined;

  constructor(school: School, login: string, chat: string, chance: () => number) {
    this.#school = school;
    this.login = login;
    this.#chat = chat;
    this.#chance = chance;
  }

  /** Through nginx, as a page does; the answer's body. */
  async #ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<any> {
    const where = { host: '127.0.0.1', port: this.#school.port };
    const reply = await ask(where, method, path, { cookie: this.#person.cookie, body, headers });
    assert.ok(reply.status >= 200 && reply.status < 300, `${this.login}: ${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.body;
  }

  async #enter(): Promise<void> {
    this.#person = await this.#school.signIn(this.login);
    this.signIns += 1;
  }

  async #tuneIn(): Promise<void> {
    this.#stream = await this.#person.live(this.#last);
    assert.equal(this.#stream.status, 200);
    await this.#stream.next('hello');
  }

  /** Leaves the stream as a lost network does, and keeps what it told. */
  async #tuneOut(): Promise<void> {
    await this.#stream.close();
    this.#take();
    this.#last = this.#stream.lastId ?? this.#last;
  }

  #take(): void {
    for (const { event, data } of this.#stream.blocks) {
      assert.notEqual(event, 'reset', `${this.login} was told to begin anew`);
      if (event === 'message') this.#told.add(data.message.id);
    }
  }

  async #write(): Promise<void> {
    const text = `${this.login}: ${this.written.size} ${'да '.repeat(Math.floor(this.#chance() * 40))}`.trim();
    const { id } = await this.#ask('POST', messagesOf(this.#chat), { text }, { 'Idempotency-Key': randomUUID() });
    this.written.set(id, text);
  }

  /** What was written lately may still be changed. */
  async #edit(): Promise<void> {
    const id = [...this.written.keys()].at(-1);
    if (id === undefined) return;
    const text = `${this.written.get(id)!.slice(0, 200)} (исправлено ${this.edits})`;
    await this.#ask('PATCH', `${messagesOf(this.#chat)}/${id}`, { text });
    this.written.set(id, text);
    this.edits += 1;
  }

  async #read(): Promise<void> {
    await this.#ask('GET', '/api/v1/chats');
    const page = await this.#ask('GET', `${messagesOf(this.#chat)}?limit=50`);
    const newest = page.items.at(-1);
    if (newest) await this.#ask('PUT', `/api/v1/chats/${this.#chat}/read`, { message: newest.id });
  }

  async #comeBack(): Promise<void> {
    await this.#tuneOut();
    await this.#tuneIn();
    this.returns += 1;
  }

  async #signInAnew(): Promise<void> {
    await this.#tuneOut();
    await this.#ask('DELETE', '/api/v1/sessions/current');
    await this.#enter();
    await this.#tuneIn();
  }

  async live(until: number): Promise<void> {
    const habits: [number, () => Promise<void>][] = [
      [0.40, () => this.#write()], [0.50, () => this.#edit()], [0.85, () => this.#read()],
      [0.96, () => this.#comeBack()], [1.00, () => this.#signInAnew()],
    ];
    await this.#enter();
    await this.#tuneIn();
    while (Date.now() < until) {
      const dice = this.#chance();
      await habits.find(([below]) => dice < below)![1]();
      await pause(300 + this.#chance() * 1700);
    }
  }

  /** How many of these no stream of this person told; the one that is open may still be behind. */
  async missed(all: Set<string>): Promise<number> {
    const isThere = (id: string): boolean => this.#told.has(id) || this.#stream.blocks.some(({ event, data }) => event === 'message' && data.message.id === id);
    const last = `${this.login}: конец`;
    await this.#ask('POST', messagesOf(this.#chat), { text: last });
    await this.#stream.next('message', ({ message }) => message.text === last);
    this.#take();
    return [...all].filter((id) => !isThere(id)).length;
  }

  async leave(): Promise<void> {
    await this.#stream.close();
  }
}
