// SPDX-License-Identifier: LGPL-2.1-or-later
// The release before this one is kept by the package's own scripts, and comes back: what of that needs no booted host.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DpkgRoot } from '../lib/dpkg-root.ts';

/** As the rehearsal leaves it, behind a newer release that rewrote the data. */
async function keepData(root: DpkgRoot, text: string): Promise<void> {
  await root.run('mkdir', '-p', '/var/lib/urok/previous/data');
  await writeFile(root.inside('var/lib/urok/previous/data/urok.db'), text);
  await writeFile(root.inside('var/lib/urok/previous/data/copy.json'), '{"schema":1,"next_schema":2,"at":"2031-05-05T10:00:00Z"}');
}

async function install(root: DpkgRoot, file: string): Promise<string> {
  const said = await root.run('dpkg', '--force-confold', '-i', file);
  assert.equal(said.status, 0, said.out + said.err);
  return said.out + said.err;
}

test('way back: where dpkg breaks off it can be said once more, with the data of before', async () => {
  await using root = await DpkgRoot.make();
  await install(root, await root.pack('1.0', '[ ! -e /tmp/no-room ] || exit 1'));
  await appendFile(root.inside('etc/urok/urok.conf'), '# ours\n');
  await install(root, await root.pack('2.0'));
  assert.equal(await readFile(root.inside('var/lib/urok/previous/version'), 'utf8'), '1.0\n');
  const conffile = (name: string): Promise<string> => readFile(root.inside('etc/urok', name), 'utf8');
  assert.deepEqual(await Promise.all(['urok.conf', 'urok.conf.dpkg-dist', 'other.conf'].map(conffile)), ['# of 1.0\n# ours\n', '# of 2.0\n', '# of 2.0\n']);
  await keepData(root, 'of before');
  await writeFile(root.inside('tmp/no-room'), '');
  const broken = await root.urokctl('upgrade', '--back', '--yes');
  assert.deepEqual([broken.status, /apt did not finish/.test(broken.err)], [1, true], broken.out + broken.err);
  assert.equal(await root.version(), '2.0');
  assert.ok(!existsSync(root.inside('var/lib/urok/previous/going-back')));
  assert.equal(await readFile(root.inside('var/lib/urok/previous/data/urok.db'), 'utf8'), 'of before');

  await rm(root.inside('tmp/no-room'));
  const back = await root.urokctl('upgrade', '--back', '--yes');
  assert.equal(back.status, 0, back.out + back.err);
  assert.match(back.out, /data as they were at 2031-05-05.*What was written since is lost/);
  assert.equal(await root.version(), '1.0');
  assert.deepEqual(await readdir(root.inside('var/lib/urok/previous/web/assets')), ['2.0.js'], 'open pages find theirs');
  assert.deepEqual([await conffile('urok.conf'), await conffile('other.conf')], ['# of 1.0\n# ours\n', '# of 1.0\n']);
  assert.equal((await root.run('dpkg', '--verify', 'urok')).out, '??5?????? c /etc/urok/urok.conf\n');
});

test('way back: where what is installed could not be kept, no older release is offered over its data', async () => {
  await using root = await DpkgRoot.make();
  for (const version of ['1.0', '2.0']) await install(root, await root.pack(version));
  await rm(root.inside('usr/share/urok/conffiles.tar'));
  assert.match(await install(root, await root.pack('3.0')), /what is installed could not be kept: there will be no way back to it/);
  await keepData(root, 'of the second');
  const said = await root.urokctl('upgrade', '--back', '--yes');
  assert.deepEqual([said.status, /No release before this one is kept/.test(said.err)], [1, true], said.out + said.err);
  assert.equal(await root.version(), '3.0');
});
