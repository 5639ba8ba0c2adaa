// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator sees what uses the disk, counts again, sets a limit after reading what it would take, and finds where the times are set.
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

test('space: a limit says what would go before it is set, and goes again', async () => {
  const admin = await browser.person(room.school, 'admin');
  const { page } = admin;
  await admin.open('/server/space');
  await page.getByRole('button', { name: /Резервные копии.*Без предела/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Не больше, ГБ').fill('50');
  await dialog.getByText(/Сейчас занято .*: ничего не удалится/).waitFor();
  await dialog.getByLabel('Когда предел достигнут').selectOption('oldest-go');
  await dialog.getByText('Новейшая копия и последняя проверенная остаются всегда.').waitFor();
  assert.deepEqual(await admin.findings(), []);
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  const row = page.getByRole('button', { name: /Резервные копии.*Не больше 50 ГБ, потом удаляются самые старые/ });
  await row.click();
  await dialog.getByLabel('Не больше, ГБ').fill('0,01');
  await dialog.getByText('Нужно число не меньше 0,1').waitFor();
  await dialog.getByLabel('Не больше, ГБ').fill('');
  await dialog.getByText('Предела не будет.').waitFor();
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  await page.getByRole('button', { name: /Резервные копии.*Без предела/ }).waitFor();
});
