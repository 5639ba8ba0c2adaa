// SPDX-License-Identifier: LGPL-2.1-or-later
// The hosts that other tests stand on are what they should be: booted, on a LAN of their own, with a power cut that
// takes what was not flushed.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHost } from '../lib/host.ts';

test('a host that loses its power keeps what was flushed and loses what was not', async () => {
  await using host = await makeHost('keeper', '10.77.0.13');
  await host.boot();
  await host.run('sh', '-c', 'cd /var/lib/urok && echo kept >flushed && sync -f flushed && echo lost >pending && cat flushed pending');
  await host.cutPower();
  assert.ok(existsSync(join(host.root, 'var/lib/urok/flushed')), 'what was flushed is gone');
  assert.ok(!existsSync(join(host.root, 'var/lib/urok/pending')), 'nothing was lost: this is no power cut');
  await host.boot();
  assert.equal(await host.run('cat', '/var/lib/urok/flushed'), 'kept\n');
});

test('two hosts reach each other over their LAN, and nothing else', async () => {
  await using one = await makeHost('one', '10.77.0.14');
  await using two = await makeHost('two', '10.77.0.15');
  await Promise.all([one.boot(), two.boot()]);
  const dial = (address: string) => ['bash', '-c', `exec 3<>/dev/tcp/${address}`];
  await assert.rejects(one.run(...dial('10.77.0.15/9')), /Connection refused/, 'a port without a program answers that it has none');
  await assert.rejects(one.run(...dial('192.0.2.1/9')), /unreachable/, 'there is no way out of the LAN');
});
