// SPDX-License-Identifier: LGPL-2.1-or-later
// Real brokers in a namespace, and ends of the sync that speak over them.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Authority, Pair } from './authority.ts';
import { writeKeys, type Space } from './net.ts';
import { BUILD } from './places.ts';
import { Process } from './process.ts';

/** Boxes write up and read down, each its own; the cloud the other way round. */
const RULES = `user cloud
topic read urok/v1/+/up/#
topic write urok/v1/+/down/#

pattern write urok/v1/%u/up/#
pattern read urok/v1/%u/down/#
`;

/** How a message begins that is packed. */
const ZSTANDARD = Buffer.from('28b52ffd', 'hex');

/** Where instances of the cloud come in. */
export const CLOUD_PORT = 8884;

export class Mosquitto {
  readonly space: Space;
  readonly folder: string;
  process!: Process;
  readonly #program: string[];

  /** `program`: words in front, and its own path. */
  constructor(space: Space, folder: string, program = ['/usr/sbin/mosquitto']) {
    this.space = space;
    this.folder = folder;
    this.#program = program;
  }

  /** TLS with a certificate asked of each client, whose name is then its user. */
  async make(authority: Authority, server: Pair): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o755 });
    await writeFile(join(this.folder, 'rules'), RULES);
    // Boxes are called what their certificates say, so that none takes another's connection. Instances of the cloud share a
    // name: they have a listener of their own.
    await writeFile(join(this.folder, 'mosquitto.conf'), [8883, CLOUD_PORT].map((port) => `listener ${port}
cafile ${authority.certificate}
certfile ${server.certificate}
keyfile ${server.key}
crlfile ${authority.revoked}
require_certificate true
use_identity_as_username true
use_username_as_clientid ${port === 8883}
`).join('') + `acl_file ${join(this.folder, 'rules')}
allow_anonymous false
log_dest stderr
log_type all
user root
`);
    await this.start();
  }

  async start(): Promise<void> {
    this.process = this.space.start('mosquitto', [...this.#program, '-c', join(this.folder, 'mosquitto.conf')]);
    await this.process.line(/mosquitto version .* running/);
  }

  async kill(): Promise<void> {
    await this.process.kill();
  }

  /** Reads rules and the list of revoked ones again. */
  async reload(): Promise<void> {
    const from = this.process.lines.length;
    process.kill(this.process.pid, 'SIGHUP');
    await this.process.line(/Reloading config/, from);
  }
}

export type EndKeys = {
  host: string;
  port: number;
  /** 5, or by default 3.1.1. */
  mqtt?: number;
  ca?: string;
  certificate?: string;
  key?: string;
  /** Whose topics; a box's are by default its own. */
  box?: string;
};

/** Where a program runs: a namespace, or this machine. */
export type Where = Pick<Space, 'start' | 'address'>;
export const HERE: Where = { address: '127.0.0.1', start: (name, [program, ...words], environment) => new Process(name, program!, words, environment) };

/** tests/lib/sync-end.c: an end without a daemon around it. */
export class SyncEnd {
  readonly role: 'box' | 'cloud';
  readonly folder: string;
  process!: Process;
  origin = '';
  #place!: [Where, string];

  constructor(role: 'box' | 'cloud', folder: string) {
    this.role = role;
    this.folder = folder;
  }

  async start(space: Where, keys: EndKeys): Promise<void> {
    const data = join(this.folder, 'data');
    await mkdir(data, { recursive: true, mode: 0o700 });
    const file = await writeKeys(join(this.folder, 'end.conf'), 'end', { data, ...keys });
    this.#place = [space, file];
    await this.again();
  }

  /** The name that it has given itself: its certificate has to bear it. */
  async name(space: Where): Promise<string> {
    await this.start(space, { host: space.address, port: 1 });
    await this.stop();
    return this.origin;
  }

  /** On the same data. */
  async again(): Promise<void> {
    const [space, file] = this.#place;
    this.process = space.start(this.role, [join(BUILD, 'tests/lib/sync-end'), this.role, file]);
    this.origin = (await this.process.line(/^origin /)).slice('origin '.length);
  }

  async #ask(command: string, answer: RegExp): Promise<string> {
    const from = this.process.lines.length;
    this.process.tell(command);
    return this.process.line(answer, from);
  }

  /** The last one's id. */
  async addPeople(count: number): Promise<string> {
    return (await this.#ask(`people ${count}`, /^person /)).slice('person '.length);
  }

  /** How long its log is after that. */
  async say(person: string, count: number): Promise<number> {
    return Number((await this.#ask(`say ${person} ${count}`, /^said /)).slice('said '.length));
  }

  write(chat: string, person: string, words: string): void {
    this.process.tell(`write ${chat} ${person} ${words}`);
  }

  /** When its log has so much. */
  async has(length: number): Promise<void> {
    await this.#ask(`has ${length}`, /^has /);
  }

  /** When its log has so much and the other end has all. */
  async until(length: number): Promise<string> {
    return this.#ask(`until ${length}`, /^there /);
  }

  /** Its log has grown so far, since it was started. */
  async passes(length: number): Promise<void> {
    for (let from = 0; ;) {
      const line = await this.process.line(/^at /, from);
      if (Number(line.slice('at '.length)) >= length) return;
      from = this.process.lines.indexOf(line, from) + 1;
    }
  }

  async state(pattern: RegExp, from = 0): Promise<string> {
    return this.process.line(new RegExp(`^state ${pattern.source}`), from);
  }

  async rows(): Promise<string> {
    const file = join(this.folder, 'rows');
    await this.#ask(`dump ${file}`, /^dumped$/);
    return readFile(file, 'utf8');
  }

  async kill(): Promise<void> {
    await this.process.kill();
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}

/** A box and the cloud's end over whatever broker there is, each with its certificate and with twenty people. */
export type Talk = { box: SyncEnd; cloud: SyncEnd; person: string; length: number };

export async function startTalk(stack: AsyncDisposableStack, folder: string, authority: Authority, place: Space, middle: Space, keys: Omit<EndKeys, 'host'>,
  hosts: { box: string; cloud: string }, admit: (box: string) => Promise<unknown> = async () => undefined): Promise<Talk> {
  const [box, cloud] = [new SyncEnd('box', join(folder, 'box')), new SyncEnd('cloud', join(folder, 'cloud'))];
  await admit(await box.name(place));
  const all = { ...keys, ca: authority.certificate };
  await box.start(place, { ...all, ...await authority.issue(box.origin), host: hosts.box });
  stack.defer(() => box.stop());
  await cloud.start(middle, { ...all, ...await authority.issue('cloud'), host: hosts.cloud, box: box.origin });
  stack.defer(() => cloud.stop());
  const person = await box.addPeople(20);
  const length = await box.say(person, 1);
  await Promise.all([box.until(length), cloud.until(length)]);
  return { box, cloud, person, length };
}

/** Both have the same rows, and every log verifies. */
export async function assertSame(one: SyncEnd, other: SyncEnd): Promise<void> {
  const [mine, theirs] = [await one.rows(), await other.rows()];
  assert.ok(mine.length > 1000, 'there are rows');
  assert.equal(mine, theirs);
}

/** Somebody with a certificate and mosquitto's own clients, who hears and says what they like. */
export class Client {
  readonly #ear: Process;
  readonly #publish: (topic: string, payload: string | Buffer) => Promise<void>;
  #heard = 0;

  private constructor(ear: Process, publish: (topic: string, payload: string | Buffer) => Promise<void>) {
    this.#ear = ear;
    this.#publish = publish;
  }

  static #words({ host, port, ca }: EndKeys, { certificate, key }: Pair): string[] {
    return ['-h', host, '-p', String(port), '--cafile', ca!, '--cert', certificate, '--key', key, '-q', '1'];
  }

  static #listen(space: Space, keys: EndKeys, pair: Pair, id: string, filter: string): Process {
    return space.start('mosquitto_sub', ['stdbuf', '-oL', 'mosquitto_sub', ...Client.#words(keys, pair), '-d', '-i', id, '-t', filter, '-F', 'heard %t %x']);
  }

  /** The broker's word to who wants to hear this. */
  static async refusal(space: Space, keys: EndKeys, pair: Pair, id: string, filter: string): Promise<string> {
    const ear = Client.#listen(space, keys, pair, id, filter);
    const word = await ear.line(/^Subscribed .*: 128|denied|not authori[sz]ed|Connection Refused|received DISCONNECT/i).catch(() => ear.lines.at(-1)!);
    await ear.kill();
    return word;
  }

  /** Connected and subscribed. */
  static async start(space: Space, keys: EndKeys, pair: Pair, id: string, filter: string): Promise<Client & AsyncDisposable> {
    const ear = Client.#listen(space, keys, pair, id, filter);
    await ear.line(/^Subscribed .*: 1$/);
    const client = new Client(ear, (topic, payload) => Client.publish(space, keys, pair, topic, payload));
    return Object.assign(client, { [Symbol.asyncDispose]: () => ear.kill() });
  }

  /** Back when the broker has acknowledged it, or let it fall. A connection of its own: where ids are names, not beside another of that name. */
  static async publish(space: Space, keys: EndKeys, pair: Pair, topic: string, payload: string | Buffer): Promise<void> {
    const voice = space.start('mosquitto_pub', ['mosquitto_pub', ...Client.#words(keys, pair), '-t', topic, '-s']);
    voice.finish(payload);
    await voice.ended;
  }

  async publish(topic: string, payload: string | Buffer): Promise<void> {
    await this.#publish(topic, payload);
  }

  /** What it hears after what it heard before: the topic and the text, unpacked. */
  async next(): Promise<string> {
    const line = await this.#ear.line(/^heard /, this.#heard);
    this.#heard = this.#ear.lines.indexOf(line, this.#heard) + 1;
    const [, topic, hex] = line.split(' ') as [string, string, string?];
    const bytes = Buffer.from(hex ?? '', 'hex');
    return `${topic} ${bytes.indexOf(ZSTANDARD) === 0 ? zstdDecompressSync(bytes) : bytes}`;
  }
}
