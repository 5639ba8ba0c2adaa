// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator adds cameras: a good one, one with another password, one that is not there.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { atHome, type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { pluginsWithoutBad } from '../lib/plugins.ts';
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

atHome('its picture needs a package that is only recommended', 'a good camera: what was found, a picture, and it stands in the list', async () => {
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

atHome('its kinds need packages that are only recommended', 'cameras of other kinds: what each is, and what its sound or its codec needs, in both languages', async () => {
  const kinds: [words: string[], russian: RegExp[], english: RegExp[]][] = [
    [['--codec', 'h265'], [/H\.265 браузеры не покажут\. Включите в камере H\.264\./, /показать её нельзя/], [/Browsers cannot play H\.265\. Switch the camera to H\.264\./]],
    [['--audio', 'pcmu'], [/звук G\.711 µ-law/, /Браузеры покажут её как есть\./], [/G\.711 µ-law sound/, /Browsers play it as it is\./]],
    [['--audio', 'none', '--udp-only'], [/без звука, по UDP/, /Браузеры покажут её как есть\./], [/no sound, over UDP/]],
  ];
  const [russian, english] = await Promise.all(['ru-RU', 'en-GB'].map((locale) => browser.person(school, ADMINISTRATOR, { locale })));
  await english!.page.getByRole('link', { name: 'Cameras' }).click();
  await english!.page.getByRole('link', { name: 'Add a camera' }).click();
  await russian!.page.getByRole('link', { name: 'Камеры' }).click();
  await russian!.page.getByRole('link', { name: 'Добавить камеру' }).click();
  for (const [words, inRussian, inEnglish] of kinds) {
    await using camera: Camera = await startCamera('--size', '320x180', '--bitrate', '300', ...words);
    for (const [visitor, address, check, texts] of [[russian!, 'Адрес RTSP', 'Проверить', inRussian], [english!, 'RTSP address', 'Check', inEnglish]] as const) {
      await visitor.page.bringToFront();
      await visitor.page.getByLabel(address).fill(camera.url);
      await visitor.page.getByRole('button', { name: check }).click();
      for (const text of texts) await visitor.page.getByText(text).first().waitFor();
    }
  }
});

atHome('it lacks that package by itself, and this is about one that has the others', 'a camera whose sound needs a package that the server lacks: the page names it', async () => {
  const { place, environment } = await pluginsWithoutBad();
  try {
    await using poor = await startSchool({ nginx: true, environment });
    await poor.setUp();
    await using camera: Camera = await startCamera('--size', '320x180', '--bitrate', '300', '--audio', 'pcma');
    const administrator = await browser.person(poor, ADMINISTRATOR);
    await tryCamera(administrator, 'Кабинет 18', camera.url);
    await administrator.page.getByText('Браузеры покажут её как есть. Звука не будет: чтобы переделать G.711 A-law, на сервере не хватает пакета gstreamer1.0-plugins-bad.').waitFor();
    await administrator.page.getByRole('button', { name: 'Добавить' }).click();
    await administrator.page.getByRole('heading', { level: 1, name: 'Кабинет 18' }).waitFor();
    await administrator.page.getByText(/не хватает пакета gstreamer1\.0-plugins-bad\./).waitFor();
  } finally {
    await rm(place, { recursive: true });
  }
});
