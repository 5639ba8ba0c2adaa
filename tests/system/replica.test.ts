// SPDX-License-Identifier: LGPL-2.1-or-later
// The log of a real urokd, fed over a pipe to other processes: whoever saw the same events, in whatever allowed
// order, holds the same tables.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, messagesOf, startClassroom, write, type Classroom } from '../lib/classroom.ts';
import { BUILD } from '../lib/places.ts';

async function replica(words: string[], lines: string[] = []): Promise<string[]> {
  const child = spawn(join(BUILD, 'tests/lib/replica'), words, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.on('error', () => undefined); // told by its status
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 0, `replica ${words.join(' ')}`);
  return said.split('\n').filter(Boolean);
}

/** Something of every kind, by real requests. */
async function liveALittle(room: Classroom): Promise<void> {
  const [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
  const [pupils, parents] = [await chatOf(teacher, 'class_pupils'), await chatOf(teacher, 'class_parents')];
  for (let i = 1; i <= 5; i += 1) {
    const [pupil, parent] = [await room.enter(`pupil${i}`), await room.enter(`parent${i}`)];
    const asked = await write(teacher, pupils, `вопрос ${i}`);
    const answered = await write(pupil, pupils, `ответ ${i}`, asked.id);
    await write(parent, parents, `родитель ${i}`);
    if (i % 2 === 0) await pupil.ask('PATCH', `${messagesOf(pupils)}/${answered.id}`, { body: { text: `правка ${i}` } });
    if (i % 3 === 0) await teacher.ask('DELETE', `${messagesOf(pupils)}/${answered.id}`);
    await pupil.ask('PUT', `/api/v1/chats/${pupils}/read`, { body: { message: asked.id } });
  }
  await write(admin, await chatOf(admin, 'staff'), 'педсовет в среду');
  await teacher.ask('PATCH', '/api/v1/me', { body: { about: 'математика', family_name: 'Кравцова-Белова' } });
}

/** Numbers from 0 to 1 that are the same each time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Both logs in one, each in its own order. */
function merged(a: string[], b: string[], roll: () => number): string[] {
  const [left, right] = [[...a], [...b]];
  const all: string[] = [];
  while (left.length > 0 || right.length > 0) {
    const from = right.length === 0 || (left.length > 0 && roll() < 0.5) ? left : right;
    all.push(from.shift()!);
  }
  return all;
}

test('another process fed with the log holds the same tables, in any allowed order', async () => {
  await using room = await startClassroom();
  await liveALittle(room);
  await room.school.daemon.stop();
  const data = join(room.school.folder, 'data');
  const log = await replica(['export', data]);
  const tables = await replica(['dump', data]);
  assert.ok(log.length > 80 && tables.length > 100, `${log.length} events, ${tables.length} rows`);
  assert.deepEqual(await replica(['receive'], log), tables);

  const far = await replica(['answer'], log);
  assert.ok(far.length >= 10, `${far.length} events of the other origin`);
  const together = await replica(['receive'], [...log, ...far]);
  assert.notDeepEqual(together, tables);
  for (let seed = 1; seed <= 4; seed += 1) {
    assert.deepEqual(await replica(['receive'], merged(log, far, dice(seed))), together, `order ${seed}`);
  }
  assert.deepEqual(await replica(['receive'], [...far, ...log]), together, 'the other origin first');
});
