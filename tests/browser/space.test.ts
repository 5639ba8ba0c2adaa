// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator sees what uses the disk, counts again, and finds where the times are set.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser } from '../lib/browser.ts';
import { type Classroom, startClassroom } from '../lib/classroom.ts';

let room: Classroom;
let browser: Browser;

before(async () => {
  room = await startClassroom({ nginx: true });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await room?.school.stop();
});

test('space: from the server\'s page to what uses the disk, and to the times that are set', async () => {
  const admin = await browser.person(room.school, 'admin', { phone: true });
  const { page } = admin;
  await admin.open('/server');
  await page.getByRole('link', { name: 'Место на диске' }).click();
  await page.getByText('История чатов и школы').waitFor();
  assert.deepEqual(await admin.findings(), []);
  await page.getByRole('button', { name: 'Посчитать снова' }).click();
  await page.getByRole('link', { name: 'Сроки хранения' }).click();
  await page.getByRole('heading', { name: 'Чаты классов' }).waitFor();
});
