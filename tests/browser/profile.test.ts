// SPDX-License-Identifier: LGPL-2.1-or-later
// One's own profile: name, language, theme, password, sessions, leaving.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser } from '../lib/browser.ts';
import { type School, startSchool } from '../lib/school.ts';

const LOGIN = 'orlova';
const PASSWORD = 'длинный пароль 17';

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

test('a wrong password says nothing of the login; the right one comes in, and back to where one was going', async () => {
  const visitor = await browser.visitor(school);
  const { page } = visitor;
  await visitor.open('/cameras');
  await page.waitForURL(/\/sign-in\?/);
  await page.getByLabel('Логин').fill(LOGIN);
  await page.getByLabel('Пароль').fill('не тот пароль');
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByText('Логин или пароль не подходит. Проверьте раскладку.').waitFor();
  await page.getByLabel('Пароль').fill(PASSWORD);
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByRole('heading', { level: 1, name: 'Камеры' }).waitFor();
});

test('a one-time link works once', async () => {
  const { code } = await school.console('POST', '/api/v1/console/sign-in-links', { login: LOGIN });
  const first = await browser.visitor(school);
  await first.open(`/sign-in#${code}`);
  await first.page.getByText('Анна Павловна Орлова').waitFor();
  await first.page.reload();
  await first.page.getByRole('button', { name: 'Войти' }).click();
  await first.page.waitForURL(/\/chats$/);
  const second = await browser.visitor(school);
  await second.open(`/sign-in#${code}`);
  await second.page.getByText('Ссылка уже не действует. Попросите новую.').waitFor();
});

test('name, language and theme change at once and are there on the next device', async () => {
  const person = await browser.person(school, LOGIN);
  const { page } = person;
  await page.getByRole('link', { name: /А\. П\. Орлова/ }).click();
  await page.getByLabel('Отчество (если есть)').fill('Петровна');
  await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
  await page.getByText('Анна Петровна Орлова').waitFor();
  await page.getByText('Тёмная', { exact: true }).click();
  await page.waitForFunction(() => document.querySelector('.vkui--vkCom--dark') !== null);
  // That of the theme may still be on its way.
  const saved = page.waitForResponse((r: any) => r.request().method() === 'PATCH' && r.request().postDataJSON()?.language === 'en');
  await page.getByText('English', { exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor();
  await saved;

  const other = await browser.person(school, LOGIN);
  await other.page.getByRole('heading', { level: 1, name: 'Chats' }).waitFor();
  assert.equal(await other.page.locator('.vkui--vkCom--dark').count() > 0, true);
  assert.equal(await other.page.evaluate(() => document.documentElement.lang), 'en');
  await other.page.getByRole('link', { name: /Administrator/ }).click();
  await other.page.getByText('Русский', { exact: true }).click();
  await other.page.getByRole('heading', { level: 1, name: 'Профиль' }).waitFor();
});

test('a session that is ended elsewhere leads to the sign-in page by itself', async () => {
  const here = await browser.person(school, LOGIN);
  const there = await browser.person(school, LOGIN, { phone: true });
  await there.page.getByRole('link', { name: 'Ещё' }).click();
  await there.page.getByRole('link', { name: 'Помощь' }).click();
  await there.page.getByRole('heading', { level: 1, name: 'Помощь' }).waitFor();
  await here.page.getByRole('link', { name: /Орлова/ }).click();
  const endings = here.page.getByRole('button', { name: /^Закрыть сеанс/ });
  await endings.first().waitFor();
  // A button that was pressed says that it is busy until its row is gone.
  const rows = here.page.getByRole('button', { name: /^(Закрыть сеанс|Загрузка)/ });
  for (let left = await rows.count(); left > 0; left -= 1) {
    await endings.first().click();
    await rows.nth(left - 1).waitFor({ state: 'detached' });
  }
  await there.page.waitForURL(/\/sign-in\?/);
  await there.page.getByText('Войдите снова, черновик сохранён.').waitFor();
});

test('signing out ends the session and forgets drafts', async () => {
  const person = await browser.person(school, LOGIN, { phone: true });
  await person.page.evaluate(() => localStorage.setItem('urok.language', 'ru'));
  await person.page.getByRole('link', { name: 'Ещё' }).click();
  await person.page.getByText('Выйти', { exact: true }).click();
  await person.page.waitForURL(/\/sign-in$/);
  assert.deepEqual(await person.page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('urok.kept.'))), []);
  await person.open('/chats');
  await person.page.waitForURL(/\/sign-in/);
});

test('a part of the app that cannot be loaded leaves the menu standing, and one press mends it', async () => {
  const person = await browser.person(school, LOGIN);
  const { page } = person;
  await page.route(/CamerasPage/, (route: any) => route.abort());
  await page.getByRole('link', { name: 'Камеры' }).click();
  await page.getByText('Не получилось. Повторите.').waitFor();
  await page.getByRole('navigation', { name: 'Главное меню' }).waitFor();
  await page.unroute(/CamerasPage/);
  await page.getByRole('button', { name: 'Повторить' }).click();
  await page.getByRole('heading', { level: 1, name: 'Камеры' }).waitFor();
});
