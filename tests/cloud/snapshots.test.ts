// SPDX-License-Identifier: LGPL-2.1-or-later
// Snapshots of schools' files: who hands them in, when they are of no use any more, and what happens meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCloud, startSmall, type CloudUnderTest } from '../lib/cloud.ts';

/** A part of a snapshot waits for the table that somebody holds. */
function partWaits(cloud: CloudUnderTest): boolean {
  return cloud.postgres.ask("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'snapshot'::regclass") !== '0';
}

const HELD = 'LOCK TABLE snapshot IN EXCLUSIVE MODE';

test('who lost the school writes nothing into the next one\'s snapshot', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const one = await cloud.instance('one');
  const two = await cloud.instance('two');
  cloud.addSchool('lyceum');
  await one.start();
  await one.process.line(/The school lyceum is held/);
  const writer = await startSmall(cloud.school('lyceum'));
  await writer.writeUntil(110, 1);
  const lock = await cloud.postgres.hold(HELD);
  while (!partWaits(cloud));
  process.kill(one.process.pid, 'SIGSTOP');
  await two.start();
  await two.process.line(/The school lyceum is held/);
  await lock.end();
  while (partWaits(cloud));
  process.kill(one.process.pid, 'SIGCONT');
  await one.process.line(/is held by another instance now/);
  await one.stop();
  assert.equal(cloud.postgres.ask('SELECT count(*) FROM snapshot'), '0');
  await writer.check();
});

test('what somebody left of a longer file is no part of the snapshot', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const one = await cloud.instance('one');
  cloud.addSchool('lyceum');
  await one.start();
  await one.process.line(/The school lyceum is held/);
  const writer = await startSmall(cloud.school('lyceum'));
  await writer.writeUntil(110, 1);
  cloud.postgres.ask("INSERT INTO snapshot SELECT id, turn, 1000, 'left' FROM school");
  await one.process.line(/The school lyceum is closed/, one.process.lines.length);
  await one.stop();
  assert.equal(cloud.postgres.ask('SELECT s.snapshot_turn = s.turn AND count(*) = max(p.part) + 1 FROM snapshot p, school s GROUP BY s.id'), 't');
  const two = await cloud.instance('two');
  await two.start();
  await two.process.line(/The school lyceum is held/);
  await writer.check();
});
