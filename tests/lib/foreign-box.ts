// SPDX-License-Identifier: LGPL-2.1-or-later
// A box as somebody else would build it from docs/sync-protocol.md: it has a school's certificate and goes on in its log, with
// events that no program of ours would write. Its messages are made here and go through mosquitto's own clients.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, type EndKeys } from './brokers.ts';
import { MIDDLE } from './net.ts';
import type { TownSchool } from './town.ts';

const digest = (...parts: (string | Buffer)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export type ForeignEvent = { id?: string; kind: string; version?: number; scope: string; subject: string; actor: string; body: unknown };

type Place = { origin: string; epoch: string; at: number; hash: Buffer };

/** The columns of the rows as text. */
function rowsOf(school: TownSchool, sql: string): Record<string, string>[] {
  const text = execFileSync('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', join(school.room.school.folder, 'data/urok.db'), sql], { encoding: 'utf8' });
  return text === '' ? [] : JSON.parse(text);
}

export class ForeignBox {
  readonly school: TownSchool;
  readonly origin: string;
  readonly #keys: EndKeys;
  readonly #pair: { certificate: string; key: string };
  #ear!: Client & AsyncDisposable;
  #last!: Place;
  #hlc = 0n;
  #seen = '{}';
  #batch = 0;
  /** Of its conversation; empty before the cloud's welcome. */
  talk = '';

  /** Of a school whose own daemon does not run. */
  constructor(school: TownSchool, origin: string) {
    const data = join(school.room.school.folder, 'data/cloud');
    this.school = school;
    this.origin = origin;
    this.#keys = { host: MIDDLE, port: 8883, ca: join(data, 'ca.pem') };
    this.#pair = { certificate: join(data, 'cert.pem'), key: join(data, 'key.pem') };
  }

  /** Where the school's log is. */
  #read(): void {
    const [chain] = rowsOf(this.school, 'SELECT origin, epoch, last_seq AS at, hex(last_hash) AS hash FROM log_origin WHERE ours = 1');
    const [last] = rowsOf(this.school, 'SELECT CAST(max(hlc) AS TEXT) AS hlc FROM event');
    const [own] = rowsOf(this.school, 'SELECT seen FROM event e JOIN log_origin o ON o.key = e.origin_key WHERE o.ours = 1 ORDER BY e.origin_seq DESC LIMIT 1');
    this.#last = { origin: chain!['origin']!, epoch: chain!['epoch']!, at: Number(chain!['at']), hash: Buffer.from(chain!['hash']!, 'hex') };
    this.#hlc = BigInt(last!['hlc']!);
    this.#seen = own!['seen']!;
  }

  async start(): Promise<void> {
    this.#read();
    this.#ear = await Client.start(this.school.place, this.#keys, this.#pair, this.origin, `urok/v1/${this.origin}/down/#`);
    await this.greet();
  }

  /** Says hello and is welcomed: the first time, and by whoever takes the school over. */
  async greet(): Promise<void> {
    const nonce = randomBytes(8).toString('base64url');
    await this.say('hello', this.hello(nonce));
    const welcome = await this.hear('welcome', ({ to }) => to === nonce);
    this.talk = nonce + welcome.n;
    this.#batch = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ear[Symbol.asyncDispose]();
  }

  hello(nonce: string): Record<string, unknown> {
    const { origin, epoch, at, hash } = this.#last;
    return { min: 1, max: 1, n: nonce, origin, epoch, clock: Date.now(), authority: origin, chains: [[origin, epoch, at, hash.toString('base64url'), '']] };
  }

  async say(tail: string, message: Buffer | object): Promise<void> {
    await Client.publish(this.school.place, this.#keys, this.#pair, `urok/v1/${this.origin}/up/${tail}`, Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The next such message of the cloud. */
  async hear(tail: string, isIt: (message: any) => boolean = () => true): Promise<any> {
    for (;;) {
      const heard = await this.#ear.next();
      const space = heard.indexOf(' ');
      if (!heard.slice(0, space).endsWith(`/down/${tail}`)) continue;
      const message = JSON.parse(heard.slice(space + 1));
      if (isIt(message)) return message;
    }
  }

  /** A batch that fits the chain in all that can be reckoned; the log here goes on behind it. */
  batch(events: ForeignEvent[]): Record<string, unknown> {
    const { origin, epoch, at } = this.#last;
    const list = events.map(({ id = randomUUID(), kind, version = 1, scope, subject, actor, body }) => {
      const salt = randomBytes(32);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const mac = createHmac('sha256', salt).update(text).digest();
      this.#hlc += 1n;
      const skeleton = [id, origin, epoch, this.#last.at + 1, this.#hlc, this.#seen, actor, kind, version, scope, subject].join('\n');
      this.#last = { origin, epoch, at: this.#last.at + 1, hash: digest(this.#last.hash, digest(skeleton), mac) };
      return [0, id, String(this.#hlc), 0, actor, kind, version, scope, subject, salt.toString('base64url'), text];
    });
    this.#batch += 1;
    return { c: this.talk, b: this.#batch, chains: [[origin, epoch, at + 1, this.#last.hash.toString('base64url')]], seen: [this.#seen], events: list,
      seals: events.map(() => randomBytes(16).toString('base64url')) };
  }

  /** Until the cloud has these on its disk. */
  async write(...events: ForeignEvent[]): Promise<void> {
    const batch = this.batch(events);
    await this.say('ev', batch);
    const ack = await this.hear('ack', ({ b }) => b === batch['b']);
    assert.deepEqual(ack.at, [[this.#last.origin, this.#last.epoch, this.#last.at]]);
  }

  /** The newest of its log of that kind, as an event of its own would be. */
  like(kind: string): ForeignEvent {
    const [row] = rowsOf(this.school, `SELECT kind, version, scope, subject, actor, body FROM event WHERE kind = '${kind}' AND body IS NOT NULL ORDER BY seq DESC LIMIT 1`);
    assert.ok(row, `the log has no ${kind}`);
    const { scope, subject, actor, body } = row as Record<'scope' | 'subject' | 'actor' | 'body', string>;
    return { kind, version: Number(row['version']), scope, subject, actor, body: JSON.parse(body) };
  }
}

/** In the place of the school's own daemon, which ends. */
export async function startForeignBox(school: TownSchool): Promise<ForeignBox> {
  const { box } = await (await school.room.enter('admin')).get('/api/v1/cloud');
  await school.room.school.daemon.stop();
  const foreign = new ForeignBox(school, box);
  await foreign.start();
  return foreign;
}
