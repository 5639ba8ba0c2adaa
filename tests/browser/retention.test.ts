// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator sets for how long messages are kept, after hearing what goes, and places and lifts legal holds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { chatOf, type Classroom, startClassroom, write, yearOf } from '../lib/classroom.ts';

let room: Classroom;
let browser: Browser;
let admin: Visitor;

const clean = async (visitor: Visitor): Promise<void> => assert.deepEqual(await visitor.findings(), []);

before(async () => {
  room = await startClassroom({ nginx: true });
  const teacher = await room.enter('teacher1');
  await write(teacher, await chatOf(teacher, 'class_pupils'), 'контрольная в пятницу');
  browser = await openBrowser();
  admin = await browser.person(room.school, 'admin');
});
after(async () => {
  await browser?.close();
  await room?.school.stop();
});

test('retention: what would go is said before it is set, and for good is what holds until then', async () => {
  const { page } = admin;
  await admin.open('/school');
  await page.getByRole('link', { name: 'Сроки хранения' }).click();
  const form = page.getByRole('form', { name: 'Чаты классов' });
  assert.equal(await form.getByLabel('Хранить', { exact: true }).inputValue(), '0');
  await form.getByLabel('Хранить', { exact: true }).selectOption({ label: '3 года: удалится 0 сообщений' });
  await clean(admin);
  await form.getByRole('button', { name: 'Сохранить: Чаты классов' }).click();
  await page.getByText(/^Чаты классов: ближайшей ночью будет удалено 0 сообщений старше срока \(3 года\)/).waitFor();
  await clean(admin);
  await page.getByRole('button', { name: 'Установить срок' }).click();
  await page.getByText('Сохранено').waitFor();
  await form.getByRole('option', { name: '3 года (сейчас)' }).waitFor({ state: 'attached' });
});

test('retention: a hold of a chat names who placed it and why, and is lifted by a press', async () => {
  const { page } = admin;
  await page.getByRole('button', { name: 'Запретить удаление в чате' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Чат', { exact: true }).selectOption({ label: `5А, родители · ${yearOf().title}` });
  await dialog.getByRole('button', { name: 'Запретить удаление' }).click();
  await dialog.getByText('Заполните это поле.').first().waitFor();
  await dialog.getByLabel('Почему').fill('запрос прокуратуры № 12');
  await clean(admin);
  await dialog.getByRole('button', { name: 'Запретить удаление' }).click();
  await page.getByText(/^запрос прокуратуры № 12 · /).waitFor();
  await clean(admin);
  await page.getByRole('button', { name: `Снять запрет: 5А, родители · ${yearOf().title}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Снять запрет' }).last().click();
  await page.getByText(/ · снят: /).waitFor();
});

test('retention: a hold of a person stands on their page, and their data are not erased meanwhile', async () => {
  const { page } = admin;
  const { id, display_name: name } = (await room.enter('teacher2')).me;
  await admin.open(`/people/${id}/data`);
  await page.getByRole('button', { name: 'Запретить удаление' }).click();
  await page.getByRole('dialog').getByLabel('Почему').fill('служебная проверка');
  await page.getByRole('dialog').getByRole('button', { name: 'Запретить удаление' }).click();
  await page.getByRole('button', { name: `Снять запрет: ${name}` }).waitFor();
  await clean(admin);
  await page.getByRole('button', { name: `Стереть: ${name}` }).click();
  await page.getByLabel('Почему').fill('уволилась');
  await page.getByLabel(`Напишите: ${name}`).fill(name);
  await page.getByRole('button', { name: 'Стереть навсегда' }).click();
  await page.getByText(/^Эти данные хранит запрет на удаление/).waitFor();
});
