// SPDX-License-Identifier: LGPL-2.1-or-later
// urokctl and the real daemon: what school IT types, from the demo school to a camera that goes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { BUILD } from '../lib/places.ts';
import { startCamera, startSchool, type School } from '../lib/school.ts';

async function urokctl(school: School, ...words: string[]): Promise<any> {
  const { stdout } = await promisify(execFile)(join(BUILD, 'ctl/urokctl'), ['--socket', school.socket('control'), '--json', ...words]);
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}

test('a demo school is made, tells how it goes, its log is whole, and a link signs somebody in', async () => {
  await using school = await startSchool();
  assert.equal((await urokctl(school, 'demo')).state, 'done');
  assert.equal((await urokctl(school, 'status')).set_up, true);
  assert.equal((await urokctl(school, 'log', 'verify')).ok, true);
  const { code } = await urokctl(school, 'sign-in-link', 'kravcova');
  const reply = await school.request('POST', '/api/v1/sessions', { body: { code } });
  assert.equal(reply.status, 201, reply.text);
});

test('a camera is tried, added, listed and removed', async () => {
  await using camera = await startCamera('--size', '320x180', '--bitrate', '300');
  await using school = await startSchool();
  await school.setUp();
  assert.equal((await urokctl(school, 'camera', 'probe', camera.url)).state, 'done');
  const { slug } = await urokctl(school, 'camera', 'add', 'Кабинет 7', camera.url);
  assert.deepEqual((await urokctl(school, 'camera', 'list')).items.map((one: any) => one.slug), [slug]);
  await urokctl(school, 'camera', 'remove', slug);
  assert.deepEqual((await urokctl(school, 'camera', 'list')).items, []);
});
