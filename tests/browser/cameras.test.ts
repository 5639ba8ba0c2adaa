// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator adds cameras: a good one, one with another password, one that is not there.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { type Camera, type School, startCamera, startSchool } from '../lib/school.ts';

const ADMINISTRATOR = 'orlova';

let school: School;
let browser: Browser;

before(async () => {
  school = await startSchool({ nginx: true });
  await school.setUp();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await school?.stop();
});

async function tryCamera({ page }: Visitor, name: string, url: string): Promise<void> {
  await page.getByRole('link', { name: 'Камеры' }).click();
  await page.getByRole('link', { name: 'Добавить камеру' }).click();
  await page.getByLabel('Название').fill(name);
  await page.getByLabel('Адрес RTSP').fill(url);
  await page.getByRole('button', { name: 'Проверить' }).click();
}

test('a good camera: what was found, a picture, and it stands in the list', async () => {
  await using camera: Camera = await startCamera();
  const administrator = await browser.person(school, ADMINISTRATOR);
  const { page } = administrator;
  await tryCamera(administrator, 'Кабинет 12', camera.url);
  await page.getByText(/H\.264, 1280×720, 25 кадров в секунду, звук AAC/).waitFor();
  await page.getByText('Браузеры покажут её как есть.').waitFor();
  const still = page.getByRole('img', { name: /Кадр с камеры/ });
  await still.waitFor();
  await page.waitForFunction((img: HTMLImageElement) => img.complete && img.naturalWidth > 100, await still.elementHandle());
  await page.getByRole('button', { name: 'Добавить' }).click();
  await page.getByRole('heading', { level: 1, name: 'Кабинет 12' }).waitFor();
  await page.getByRole('button', { name: 'К камерам' }).click();
  await page.getByRole('link', { name: /Кабинет 12/ }).waitFor();
});

test('a camera that wants a password: the sentence stands at the field and focus is there', async () => {
  const secret = join(school.folder, 'camera-password');
  await writeFile(secret, 'admin\nпароль камеры\n');
  await using camera: Camera = await startCamera('--auth', secret);
  const administrator = await browser.person(school, ADMINISTRATOR);
  const { page } = administrator;
  await tryCamera(administrator, 'Кабинет 14', camera.url);
  await page.getByText('Камера не приняла пароль. Введите пароль самой камеры.').first().waitFor();
  await page.waitForFunction(() => (document.activeElement as HTMLInputElement | null)?.name === 'password');
  assert.equal(await page.getByLabel('Название').inputValue(), 'Кабинет 14');
});

test('a camera that is not there, and an address that is none', async () => {
  const camera: Camera = await startCamera();
  await camera.process.signal('SIGKILL');
  const administrator = await browser.person(school, ADMINISTRATOR, { phone: true });
  const { page } = administrator;
  await page.getByRole('link', { name: 'Ещё' }).click();
  await tryCamera(administrator, 'Кабинет 16', camera.url);
  await page.getByText('Камера не принимает соединение. Проверьте адрес и порт.').first().waitFor();
  await page.getByLabel('Адрес RTSP').fill('http://127.0.0.1/');
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByText(/Адрес должен начинаться с rtsp/).first().waitFor();
  await page.waitForFunction(() => (document.activeElement as HTMLInputElement | null)?.name === 'url');
});
