// SPDX-License-Identifier: LGPL-2.1-or-later
// Snapshots of schools' files: who hands them in, when they are of no use any more, and what happens meanwhile.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCloud, startSmall, Writer, type CloudUnderTest } from '../lib/cloud.ts';

/** A part of a snapshot waits for the table that somebody holds. */
function partWaits(cloud: CloudUnderTest): boolean {
  return cloud.postgres.ask("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'snapshot'::regclass") !== '0';
}

const HELD = 'LOCK TABLE snapshot IN EXCLUSIVE MODE';

test('who lost the school writes nothing into the next one\'s snapshot', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const one = await cloud.startOne();
  const two = await cloud.instance('two');
  const writer = await startSmall(cloud.school('lyceum'));
  await writer.writeUntil(110, 1);
  const lock = await cloud.postgres.hold(HELD);
  while (!partWaits(cloud));
  process.kill(one.process.pid, 'SIGSTOP');
  await two.start();
  await two.holds();
  await lock.end();
  while (partWaits(cloud));
  process.kill(one.process.pid, 'SIGCONT');
  await one.process.line(/is held by another instance now/);
  await one.stop();
  assert.equal(cloud.postgres.ask('SELECT count(*) FROM snapshot'), '0');
  await writer.check();
});

const LONG = 270; // MB

/** The school's file gets so many pages that hold nothing. It is closed. */
function lengthen(view: string): void {
  const sql = `CREATE TABLE filler (bytes BLOB);
    INSERT INTO filler WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ${LONG}) SELECT zeroblob(1 << 20) FROM each;
    DROP TABLE filler;`;
  execFileSync('sqlite3', [join(view, 'urok.db'), sql]);
}

test('a school of hundreds of megabytes is kept and opened from there, and who ends does not wait for it', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const [one, two] = [await cloud.instance('one'), await cloud.instance('two')];
  cloud.addSchool('lyceum');
  const id = cloud.postgres.ask('SELECT id FROM school');
  await one.start();
  await one.process.line(/The school lyceum is held/);
  const writer = await startSmall(cloud.school('lyceum'));
  await one.process.line(/The school lyceum is closed/);
  lengthen(join(one.views, id));
  await writer.writeUntil(LONG + 20, 1); // as many turns as it has megabytes
  const kept = await one.process.line(/A snapshot of turn \d+ is kept/);
  assert.ok(Number(/\((\d+) parts/.exec(kept)?.[1]) > 256 / 0.75, kept);
  await one.stop();

  await two.start();
  await two.process.line(/The school lyceum is held/);
  await writer.check();
  assert.ok((await stat(join(two.views, id, 'urok.db'))).size > 256 * 2 ** 20, 'it began as the snapshot');
  const before = cloud.postgres.ask('SELECT snapshot_turn FROM school');
  const page = await writer.school.live(writer.person.cookie); // it keeps the house open
  await writer.writeUntil(LONG + 20, 1);
  await two.stop();
  await page.close();
  assert.equal(cloud.postgres.ask('SELECT snapshot_turn FROM school'), before);
  await one.start();
  await one.process.line(/The school lyceum is held/);
  await writer.check();
});

test('what somebody left of a longer file is no part of the snapshot', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const one = await cloud.startOne();
  const writer = await startSmall(cloud.school('lyceum'));
  await writer.writeUntil(110, 1);
  cloud.postgres.ask("INSERT INTO snapshot SELECT id, turn, 1000, 'left' FROM school");
  await one.process.line(/A snapshot of turn \d+ is kept/);
  await one.stop();
  assert.equal(cloud.postgres.ask('SELECT s.snapshot_turn = s.turn AND count(*) = max(p.part) + 1 FROM snapshot p, school s GROUP BY s.id'), 't');
  const two = await cloud.instance('two');
  await two.start();
  await two.holds();
  await writer.check();
});

/** Files of a school's view that have this word. */
async function traces(view: string, word: string): Promise<string[]> {
  const names = (await readdir(view)).filter((name) => name.startsWith('urok.db'));
  const found = await Promise.all(names.map(async (name) => (await readFile(join(view, name))).includes(word)));
  return names.filter((_, i) => found[i]);
}

test('a snapshot is handed in while schools are served, and is given up for who comes back', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const one = await cloud.instance('one');
  for (const slug of ['lyceum', 'school-5']) cloud.addSchool(slug);
  await one.start();
  for (const slug of ['lyceum', 'school-5']) await one.holds(slug);
  const writer = await startSmall(cloud.school('lyceum'));
  await writer.writeUntil(110, 1);
  const lock = await cloud.postgres.hold(HELD);
  while (!partWaits(cloud));

  assert.equal((await cloud.school('school-5').ask('GET', '/api/v1/school')).status, 200);
  const page = await writer.school.live(writer.person.cookie);
  assert.equal(await writer.write('снова здесь'), 201);
  assert.ok(partWaits(cloud), 'nobody waited for it');
  await lock.end();
  while (partWaits(cloud));
  assert.equal(await writer.write('и дальше'), 201);
  assert.equal(cloud.postgres.ask("SELECT snapshot_turn FROM school WHERE slug = 'lyceum'"), '0');
  await page.close();

  await one.process.line(/A snapshot of turn \d+ is kept/);
  assert.equal(cloud.postgres.ask("SELECT snapshot_turn = turn FROM school WHERE slug = 'lyceum'"), 't');
  assert.equal(one.process.lines.filter((line) => /is held/.test(line)).length, 2, one.process.lines.join('\n'));
  await one.stop();
  const two = await cloud.instance('two');
  await two.start();
  await two.holds();
  await writer.check();
});

test('an erasure throws the snapshot of before away, and the next close hands in a new one', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const one = await cloud.startOne();
  const school = cloud.school('lyceum');
  const { examples } = await school.console('POST', '/api/v1/console/demo', {});
  const [admin, teacher] = await Promise.all(['administrator', 'teacher'].map(async (role) => school.signIn(examples.find((one: any) => one.role === role).login)));
  const { items } = await teacher!.get('/api/v1/chats');
  const writer = new Writer(school, teacher!, items.find(({ kind }: any) => kind === 'class_parents').id);
  assert.equal(await writer.write('люблю мандолину'), 201);
  await one.process.line(/A snapshot of turn \d+ is kept/);
  const before = Number(cloud.postgres.ask('SELECT snapshot_turn FROM school'));
  assert.ok(before > 0, 'there is a snapshot');

  const page = await school.live(admin!.cookie); // it keeps the house open
  const closings = one.process.lines.length;
  const whom = teacher!.me;
  const reply = await admin!.ask('POST', `/api/v1/people/${whom.id}/erasure`, { body: { reason: 'по просьбе', name: whom.display_name }, headers: { 'Idempotency-Key': 'erase-teacher' } });
  assert.equal(reply.status, 202, reply.text);
  await one.process.line(/data of one person were erased/);
  assert.equal(cloud.postgres.ask('SELECT (SELECT count(*) FROM snapshot), snapshot_turn FROM school'), '0|0');
  await page.close();
  await one.process.line(/A snapshot of turn \d+ is kept/, closings);
  await one.stop();
  assert.equal(cloud.postgres.ask(`SELECT snapshot_turn >= erased_turn AND erased_turn > ${before} FROM school`), 't');

  const two = await cloud.instance('two');
  await two.start();
  await two.holds();
  assert.equal((await admin!.ask('GET', '/api/v1/me')).status, 200);
  assert.deepEqual(await traces(join(two.views, cloud.postgres.ask('SELECT id FROM school')), 'мандолину'), []);
});
