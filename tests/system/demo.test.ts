// SPDX-License-Identifier: LGPL-2.1-or-later
// The demo school by a real daemon: with a broadcast going on, with a camera that is refused, interrupted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCamera, startSchool } from '../lib/school.ts';

const DEMO = '/api/v1/console/demo';

test('demo: a lesson is broadcast to the class 5А and its parents, and to nobody else', async () => {
  await using camera = await startCamera();
  await using school = await startSchool();
  const { state, examples } = await school.furnish({ camera_url: camera.url });
  assert.equal(state, 'done');
  assert.deepEqual(examples.map(({ role, login }: any) => `${role} ${login}`),
    ['administrator orlova', 'teacher kravcova', 'pupil mironova', 'parent mironova-mama']);
  for (const login of ['kravcova', 'mironova', 'mironova-mama']) {
    const { now } = await (await school.signIn(login)).get('/api/v1/broadcasts');
    assert.deepEqual(now.map(({ title }: any) => title), ['Математика, 5А']);
  }
  const teacher = await school.signIn('belozerov');
  const { items } = await teacher.get('/api/v1/cameras');
  assert.deepEqual(items.map(({ slug }: any) => slug), ['kabinet-12']);
});

test('demo: a camera that is refused leaves nothing behind', async () => {
  await using school = await startSchool();
  await assert.rejects(school.furnish({ camera_url: 'http://127.0.0.1/camera' }), /: 400 .*rtsp:\/\//);
  assert.equal((await school.console('GET', DEMO)).state, 'failed');
  assert.equal((await school.console('GET', '/api/v1/console/status')).events, 0);
  assert.equal((await school.furnish()).state, 'done');
});

test('demo: reads are answered while it is made, and a second one is refused', async () => {
  await using school = await startSchool();
  const first = school.furnish();
  let progress;
  do progress = await school.console('GET', DEMO); while (progress.state === 'none');
  assert.equal(progress.state, 'running');
  assert.ok(progress.done < progress.total);
  assert.equal((await school.request('GET', '/api/v1/school')).body.set_up, false);
  await assert.rejects(school.furnish(), /: 409 /);
  assert.equal((await first).state, 'done');
  await assert.rejects(school.furnish(), /: 409 .*already-set-up/);
});

test('demo: what a kill interrupted is no school and says what to do', async () => {
  await using school = await startSchool();
  const broken = assert.rejects(school.furnish());
  while ((await school.console('GET', '/api/v1/console/status')).events === 0);
  await school.kill();
  await broken;
  await school.start();
  assert.equal((await school.request('GET', '/api/v1/school')).body.set_up, false);
  await assert.rejects(school.furnish(), /: 409 .*remove its data directory/);
});
