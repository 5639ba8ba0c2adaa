// SPDX-License-Identifier: LGPL-2.1-or-later
// People and their accounts in the browser: adding, roles, closing access, letting somebody in again, names that wait,
// what one shows of oneself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Page, type Visitor } from '../lib/browser.ts';
import { type Cast, castOf } from '../lib/cast.ts';
import { type School, startSchool } from '../lib/school.ts';

let school: School;
let browser: Browser;
let cast: Cast;

before(async () => {
  school = await startSchool({ nginx: true });
  cast = await castOf(school);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await school?.stop();
});

const button = (page: Page, name: string | RegExp): any => page.getByRole('button', { name, exact: typeof name === 'string' });
const said = (page: Page, words: string): Promise<void> => page.getByText(words, { exact: true }).first().waitFor();

async function administrator(looks = {}): Promise<Visitor> {
  return browser.person(school, cast.administrator.login, looks);
}

/** Adds somebody by the form and stands on their page. */
async function addOne(visitor: Visitor, family: string, role: string): Promise<void> {
  const { page } = visitor;
  await visitor.open('/people/new');
  await page.getByLabel('Роль').selectOption({ label: role });
  await page.getByLabel('Фамилия', { exact: true }).fill(family);
  await page.getByLabel('Имя', { exact: true }).fill('Пётр');
  await button(page, 'Добавить').click();
  await page.getByRole('heading', { level: 2, name: 'Готово. Добавлено: 1 человек' }).waitFor();
  await page.getByRole('link', { name: new RegExp(family) }).click();
  await page.getByRole('heading', { level: 1, name: new RegExp(family) }).waitFor();
}

test('many people are pasted; the line at fault is named, and nobody is added twice', async () => {
  const { page } = await administrator();
  await page.getByRole('link', { name: 'Люди' }).click();
  await page.getByRole('link', { name: 'Добавить людей' }).click();
  await page.getByText('Сразу многих').click();
  const lines = page.getByLabel('По одному в строке');
  await lines.fill(`Абакумова Анна Ильинична; abakumova; anna@school.example\n\nАбакумов Илья; ${cast.teacher.login}`);
  await said(page, 'Будет добавлено: 2 человека');
  await button(page, 'Добавить').click();
  await page.getByText('Строка 3, логин: Такой логин уже занят. Выберите другой.').waitFor();
  await lines.fill('Абакумова Анна Ильинична; abakumova; anna@school.example\nАбакумов Илья');
  await button(page, 'Добавить').click();
  await page.getByRole('heading', { level: 2, name: 'Готово. Добавлено: 2 человека' }).waitFor();
  await page.getByRole('link', { name: /Анна Абакумова/ }).click();
  assert.equal(await page.getByLabel('Почта (если есть)').inputValue(), 'anna@school.example');
});

test('a role is switched on for a time and off again; the last one stays', async () => {
  const visitor = await administrator();
  const { page } = visitor;
  await addOne(visitor, 'Заменин', 'Родитель');
  await page.getByText('Учитель', { exact: true }).click();
  await page.getByRole('checkbox', { name: 'Временно: Учитель' }).press(' ');
  const end = page.getByRole('group', { name: 'Учитель: последний день' });
  await end.getByLabel('День').fill('31');
  await end.getByLabel('Месяц').selectOption({ label: 'февраль' });
  await end.getByLabel('Год').fill('2099');
  await button(page, 'Сохранить роли').click();
  await page.getByText('Такого дня нет, или он уже прошёл.').first().waitFor();
  await end.getByLabel('День').fill('28');
  const saved = page.waitForResponse((r: any) => r.url().endsWith('/roles') && r.status() === 200);
  await button(page, 'Сохранить роли').click();
  assert.deepEqual((await (await saved).json()).role_ends, [{ role: 'teacher', ends_on: '2099-02-28' }]);
  await page.getByText('Учитель', { exact: true }).click();
  await page.getByText('Родитель', { exact: true }).click();
  await button(page, 'Сохранить роли').click();
  await page.getByText('Оставьте хотя бы одну роль.', { exact: false }).first().waitFor();
});

test('closing somebody\'s access asks by name, throws them out, and can be taken back', async () => {
  const [boss, person] = [await administrator(), await browser.person(school, cast.parent.login)];
  const { page } = boss;
  await boss.open('/people');
  await page.getByLabel('Поиск людей').fill(cast.parent.login);
  await page.getByRole('link', { name: new RegExp(cast.parent.display_name) }).click();
  await button(page, `Закрыть доступ: ${cast.parent.display_name}`).click();
  await page.getByRole('alertdialog').getByText(`Закрыть доступ: ${cast.parent.display_name}?`).waitFor();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Закрыть доступ' }).click();
  await said(page, 'Доступ закрыт');
  await person.page.waitForURL(/\/sign-in\?/);
  await boss.open('/people');
  await page.getByLabel('Вход', { exact: true }).selectOption({ label: 'Доступ закрыт' });
  await page.getByRole('link', { name: new RegExp(cast.parent.display_name) }).click();
  await button(page, 'Открыть доступ').click();
  await said(page, 'Доступ открыт');
  await button(page, `Закрыть доступ: ${cast.parent.display_name}`).waitFor();
});

test('a class teacher gives a pupil a code; typed by hand it lets the pupil in, who reads who gave it', async () => {
  // Who never came in is invited instead.
  await school.signIn(cast.pupil.login);
  const leader = await browser.person(school, cast.teacher.login, { at: `/classes/${cast.schoolClass.id}` });
  const { page } = leader;
  await button(page, `Помочь войти: ${cast.pupil.display_name}`).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(new RegExp(`^${cast.pupil.display_name} войдёт по коду`)).waitFor();
  await dialog.getByRole('button', { name: 'Дать код' }).click();
  await dialog.getByRole('img', { name: `QR-код для входа: ${cast.pupil.display_name}` }).waitFor();
  const code = await dialog.locator('.slip__code').textContent();
  assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  assert.deepEqual(await leader.findings(), []);
  const pupil = await browser.visitor(school, { phone: true });
  await pupil.open('/sign-in');
  await button(pupil.page, 'Забыли пароль?').click();
  await pupil.page.getByLabel('Код', { exact: true }).fill(code.toLowerCase().replaceAll('-', ' '));
  await button(pupil.page, 'Дальше').click();
  await pupil.page.getByText(cast.pupil.display_name).waitFor();
  await button(pupil.page, 'Войти').click();
  await pupil.page.waitForURL(/\/chats$/);
  await pupil.open('/me');
  await pupil.page.getByText(new RegExp(`${cast.teacher.display_name}\\. Прежний пароль больше не действует`)).waitFor();
  await button(pupil.page, 'Понятно').click();
  await pupil.page.getByText('Вам дали код для входа').waitFor({ state: 'detached' });
});

test('a pupil\'s new name waits, its look-alikes are shown, and one press settles it', async () => {
  const [pupil, leader] = [await browser.person(school, cast.pupil.login), await browser.person(school, cast.teacher.login)];
  const { page } = leader;
  await leader.open(`/classes/${cast.schoolClass.id}`);
  await page.getByRole('heading', { level: 2, name: 'Ученики' }).waitFor();
  await pupil.open('/me');
  await pupil.page.getByLabel('Имя', { exact: true }).fill('Coня');
  await button(pupil.page, 'Сохранить').click();
  await said(pupil.page, 'Исправление увидит классный руководитель');
  await pupil.page.getByText('Новое имя ждёт классного руководителя. Пока все видят прежнее.').waitFor();
  // The list of the class teacher hears of it by itself.
  await page.getByRole('link', { name: /Исправления имён/ }).click();
  await page.getByText('Отмеченные буквы из другого алфавита', { exact: false }).waitFor();
  assert.deepEqual(await page.locator('mark').allTextContents(), ['C', 'o']);
  assert.deepEqual(await leader.findings(), []);
  await button(page, /^Отклонить исправление: /).click();
  await said(page, 'Всё решено');
  await pupil.page.getByText('Новое имя появится, когда его одобрит классный руководитель.').waitFor();
});

test('one chooses who sees the phone, and quiet hours hide the counter', async () => {
  const [teacher, boss] = [await browser.person(school, cast.teacher.login), await administrator()];
  const { page } = teacher;
  await teacher.open('/me');
  await page.getByLabel('Телефон (если есть)').fill('12');
  await button(page, 'Сохранить контакты').click();
  await page.getByText('Телефон выглядит так: +7 900 123-45-67').first().waitFor();
  await page.getByLabel('Телефон (если есть)').fill('8 900 123-45-67');
  await button(page, 'Сохранить контакты').click();
  await said(page, 'Сохранено');
  const pupil = await browser.person(school, cast.pupil.login, { at: `/people/${cast.teacher.id}` });
  await pupil.page.getByRole('heading', { level: 1, name: cast.teacher.display_name }).waitFor();
  assert.equal(await pupil.page.getByText('+79001234567').count(), 0);
  await page.getByLabel('Кому виден телефон').selectOption({ label: 'Моим классам' });
  const shown = page.waitForResponse((r: any) => r.url().endsWith('/api/v1/me') && r.request().method() === 'PATCH');
  await button(page, 'Сохранить контакты').click();
  await shown;
  await pupil.page.reload();
  await pupil.page.getByRole('link', { name: '+79001234567' }).waitFor();
  await boss.open(`/people/${cast.teacher.id}`);
  assert.equal(await boss.page.getByLabel('Телефон (если есть)').inputValue(), '+79001234567');
  await page.getByText('Не отвлекать').click();
  await page.getByLabel('С', { exact: true }).fill('00:00');
  await page.getByLabel('До', { exact: true }).fill('00:00');
  await button(page, 'Сохранить тихие часы').click();
  await page.getByText('Начало и конец должны различаться', { exact: false }).first().waitFor();
  await page.getByLabel('До', { exact: true }).fill('23:59');
  const kept = page.waitForResponse((r: any) => r.url().endsWith('/api/v1/me') && r.request().method() === 'PATCH' && r.status() === 200);
  await button(page, 'Сохранить тихие часы').click();
  assert.deepEqual((await (await kept).json()).quiet_hours, { from: '00:00', to: '23:59' });
});

test('the pages of people have nothing for axe to find in English on a phone', async () => {
  const boss = await administrator({ phone: true, dark: true, locale: 'en-GB' });
  for (const path of ['/people', '/people/new', `/people/${cast.pupil.id}`, `/people/${cast.administrator.id}`, '/corrections', '/me']) {
    await boss.open(path);
    await boss.page.getByRole('heading', { level: 1 }).waitFor();
    await boss.page.waitForFunction(() => document.querySelector('.loading') === null);
    assert.deepEqual(await boss.findings(), [], path);
  }
});
