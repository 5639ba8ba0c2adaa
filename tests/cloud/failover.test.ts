// SPDX-License-Identifier: LGPL-2.1-or-later
// PostgreSQL's machine is lost and its streaming replica takes its place: what was answered is there. Needs root: network
// namespaces.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf } from '../lib/classroom.ts';
import { Postgres } from '../lib/cloud.ts';
import { startTown, textsOf, writeMany } from '../lib/town.ts';

test('the cloud goes on with PostgreSQL\'s streaming replica', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-replica-')), (path) => rm(path, { recursive: true }));
  const replica = new Postgres(join(folder, 'cluster'));
  // Both are named from the beginning; who writes is the one that may be written to.
  const town = stack.use(await startTown({ lease_seconds: '60' }, (first) => ({
    postgres: `host=${first.folder},${replica.folder} user=urok dbname=${first.database} target_session_attrs=read-write`,
  })));
  const { postgres } = town.cloud;
  await replica.follow(postgres);
  stack.defer(() => replica.stop());
  const school = await town.school('lyceum');
  const [teacher, parent] = [await school.room.enter('teacher1'), await school.enter('parent1', 'cloud')];
  const chat = await chatOf(teacher, 'class_parents');
  await writeMany(parent, chat, 50, 'из дома');

  const writing = writeMany(teacher, chat, 500, 'в школе');
  await postgres.kill();
  await replica.promote();
  await writing;
  await town.one.process.line(/PostgreSQL is reached again/);
  await writeMany(parent, chat, 50, 'снова из дома');
  let here = await textsOf(teacher, chat);
  while (here.length < 600) here = await textsOf(teacher, chat);
  await school.sent();
  assert.equal(new Set(here).size, 600);
  assert.deepEqual((await textsOf(parent, chat)).sort(), [...here].sort());
  assert.equal(replica.ask('SELECT count(*) - max(seq) FROM log'), '0');
  town.cloud.postgres = replica;
  await school.assertSame();
});
