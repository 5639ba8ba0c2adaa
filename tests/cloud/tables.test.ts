// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody reads the cloud's tables for long, as pg_dump does, and schools write on: whoever comes to the console, or starts an
// instance meanwhile, locks nothing that is there already.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCloud, startSmall } from '../lib/cloud.ts';

/** What pg_dump takes before its first row. */
function reading(tables: string): string[] {
  return tables.split('\n').map((table) => `LOCK TABLE "${table}" IN ACCESS SHARE MODE`);
}

const TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1";

test('a commit goes on while all tables are read and the console is used', async () => {
  await using cloud = await startCloud();
  const one = await cloud.startOne();
  const two = await cloud.instance('two');
  const writer = await startSmall(cloud.school('lyceum'));
  const dump = await cloud.postgres.hold(...reading(cloud.postgres.ask(TABLES)));
  cloud.environment['PGOPTIONS'] = '-c lock_timeout=1s'; // who waits for the dump says so here
  assert.match(cloud.listSchools(), /^lyceum .*one$/m);
  assert.equal(cloud.program('--list-boxes'), '');
  await two.start();
  assert.equal(await writer.write('пока читают'), 201);
  await writer.check();
  await dump.end();
});

test('what has to change a table gives up soon, and nobody waits behind it for long', async () => {
  await using cloud = await startCloud();
  const one = await cloud.startOne();
  const two = await cloud.instance('two');
  const writer = await startSmall(cloud.school('lyceum'));
  cloud.postgres.ask('ALTER TABLE membership DROP COLUMN card'); // as an older release left it
  const dump = await cloud.postgres.hold(...reading(cloud.postgres.ask(TABLES)));
  assert.match(cloud.listSchools(), /^lyceum .*one$/m);
  await assert.rejects(two.start(), /canceling statement due to lock timeout/);
  assert.equal(await writer.write('пока читают'), 201);
  await dump.end();
  await two.start();
  assert.equal(cloud.postgres.ask("SELECT urok_has_column('membership', 'card')"), 't');
});
