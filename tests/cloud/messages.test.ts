// SPDX-License-Identifier: LGPL-2.1-or-later
// What goes between a box and the cloud is what docs/sync-asyncapi.yaml says: each message of the real programs fits its schema,
// and each kind of the file was said, at that end.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { chatOf, write } from '../lib/classroom.ts';
import { Joined, reads, say } from '../lib/joined.ts';
import { NODE_MODULES, PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort, type Person } from '../lib/school.ts';

const load = createRequire(`${NODE_MODULES}/`);
const { parse } = load('yaml');
const { default: Ajv } = load('ajv/dist/2019');

type Heard = { kind: string; text: string; message: any };
type Check = (message: unknown) => boolean;

/** Both ways to read the file: what a reader takes, and what this program says, which is no field more than is named. */
class Contract {
  readonly kinds: string[];
  readonly #takes = new Map<string, Check & { errors?: unknown }>();
  readonly #says = new Map<string, Check & { errors?: unknown }>();

  constructor(text: string) {
    const { channels, components } = parse(text);
    const ajv = new Ajv({ allErrors: true, strict: true, keywords: ['components'] });
    ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    this.kinds = ['up', 'down'].flatMap((way) => Object.keys(channels[way].messages).map((tail) => `${way}/${tail}`));
    for (const kind of this.kinds) {
      const [way, tail] = kind.split('/') as [string, string];
      const name = channels[way].messages[tail].$ref.replace('#/components/messages/', '');
      assert.equal(name, tail);
      const { payload } = components.messages[name];
      this.#takes.set(kind, ajv.compile({ allOf: [payload], components }));
      this.#says.set(kind, ajv.compile({ type: 'object', allOf: [payload], components, unevaluatedProperties: false }));
    }
  }

  takes(kind: string, message: unknown): boolean {
    return this.#takes.get(kind)!(message);
  }

  /** What is wrong with it; undefined: nothing. */
  fault({ kind, text, message }: Heard): string | undefined {
    const check = this.#says.get(kind);
    if (check === undefined) return `${kind} is not in the file`;
    return check(message) ? undefined : `${kind}: ${JSON.stringify(check.errors)}\n${text.slice(0, 2000)}`;
  }
}

/** Everybody's messages, as a third client hears them. */
class Ear {
  readonly heard: Heard[] = [];
  readonly #port: number;
  #process!: Process;
  #read = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async start(): Promise<void> {
    this.#process = new Process('mosquitto_sub', 'stdbuf', ['-oL', 'mosquitto_sub', '-d', '-h', '127.0.0.1', '-p', String(this.#port), '-q', '1', '-t', 'urok/v1/#', '-F', 'heard %t %x']);
    await this.#process.line(/^Subscribed .*: 1$/);
  }

  #take(line: string): Heard {
    const [, topic, hex] = line.split(' ') as [string, string, string];
    const bytes = Buffer.from(hex, 'hex');
    const text = (bytes[0] === 0x7b ? bytes : zstdDecompressSync(bytes)).toString();
    const heard = { kind: topic.split('/').slice(3).join('/'), text, message: JSON.parse(text) };
    this.heard.push(heard);
    return heard;
  }

  /** Does it, and hears each of these afterwards; all that was said before them is heard then, too. */
  async hears(kinds: string[], act: () => Promise<unknown>): Promise<void> {
    for (const line of this.#process.lines.slice(this.#read)) if (line.startsWith('heard ')) this.#take(line);
    this.#read = this.#process.lines.length;
    await act();
    for (const left = new Set(kinds); left.size > 0;) {
      const line = await this.#process.line(/^heard /, this.#read);
      this.#read = this.#process.lines.indexOf(line, this.#read) + 1;
      left.delete(this.#take(line).kind);
    }
  }

  last(kind: string): Heard {
    const found = this.heard.findLast((one) => one.kind === kind);
    assert.ok(found, `${kind} was said`);
    return found;
  }

  /** In another's name. */
  async say(box: string, kind: string, message: object): Promise<void> {
    const voice = new Process('mosquitto_pub', 'mosquitto_pub', ['-h', '127.0.0.1', '-p', String(this.#port), '-q', '1', '-t', `urok/v1/${box}/${kind}`, '-s']);
    voice.finish(JSON.stringify(message));
    await voice.ended;
  }

  async stop(): Promise<void> {
    await this.#process.kill();
  }
}

/** A cloud fills the box of another building, or one that it knew before it was put back from a copy older than their link. It says so
 * as a box does, of which it is asked here. */
const HEARD_THE_OTHER_WAY = ['up/filled', 'down/fill'];

type Reader = Pick<Person, 'ask' | 'get'>;

async function mark(reader: Reader, chat: string, message: string): Promise<void> {
  const reply = await reader.ask('PUT', `/api/v1/chats/${chat}/read`, { body: { message } });
  assert.equal(reply.status, 204, reply.text);
}

async function choose(admin: Reader, name: string, allowed: boolean): Promise<void> {
  const reply = await admin.ask('PUT', `/api/v1/cloud/choices/${name}`, { body: { allowed, order: 'Приказ № 1' } });
  assert.equal(reply.status, 200, reply.text);
}

/** Both ends write, read and ask. */
async function liveADay({ room, signIn }: { room: Joined['room']; signIn: (person: Person) => ReturnType<Joined['signIn']> }, ear: Ear): Promise<void> {
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  const chat = await chatOf(teacher, 'class_parents');
  const home = await signIn(teacher);
  const parent = await signIn(await room.enter('parent1'));
  const told = await write(teacher, chat, 'из школы');
  await reads(parent, chat, 'из школы');
  await say(parent, chat, 'из дома');
  await reads(teacher, chat, 'из дома');
  await ear.hears(['down/reg', 'up/merged'], () => mark(parent, chat, told.id));
  await ear.hears(['up/reg', 'down/merged'], () => mark(teacher, chat, told.id));

  await choose(admin, 'messages', false);
  await write(teacher, chat, 'сначала нет');
  await choose(admin, 'messages', true);
  await reads(parent, chat, 'сначала нет');

  const other = (await teacher.get('/api/v1/correspondents')).items.find(({ roles }: { roles: string[] }) => roles.includes('teacher')).id;
  const group = await home.ask('POST', '/api/v1/chats', { body: { title: 'Поход', members: [other] } });
  assert.equal(group.status, 201, group.text);
}

/** A batch of an end in its conversation, at a place that the other one has not come to. */
function leap(ear: Ear, way: 'up' | 'down'): object {
  const { message } = ear.last(`${way}/ev`);
  const c = ear.last('up/hello').message.n + ear.last('down/welcome').message.n;
  return { ...message, c, chains: message.chains.map(([origin, epoch, place, hash]: [string, string, number, string]) => [origin, epoch, place + 10000, hash]) };
}

test('every message of both programs fits the file, and every kind of the file is said', async () => {
  const contract = new Contract(await readFile(join(PROJECT, 'docs/sync-asyncapi.yaml'), 'utf8'));
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const joined = stack.use(await Joined.start({ ear: port }));
  const { cloud, one, room } = joined;
  const ear = new Ear(port);
  await ear.start();
  stack.defer(() => ear.stop());
  // What the cloud has written by then is what tells it later that it was put back.
  const evening = await joined.signIn(await room.enter('parent1'));
  await ear.hears(['down/ev', 'up/ack'], async () => say(evening, await chatOf(evening, 'class_parents'), 'накануне'));
  const night = join(cloud.postgres.folder, 'night');
  cloud.postgres.backUp(night);
  await liveADay({ room, signIn: (person) => joined.signIn(person) }, ear);
  const admin = await room.enter('admin');
  await joined.isInStep(admin);

  // A box is put back from yesterday's copy.
  const [data, copy] = [join(room.school.folder, 'data'), join(room.school.folder, 'copy')];
  await room.school.daemon.stop();
  execFileSync('cp', ['-a', data, copy]);
  await room.school.start();
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_parents');
  await write(teacher, chat, 'после копии');
  await joined.isInStep(await room.enter('admin'));
  await room.school.daemon.stop();
  await rm(data, { recursive: true });
  execFileSync('cp', ['-a', copy, data]);
  await room.school.start();
  await reads(await room.enter('teacher1'), chat, 'после копии');
  await joined.isInStep(await room.enter('admin'));

  // The cloud is too, on a new machine, and nobody told it.
  await one.stop();
  await rm(one.views, { recursive: true });
  await cloud.postgres.restore(night);
  await ear.hears(['down/probe', 'up/proof'], () => one.start());
  const parent = await joined.signIn(await room.enter('parent1'));
  await reads(parent, chat, 'из дома');

  const { box } = await (await room.enter('admin')).get('/api/v1/cloud');
  await ear.hears(['down/ev', 'up/ack'], () => say(parent, chat, 'ещё из дома'));
  for (const [way, back] of [['down', 'up/nack'], ['up', 'down/nack']] as const) {
    await ear.hears([back], () => ear.say(box, `${way}/ev`, leap(ear, way)));
  }

  assert.deepEqual(ear.heard.map((heard) => contract.fault(heard)).filter((fault) => fault !== undefined), []);
  assert.deepEqual(contract.kinds.filter((kind) => !ear.heard.some((heard) => heard.kind === kind)), HEARD_THE_OTHER_WAY, 'the others were said');
  for (const kind of contract.kinds.filter((one) => !HEARD_THE_OTHER_WAY.includes(one))) {
    const { message } = ear.last(kind);
    assert.ok(contract.takes(kind, { ...message, later: 1 }), `${kind} with a field of a later version`);
    for (const field of Object.keys(message)) assert.ok(!contract.takes(kind, { ...message, [field]: { odd: 1 } }), `${kind} with nonsense as ${field}`);
  }
});
