// SPDX-License-Identifier: LGPL-2.1-or-later
// The line to the cloud in everybody's frame, over a real mosquitto: who works here reads that it is down, others see nothing.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { startBroker, startFarEnd } from '../lib/broker.ts';
import type { SyncEnd } from '../lib/brokers.ts';
import { atHome, type Browser, openBrowser } from '../lib/browser.ts';
import { chatOf, type Classroom, startClassroom, write } from '../lib/classroom.ts';

const WHY = 'there the data of the school are not the test\'s to write';

let room: Classroom;
let broker: Awaited<ReturnType<typeof startBroker>>;
let far: SyncEnd;
let browser: Browser;

before(async () => {
  room = await startClassroom({ nginx: true });
  broker = await startBroker();
  const { box } = await (await room.enter('admin')).get('/api/v1/cloud');
  await room.school.daemon.stop();
  await broker.link(join(room.school.folder, 'data'), box);
  await room.school.start();
  far = await startFarEnd(broker, box);
  browser = await openBrowser();
  const admin = await room.enter('admin');
  for (let line; line?.state !== 'live' || line.waiting > 0;) line = await admin.get('/api/v1/cloud');
});
after(async () => {
  await browser?.close();
  await far?.stop();
  await room?.school.stop();
  await broker?.stop();
});

atHome(WHY, 'cloud line: a teacher reads since when it is down and what waits, a pupil does not, and it goes', async () => {
  const teacher = await browser.person(room.school, 'teacher1');
  const phone = await browser.person(room.school, 'teacher2', { phone: true, dark: true });
  const pupil = await browser.person(room.school, 'pupil1');
  const words = (page: any): any => page.getByText(/^Облако: нет связи/);
  await words(teacher.page).waitFor({ state: 'detached' });
  await broker.kill();
  await words(teacher.page).waitFor();
  const writer = await room.enter('teacher1');
  for (const text of ['раз', 'два']) await write(writer, await chatOf(writer, 'class_pupils'), text);
  for (const { page } of [teacher, phone]) await page.getByText(/^Облако: нет связи с \d\d:\d\d, ждут отправки \d+ изменени[еяй]$/).waitFor();
  assert.deepEqual(await phone.findings(), []);
  // What was written came to the pupil over the same stream.
  await pupil.page.getByText('два').first().waitFor();
  assert.equal(await words(pupil.page).count(), 0);
  // The longer it was away, the rarer urokd tries.
  await broker.start();
  for (const { page } of [teacher, phone]) await words(page).waitFor({ state: 'detached', timeout: 60_000 });
});
