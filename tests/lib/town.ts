// SPDX-License-Identifier: LGPL-2.1-or-later
// A town: the cloud with its broker in the middle, and schools' boxes, each at the end of a cable of its own. Real urokd,
// urok-cloud, PostgreSQL, mosquitto and certificates; what a person does goes through the sockets that nginx would use.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startClassroom, wholeChat, write, type Classroom } from './classroom.ts';
import { CloudBroker, linkBox } from './cloud-broker.ts';
import { startCloud, type CloudUnderTest, type Instance, type Postgres } from './cloud.ts';
import { makeNet, MIDDLE, type Cable, type Net, type Space } from './net.ts';
import { BUILD } from './places.ts';
import type { Person, SchoolOptions } from './school.ts';

const run = promisify(execFile);

/** A signed-in browser at either end. */
export type Reader = Pick<Person, 'ask' | 'get' | 'post' | 'me'>;

/** Several hands, so that one commit serves many. */
export async function writeMany(reader: Reader, chat: string, count: number, word: string): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: 10 }, async () => {
    while (next < count) await write(reader, chat, `${word} ${next += 1}`);
  }));
}

/** All of a chat, oldest first. */
export const textsOf = async (reader: Reader, chat: string): Promise<string[]> => (await wholeChat(reader, chat)).map(({ text }) => text);

export class TownSchool {
  readonly town: Town;
  readonly slug: string;
  readonly room: Classroom;
  readonly place: Space;
  readonly cable: Cable;

  constructor(town: Town, slug: string, room: Classroom, place: Space, cable: Cable) {
    this.town = town;
    this.slug = slug;
    this.room = room;
    this.place = place;
    this.cable = cable;
  }

  /** Signs in at the box, or at the cloud. */
  async enter(login: string, where: 'box' | 'cloud'): Promise<Reader> {
    return where === 'box' ? this.room.enter(login) : this.town.cloud.school(this.slug).signIn(login);
  }

  /** Asks the box about its line, one question after the other, until it is so; the line as it is then. */
  async line(isSo: (cloud: any) => boolean): Promise<any> {
    const admin = await this.room.enter('admin');
    for (;;) {
      const cloud = await admin.get('/api/v1/cloud');
      if (isSo(cloud)) return cloud;
    }
  }

  /** The cloud has all that the box has. */
  async sent(): Promise<void> {
    await this.line(({ state, waiting }) => state === 'live' && waiting === 0);
  }

  /** Every row that follows from the log, by public ids, of the box's database. */
  async rows(): Promise<string> {
    return this.town.rowsOf(join(this.room.school.folder, 'data/urok.db'));
  }

  /** The same of the cloud's view. */
  async rowsAtCloud(holder: Instance = this.town.one): Promise<string> {
    return this.town.rowsOf(join(holder.views, this.town.idOf(this.slug), 'urok.db'));
  }

  /** Both ends have the same, and their logs verify. Whoever asks has seen to it that nothing is under way. */
  async assertSame(holder: Instance = this.town.one): Promise<void> {
    const [box, cloud] = (await Promise.all([this.rows(), this.rowsAtCloud(holder)])).map((rows) =>
      // What may leave the school is the box's own: an event that never leaves.
      rows.split('\n').filter((row) => !row.startsWith('sync_choice: ')));
    assert.ok(box!.length > 50, 'there are rows');
    const [here, there] = [new Set(box), new Set(cloud)];
    assert.deepEqual({ box: box!.filter((row) => !there.has(row)), cloud: cloud!.filter((row) => !here.has(row)) }, { box: [], cloud: [] });
    assert.equal(cloud!.length, box!.length);
  }
}

export class Town {
  readonly net: Net;
  readonly cloud: CloudUnderTest;
  readonly broker: CloudBroker;
  readonly one: Instance;
  readonly #folder: string;
  readonly #stack: AsyncDisposableStack;
  #copies = 0;

  constructor(net: Net, cloud: CloudUnderTest, broker: CloudBroker, one: Instance, folder: string, stack: AsyncDisposableStack) {
    this.net = net;
    this.cloud = cloud;
    this.broker = broker;
    this.one = one;
    this.#folder = folder;
    this.#stack = stack;
  }

  idOf(slug: string): string {
    return this.cloud.postgres.ask(`SELECT id FROM school WHERE slug = '${slug}'`);
  }

  /** A school with its class and people, whose box is linked and has told the cloud all that it has. */
  async school(slug: string, options: SchoolOptions = {}): Promise<TownSchool> {
    const [place, cable] = await this.net.place(slug);
    const wrap = (folder: string): string[] => [...place.words, ...(options.wrap?.(folder) ?? [])];
    const room = this.#stack.use(await startClassroom({ ...options, wrap, leaving: true }));
    const { box } = await (await room.enter('admin')).get('/api/v1/cloud');
    await room.school.daemon.stop();
    this.cloud.addSchool(slug);
    await linkBox(this.cloud, slug, join(room.school.folder, 'data'), box);
    await room.school.start();
    const school = new TownSchool(this, slug, room, place, cable);
    await school.sent();
    return school;
  }

  async rowsOf(database: string): Promise<string> {
    const folder = join(this.#folder, `copy-${this.#copies += 1}`);
    await run('mkdir', [folder]);
    await run('sqlite3', ['-readonly', '-cmd', '.timeout 5000', database, `VACUUM INTO '${join(folder, 'urok.db')}'`]);
    const { stdout } = await run(join(BUILD, 'tests/lib/replica'), ['dump', folder], { maxBuffer: 2 ** 28 });
    return stdout;
  }
}

/** `await using town = await startTown()`: one instance, no school yet. */
export async function startTown(keys: Record<string, string> = {}, more?: (postgres: Postgres) => Record<string, string>, environment: Record<string, string> = {}): Promise<Town & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-town-')), (path) => rm(path, { recursive: true }));
  const net = stack.use(await makeNet());
  const cloud = stack.use(await startCloud({ broker: `mqtts://${MIDDLE}:8883`, ...keys }, more));
  cloud.words = net.middle.words;
  cloud.environment = environment;
  const one = await cloud.instance('one');
  const broker = new CloudBroker(cloud, 8883, MIDDLE);
  await broker.start();
  stack.defer(() => broker.stop());
  await one.start();
  await one.process.line(/The broker is reached/);
  const all = stack.move();
  return Object.assign(new Town(net, cloud, broker, one, folder, all), { [Symbol.asyncDispose]: () => all.disposeAsync() });
}
