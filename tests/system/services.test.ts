// SPDX-License-Identifier: LGPL-2.1-or-later
// How ./run keeps its processes: started again when one ends by itself, and never left behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'services-'));
});

after(() => rm(folder, { recursive: true }));

/** ./run's way with its processes, around one that does what `body` says and has a child of its own. */
function watch(body: string): Process {
  const script = `
    set -u
    LOG_DIR=$1
    . "$2/scripts/say.sh"
    . "$2/scripts/services.sh"
    trap 'ended=$?; trap "" INT TERM HUP; services_stop; exit $ended' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    start() {
      local first=$(service_lines "$1")
      service_start "$1" bash -c 'sleep 1000 & echo ready $$ $!; ${body}'
      service_wait_line "$1" '^ready' 10 "$first" || fail "$1 is not up"
      say "up \${SERVICE_PID[$1]}"
    }
    start urokd
    services_watch start`;
  return new Process('watcher', 'env', ['--default-signal=INT', 'bash', '-c', script, '-', folder, PROJECT]);
}

/** The process and its child, as its log names them. */
async function family(log = 'urokd.log'): Promise<number[]> {
  const lines = (await readFile(join(folder, log), 'utf8')).trim().split('\n');
  return lines.at(-1)!.split(' ').slice(1).map(Number);
}

/** Waits for the end of processes that are nobody's child here. */
async function allEnd(pids: number[]): Promise<void> {
  const waits = pids.map((pid) => new Promise((resolve) =>
    spawn('tail', ['--pid', String(pid), '-f', '/dev/null']).on('close', resolve)));
  await Promise.all(waits);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`services: ${signal} ends a process and its children`, async () => {
    const watcher = watch('wait');
    await watcher.line(/^up/);
    const pids = await family();
    assert.equal(await watcher.signal(signal), signal === 'SIGINT' ? 130 : 143);
    await allEnd(pids);
  });
}

test('services: one that does not listen to SIGTERM ends all the same', async () => {
  const watcher = watch('trap "" TERM; while :; do wait; done');
  await watcher.line(/^up/);
  const pids = await family();
  await watcher.signal('SIGTERM');
  await allEnd(pids);
});

test('services: a killed ./run takes its processes along', async () => {
  const watcher = watch('wait');
  await watcher.line(/^up/);
  const [pid, child] = await family();
  await watcher.signal('SIGKILL');
  await allEnd([pid!]);
  process.kill(child!, 'SIGKILL');
});

test('services: what ends by itself is told and started again', async () => {
  const watcher = watch('wait');
  const first = (await watcher.line(/^up/)).split(' ')[1];
  const pids = await family();
  process.kill(Number(first), 'SIGKILL');
  await watcher.line(/urokd ended by itself \(status 137\)/);
  await watcher.line(/urokd is started again/);
  const again = watcher.lines.findLast((line) => line.startsWith('up'))!.split(' ')[1];
  assert.notEqual(again, first);
  await watcher.signal('SIGTERM');
  await allEnd([...(await family()), ...pids]);
});

test('services: what does not stay up ends all of it, with a sentence', async () => {
  const watcher = watch('exit 7');
  assert.equal(await watcher.ended, 1);
  assert.match(watcher.lines.join('\n'), /urokd does not stay up, so all of it is ended\. What it said is in .*urokd\.log/);
});
