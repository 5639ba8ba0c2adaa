// SPDX-License-Identifier: LGPL-2.1-or-later
// Instances and PostgreSQL killed at random points while people write, again and again: nothing that was answered is lost or
// there twice, every place of the log is taken once, and in the end the view is what a new one would be.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeChance } from '../lib/chance.ts';
import { rowsOf, startCloud, startSmall, type Instance } from '../lib/cloud.ts';

const ROUNDS = 12;

test('instances and PostgreSQL are killed at random while people write', async () => {
  const chance = takeChance();
  await using cloud = await startCloud();
  const [one, two] = [await cloud.startOne(), await cloud.instance('two')];
  const writer = await startSmall(cloud.school('lyceum'));
  let [holder, other]: [Instance, Instance] = [one, two];
  for (let round = 0; round < ROUNDS; round += 1) {
    const enough = writer.hasMore(1 + chance.below(120));
    const writing = writer.writeUntil(1000000, 1 + chance.below(12));
    await enough;
    if (chance.roll() < 0.3) {
      await cloud.postgres.kill();
      await writing;
      await cloud.postgres.start();
      while ((await writer.write(`после PostgreSQL ${round}`)) !== 201);
    } else {
      await other.start();
      await holder.process.kill();
      await writing;
      await other.holds();
      [holder, other] = [other, holder];
    }
    await writer.check();
  }
  assert.equal(cloud.postgres.ask('SELECT count(*) - max(seq) FROM log'), '0', 'a place of the log is empty');
  await holder.stop();
  const fresh = await cloud.instance('fresh');
  await fresh.start();
  await fresh.holds();
  assert.equal((await writer.school.ask('GET', '/api/v1/school')).status, 200);
  await fresh.stop();
  const school = cloud.postgres.ask('SELECT id FROM school');
  const [old, made] = [rowsOf(join(holder.views, school)), rowsOf(join(fresh.views, school))];
  for (const [table, rows] of old) assert.equal(made.get(table), rows, `${table} is another in the new view`);
});
