// SPDX-License-Identifier: LGPL-2.1-or-later
// Hands that write and change all the time, one request after the other, and remember what they were told. An answer
// that was lost is asked for again with the same key, as our pages do; what is there must then be what was answered.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Chance } from './chance.ts';
import { messagesOf } from './classroom.ts';
import type { Reply } from './request.ts';
import type { Person } from './school.ts';

/** What a thing should look like; null: it is taken away. */
type State = string | null;

/** One change of one thing, under way until it is answered. */
type Step = {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  key: string;
  /** Of the thing that it changes; unknown until a new one is answered. */
  id: string | undefined;
  after: State;
  tries: number;
};

export type Found = { id: string; state: State };

export abstract class Hand {
  readonly name: string;
  readonly things = new Map<string, State>();
  pending: Step | undefined;
  protected readonly person: Person;
  protected readonly chance: Chance;
  #made = 0;
  #last: { step: Step; id: string } | undefined;

  constructor(name: string, person: Person, chance: Chance) {
    this.name = name;
    this.person = person;
    this.chance = chance;
  }

  protected abstract next(): Step;

  /** A state that no other has. */
  protected fresh(): string {
    this.#made += 1;
    return `${this.name} ${this.#made}`;
  }

  protected step(method: Step['method'], path: string, id: string | undefined, after: State, body?: object): Step {
    return { method, path, body, key: randomUUID(), id, after, tries: 0 };
  }

  /** Does what waits, or the next thing; false when nobody answered. */
  async move(): Promise<boolean> {
    this.pending ??= this.next();
    const { pending: step } = this;
    step.tries += 1;
    const reply = await this.#ask(step);
    if (reply === undefined) return false;
    this.#settle(step, reply);
    this.pending = undefined;
    return true;
  }

  /** Asks once more for what was answered long ago, as a page does that was closed before it kept the answer. */
  async repeatLast(): Promise<void> {
    if (this.#last === undefined) return;
    const reply = await this.#ask(this.#last.step);
    assert.equal(reply?.body?.id, this.#last.id, `${this.name} repeated a key and got ${reply?.text}`);
  }

  async #ask({ method, path, body, key }: Step): Promise<Reply | undefined> {
    return this.person.ask(method, path, { body, headers: { 'Idempotency-Key': key } }).catch(() => undefined);
  }

  #settle(step: Step, reply: Reply): void {
    const what = `${this.name}: ${step.method} ${step.path}: ${reply.status} ${reply.text}`;
    // What was taken away by the try whose answer was lost is not there to be taken away.
    const isGone = step.method === 'DELETE' && step.tries > 1 && reply.status === 404;
    assert.ok(isGone || (reply.status >= 200 && reply.status < 300), what);
    const id = step.id ?? reply.body.id;
    if (step.id === undefined) {
      assert.ok(!this.things.has(id), `${what} came twice`);
      this.#last = { step, id };
    }
    this.things.set(id, step.after);
  }

  /** The state of a thing of this hand is one that it may have. */
  holds({ id, state }: Found): void {
    const known = this.things.get(id);
    if (state === known) return;
    const { pending } = this;
    const isPending = pending !== undefined && pending.tries > 0 && pending.after === state;
    assert.ok(isPending && pending.id === (known === undefined ? undefined : id),
      `${this.name}: ${id} is ${state}, answered was ${known}, under way is ${JSON.stringify(pending)}`);
  }
}

/** Writes, edits and deletes messages of its own. */
export class Writer extends Hand {
  readonly #path: string;

  constructor(name: string, person: Person, chance: Chance, chat: string) {
    super(name, person, chance);
    this.#path = messagesOf(chat);
  }

  protected next(): Step {
    const text = this.fresh();
    const mine = [...this.things].slice(-8).filter(([, state]) => state !== null);
    const roll = this.chance.roll();
    if (roll < 0.5 || mine.length === 0) return this.step('POST', this.#path, undefined, text, { text });
    const [id] = this.chance.pick(mine);
    if (roll < 0.85) return this.step('PATCH', `${this.#path}/${id}`, id, text, { text });
    return this.step('DELETE', `${this.#path}/${id}`, id, null);
  }
}

/** Adds, renames, moves and removes cameras of its own; name and address change together. */
export class Installer extends Hand {
  protected next(): Step {
    const name = this.fresh();
    const body = { name, url: `rtsp://127.0.0.1:8554/${name.replaceAll(' ', '-')}` };
    const mine = [...this.things].filter(([, state]) => state !== null);
    const roll = this.chance.roll();
    if (mine.length === 0 || (roll < 0.3 && mine.length < 8)) return this.step('POST', '/api/v1/cameras', undefined, name, body);
    const [id] = this.chance.pick(mine);
    if (roll < 0.8) return this.step('PATCH', `/api/v1/cameras/${id}`, id, name, body);
    return this.step('DELETE', `/api/v1/cameras/${id}`, id, null);
  }
}

/** What is in the school is what its hands were told, or what they still wait to be told; each thing once. */
export function compare(found: Found[], hands: Hand[], isAll: boolean): void {
  const byId = new Map(found.map((each) => [each.id, each]));
  assert.equal(byId.size, found.length, 'something is there twice');
  const owner = (each: Found): Hand | undefined => hands.find(({ things }) => things.has(each.id));
  const strangers = found.filter((each) => owner(each) === undefined);
  for (const each of found) owner(each)?.holds(each);
  for (const each of strangers) {
    const hand = hands.find(({ pending }) => pending?.id === undefined && pending?.after === each.state);
    assert.ok(hand, `nobody made ${each.id}: ${each.state}`);
    hand.holds(each);
  }
  assert.equal(new Set(strangers.map(({ state }) => state)).size, strangers.length, 'a lost answer made two');
  if (!isAll) return;
  for (const hand of hands) {
    for (const [id, state] of hand.things) {
      if (!byId.has(id)) hand.holds({ id, state: null });
      if (!byId.has(id) && state !== null && hand.pending?.id !== id) assert.fail(`${hand.name}: ${state} is lost`);
    }
  }
}
