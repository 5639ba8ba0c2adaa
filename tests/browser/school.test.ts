// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's page: its form with errors at the field, changes that wait, the logo on its way; where all of it is seen.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, DESKTOP, openBrowser, PHONE, type Page, type Visitor } from '../lib/browser.ts';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { seed } from '../lib/pictures.ts';
import { PROJECT } from '../lib/places.ts';

let room: Classroom;
let browser: Browser;
let admin: Visitor;

before(async () => {
  room = await startClassroom({ nginx: true });
  browser = await openBrowser();
  admin = await browser.person(room.school, 'admin');
});
after(async () => {
  await browser?.close();
  await room?.school.stop();
});

const shot = async ({ page }: Visitor, name: string): Promise<void> => {
  if (process.env['UROK_SHOTS']) await page.screenshot({ path: join(PROJECT, 'tests/shots', `${name}.png`), fullPage: true });
};
const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Сохранить', exact: true }).click();
const logoIsThere = (page: Page): Promise<void> =>
  page.waitForFunction(() => [...document.querySelectorAll('img[src*="/school/logo/"]')].some((img: any) => img.complete && img.naturalWidth > 0));

test('what the administrator says of the school stands in the menu, at the sign-in and in Help', async () => {
  const { page } = admin;
  await admin.open('/school');
  await page.getByLabel('Название', { exact: true }).fill('Школа на Ёлочной');
  await page.getByLabel('Полное название (если есть)').fill('МАОУ «Школа № 17»');
  await page.getByLabel('Адрес (если есть)').fill('Екатеринбург, Ёлочная улица, 17');
  await page.getByLabel('Почта поддержки школы (если есть)').fill('help@school17.example');
  await page.getByLabel('Телефон поддержки школы (если есть)').fill('+7 343 123-45-67');
  await page.getByText(/Изменения ещё не сохранены/).waitFor();
  await shot(admin, 'school-form-desktop-light');
  assert.deepEqual(await admin.findings(), []);
  await save(page);
  await page.getByText('Сохранено').waitFor();
  await page.getByRole('banner').getByText('Школа на Ёлочной').waitFor();
  await page.getByLabel('Файл с логотипом').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: await seed('plain.png') });
  await page.getByText('Логотип сохранён').waitFor();
  await logoIsThere(page);

  const guest = await browser.visitor(room.school, { phone: true, dark: true });
  await guest.open('/sign-in');
  await guest.page.getByRole('heading', { level: 1, name: 'Школа на Ёлочной' }).waitFor();
  await logoIsThere(guest.page);
  assert.deepEqual(await guest.findings(), []);
  await shot(guest, 'school-sign-in-phone-dark');
  await page.getByRole('button', { name: 'Убрать' }).click();
  await page.getByText('Логотип убран').waitFor();
});

test('an error stands at its field, focus goes there, and what was typed stays', async () => {
  await admin.page.setViewportSize(PHONE);
  const { page } = admin;
  await admin.open('/school');
  const faults: [string, string, string][] = [
    ['Название', ' ', 'Заполните это поле.'],
    ['Почта поддержки школы (если есть)', 'поддержка', 'Адрес почты выглядит так: help@school.ru'],
    ['Телефон поддержки школы (если есть)', 'в канцелярии', 'Телефон выглядит так: +7 343 123-45-67'],
  ];
  for (const [label, value, words] of faults) {
    const field = page.getByLabel(label, { exact: true });
    const was = await field.inputValue();
    await field.fill(value);
    await save(page);
    await page.getByText(words).first().waitFor();
    await page.waitForFunction((input: any) => document.activeElement === input, await field.elementHandle());
    assert.equal(await field.inputValue(), value);
    await field.fill(was);
  }
  await page.getByLabel('Телефон поддержки школы (если есть)').fill('12');
  await save(page);
  await page.getByText('Телефон выглядит так: +7 343 123-45-67').first().waitFor();
  await page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== 'running'));
  assert.deepEqual(await admin.findings(), []);
  await shot(admin, 'school-error-phone-light');
  await page.getByRole('button', { name: 'Вернуть как было' }).click();
  await page.setViewportSize(DESKTOP);
});

test('changes that are not saved wait for whoever comes back, and can be undone', async () => {
  const { page } = admin;
  await admin.open('/school');
  const address = page.getByLabel('Адрес (если есть)');
  const was = await address.inputValue();
  await address.fill('Другая улица, 5');
  await page.getByRole('link', { name: 'Чаты' }).click();
  await page.getByRole('heading', { level: 1, name: 'Чаты' }).waitFor();
  await page.getByRole('link', { name: 'Школа', exact: true }).click();
  await page.getByText(/Изменения ещё не сохранены/).waitFor();
  assert.equal(await address.inputValue(), 'Другая улица, 5');
  await page.getByRole('button', { name: 'Вернуть как было' }).click();
  assert.equal(await address.inputValue(), was);
  // Before it closes on them the browser itself asks.
  await address.fill('Другая улица, 6');
  const asked = page.waitForEvent('dialog');
  const closing = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  await closing;
  assert.equal(await address.inputValue(), 'Другая улица, 6');
  await page.getByRole('button', { name: 'Вернуть как было' }).click();
});

test('two administrators at one form do not undo each other', async () => {
  const [one, two] = [admin, await browser.person(room.school, 'admin')];
  for (const person of [one, two]) await person.open('/school');
  await one.page.getByLabel('Полное название (если есть)').fill('Первое имя');
  await two.page.getByLabel('Адрес (если есть)').fill('Вторая улица, 2');
  for (const { page } of [one, two]) {
    await save(page);
    await page.getByText('Сохранено').waitFor();
  }
  await one.page.waitForFunction(() => (document.querySelector('input[name=address]') as any).value === 'Вторая улица, 2');
  const { full_name, address } = (await room.school.request('GET', '/api/v1/school')).body;
  assert.deepEqual([full_name, address], ['Первое имя', 'Вторая улица, 2']);
});

test('a logo on its way shows how much of it is there, and can be stopped', async () => {
  const { page } = admin;
  await admin.open('/school');
  const network = await admin.context.newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 64 * 1024 });
  await page.getByLabel('Файл с логотипом').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(8 * 1024 * 1024, 0xff) });
  await page.getByRole('progressbar', { name: 'Отправка картинки' }).waitFor();
  assert.deepEqual(await admin.findings(), []);
  await page.getByRole('button', { name: 'Отменить' }).click();
  await page.getByRole('button', { name: 'Выбрать логотип' }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await network.detach();
});

test('a language that the school does not offer is offered nowhere', async () => {
  const { page } = admin;
  await admin.open('/school');
  const english = page.getByRole('checkbox', { name: 'English' });
  await page.getByText('English').click();
  assert.equal(await english.isChecked(), false);
  await page.getByText('Русский').click();
  await save(page);
  await page.getByText('Оставьте хотя бы один язык.').first().waitFor();
  assert.deepEqual(await admin.findings(), []);
  await page.getByText('Русский').click();
  await save(page);
  await page.getByText('Сохранено').waitFor();
  const guest = await browser.visitor(room.school, { locale: 'en-GB' });
  await guest.open('/sign-in');
  await guest.page.getByRole('button', { name: 'Войти' }).waitFor();
  assert.equal(await guest.page.getByRole('button', { name: 'English' }).count(), 0);
});
