// SPDX-License-Identifier: LGPL-2.1-or-later
// kill -9 while many parents confirm at once: a link was used once, a child has two parents at most, an account came
// with its link to a child or not at all, and what was answered is there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type Chance, takeChance } from '../lib/chance.ts';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { begin, classOf, confirm, letIn, newcomer, newPupil, post, prove, said, stranger } from '../lib/newcomers.ts';
import { BUILD, PLAIN_BUILD } from '../lib/places.ts';
import type { Person } from '../lib/school.ts';

const run = promisify(execFile);
const ROUNDS = 6;

/** What somebody who wants to be a parent has heard so far. */
type Try = { child: Person; code: string; ticket?: string; parent?: string };

/** Loops for that long: a timer would always find urokd at rest. */
function spin(us: number): void {
  const end = process.hrtime.bigint() + BigInt(us) * 1000n;
  while (process.hrtime.bigint() < end);
}

/** One parent's way, until it ends or nobody answers any more. */
async function walk(room: Classroom, teacher: Person, one: Try, answered: () => void): Promise<void> {
  const page = stranger(room.school);
  try {
    const begun = await begin(page, one.code, newcomer('Волкова', 'Мария'));
    answered();
    if (begun.status !== 201) return;
    one.ticket = begun.body.ticket;
    await prove(page, one.ticket!);
    answered();
    await letIn(teacher, one.child);
    const confirmed = await confirm(page, one.ticket!);
    answered();
    if (confirmed.status === 201) one.parent = confirmed.body.id;
  } catch {
    // It died meanwhile: what was not answered may have happened or not.
  }
}

async function dieAmong(room: Classroom, teacher: Person, tries: Try[], chance: Chance): Promise<void> {
  let left = 1 + chance.below(tries.length * 3);
  const spinUs = chance.below(4000);
  const { daemon } = room.school;
  await Promise.all(tries.map((one) => walk(room, teacher, one, () => {
    left -= 1;
    if (left !== 0) return;
    spin(spinUs);
    process.kill(daemon.pid, 'SIGKILL');
  })));
  if (left > 0) process.kill(daemon.pid, 'SIGKILL');
  assert.equal(await daemon.ended, 'SIGKILL', daemon.lines.join('\n'));
}

/** What of it is there after the next start. */
async function check(room: Classroom, tries: Try[], children: Person[]): Promise<void> {
  const page = stranger(room.school);
  for (const child of children) {
    const parents: string[] = (await child.get('/api/v1/me')).parents.map((one: any) => one.id);
    assert.ok(parents.length <= 2, `${parents.length} parents`);
    for (const one of tries.filter((each) => each.child === child && each.parent !== undefined)) {
      assert.ok(parents.includes(one.parent!), 'a parent who was answered is gone');
    }
  }
  for (const { ticket, code } of tries) {
    if (ticket === undefined) continue;
    const look = await page.ask('POST', '/api/v1/pairings/look', { body: { ticket } });
    const link = await page.ask('POST', '/api/v1/invitations/look', { body: { code } });
    if (look.body.state === 'accepted') assert.deepEqual(said(link), [404, 'invitation-dead'], 'a link is good for more than one use');
  }
  for (const code of new Set(tries.map((one) => one.code))) {
    assert.ok(tries.filter((one) => one.code === code && one.parent !== undefined).length <= 1, 'a link was used twice');
  }
}

/** Everybody who is a parent has a child: no account came alone. */
async function checkFamilies(admin: Person, teacher: Person): Promise<void> {
  const { pupils } = await teacher.get(`/api/v1/classes/${await classOf(teacher)}`);
  const linked = new Set(pupils.flatMap((one: any) => one.parents.map(({ id }: any) => id)));
  for (let cursor = ''; ;) {
    const page = await admin.get(`/api/v1/people?role=parent&limit=100${cursor}`);
    for (const { id, display_name } of page.items) assert.ok(linked.has(id), `${display_name} has no child`);
    if (page.next_cursor === null) return;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

/** The rows, made anew from the log on a copy of the data, are the rows. */
async function checkRebuilt(room: Classroom): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'urok-'));
  try {
    await cp(join(room.school.folder, 'data'), copy, { recursive: true, filter: (name) => !name.endsWith('.sock') });
    const replica = async (word: string) => (await run(join(BUILD, 'tests/lib/replica'), [word, copy], { maxBuffer: 2 ** 28 })).stdout;
    assert.equal(await replica('rebuild'), await replica('dump'), 'rows rebuilt from the log differ');
  } finally {
    await rm(copy, { recursive: true });
  }
}

test('kill -9 among parents who confirm leaves no half of anything', async () => {
  const chance = takeChance();
  // Deaths are many where a start is quick; the sanitizers have the walks of `enrolment`.
  await using room = await startClassroom({ build: PLAIN_BUILD });
  const { school } = room;
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  for (let round = 0; round < ROUNDS; round += 1) {
    const children = [await newPupil(room, teacher), await newPupil(room, teacher)];
    const tries: Try[] = [];
    for (const child of children) {
      for (let i = 0; i < 3; i += 1) {
        const { code } = await post(child, '/me/parent-invitations', {});
        tries.push({ child, code }, { child, code });
      }
    }
    await dieAmong(room, teacher, tries, chance);
    await school.start();
    await check(room, tries, children);
  }
  await checkFamilies(admin, teacher);
  const verdict = await school.console('POST', '/api/v1/console/log-verification', {});
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  await school.daemon.stop();
  await checkRebuilt(room);
});
