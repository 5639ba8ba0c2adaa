// SPDX-License-Identifier: LGPL-2.1-or-later
// Help: found under the menu and signed out, one's own questions first, searched, with the school's support and the memos.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { PROJECT } from '../lib/places.ts';

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

async function look(visitor: Visitor, name: string): Promise<void> {
  assert.deepEqual(await visitor.findings(), []);
  if (process.env['UROK_SHOTS']) await visitor.page.screenshot({ path: join(PROJECT, 'tests/shots', `${name}.png`), fullPage: true });
}
const titles = ({ page }: Visitor): Promise<string[]> => page.locator('h2').allTextContents();

test('who is signed out finds an answer by a word, also with е for ё, and whom to ask', async () => {
  const admin = await room.enter('admin');
  await admin.ask('PATCH', '/api/v1/school', { body: { address: 'Ёлочная улица, 17', support_email: 'help@school17.example', support_phone: '+7 (343) 123-45-67' } });
  const guest = await browser.visitor(room.school, { phone: true });
  const { page } = guest;
  await guest.open('/sign-in');
  await page.getByRole('link', { name: 'Помощь' }).click();
  await page.getByRole('heading', { level: 1, name: 'Помощь' }).waitFor();
  assert.deepEqual((await titles(guest)).slice(0, 5), ['Всем', 'Ученикам', 'Родителям', 'Учителям', 'Администраторам']);
  await page.getByText('Ёлочная улица, 17').waitFor();
  assert.equal(await page.getByRole('link', { name: '+7 (343) 123-45-67' }).getAttribute('href'), 'tel:+73431234567');
  assert.equal(await page.getByRole('link', { name: 'Написать в поддержку' }).getAttribute('href'), 'mailto:help@school17.example');
  assert.equal(await page.getByRole('link', { name: /Памятка/ }).count(), 0);
  await look(guest, 'help-out-phone-light');
  await page.getByLabel('Поиск по вопросам').fill('ребенка профиль закрыть');
  await page.getByText('Приглашение от этого не пропадёт.').waitFor();
  assert.equal(await page.locator('details').count(), 1);
  await page.getByLabel('Поиск по вопросам').fill('расписание автобусов');
  await page.getByText('Такого вопроса здесь нет').waitFor();
  await page.getByText('Классный руководитель даст код для входа.').waitFor();
  await look(guest, 'help-nothing-phone-light');
});

test('a teacher has the own questions first and downloads the memo for parents', async () => {
  const teacher = await browser.person(room.school, 'teacher1', { dark: true });
  const { page } = teacher;
  await page.getByRole('link', { name: 'Помощь' }).click();
  await page.getByRole('heading', { level: 2, name: /^Памятки/ }).waitFor();
  assert.deepEqual((await titles(teacher)).slice(0, 2), ['Всем', 'Учителям']);
  // The keyboard opens an answer.
  await page.locator('summary', { hasText: 'Как пригласить класс' }).press('Enter');
  await page.getByText(/там ссылка, листки для печати/).waitFor();
  await look(teacher, 'help-teacher-desktop-dark');
  for (const whose of ['родителей', 'учеников']) {
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: new RegExp(`^Памятка для ${whose}`) }).click();
    const file = await readFile(await (await coming).path());
    assert.equal(file.subarray(0, 5).toString('latin1'), '%PDF-');
  }
});

test('an administrator whose school says no support is led to where it is said', async () => {
  const admin = await browser.person(room.school, 'admin');
  const { page } = admin;
  await (await room.enter('admin')).ask('PATCH', '/api/v1/school', { body: { support_email: null, support_phone: null } });
  await admin.open('/help');
  await page.getByText('Школа пока не указала ни почты, ни телефона поддержки.').waitFor();
  await look(admin, 'help-administrator-desktop-light');
  await page.getByRole('link', { name: 'Указать почту и телефон' }).click();
  await page.getByRole('heading', { level: 1, name: 'Школа' }).waitFor();
});
