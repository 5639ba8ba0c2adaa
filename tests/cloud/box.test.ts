// SPDX-License-Identifier: LGPL-2.1-or-later
// A school comes to a cloud as its administrator does it: `urokctl cloud link` with a code, over TLS; the line, another
// certificate in time, and the way out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, startClassroom, takePassword, write, type Classroom } from '../lib/classroom.ts';
import { startDoor } from '../lib/cloud-front.ts';
import { DAY_S, FakeClock } from '../lib/faketime.ts';
import { BUILD } from '../lib/places.ts';
import type { Person } from '../lib/school.ts';

type Said = { status: number | null; out: string; err: string };

/** As typed at the server's console; what is read there is no argument. */
async function type(room: Classroom, input: string, ...words: string[]): Promise<Said> {
  const child = spawn(join(BUILD, 'ctl/urokctl'), ['--socket', room.school.socket('control'), ...words], { env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: '' } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  child.stdin.on('error', () => undefined); // it wanted no input
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, out, err };
}

/** Asks, one question after the other, until the answer is so. */
async function when(person: Person, isSo: (cloud: any) => boolean): Promise<any> {
  for (;;) {
    const cloud = await person.get('/api/v1/cloud');
    if (isSo(cloud)) return cloud;
  }
}

test('a school is linked by a code, is in step, and leaves again', async () => {
  await using town = await startDoor();
  await using room = await startClassroom();
  const folder = join(room.school.folder, 'data/cloud');
  const admin = await room.enter('admin');
  const code = town.cloud.linkCode('lyceum');

  const untrusted = await type(room, `${code}\n`, 'cloud', 'link', town.front.address);
  assert.equal(untrusted.status, 1);
  assert.match(untrusted.err, /Nobody whom this server trusts vouches .*--ca FILE/);
  const wrong = await type(room, 'AAAAA-AAAAA-AAAAA\n', 'cloud', 'link', '--ca', town.front.authority, town.front.address);
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /does not take this code: it is wrong, too old or used/);
  assert.equal(existsSync(folder), false, 'what failed has left nothing');

  const linked = await type(room, `${code}\n`, 'cloud', 'link', '--ca', town.front.authority, town.front.address);
  assert.equal(linked.status, 0, linked.err);
  assert.match(linked.out, /is linked to https:\/\/localhost:\d+\. Nothing leaves it yet/);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.equal((await stat(join(folder, 'key.pem'))).mode & 0o777, 0o600);
  const live = await when(admin, ({ state, waiting }) => state === 'live' && waiting === 0);
  assert.equal(live.trouble, null);
  assert.match(live.pages, /^https:\/\/lyceum\.localhost:\d+$/);
  assert.ok(Date.parse(live.certificate_until) > Date.now() + 300 * DAY_S * 1000);
  const status = JSON.parse((await type(room, '', '--json', 'cloud', 'status')).out);
  assert.equal(status.state, 'live');
  assert.match((await type(room, '', 'cloud', 'status')).out, /^cloud +in step$/m);
  assert.match((await type(room, `${code}\n`, 'cloud', 'link', town.front.address)).err, /linked to a cloud already/);

  await write(admin, await chatOf(admin, 'staff'), 'остаётся в школе');
  const left = await type(room, '', 'cloud', 'unlink', '--yes');
  assert.equal(left.status, 0, left.err);
  assert.match(left.out, /the cloud has revoked its certificate/);
  assert.equal(existsSync(folder), false, 'the key is gone');
  assert.equal((await admin.get('/api/v1/cloud')).state, 'none');
  assert.equal(town.cloud.postgres.ask('SELECT count(*) FROM box WHERE unlinked IS NULL').trim(), '0');
  const again = await type(room, `${town.cloud.linkCode('lyceum')}\n`, 'cloud', 'link', '--ca', town.front.authority, town.front.address);
  assert.equal(again.status, 0, again.err);
  await when(admin, ({ state, waiting }) => state === 'live' && waiting === 0);
});

test('a box whose certificate has lived two thirds of its time gets another, and a cloud that is away revokes nothing', async () => {
  await using town = await startDoor();
  const folder = await mkdtemp(join(tmpdir(), 'urok-clock-'));
  const clock = await FakeClock.start(folder);
  await using room = await startClassroom({ environment: clock.environment });
  const linked = await type(room, `${town.cloud.linkCode('lyceum')}\n`, 'cloud', 'link', '--ca', town.front.authority, town.front.address);
  assert.equal(linked.status, 0, linked.err);
  const file = join(room.school.folder, 'data/cloud/cert.pem');
  const first = await readFile(file, 'utf8');
  const before = (await (await room.enter('admin')).get('/api/v1/cloud')).certificate_until;
  await room.school.daemon.stop();
  assert.equal(await readFile(file, 'utf8'), first, 'a young one is kept');

  // The log believes in at most 200 days of silence: the clock of the box goes in two steps.
  for (const days of [150, 260]) {
    await clock.set(days * DAY_S);
    await room.school.start();
    if (days === 260) await room.school.daemon.line(/certificate for the cloud was renewed/);
    await write(await room.enter('admin'), await chatOf(await room.enter('admin'), 'staff'), `день ${days}`);
    await room.school.daemon.stop();
  }
  assert.notEqual(await readFile(file, 'utf8'), first);
  assert.deepEqual((await readdir(join(room.school.folder, 'data/cloud'))).filter((name) => name.endsWith('.half')), []);

  await clock.set(0);
  await town.front.stop();
  await room.school.start();
  const admin = await room.enter('admin');
  assert.ok(Date.parse((await admin.get('/api/v1/cloud')).certificate_until) >= Date.parse(before));
  const reply = await admin.ask('DELETE', '/api/v1/cloud/link', { body: { password: await takePassword(admin) } });
  assert.deepEqual([reply.status, reply.body], [200, { revoked: false }]);
  assert.equal((await admin.get('/api/v1/cloud')).state, 'none');
  await rm(folder, { recursive: true });
});
