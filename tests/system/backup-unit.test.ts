// SPDX-License-Identifier: LGPL-2.1-or-later
// A copy that systemd makes: its end is known to urokd however systemd tells of it, late, before its answer, or not at all, and
// whoever began it. systemd is played (tests/lib/played-systemd.c) on a bus of this test's; urok-backup is real.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { whenIdle } from '../lib/backup.ts';
import type { Stream } from '../lib/live.ts';
import { BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { startSchool, type Person, type School } from '../lib/school.ts';

let folder: string;
let bus: Process;
let systemd: Process;
let school: School;
let admin: Person;
let live: Stream;

const BUS = (path: string): string => `<busconfig><type>session</type><listen>unix:path=${path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'urok-bus-'));
  await writeFile(join(folder, 'bus.conf'), BUS(join(folder, 'bus')));
  bus = new Process('dbus-daemon', 'dbus-daemon', ['--nofork', '--print-address=1', `--config-file=${join(folder, 'bus.conf')}`]);
  await bus.line(/^unix:/);
  const environment = { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}` };
  school = await startSchool({ environment, config: { backup: { launcher: 'units' } } });
  const run = [join(BUILD, 'backup/urok-backup'), '--config', join(school.folder, 'urok.conf'), '--urokd', join(BUILD, 'daemon/app/urokd'), 'make'];
  // age, which seals the copy, waits while the pipe "hold" is there: a copy can be looked at while it is made.
  await writeFile(join(folder, 'age'), `#!/bin/sh\nPATH=\${PATH#*:}\n[ ! -p ${folder}/hold ] || cat ${folder}/hold >/dev/null 2>&1\nexec age "$@"\n`, { mode: 0o755 });
  const PATH = `${folder}:${process.env['PATH']}`;
  systemd = new Process('played-systemd', join(BUILD, 'tests/lib/played-systemd'), run, { ...environment, PATH });
  await systemd.line(/^ready/);
  admin = await school.setUp();
  live = await admin.live();
});

after(async () => {
  await live?.close();
  await school?.stop();
  await systemd?.kill();
  await bus?.stop();
  if (folder) await rm(folder, { recursive: true });
});

const tell = async (word: string): Promise<void> => {
  const from = systemd.lines.length;
  systemd.tell(word);
  await systemd.line(/^heard/, from);
};

const ask = () => admin.ask('POST', '/api/v1/backups', { body: {} });

for (const [mode, what] of [['plain', 'after its answer'], ['removed-first', 'before its answer'], ['silent', 'not at all']] as const) {
  test(`backup: the end of a unit that systemd tells ${what} is seen`, async () => {
    await tell(mode);
    const asked = await ask();
    assert.equal(asked.status, 202, asked.text);
    const state = await whenIdle(admin, live);
    assert.deepEqual([state.failure, state.items.length > 0], [null, true], JSON.stringify(state));
  });
}

test('backup: a unit that runs although systemd did not answer in time is seen, and so is its end', async () => {
  await tell('unanswered');
  const from = systemd.lines.length;
  assert.equal((await ask()).status, 503);
  await systemd.line(/^ended/, from);
  const state = await whenIdle(admin, live);
  assert.equal(state.failure, null);
});

test('backup: a unit that the timer started is seen, and a second one is not asked for meanwhile', async () => {
  await tell('plain');
  const from = systemd.lines.length;
  const hold = join(folder, 'hold');
  await promisify(execFile)('mkfifo', [hold]);
  systemd.tell('timer');
  const held = await open(hold, 'w'); // once age is there
  while ((await admin.get('/api/v1/backups')).running === null) await live.next('server');
  assert.equal((await ask()).status, 409);
  await rm(hold);
  await held.close();
  await systemd.line(/^ended/, from);
  assert.equal((await whenIdle(admin, live)).failure, null);
});

test('backup: the end of a run whose last report came before it is seen', async () => {
  // Only the lock says that this one is at work, and its release nobody tells.
  const run = new Process('run', 'python3', ['-c', 'import fcntl, sys\nlock = open(sys.argv[1], "r+")\nfcntl.lockf(lock, fcntl.LOCK_EX)\nprint("locked", flush=True)\nsys.stdin.read()',
    join(school.folder, 'backup-state/lock')]);
  await run.line(/^locked/);
  assert.notEqual((await admin.get('/api/v1/backups')).running, null);
  const ahead = await admin.live();
  await run.kill();
  await ahead.next('server');
  assert.equal((await whenIdle(admin, ahead)).failure, null);
  await ahead.close();
});
