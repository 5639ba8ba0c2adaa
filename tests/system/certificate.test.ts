// SPDX-License-Identifier: LGPL-2.1-or-later
// What administrators are told of the certificate: what urok-tls says, read anew each time, and nothing more.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSchool } from '../lib/school.ts';

test('certificate: administrators see what is in use, and what changed since', async () => {
  await using school = await startSchool({ tls: false });
  const administrator = await school.setUp();
  const get = () => administrator.get('/api/v1/server/certificate');
  assert.deepEqual(await get(), { certificate: null }, 'before there is one');

  await school.makeCertificate();
  const { certificate } = await get();
  assert.equal(certificate.kind, 'own-ca');
  assert.ok(certificate.names.includes('10.20.0.5'));
  assert.match(certificate.authority.fingerprint_sha256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.deepEqual(certificate.problems, []);

  await school.makeCertificate('--address', '10.20.0.6', '--address', '8.8.8.8');
  const then = (await get()).certificate;
  assert.ok(then.names.includes('10.20.0.6'));
  assert.deepEqual(then.authority, certificate.authority);
  assert.deepEqual(then.problems.map(({ reason }: { reason: string }) => reason), ['left-out']);

  const file = join(school.folder, 'tls/state.json');
  const state = await readFile(file, 'utf8');
  for (const spoilt of ['', '{', '[]', state.slice(0, 200), JSON.stringify({ version: 2 }), state + ' '.repeat(64 * 1024)]) {
    await writeFile(file, spoilt);
    assert.deepEqual(await get(), { certificate: null }, spoilt.slice(0, 40));
  }
});
