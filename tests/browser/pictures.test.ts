// SPDX-License-Identifier: LGPL-2.1-or-later
// One's own picture on the profile page, where others see it, and the test letter on the school's page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Page } from '../lib/browser.ts';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { photo, seed } from '../lib/pictures.ts';
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

const SHOTS = join(PROJECT, 'tests/shots');
const choose = (page: Page, name: string, buffer: Buffer): Promise<void> =>
  page.getByLabel('Файл с картинкой').setInputFiles({ name, mimeType: 'image/jpeg', buffer });

test('a teacher chooses a picture, classmates of the work see it, and it can be replaced and removed', async () => {
  const teacher = await browser.person(room.school, 'teacher1', { at: '/me' });
  const { page } = teacher;
  await page.getByRole('button', { name: 'Выбрать картинку' }).waitFor();
  await choose(page, 'я.jpg', await photo(0));
  await page.getByText('Картинка сохранена').waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('img[src*="/picture?"]')].some((img: any) => img.complete && img.naturalWidth > 0));
  assert.deepEqual(await teacher.findings(), []);
  if (process.env['UROK_SHOTS']) await page.screenshot({ path: join(SHOTS, 'profile-picture-desktop-light.png') });

  const admin = await browser.person(room.school, 'admin', { phone: true, dark: true, at: '/people' });
  await admin.page.waitForFunction(() => [...document.querySelectorAll('img[src*="size=large"], img[src*="size=small"]')].some((img: any) => img.complete && img.naturalWidth > 0));
  if (process.env['UROK_SHOTS']) await admin.page.screenshot({ path: join(SHOTS, 'people-picture-phone-dark.png') });

  await page.getByRole('button', { name: 'Заменить картинку' }).waitFor();
  await choose(page, 'b.png', await seed('plain.png'));
  await page.waitForFunction((n: number) => [...document.querySelectorAll('img[src*="/picture?"]')].some((img: any) => img.naturalWidth === n), 24);
  await page.getByRole('button', { name: 'Убрать' }).click();
  await page.getByText('Картинка убрана').waitFor();
  await page.getByRole('button', { name: 'Выбрать картинку' }).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('img[src*="/picture?"]')].every((img: any) => !img.complete || img.naturalWidth === 0));
});

test('what is no picture, too large, or HEIC is said in words, and the next choice is free', async () => {
  const { page } = await browser.person(room.school, 'parent1', { phone: true });
  await page.getByRole('link', { name: 'Ещё' }).click();
  await page.getByRole('link', { name: /Родитель/ }).first().click();
  const faults: [string, Buffer, RegExp][] = [
    ['фото.heic', await seed('photo.heic'), /Картинки HEIC школа не принимает\. На iPhone/],
    ['письмо.jpg', await readFile(join(PROJECT, 'README.md')), /Это не картинка/],
    ['танец.webp', await seed('moving.webp'), /Картинка движется/],
    ['фото.jpg', await seed('cut.jpg'), /Картинка повреждена/],
    ['огромное.jpg', Buffer.alloc(20 * 1024 * 1024 + 1), /Файл больше 20 МБ/],
  ];
  for (const [name, bytes, words] of faults) {
    await choose(page, name, bytes);
    await page.getByRole('alert').getByText(words).waitFor();
  }
  if (process.env['UROK_SHOTS']) await page.screenshot({ path: join(SHOTS, 'profile-picture-error-phone-light.png') });
  await choose(page, 'a.png', await seed('plain.png'));
  await page.getByText('Картинка сохранена').waitFor();
  assert.equal(await page.getByText(faults.at(-1)![2]).count(), 0);
});

test('a picture on its way shows how much of it is there, and can be stopped', async () => {
  const person = await browser.person(room.school, 'teacher2', { at: '/me' });
  const { page } = person;
  const network = await person.context.newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 64 * 1024 });
  await choose(page, 'a.jpg', Buffer.alloc(8 * 1024 * 1024, 0xff));
  await page.getByRole('progressbar', { name: 'Отправка картинки' }).waitFor();
  if (process.env['UROK_SHOTS']) await page.screenshot({ path: join(SHOTS, 'profile-picture-way-desktop-light.png') });
  assert.deepEqual(await person.findings(), []);
  await page.getByRole('button', { name: 'Отменить' }).click();
  await page.getByRole('button', { name: 'Выбрать картинку' }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
});

test('a pupil is told why there is no picture', async () => {
  const person = await browser.person(room.school, 'pupil1', { at: '/me' });
  await person.page.getByText(/^Для своей картинки нужно согласие родителя на фотографию/).waitFor();
  await choose(person.page, 'я.jpg', await photo(0));
  await person.page.getByRole('alert').getByText(/^Сначала на фото должен согласиться родитель/).waitFor();
});

test('the school\'s page sends a test letter and says what became of it', async () => {
  const person = await browser.person(room.school, 'admin', { at: '/school' });
  const { page } = person;
  const form = page.getByRole('button', { name: 'Отправить письмо' });
  await page.getByLabel('Кому отправить письмо').fill('не адрес');
  await form.click();
  await page.getByText('Адрес выглядит так: name@example.org').waitFor();
  await page.getByLabel('Кому отправить письмо').fill('zavuch@example.org');
  await form.click();
  await page.getByText(/Почта не настроена\. Её настраивают на сервере/).waitFor();
  assert.deepEqual(await person.findings(), []);
  if (process.env['UROK_SHOTS']) await page.screenshot({ path: join(SHOTS, 'school-mail-desktop-light.png'), fullPage: true });
});
