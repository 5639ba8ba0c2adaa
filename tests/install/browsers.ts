// SPDX-License-Identifier: LGPL-2.1-or-later
// The browser tests against an installed server: a host is booted, the package installed as school IT does, and a visitor told to
// trust its authority; then tests/browser runs as it is, each of its schools that server, emptied. Prints TAP lines.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Appliance } from '../lib/appliance.ts';
import { apt, release } from '../lib/console.ts';
import { makeHost } from '../lib/host.ts';
import { PROJECT, type Installed } from '../lib/places.ts';

const run = promisify(execFile);

/** A home in which the authority is trusted. */
async function makeHome(authority: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'urok-home-'));
  const nss = `sql:${join(home, '.pki/nssdb')}`;
  await mkdir(join(home, '.pki/nssdb'), { recursive: true });
  await writeFile(join(home, 'ca.crt'), authority);
  await run('certutil', ['-N', '-d', nss, '--empty-password']);
  await run('certutil', ['-A', '-d', nss, '-t', 'C,,', '-n', 'school', '-i', join(home, 'ca.crt')]);
  return home;
}

async function runTests(installed: Installed, files: string[]): Promise<number> {
  const words = ['--test', '--test-concurrency=1', '--test-timeout=180000', '--test-force-exit',
    `--test-reporter=${PROJECT}/tests/lib/reporter.mjs`, '--test-reporter-destination=stdout', ...files];
  const environment = { ...process.env, UROK_INSTALLED: JSON.stringify(installed), UROK_PLACE: `${release}: installed: ` };
  const tests = spawn(process.execPath, words, { env: environment, stdio: 'inherit' });
  return new Promise((resolve) => tests.on('exit', (code) => resolve(code ?? 1)));
}

const files = process.argv.slice(2);
assert.ok(files.length > 0, 'which files?');
await using host = await makeHost('school', '10.77.0.12', { withDisk: false });
await host.boot();
await apt(host, 'install', '/root/urok.deb');
const school = new Appliance(host);
await school.trust();
const home = await makeHome(school.trusted);
try {
  process.exitCode = await runTests({ init: host.init, name: host.name, address: host.address, home, here: '10.77.0.2' }, files);
} finally {
  await rm(home, { recursive: true });
}
