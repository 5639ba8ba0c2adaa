// SPDX-License-Identifier: LGPL-2.1-or-later
// A changed configuration: taken by a running urokd, refused with the lines at fault, or waiting for a restart.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUILD, PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { startSchool, type School } from '../lib/school.ts';
import { urokctl } from '../lib/urokctl.ts';

let folder: string;
let school: School;
let manager: Process; // where sd_notify(3) goes
let original: string;
const file = (): string => join(school.folder, 'urok.conf');

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'urok-reload-'));
  manager = new Process('manager', 'python3', [join(PROJECT, 'tests/lib/notify-socket.py'), join(folder, 'notify')]);
  await manager.line(/^listening/);
  school = await startSchool({ environment: { NOTIFY_SOCKET: join(folder, 'notify') } });
  await school.setUp();
  original = await readFile(file(), 'utf8');
});

after(async () => {
  await school.stop();
  await manager.signal('SIGTERM');
  await rm(folder, { recursive: true });
});

/** The school's own configuration with more lines behind it. */
const change = (more: string): Promise<void> => writeFile(file(), `${original}${more}`);

/** What the service manager was told from the message on that says this. */
async function told(pattern: RegExp, from: number): Promise<any> {
  return JSON.parse(await manager.line(pattern, from));
}

test('reload: a limit of sign-in counts from now on, and the service manager hears of it', async () => {
  const from = manager.lines.length;
  await change('[sign_in]\nown_device_days=1\n');
  const { status, out } = await urokctl(school, 'reload');
  assert.equal(status, 0, out);
  assert.equal(out, 'Changed:\n  [sign_in] own_device_days\n');
  assert.match((await told(/RELOADING/, from)).MONOTONIC_USEC, /^\d+$/);
  assert.equal((await told(/READY/, from)).STATUS, 'Serving');
  const { code } = await school.console('POST', '/api/v1/console/sign-in-links', { login: 'orlova' });
  const reply = await school.request('POST', '/api/v1/sessions', { body: { code, own_device: true } });
  assert.match(reply.headers['set-cookie']![0]!, /Max-Age=86400/);
});

test('reload: the same file again changes nothing', async () => {
  await change('[sign_in]\nown_device_days=1\n');
  await urokctl(school, 'reload');
  assert.match((await urokctl(school, 'reload')).out, /nothing changed/);
});

test('reload: a wrong line is refused by file and line, all of them at once, and the old configuration goes on', async () => {
  const from = manager.lines.length;
  await change('[sign_in]\nown_device_days=2\nshared_idle_minute=5\nwhat\n[database]\ncheck_hour=24\n');
  const at = original.split('\n').length;
  const refused = await urokctl(school, 'reload');
  assert.equal(refused.status, 1);
  const problems = [
    `${file()}:${at + 2}: [sign_in] shared_idle_minute: there is no such key; did you mean [sign_in] shared_idle_minutes?`,
    `${file()}:${at + 3}: expected [group], name=value or # and a comment`,
    `${file()}:${at + 5}: [database] check_hour: must be a number from 0 to 23`,
  ];
  assert.equal(refused.out, `The new configuration is wrong:\n${problems.map((one) => `  ${one}\n`).join('')}`);
  assert.match(refused.err, /the old one goes on/);
  await school.daemon.line(/The new configuration is refused.*shared_idle_minute/);
  // The reloads of the test before may be told only now.
  assert.match((await told(/READY.*refused/, from)).STATUS, /refused.*urok\.conf:\d+: \[sign_in\] shared_idle_minute/);
  const again = await urokctl(school, '--json', 'reload');
  assert.equal(again.status, 1);
  assert.deepEqual(JSON.parse(again.out).problems, problems);
  assert.equal((await urokctl(school, 'status')).status, 0);
});

test('reload: what a running urokd cannot follow is named and waits for a restart', async () => {
  await change('[database]\ncache_kib=3000\n');
  const { status, out } = await urokctl(school, 'reload');
  assert.equal(status, 0);
  assert.match(out, /Needs a restart \(systemctl restart urokd\):\n {2}\[database\] cache_kib\n/);
  await school.daemon.line(/After a restart of urokd it takes effect: \[database\] cache_kib/);
});

test('reload: by SIGHUP too, and from conf.d', async () => {
  const from = school.daemon.lines.length;
  await change('');
  await mkdir(join(school.folder, 'conf.d'), { recursive: true });
  await writeFile(join(school.folder, 'conf.d/90-it.conf'), '[database]\ncheck_hour=7\n');
  process.kill(school.daemon.pid, 'SIGHUP');
  await school.daemon.line(/read again; changed: .*\[database\] check_hour/, from);
  const { next_check_at } = await school.console('GET', '/api/v1/console/database');
  assert.equal(new Date(next_check_at).getHours(), 7);
  await rm(join(school.folder, 'conf.d'), { recursive: true });
});

test('reload: a urokd whose configuration is wrong does not start, and says to the service manager why', async () => {
  const from = manager.lines.length;
  const wrong = join(folder, 'wrong.conf');
  await writeFile(wrong, '[paths]\ndata=relative\n[http]\norigins=here\n');
  const daemon = new Process('urokd', join(BUILD, 'daemon/app/urokd'), ['--config', wrong], { NOTIFY_SOCKET: join(folder, 'notify') });
  assert.equal(await daemon.ended, 78);
  const { STATUS } = await told(/STATUS.*wrong\.conf/, from);
  assert.match(STATUS, /wrong\.conf:2: \[paths\] data: must be an absolute path;.*wrong\.conf:4: \[http\] origins/);
});

test('check-config: each wrong line as a row of JSON', async () => {
  const wrong = join(folder, 'lines.conf');
  await writeFile(wrong, '[paths]\ndata=relative\n\nnothing here\n');
  const { status, out } = await urokctl(school, '--json', 'check-config', wrong);
  assert.equal(status, 1);
  assert.deepEqual(JSON.parse(out).problems, [
    { file: wrong, line: 2, said: '[paths] data: must be an absolute path' },
    { file: wrong, line: 4, said: 'expected [group], name=value or # and a comment' },
  ]);
});
