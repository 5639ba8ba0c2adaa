// SPDX-License-Identifier: LGPL-2.1-or-later
// The first run: an empty school is set up in three steps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser } from '../lib/browser.ts';
import { startSchool } from '../lib/school.ts';

test('an empty school leads to its setup, refuses a wrong code and a weak password, and is then there', async () => {
  await using school = await startSchool({ nginx: true, config: { school: { name: 'Школа № 3' } } });
  await using browser = await openBrowser();
  const visitor = await browser.visitor(school);
  const { page } = visitor;
  const next = () => page.getByRole('button', { name: 'Дальше' }).click();
  const axeFindsNothing = async () => assert.deepEqual(await visitor.findings(), []);
  const { code } = await school.console('GET', '/api/v1/console/setup-code');
  await visitor.open('/');
  await page.waitForURL(/\/setup$/);

  await page.getByLabel('Код').waitFor();
  await axeFindsNothing();
  await next();
  await page.getByText('Заполните это поле.').waitFor();
  await page.getByLabel('Код').fill('НЕ-ТОТ-КОД');
  await next();
  assert.equal(await page.getByLabel('Название').inputValue(), 'Школа № 3', 'what the configuration offers');
  await axeFindsNothing();
  await next();
  const fields = { Фамилия: 'Зайцева', Имя: 'Ирина', Логин: 'zaiceva', Пароль: 'password' };
  const fillPerson = async () => {
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByRole('button', { name: 'Создать школу' }).click();
  };
  await fillPerson();
  await page.getByText(/Код не подходит/).first().waitFor();
  await page.getByLabel('Код').fill(code);
  await next();
  await next();
  await fillPerson();
  await page.getByText(/Такой пароль легко подобрать/).first().waitFor();
  await axeFindsNothing();
  fields.Пароль = 'три ёжика под ёлкой';
  await fillPerson();
  await page.getByRole('heading', { level: 1, name: 'Готово. Что дальше?' }).waitFor();
  await axeFindsNothing();
  await page.getByRole('button', { name: 'Открыть «Чаты»' }).click();
  await page.getByText('Школа № 3').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Чаты' }).waitFor();
});
