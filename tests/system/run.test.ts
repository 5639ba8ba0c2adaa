// SPDX-License-Identifier: LGPL-2.1-or-later
// ./run says what to do when it cannot start, before it installs or builds anything.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PROJECT } from '../lib/places.ts';
import { freePort } from '../lib/school.ts';

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-'));
});

after(() => rm(folder, { recursive: true }));

async function run(words: string[], environment: Record<string, string> = {}) {
  const child = spawn(join(PROJECT, 'run'), words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  child.stderr.on('data', (data) => (said += data));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, said };
}

test('run: a taken port is named, and another one offered', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, said } = await run(['--port', String(port), '--data', join(folder, 'taken')]);
  server.close();
  assert.equal(status, 1);
  assert.match(said, new RegExp(`Port ${port} is taken by another program\\. Choose another: \\./run --port \\d+`));
});

test('run: what it does not understand is refused with a hint', async () => {
  for (const words of [['--colour'], ['--port'], ['--port', 'eighty'], ['--port', '70000'], ['--data', join(folder, 'with space')]]) {
    const { status, said } = await run(words);
    assert.equal(status, 1, words.join(' '));
    assert.match(said, /\.\/run|takes a number|without spaces/, words.join(' '));
  }
  assert.deepEqual((await readdir(folder)).filter((name) => name.includes(' ')), []);
});

test('run: data that another one uses is left alone', async () => {
  const data = join(folder, 'used');
  const holder = spawn('bash', ['-c', 'mkdir -p "$1" && exec 9>"$1/lock" && flock 9 && echo held && read -r end', '-', data],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const { status, said } = await run(['--port', String(await freePort()), '--data', data]);
  holder.stdin.end();
  assert.equal(status, 1);
  assert.match(said, /Another \.\/run uses the data/);
});

test('run: a data directory that cannot be made is named', async () => {
  const { status, said } = await run(['--port', String(await freePort()), '--data', '/proc/urok']);
  assert.equal(status, 1);
  assert.match(said, /\/proc\/urok cannot be made\. Choose another: \.\/run --data DIR/);
});

test('run: a link that somebody laid where the sockets go is not followed', async (t) => {
  const port = await freePort();
  const place = `/dev/shm/urok-${process.getuid!()}-${port}`;
  await symlink(folder, place);
  t.after(() => rm(place));
  const { status, said } = await run(['--port', String(port), '--data', join(folder, 'linked')], { XDG_RUNTIME_DIR: '' });
  assert.equal(status, 1);
  assert.match(said, new RegExp(`urok-\\d+-${port} cannot be ours\\. Choose another port`));
});

test('run: --help shows the options', async () => {
  const { status, said } = await run(['--help']);
  assert.equal(status, 0);
  for (const option of ['--empty', '--port', '--data', '--lan']) assert.ok(said.includes(option), option);
});
