// SPDX-License-Identifier: LGPL-2.1-or-later
// Two instances of the cloud and Debian's PostgreSQL: what was answered outlives the instance, the view is made anew,
// one that was asleep writes nothing when it wakes, and a linked school's box is in step.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, write } from '../lib/classroom.ts';
import { rowsOf, startCloud, startSmall, startWriter } from '../lib/cloud.ts';
import { Joined, reads, say } from '../lib/joined.ts';

test('an instance is killed while people write, and another goes on', async () => {
  await using cloud = await startCloud();
  const one = await cloud.startOne();
  const two = await cloud.instance('two');
  const writer = await startWriter(cloud.school('lyceum'));
  await two.start();

  const writing = writer.writeUntil(1000000, 8);
  await writer.hasMore(150);
  await one.process.kill();
  await writing;
  await two.holds();
  await writer.check();
  assert.equal(await writer.write('после смены'), 201);
  await writer.check();

  // A third has no file at all: its view is made of the log and of what was sealed.
  await two.stop();
  const three = await cloud.instance('three');
  await three.start();
  await three.holds();
  assert.equal((await writer.school.ask('GET', '/api/v1/school')).status, 200);
  await three.stop();
  const school = cloud.postgres.ask('SELECT id FROM school');
  const [second, third] = [rowsOf(join(two.views, school)), rowsOf(join(three.views, school))];
  for (const [table, rows] of second) {
    if (table === 'outer_turn') continue; // what both wrote of themselves
    assert.equal(third.get(table), rows, `${table} is another in the new view`);
  }
});

test('an instance that was asleep writes nothing when it wakes', async () => {
  await using cloud = await startCloud();
  const one = await cloud.startOne();
  const two = await cloud.instance('two');
  const writer = await startSmall(cloud.school('lyceum'));
  await two.start();

  // Somebody is connected to the first, which stops; the request is in its socket when it wakes.
  const client = connect(join(writer.school.folder, 'rest.sock'));
  await new Promise((resolve) => client.once('connect', resolve));
  const send = (text: string) => {
    const body = JSON.stringify({ text });
    client.write(`POST ${writer.path} HTTP/1.1\r\nHost: lyceum.localhost:8081\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: 127.0.0.1\r\n`
      + `Cookie: ${writer.person.cookie}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const said: string[] = [];
  client.on('data', (data) => said.push(data.toString()));
  const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
  client.on('error', () => undefined);
  process.kill(one.process.pid, 'SIGSTOP');
  await two.holds();
  assert.equal(await writer.write('у второго'), 201);
  send('у спящего');
  process.kill(one.process.pid, 'SIGCONT');
  await one.process.line(/is held by another instance now/);
  await ended;
  assert.doesNotMatch(said.join(''), /^HTTP\/1\.1 2/m);
  assert.equal(await writer.write('после'), 201);
  await writer.check();
  assert.ok(!(await writer.texts()).includes('у спящего'), 'the one that slept wrote');
  assert.equal(cloud.postgres.ask('SELECT count(*) FROM log l JOIN school s ON s.id = l.school WHERE l.turn > s.turn'), '0');
});

test('PostgreSQL goes away and comes back', async () => {
  await using cloud = await startCloud({ lease_seconds: '60' });
  const one = await cloud.startOne();
  const writer = await startSmall(cloud.school('lyceum'));
  const writing = writer.writeUntil(1000000, 4);
  await writer.hasMore(60);
  await cloud.postgres.kill();
  await writing;
  assert.equal(await writer.write('в пустоту'), 503);
  assert.equal((await writer.person.ask('GET', '/api/v1/me')).status, 200, 'reading goes on');
  await cloud.postgres.start();
  await one.process.line(/PostgreSQL is reached again/);
  // What was answered with an error may be there all the same: each try has words of its own.
  for (let i = 0; (await writer.write(`снова, ${i}`)) !== 201; i += 1);
  await writer.check();
});

test('a school that nobody asks is closed, and opens from a snapshot', async () => {
  await using cloud = await startCloud({ idle_seconds: '1' });
  const one = await cloud.instance('one');
  cloud.addSchool('lyceum');
  cloud.addSchool('school-5');
  await one.start();
  await one.holds();
  const writer = await startSmall(cloud.school('lyceum'));
  const camera = await writer.person.ask('POST', '/api/v1/cameras', { body: { name: 'Кабинет 12', url: 'rtsp://10.20.0.9/main' } });
  assert.deepEqual([camera.status, camera.body.type], [409, 'urn:urok:problem:at-the-school']);
  assert.deepEqual((await writer.person.get('/api/v1/cameras')).items, []);
  await writer.writeUntil(110, 1);
  await one.process.line(/The school lyceum is closed/, one.process.lines.length);
  await writer.check();
  await one.stop();
  assert.notEqual(cloud.postgres.ask("SELECT snapshot_turn FROM school WHERE slug = 'lyceum'"), '0');
  // Without the rows of the log that the snapshot holds, only the snapshot can say what was there.
  const two = await cloud.instance('two');
  await two.start();
  await two.holds();
  assert.equal(await writer.write('из снимка'), 201);
  await writer.check();
  assert.match(cloud.listSchools(), /^lyceum .*two$/m);
  assert.equal((await cloud.school('school-5').ask('GET', '/api/v1/school')).status, 200);
});

test('a message written at a box is there at the cloud, and the other way round', async () => {
  await using joined = await Joined.start();
  const [admin, teacher] = [await joined.room.enter('admin'), await joined.room.enter('teacher1')];
  await joined.isInStep(admin);
  const chat = await chatOf(teacher, 'class_parents');
  await write(teacher, chat, 'из школы');
  const outside = await joined.signIn(teacher);
  await reads(outside, chat, 'из школы');
  await say(outside, chat, 'из дома');
  await reads(teacher, chat, 'из дома');
  const refused = await outside.ask('PATCH', '/api/v1/school', { body: { name: 'Другая школа' } });
  assert.ok(refused.status >= 400, 'who is who in a school is decided at its box');
});
