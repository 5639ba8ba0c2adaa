// SPDX-License-Identifier: LGPL-2.1-or-later
// Two boxes of one school and a stick between them: urokctl on both, and how the second one is made from the first one's copy.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, copies, putRecoveryKey, type Said } from './backup.ts';
import { chatOf, startClassroom, wholeChat, type Classroom } from './classroom.ts';
import { BUILD } from './places.ts';
import { freePort, School, type Person, type SchoolOptions } from './school.ts';

/** urokctl on a box; before: a program that starts it. */
export async function type(school: School, words: string[], before: string[] = []): Promise<Said> {
  const [program, ...rest] = [...before, join(BUILD, 'ctl/urokctl'), '--socket', school.socket('control'), ...words];
  const traced = before.length > 0 && process.env['ASAN_OPTIONS'] ? { ASAN_OPTIONS: `${process.env['ASAN_OPTIONS']}:detect_leaks=0` } : {};
  return new Promise((resolve) => {
    const child = execFile(program!, rest, { env: { ...process.env, ...traced, UROK_CONFIG: join(school.folder, 'urok.conf'), LC_ALL: 'C.UTF-8', LANGUAGE: '' } },
      (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code ?? -1), out, err }));
    child.stdin!.end();
  });
}

/** Fails with what was said unless it went well; what urokctl answered. */
export async function carry(school: School, way: 'export' | 'import', stick: string, ...more: string[]): Promise<any> {
  const said = await type(school, ['--json', 'carry', way, stick, ...more]);
  assert.equal(said.status, 0, said.out + said.err);
  return said.out === '' ? {} : JSON.parse(said.out.trim().split('\n').at(-1)!);
}

export type Place = School & AsyncDisposable;

/** A machine on which Urok was just installed. */
export async function emptyMachine(options: SchoolOptions = {}): Promise<Place> {
  const school = new School(await mkdtemp(join(tmpdir(), 'urok-')), await freePort(), options);
  await school.writeConfiguration();
  return Object.assign(school, { [Symbol.asyncDispose]: async () => {
    if (school.daemon) await school.stop();
    else await rm(school.folder, { recursive: true, force: true });
  } });
}

/** The newest of a school's copies, made now, on another machine. */
export async function restoreElsewhere(school: School): Promise<Place> {
  const key = existsSync(join(school.folder, 'recovery.key')) ? join(school.folder, 'recovery.key') : await putRecoveryKey(school);
  const made = await backup(school, 'make');
  assert.equal(made.status, 0, made.err);
  const machine = await emptyMachine();
  const said = await backup(machine, '--key', key, 'restore', (await copies(school)).at(-1)!);
  assert.equal(said.status, 0, said.err);
  await machine.start();
  return machine;
}

/** A box with the first one's folders: what urok-backup does with them has tests of its own. */
export async function twinOf(school: School, options: SchoolOptions = {}): Promise<Place> {
  const machine = await emptyMachine(options);
  await school.daemon.stop();
  for (const name of ['data', 'files']) await cp(join(school.folder, name), join(machine.folder, name), { recursive: true, filter: (from) => !from.endsWith('.sock') });
  await Promise.all([school.start(), machine.start()]);
  return machine;
}

export async function secondBuilding(school: School, options: SchoolOptions = {}): Promise<Place> {
  const machine = await twinOf(school, options);
  const said = await type(machine, ['carry', 'second', '--yes']);
  assert.equal(said.status, 0, said.err);
  return machine;
}

export async function makeStick(school: School): Promise<string> {
  const stick = join(school.folder, 'stick');
  await mkdir(stick, { recursive: true });
  return stick;
}

/** All that a box shows of its log and its rows' makers: each chain's end, but what stands aside must be nothing. */
export async function logOf(school: School): Promise<any> {
  const verdict = await school.console('POST', '/api/v1/console/log-verification', {});
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  return verdict.events;
}

export const book = async (stick: string, school: School): Promise<string> => {
  const { origin } = await school.console('GET', '/api/v1/console/carry');
  return join(stick, 'urok-carry', `${origin}.carry`);
};

export const bytesOf = (file: string): Promise<Buffer> => readFile(file);

export type Pair = { first: School; second: School; stick: string; here: Person; there: Person; chat: string } & AsyncDisposable;

/** Both buildings, and teacher1 in each of them. */
export async function twoBuildings(ofSecond: SchoolOptions = {}): Promise<Pair> {
  const room: Classroom = await startClassroom();
  const second = await secondBuilding(room.school, ofSecond);
  const here = await room.enter('teacher1');
  return {
    first: room.school, second, stick: await makeStick(room.school), here, there: await second.signIn('teacher1'),
    chat: await chatOf(here, 'class_pupils'),
    [Symbol.asyncDispose]: async () => {
      await second[Symbol.asyncDispose]();
      await room[Symbol.asyncDispose]();
    },
  };
}

export const textsOf = async (person: Person, chat: string): Promise<string[]> => (await wholeChat(person, chat)).map(({ text }) => text);

/** Both have the same, and each of these once. */
export async function sameTalk(those: Pair, texts: string[]): Promise<void> {
  const [here, there] = await Promise.all([those.here, those.there].map((person) => textsOf(person, those.chat)));
  assert.deepEqual(there!.toSorted(), here!.toSorted());
  for (const text of texts) assert.equal(here!.filter((one) => one === text).length, 1, text);
}

/** From there to here and back: then both have everything. */
export async function roundTrip({ first, second, stick }: Pair): Promise<[any, any]> {
  await carry(second, 'export', stick);
  const arrived = await carry(first, 'import', stick);
  await carry(first, 'export', stick);
  return [arrived, await carry(second, 'import', stick)];
}
