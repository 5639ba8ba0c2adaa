// SPDX-License-Identifier: LGPL-2.1-or-later
// kill -9 at random points while several people write, edit, delete and change cameras: what was answered is
// there, once, and the log tells the same as the rows.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type Chance, takeChance } from '../lib/chance.ts';
import { chatOf, messagesOf, startClassroom, wholeChat, type Classroom } from '../lib/classroom.ts';
import { compare, Installer, Writer, type Found, type Hand } from '../lib/hands.ts';
import { BUILD, PLAIN_BUILD } from '../lib/places.ts';
import type { Person } from '../lib/school.ts';

const run = promisify(execFile);

/** Where urokd dies: some time after so many answers, or in a system call, as strace counts them. */
type Point = { answers: number; spinUs: number } | { call: string; nth: number };

/** The first ones of each lie in the start, where the last death is being mended. */
const CALLS: Record<string, number> = { pwrite64: 800, fdatasync: 30, fcntl: 500, sendmsg: 40, epoll_wait: 150 };

function pointOf(chance: Chance): Point {
  if (chance.roll() < 0.7) return { answers: 1 + chance.below(60), spinUs: chance.below(4000) };
  const call = chance.pick(Object.keys(CALLS));
  return { call, nth: 1 + chance.below(CALLS[call]!) };
}

const wrapOf = (point: Point | undefined): string[] =>
  point === undefined || 'answers' in point ? []
    : ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${point.call}`,
      '-e', `inject=${point.call}:signal=KILL:when=${point.nth}`];

/** Loops for that long: a timer would always find the loop of this process, and urokd, at rest. */
function spin(us: number): void {
  const end = process.hrtime.bigint() + BigInt(us) * 1000n;
  while (process.hrtime.bigint() < end);
}

/** All hands work until urokd is dead. */
async function workUntilDead(room: Classroom, hands: Hand[], point: Point): Promise<void> {
  let left = 'answers' in point ? point.answers : Infinity;
  const { daemon } = room.school;
  const work = async (hand: Hand): Promise<void> => {
    while (await hand.move()) {
      left -= 1;
      if (left !== 0 || !('answers' in point)) continue;
      spin(point.spinUs);
      process.kill(daemon.pid, 'SIGKILL');
    }
  };
  await Promise.all(hands.map(work));
}

const foundOf = (message: any): Found => ({ id: message.id, state: message.deleted ? null : message.text });

/** Name and address of a camera were changed together, and are. */
function foundCamera(camera: any): Found {
  assert.equal(camera.url.split('/').at(-1), camera.name.replaceAll(' ', '-'), 'half of a change is there');
  return { id: camera.id, state: camera.name };
}

class Stage {
  readonly writers: Writer[] = [];
  readonly installers: Installer[] = [];
  readonly #room: Classroom;
  #reader!: Person;
  #admin!: Person;
  #chat!: string;

  constructor(room: Classroom) {
    this.#room = room;
  }

  async fill(chance: Chance): Promise<void> {
    this.#reader = await this.#room.enter('teacher1');
    this.#admin = await this.#room.enter('admin');
    this.#chat = await chatOf(this.#reader, 'class_pupils');
    for (let i = 1; i <= 5; i += 1) {
      this.writers.push(new Writer(`pupil${i}`, await this.#room.enter(`pupil${i}`), chance, this.#chat));
    }
    for (let i = 1; i <= 2; i += 1) this.installers.push(new Installer(`admin${i}`, await this.#room.enter('admin'), chance));
  }

  get hands(): Hand[] {
    return [...this.writers, ...this.installers];
  }

  /** The newest messages, or all; and every camera. */
  async check(isAll: boolean): Promise<void> {
    const messages = isAll ? await wholeChat(this.#reader, this.#chat)
      : (await this.#reader.get(`${messagesOf(this.#chat)}?limit=100`)).items;
    compare(messages.map(foundOf), this.writers, isAll);
    compare((await this.#admin.get('/api/v1/cameras')).items.map(foundCamera), this.installers, true);
  }
}

/** Starts, is looked at, works and dies; a call that strace waits for may come at any of these. */
async function dieAt(room: Classroom, stage: Stage, point: Point): Promise<void> {
  const { school } = room;
  const isUp = await school.start().then(() => true, () => false);
  const isAlive = isUp && await stage.check(false).then(() => true, (error) => {
    if (error instanceof assert.AssertionError) throw error;
    return false;
  });
  if (isAlive) await workUntilDead(room, stage.hands, point);
  assert.equal(await school.daemon.ended, 'SIGKILL', school.daemon.lines.join('\n'));
}

/** The rows, made anew from the log on a copy of the data, are the rows. */
async function checkRebuilt(room: Classroom): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'urok-'));
  try {
    await cp(join(room.school.folder, 'data'), copy, { recursive: true, filter: (name) => !name.endsWith('.sock') });
    const replica = async (word: string) =>
      (await run(join(BUILD, 'tests/lib/replica'), [word, copy], { maxBuffer: 2 ** 28 })).stdout;
    const live = await replica('dump');
    assert.ok(live.length > 0);
    assert.equal(await replica('rebuild'), live, 'rows rebuilt from the log differ');
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function survive(points: number, build: string): Promise<void> {
  const chance = takeChance();
  let point: Point | undefined;
  await using room = await startClassroom({ build, wrap: () => wrapOf(point) });
  const stage = new Stage(room);
  await stage.fill(chance);
  await room.school.daemon.stop();
  for (let i = 1; i <= points; i += 1) {
    point = pointOf(chance);
    await dieAt(room, stage, point);
    if (i % 50 === 0) await checkRebuilt(room);
  }
  point = undefined;
  await room.school.start();
  await stage.check(true);
  for (const hand of stage.hands) {
    assert.ok(await hand.move());
    await hand.repeatLast();
  }
  await stage.check(true);
  const verdict = await room.school.console('POST', '/api/v1/console/log-verification', {});
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  await room.school.daemon.stop();
  await checkRebuilt(room);
}

/** Each death is a start; a slow machine takes its time for it. */
const LIMITS = { timeout: 900_000 };

test('kill -9 at 200 random points loses nothing that was answered, and doubles nothing', LIMITS, () => survive(200, PLAIN_BUILD));

test('kill -9 at 20 random points leaves nothing to the sanitizers', LIMITS, () => survive(20, BUILD));
