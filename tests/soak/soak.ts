// SPDX-License-Identifier: LGPL-2.1-or-later
// A school day for SOAK_MINUTES (60): people write, edit, read, come back and sign in anew; two broadcasts with
// viewers, whose cameras stall, jump, freeze and are restarted, and whose worker is killed. At the end nothing is
// lost, the log verifies, and what the programs need is what they needed before.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chatOf, startClassroom, wholeChat } from '../lib/classroom.ts';
import { Classmate, paceOf } from './people.ts';
import { Lesson } from './lesson.ts';
import { Ledger, findWorker, scales } from './weighing.ts';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 60);
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000);
const SAMPLES = 240;
const WRITERS = 12;

type Check = { name: string; problem: string | undefined };
const checks: Check[] = [];

async function check(name: string, body: () => Promise<void> | void): Promise<void> {
  let problem: string | undefined;
  try {
    await body();
  } catch (error) {
    problem = error instanceof Error ? error.stack ?? error.message : String(error);
  }
  checks.push({ name, problem });
}

/** Weighs until the day is over; at an even pace, so that a quarter of the samples is a quarter of the day. */
async function weigh(ledger: Ledger, until: number): Promise<void> {
  const step = (MINUTES * 60_000) / SAMPLES;
  while (Date.now() < until) {
    await ledger.sample();
    await pause(Math.min(step, Math.max(0, until - Date.now())));
  }
}

async function soak(): Promise<void> {
  const until = Date.now() + MINUTES * 60_000;
  const room = await startClassroom({ config: { broadcast: { worker_arguments: '--retry;100;--silence;1500;--answer;2000' } } });
  const { school } = room;
  await school.startNginx();
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  const people = Array.from({ length: WRITERS }, (_, i) => new Classmate(school, `pupil${i + 1}`, chat, paceOf(SEED + i)));
  const admin = await room.enter('admin');
  const calm = await Lesson.begin(school, admin, 'Кабинет 12', paceOf(SEED + 100));
  const killed = await Lesson.begin(school, admin, 'Спортзал', paceOf(SEED + 200));
  const ledger = new Ledger(scales(school, await findWorker(join(school.folder, 'run', 'broadcast', calm.slug))));

  const day = [
    ...people.map((one) => one.live(until)),
    calm.watch(until), calm.suffer(until, ['stall', 'jump', 'freeze', 'restart']),
    killed.watch(until), killed.suffer(until, ['kill', 'stall', 'restart', 'jump', 'stall', 'restart']),
    weigh(ledger, until),
  ];
  await check('soak: everybody got through the day', async () => {
    const failed = (await Promise.allSettled(day)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.deepEqual(failed.map((reason) => String(reason?.stack ?? reason)), []);
  });
  // The session that was opened in the morning ended meanwhile.
  const evening = await room.enter('teacher1');
  await check('soak: what was answered is there, once, as it was answered last', async () => {
    const all = await wholeChat(evening, chat);
    const texts = new Map(all.map(({ id, text }) => [id, text]));
    assert.equal(texts.size, all.length, 'a message is there twice');
    const answered = people.flatMap(({ written }) => [...written]);
    assert.equal(texts.size, answered.length);
    for (const [id, text] of answered) assert.equal(texts.get(id), text);
  });
  await check('soak: every stream told every message, across all its reconnections', async () => {
    const all = new Set((await wholeChat(evening, chat)).map(({ id }) => id));
    for (const one of people) assert.equal(await one.missed(all), 0, `${one.login} missed messages`);
  });
  await check('soak: the log is what was written', async () => {
    const verdict = await school.console('POST', '/api/v1/console/log-verification', {});
    assert.equal(verdict.ok, true, JSON.stringify(verdict));
  });
  await check('soak: viewers saw the lesson go on after every fault', () => {
    for (const lesson of [calm, killed]) assert.equal(lesson.stuck, undefined, lesson.stuck);
  });
  await check('soak: memory and descriptors are flat', () => {
    const grown = ledger.grown();
    assert.deepEqual(grown, [], grown.join('; '));
  });
  await Promise.all(people.map((one) => one.leave()));
  await check('soak: everything ends well', async () => {
    await calm.end();
    await killed.end();
    await school.stop();
  });
  console.log(`# ${MINUTES} minutes, SOAK_SEED=${SEED}: ${people.reduce((sum, { written }) => sum + written.size, 0)} messages, `
    + `${people.reduce((sum, { edits }) => sum + edits, 0)} edits, ${people.reduce((sum, { returns }) => sum + returns, 0)} reconnections, `
    + `${people.reduce((sum, { signIns }) => sum + signIns, 0)} sign-ins, ${calm.parts + killed.parts} parts watched, ${calm.faults + killed.faults} faults`);
  console.log(ledger.table());
}

await soak();
for (const { name, problem } of checks) {
  console.log(problem === undefined ? `ok ${name}` : `not ok ${name}\n${problem.replace(/^/gm, '  ')}`);
}
process.exit(checks.some(({ problem }) => problem !== undefined) ? 1 : 0);
