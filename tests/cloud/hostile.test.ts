// SPDX-License-Identifier: LGPL-2.1-or-later
// A school's box in bad hands: it has a certificate and speaks the protocol, and says what no room takes, or nonsense of
// many kinds. The cloud puts aside or drops it, goes on, and other schools notice nothing. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { takeChance, type Chance } from '../lib/chance.ts';
import { chatOf, write } from '../lib/classroom.ts';
import { startForeignBox, type ForeignBox, type ForeignEvent } from '../lib/foreign-box.ts';
import { startTown, textsOf, writeMany, type Town, type TownSchool } from '../lib/town.ts';

/** A school beside the hostile one goes on as ever. */
async function isUntouched(quiet: TownSchool, holder = quiet.town.one): Promise<void> {
  const [teacher, parent] = [await quiet.enter('teacher1', 'box'), await quiet.enter('parent1', 'cloud')];
  const chat = await chatOf(teacher, 'class_parents');
  const [up, down] = [randomUUID(), randomUUID()];
  await write(teacher, chat, up);
  await write(parent, chat, down);
  while (!(await textsOf(parent, chat)).includes(up));
  while (!(await textsOf(teacher, chat)).includes(down));
  await quiet.sent();
  await quiet.assertSame(holder);
}

/** Another instance makes the school anew from PostgreSQL: the same rows, and the same put aside. */
async function isTheSameAnew(town: Town, school: TownSchool, name: string): Promise<void> {
  const admin = await school.enter('admin', 'cloud');
  const before = await admin.get('/api/v1/cloud/quarantine');
  const holder = town.cloud.instances.at(-1)!;
  const rows = await school.rowsAtCloud(holder);
  await holder.stop();
  const next = await town.cloud.instance(name);
  await next.start();
  await next.holds(school.slug);
  assert.deepEqual(await (await school.enter('admin', 'cloud')).get('/api/v1/cloud/quarantine'), before);
  assert.equal(await school.rowsAtCloud(next), rows);
}

async function startTwo(): Promise<{ town: Town; quiet: TownSchool; wild: TownSchool; foreign: ForeignBox } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const town = stack.use(await startTown());
  const [quiet, wild] = [await town.school('lyceum'), await town.school('school-5')];
  const teacher = await wild.enter('teacher1', 'box');
  await writeMany(teacher, await chatOf(teacher, 'class_parents'), 5, 'до');
  await wild.sent();
  const foreign = stack.use(await startForeignBox(wild));
  const all = stack.move();
  return { town, quiet, wild, foreign, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

test('what a room refuses stands aside, the chain goes on, and an administrator tries it again or discards it', async () => {
  await using place = await startTwo();
  const { town, quiet, wild, foreign } = place;
  const message = foreign.like('chat.message.posted');
  const say = (text: unknown): ForeignEvent => ({ ...message, subject: randomUUID(), body: { text, reply_to: null, client_id: null } });
  const person = { ...foreign.like('person.added'), subject: randomUUID() };
  const [early, wrong] = [randomUUID(), randomUUID()];
  await foreign.write(
    say('одно'),
    { ...say('от незнакомого'), id: early, actor: person.subject }, // whom nobody knows
    { ...say(7), id: wrong },
    say('другое'));

  const [admin, parent] = [await wild.enter('admin', 'cloud'), await wild.enter('parent1', 'cloud')];
  const chat = message.scope.replace(/^\w+:/, '');
  assert.deepEqual((await textsOf(parent, chat)).slice(-2), ['одно', 'другое']);
  assert.equal((await admin.get('/api/v1/cloud')).quarantine, 2);
  const { events } = await admin.get('/api/v1/cloud/quarantine');
  assert.deepEqual(events.map(({ kind, newer }: any) => [kind, newer]), [['chat.message.posted', false], ['chat.message.posted', false]]);
  assert.deepEqual(events.map(({ event }: any) => event).sort(), [early, wrong].sort());
  const [place1, place2] = [early, wrong].map((event) => `/api/v1/cloud/quarantine/${event}`);
  assert.equal((await parent.ask('GET', '/api/v1/cloud/quarantine')).status, 403, 'it is the administrators\' alone');
  await isTheSameAnew(town, wild, 'two');

  // The one lacks something, which then comes; the other never fits.
  const again = await wild.enter('admin', 'cloud');
  const refused = await again.ask('POST', `${place1}/retries`, { body: {} });
  assert.equal(refused.status, 409, refused.text);
  await foreign.greet();
  await foreign.write({ ...person, body: { ...person.body as object, login: null } });
  const retried = await again.ask('POST', `${place1}/retries`, { body: {} });
  assert.equal(retried.status, 204, retried.text);
  assert.ok((await textsOf(await wild.enter('parent1', 'cloud'), chat)).includes('от незнакомого'));
  assert.equal((await again.ask('DELETE', place2!)).status, 204);
  assert.deepEqual(await again.get('/api/v1/cloud/quarantine'), { events: [] });
  assert.equal((await again.ask('POST', `${place2}/retries`, { body: {} })).status, 404);
  await isTheSameAnew(town, wild, 'three');
  await isUntouched(quiet, town.cloud.instances.at(-1)!);
});

test('a message larger than the protocol lets one be is let through by no broker of ours, taken by no instance, and others go on', async () => {
  await using place = await startTwo();
  const { town, quiet, wild, foreign } = place;
  const say = (text: string): ForeignEvent => ({ ...foreign.like('chat.message.posted'), subject: randomUUID(), body: { text, reply_to: null, client_id: null } });
  const spread = (message: object, size: number): Buffer => Buffer.from(JSON.stringify(message).padEnd(size));
  const [most, mostOfHello] = [4 * 2 ** 20, 64 * 1024];
  const dropped = (): string[] => town.one.process.lines.filter((line) => line.includes('at once: dropped'));

  await foreign.say('ack', spread({ c: foreign.talk, b: 0, at: [] }, most + 1));
  await foreign.write(say('после первого'));
  assert.deepEqual(dropped(), []);

  await town.broker.takeAllSizes();
  await foreign.say('ack', spread({ c: foreign.talk, b: 0, at: [] }, most + 1));
  await town.one.process.line(new RegExp(`The box ${foreign.origin} said ${most + 1} bytes at once: dropped`));
  // Had it been taken, another conversation would have begun.
  await foreign.say('hello', spread(foreign.hello('AAAAAAAAAAA'), mostOfHello + 1));
  await foreign.write(say('после второго'));
  assert.equal(dropped().length, 1, 'it is said once');
  assert.deepEqual((await textsOf(await wild.enter('parent1', 'cloud'), say('').scope.replace(/^\w+:/, ''))).slice(-2), ['после первого', 'после второго']);
  await isUntouched(quiet);
});

/* --- Nonsense --- */

const ODD: unknown[] = [null, true, '', 'x', 'А'.repeat(2000), -1, 0, 2 ** 31, 2 ** 53, 1e300, [], {}, [[]], { a: { a: { a: [] } } }, '00000000-0000-0000-0000-000000000000', "'; --"];

/** The value with something odd in one place. */
function bend(value: unknown, chance: Chance): unknown {
  const inside = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  if (inside.length === 0 || chance.roll() < 0.15) return chance.pick(ODD);
  const key = chance.pick(inside);
  const copy: any = Array.isArray(value) ? [...value] : { ...value as object };
  const what = chance.roll();
  if (what < 0.1) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else if (what < 0.2 && Array.isArray(copy)) {
    copy.push(copy[Number(key)]);
  } else {
    copy[key] = bend(copy[key], chance);
  }
  return copy;
}

/** Bytes of a message with some of them changed, lost or repeated. */
function spoil(bytes: Buffer, chance: Chance): Buffer {
  const copy = Buffer.from(bytes);
  const at = chance.below(copy.length);
  switch (chance.below(4)) {
    case 0: return copy.subarray(0, at);
    case 1: return Buffer.concat([copy.subarray(0, at), copy]);
    default:
      for (let i = 0; i <= chance.below(8); i += 1) copy[chance.below(copy.length)] = chance.below(256);
      return copy;
  }
}

const HANDS = 8;

async function together(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: HANDS }, async () => {
    while (next < count) await work(next += 1);
  }));
}

test('hundreds of messages that were changed by chance are dropped, and the true box is heard again', async () => {
  await using place = await startTwo();
  const { town, quiet, wild, foreign } = place;
  const chance = takeChance();
  const c = foreign.talk;
  const chain = foreign.hello('x')['chains'] as [string, string, number, string, string][];
  const places = chain.map(([origin, epoch, at]) => [origin, epoch, at]);
  const batch = foreign.batch([foreign.like('chat.message.posted'), foreign.like('person.added')]);
  // Else some would be whole where it counts and be believed: the true box would rightly stop at what it never wrote.
  (batch['chains'] as unknown[][])[0]![3] = randomBytes(32).toString('base64url');
  const chat = foreign.like('chat.message.posted').scope.replace(/^\w+:/, '');
  const { me } = await wild.enter('parent1', 'cloud');
  const messages: [string, object][] = [
    ['hello', foreign.hello('AAAAAAAAAAA')], ['ev', batch], ['ev', batch], ['ev', batch], ['ack', { c, b: 1, at: places }], ['nack', { c, b: 1, at: places, wait: 100, why: 'so' }],
    ['reg', { c, name: 'chat.read', up_to: 1, rows: [[chat, me.id, ...places[0]!, '1']] }], ['merged', { c, name: 'chat.read', up_to: 1 }],
    ['fill', { ...batch, c, places: [1, 2], up_to: 2, end: true }], ['filled', { c, up_to: 1, end: true }],
    ['probe', { c, origin: places[0]![0], epoch: places[0]![1], at: [1, 2, 3] }], ['proof', { c, epoch: places[0]![1], hashes: [chain[0]![3]] }],
    ['ready', { c, id: 1 }], ['answer', { c, id: 1, status: 200, text: '{}', at: places }], ['again', { c }], ['welcome', { ...foreign.hello('AAAAAAAAAAA'), to: 'AAAAAAAAAAA' }],
  ];
  await together(400, async () => {
    const [tail, message] = chance.pick(messages);
    const bent = bend(message, chance);
    const text = Buffer.from(JSON.stringify(bent));
    const roll = chance.roll();
    await foreign.say(tail, roll < 0.6 ? text : roll < 0.7 ? zstdCompressSync(text) : spoil(roll < 0.85 ? text : zstdCompressSync(text), chance));
  });
  await isUntouched(quiet);
  await foreign[Symbol.asyncDispose]();
  await wild.room.school.start();
  const teacher = await wild.enter('teacher1', 'box');
  await write(teacher, await chatOf(teacher, 'class_parents'), 'после');
  await wild.sent();
  await wild.assertSame();
  assert.ok(town.one.process.isRunning);
});

test('hundreds of events that fit the chain and say nonsense stand aside, and the school can be made anew', async () => {
  await using place = await startTwo();
  const { town, quiet, wild, foreign } = place;
  const chance = takeChance();
  const kinds = ['chat.message.posted', 'person.added', 'class.member.added', 'class.added', 'school.year.added', 'sync.kind.set', 'person.roles.changed'];
  const models = kinds.flatMap((kind) => {
    try {
      return [foreign.like(kind)];
    } catch {
      return [];
    }
  });
  assert.ok(models.length >= 4);
  for (let round = 0; round < 20; round += 1) {
    await foreign.write(...Array.from({ length: 20 }, () => {
      const model = chance.pick(models);
      const bent: ForeignEvent = { ...model, subject: chance.roll() < 0.5 ? randomUUID() : model.subject, body: bend(model.body, chance) };
      const body = bent.body !== null && typeof bent.body === 'object' && !Array.isArray(bent.body) ? bent.body : {}; // a body is an object
      const other = chance.roll();
      return { ...bent, body, ...other < 0.1 ? { scope: String(chance.pick(ODD)).slice(0, 100).replaceAll('\n', '') } : other < 0.2 ? { actor: 'system' } : other < 0.3 ? { kind: chance.pick(kinds) } : {} };
    }));
  }
  await isUntouched(quiet);
  const { events } = await (await wild.enter('admin', 'cloud')).get('/api/v1/cloud/quarantine');
  console.log(`${events.length} of 400 stand aside`);
  assert.ok(events.length > 20);
  await isTheSameAnew(town, wild, 'two');
});
