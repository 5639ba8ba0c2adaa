// SPDX-License-Identifier: LGPL-2.1-or-later
// A file of many pieces between a school's box and the cloud, when the cable is cut in the middle of it and when a disk is full
// there. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, write } from '../lib/classroom.ts';
import { CloudFront } from '../lib/cloud-front.ts';
import { MIDDLE } from '../lib/net.ts';
import { addPictures, keepFile, placeOf } from '../lib/pictures.ts';
import { onSmallDisk } from '../lib/small-disk.ts';
import { startTown, textsOf, type Town, type TownSchool } from '../lib/town.ts';

const PIECE = 256 * 1024;
const PIECES = 48;
const MIB = 2 ** 20;

type Picture = { large: Buffer; name: string; person: string };

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

/** A folder of files as a program sees it that has a disk of its own there. */
const seenBy = ({ pid }: { pid: number }, folder: string): string => join(`/proc/${pid}/root`, folder);

/** A linked school and the cloud's door at the other end of its cable. */
class Line implements AsyncDisposable {
  readonly town: Town;
  readonly school: TownSchool;
  readonly front: CloudFront;
  readonly #stack: AsyncDisposableStack;

  constructor(town: Town, school: TownSchool, front: CloudFront, stack: AsyncDisposableStack) {
    this.town = town;
    this.school = school;
    this.front = front;
    this.#stack = stack;
  }

  /** `wrap`: of urokd. */
  static async start(wrap: (folder: string) => string[] = () => []): Promise<Line> {
    await using stack = new AsyncDisposableStack();
    const town = stack.use(await startTown());
    const school = await town.school('lyceum', { wrap });
    const front = new CloudFront(town.cloud, 8443, MIDDLE);
    await front.start(await readFile(join(school.room.school.folder, 'data/cloud/ca.pem'), 'utf8'));
    stack.defer(() => front.stop());
    return new Line(town, school, front, stack.move());
  }

  get here(): string {
    return join(this.school.room.school.folder, 'files');
  }

  get there(): string {
    return join(this.town.cloud.folder, 'files/lyceum');
  }

  /** The box is stopped; somebody has a picture whose larger file has many pieces, which lie in that folder; and the box knows the way to the door. */
  async picture(folder: string): Promise<Picture> {
    const data = join(this.school.room.school.folder, 'data');
    const at = (name: string): string => join(data, 'cloud', name);
    const [large, small] = [randomBytes(PIECES * PIECE), randomBytes(1000)];
    await this.school.room.school.daemon.stop();
    await writeFile(at('link.json'), JSON.stringify({ ...JSON.parse(await readFile(at('link.json'), 'utf8')), cloud: this.front.address }));
    await writeFile(at('web-ca.pem'), await readFile(this.front.authority));
    const names = await Promise.all([large, small].map((content) => keepFile(folder, content)));
    const [person] = await addPictures(data, [names]);
    return { large, name: names[0]!, person: person! };
  }

  /** Each range of that file that went or was to go over, and the statuses of its requests: those before the cloud knew its name are none. */
  async ranges(method: string, address: string): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const request of await this.front.requests()) {
      const [, range, status] = new RegExp(`^${method} /box/v1/files/${address} (.+) (\\d+)$`).exec(request) ?? [];
      if (range !== undefined && status !== '404') found.set(range, [...found.get(range) ?? [], status!]);
    }
    return found;
  }

  /** Each piece went over once, but for the one that was under way. */
  async assertOnce(method: string, address: string): Promise<void> {
    const ranges = await this.ranges(method, address);
    assert.equal(ranges.size, PIECES, [...ranges.keys()].join('; '));
    const often = [...ranges].filter(([, statuses]) => statuses.length > 1);
    assert.ok(often.length <= 1, JSON.stringify(often));
    for (const [, statuses] of often) assert.ok(statuses.length <= 2, JSON.stringify(often));
  }

  async untilFiles(isSo: (files: any) => boolean): Promise<any> {
    return (await this.school.line(({ files, state }) => state === 'live' && isSo(files))).files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** Until some pieces of it are there, and not all. */
async function inTheMiddle(folder: string, address: string): Promise<void> {
  const part = join(folder, 'parts', address);
  while (await sizeOf(part) < 4 * PIECE);
}

const isDone = ({ to_send, to_fetch, trouble }: any): boolean => to_send === 0 && to_fetch === 0 && trouble === null;

/** The cable is cut until the box says so of its files, and something is written on either side meanwhile. */
async function cutUntilTold({ school }: Line): Promise<void> {
  const teacher = await school.enter('teacher1', 'box');
  const chat = await chatOf(teacher, 'class_parents');
  await school.cable.cut();
  await write(teacher, chat, 'без кабеля');
  const { files } = await school.line(({ state, files: { trouble } }) => state === 'waiting' && trouble !== null);
  assert.equal(files.trouble.code, 'cloud-no-answer');
  await school.cable.plug();
}

test('a cable that is cut in the middle of a file to the cloud: it goes on from the piece where it was', async () => {
  await using line = await Line.start();
  const { large, name } = await line.picture(line.here);
  await line.school.room.school.start();
  await inTheMiddle(line.there, name);
  await cutUntilTold(line);
  const had = await sizeOf(join(line.there, 'parts', name));
  assert.ok(had >= 4 * PIECE && had < PIECES * PIECE && had % PIECE === 0, `${had} bytes`);
  await line.untilFiles(isDone);
  assert.deepEqual(await readFile(placeOf(line.there, name)), large);
  assert.deepEqual(await readdir(join(line.there, 'parts')), []);
  await line.assertOnce('PUT', name);
});

test('a cable that is cut in the middle of a file from the cloud: it goes on from the piece where it was', async () => {
  await using line = await Line.start();
  const { large, name } = await line.picture(line.there);
  await line.school.room.school.start();
  await inTheMiddle(line.here, name);
  await cutUntilTold(line);
  const had = await sizeOf(join(line.here, 'parts', name));
  assert.ok(had >= 4 * PIECE && had < PIECES * PIECE && had % PIECE === 0, `${had} bytes`);
  await line.untilFiles(isDone);
  assert.deepEqual(await readFile(placeOf(line.here, name)), large);
  assert.deepEqual(await readdir(join(line.here, 'parts')), []);
  await line.assertOnce('GET', name);
});

/** Words of both sides pass, whatever the files do. */
async function assertTalks({ school }: Line): Promise<void> {
  const [teacher, parent] = [await school.enter('teacher1', 'box'), await school.enter('parent1', 'cloud')];
  const chat = await chatOf(teacher, 'class_parents');
  await write(teacher, chat, 'отсюда');
  await write(parent, chat, 'оттуда');
  while ((await textsOf(parent, chat)).length < 2);
  while ((await textsOf(teacher, chat)).length < 2);
}

/** Which picture anybody may see there. */
async function statusAt({ school }: Line, where: 'box' | 'cloud', person: string): Promise<number> {
  return (await (await school.enter('admin', where)).ask('GET', `/api/v1/people/${person}/picture?size=large`)).status;
}

/** So much of its room is taken by something else. */
const filled = (mib: number): string => `head -c ${mib}M /dev/zero >"$0/filler" &&`;

test('a box whose disk is full in the middle of a file says so, serves no half, talks on, and goes on with room', async () => {
  await using line = await Line.start((folder) => onSmallDisk(join(folder, 'files'), '20m', filled(14)));
  const { large, name, person } = await line.picture(line.there);
  await line.school.room.school.start();
  const here = seenBy(line.school.room.school.daemon, line.here);
  const told = await line.untilFiles(({ trouble }) => trouble !== null);
  assert.equal(told.trouble.code, 'no-space');
  const had = await sizeOf(join(here, 'parts', name));
  assert.ok(had >= 5 * MIB && had < 6 * MIB && had % PIECE === 0, `${had} bytes`);
  assert.equal(await statusAt(line, 'box', person), 404);
  await assertTalks(line);
  await rm(join(here, 'filler'));
  await line.untilFiles(isDone);
  assert.equal(await statusAt(line, 'box', person), 200);
  assert.deepEqual(await readFile(placeOf(here, name)), large);
  assert.deepEqual(await readdir(join(here, 'parts')), []);
});

test('a cloud whose disk is full in the middle of a file says so, serves no half, talks on, and goes on with room', async () => {
  await using line = await Line.start();
  const { town, school } = line;
  const { large, name, person } = await line.picture(line.here);
  await town.one.stop();
  town.cloud.words = [...town.net.middle.words, ...onSmallDisk(join(town.cloud.folder, 'files'), '20m', filled(14))];
  await town.one.start();
  await school.room.school.start();
  const there = seenBy(town.one.process, line.there);
  const told = await line.untilFiles(({ trouble }) => trouble !== null);
  assert.equal(told.trouble.code, 'cloud-no-space');
  const had = await sizeOf(join(there, 'parts', name));
  assert.ok(had >= 5 * MIB && had < 6 * MIB && had % PIECE === 0, `${had} bytes`);
  assert.equal(await statusAt(line, 'cloud', person), 404);
  await assertTalks(line);
  await rm(join(there, '../filler'));
  await line.untilFiles(isDone);
  assert.equal(await statusAt(line, 'cloud', person), 200);
  assert.deepEqual(await readFile(placeOf(there, name)), large);
  assert.deepEqual(await readdir(join(there, 'parts')), []);
});
