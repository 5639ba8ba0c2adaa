// SPDX-License-Identifier: LGPL-2.1-or-later
// From an empty school to a class with its teacher and two pupils, by the page that says what comes next.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser, type Page } from '../lib/browser.ts';
import { PROJECT } from '../lib/places.ts';
import { startSchool } from '../lib/school.ts';

const button = (page: Page, name: string | RegExp): any => page.getByRole('button', { name });

async function setUp(page: Page, code: string): Promise<void> {
  await page.getByLabel('Код').fill(code);
  await button(page, 'Дальше').click();
  await page.getByLabel('Название').fill('Школа № 3');
  await button(page, 'Дальше').click();
  for (const [label, value] of Object.entries({ Фамилия: 'Зайцева', Имя: 'Ирина', Логин: 'zaiceva', Пароль: 'три ёжика под ёлкой' })) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
  await button(page, 'Создать школу').click();
  await button(page, 'К первым шагам').click();
}

async function addPeople(page: Page, role: string, lines: string): Promise<void> {
  await page.getByRole('link', { name: /^Добавить людей/ }).click();
  await page.getByText('Сразу многих').click();
  await page.getByLabel('Роль').selectOption({ label: role });
  await page.getByLabel('По одному в строке').fill(lines);
  await button(page, 'Добавить').click();
  await page.getByRole('heading', { level: 2, name: /^Готово/ }).waitFor();
}

test('an empty school becomes one with a class, its teacher and two pupils', async () => {
  await using school = await startSchool({ nginx: true });
  await using browser = await openBrowser();
  const visitor = await browser.visitor(school);
  const { page } = visitor;
  const { code } = await school.console('GET', '/api/v1/console/setup-code');
  await visitor.open('/');
  await setUp(page, code);
  const steps = (): Promise<void> => page.getByRole('heading', { level: 1, name: 'Первые шаги' }).waitFor();
  await steps();
  assert.equal(await page.getByText(', сделано').count(), 0);
  assert.deepEqual(await visitor.findings(), []);
  if (process.env['UROK_SHOTS']) await page.screenshot({ path: join(PROJECT, 'tests/shots/first-steps-desktop-light.png') });

  await addPeople(page, 'Учитель', 'Кравцова Елена Сергеевна; kravcova');
  await visitor.open('/first-steps');
  await addPeople(page, 'Ученик', 'Миронова Софья\nИванов Илья');
  await visitor.open('/first-steps');
  await page.getByRole('link', { name: /^Создать классы/ }).click();
  // The school year is there with the first classes.
  await page.getByLabel('Учебный год').waitFor();
  assert.deepEqual(await visitor.findings(), []);
  await page.getByLabel('Буквы классов').fill('А');
  await page.getByLabel('Буквы классов').press('Enter');
  await page.getByText('Готово: 1А.').waitFor();
  await button(page, 'Готово').click();

  await visitor.open('/first-steps');
  await page.getByRole('link', { name: /^Добавить людей.*, сделано/ }).waitFor();
  await page.getByRole('link', { name: /^Назначить руководителей/ }).click();
  await page.getByRole('heading', { level: 1, name: '1А класс' }).waitFor();
  await button(page, 'Назначить руководителя').click();
  await button(page, /^Назначить: .*Кравцова/).click();
  await page.getByText('Классный руководитель').first().waitFor();
  await button(page, 'Добавить учеников').click();
  for (const name of ['Миронова', 'Иванов']) {
    await button(page, new RegExp(`^Добавить: .*${name}`)).click();
    await button(page, new RegExp(`^Добавить: .*${name}`)).waitFor({ state: 'detached' });
  }
  await button(page, 'Готово').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await visitor.open('/first-steps');
  await page.getByRole('link', { name: /^Назначить руководителей.*, сделано/ }).waitFor();
  const teacher = await school.signIn('kravcova');
  const { pupils, teachers } = await teacher.get(`/api/v1/classes/${teacher.me.classes[0].id}`);
  assert.deepEqual([pupils.length, teachers.map(({ as }: any) => as)], [2, ['class_teacher']]);
  assert.deepEqual((await teacher.get('/api/v1/chats')).items.filter(({ class: of }: any) => of?.title === '1А').length, 2);
});
