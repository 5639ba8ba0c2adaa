// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator makes classes and seats people on their pages; who has no such rights sees the class and no buttons.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Page, PHONE, type Visitor } from '../lib/browser.ts';
import { startClassroom, yearOf, type Classroom } from '../lib/classroom.ts';
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

const atRest = (page: Page): Promise<void> => page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== 'running'));
async function look(visitor: Visitor, name: string): Promise<void> {
  await atRest(visitor.page);
  assert.deepEqual(await visitor.findings(), []);
  if (process.env['UROK_SHOTS']) await visitor.page.screenshot({ path: join(PROJECT, 'tests/shots', `${name}.png`) });
}
const button = (page: Page, name: string | RegExp): any => page.getByRole('button', { name });
const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();

async function openClass(page: Page, title: string): Promise<void> {
  await page.getByRole('link', { name: 'Классы' }).click();
  await page.getByRole('link', { name: new RegExp(`^${title}`) }).click();
  await heading(page, `${title} класс`);
}

test('classes of one grade after the other are made by typing letters', async () => {
  const { page } = admin;
  await page.getByRole('link', { name: 'Классы' }).click();
  await button(page, 'Создать классы').click();
  await page.getByLabel('Параллель').selectOption('7');
  await page.getByLabel('Буквы классов').fill('а, б в');
  await page.getByText('Будут созданы: 7А, 7Б и 7В').waitFor();
  await look(admin, 'classes-new-desktop-light');
  await page.getByLabel('Буквы классов').press('Enter');
  await page.getByText('Готово: 7А, 7Б и 7В. Можно продолжить со следующей параллелью.').waitFor();
  await page.waitForFunction((grade: any) => grade.value === '8', await page.getByLabel('Параллель').elementHandle());
  await page.getByLabel('Параллель').selectOption('5');
  await page.getByLabel('Буквы классов').fill('А');
  await page.getByLabel('Буквы классов').press('Enter');
  await page.getByText('Такой класс в этом году уже есть.').first().waitFor();
  await page.getByLabel('Буквы классов').fill('Б');
  await page.getByLabel('Буквы классов').press('Enter');
  await page.getByText('Готово: 5Б.').waitFor();
  await button(page, 'Готово').click();
  for (const title of ['5А', '5Б', '7А', '7Б', '7В']) await page.getByRole('link', { name: new RegExp(`^${title}`) }).waitFor();
  await look(admin, 'classes-desktop-light');
});

test('a class teacher and pupils are found by name and seated, one press each', async () => {
  const { page } = admin;
  await openClass(page, '7А');
  await page.getByText('В классе пока никого').waitFor();
  await look(admin, 'class-empty-desktop-light');
  await button(page, 'Назначить руководителя').click();
  await page.getByLabel('Поиск учителей').fill('Белова');
  await button(page, /^Назначить: .*Белова/).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('Классный руководитель').first().waitFor();
  await button(page, 'Добавить учеников').click();
  await page.getByLabel('Поиск учеников').fill('pupil2');
  await button(page, /^Перевести из 5А/).first().waitFor();
  await look(admin, 'class-add-desktop-light');
  // Who sits elsewhere is moved, and the list stays for the next one.
  await button(page, /^Перевести из 5А/).first().click();
  await page.getByText('уже в классе').first().waitFor();
  await button(page, 'Готово').click();
  await page.getByRole('tab', { name: 'Все' }).waitFor();
});

test('a pupil moves to another class, and a question that names both stands before the removal', async () => {
  const { page } = admin;
  await openClass(page, '5А');
  await button(page, /^Действия: .*Миронова/).first().click();
  await page.getByText('Перевести в другой класс', { exact: true }).click();
  await page.getByLabel('В какой класс').selectOption({ label: '5Б' });
  await look(admin, 'class-move-desktop-light');
  await button(page, 'Перевести').click();
  await page.getByText(/^Теперь в 5Б: /).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await openClass(page, '5Б');
  await button(page, /^Действия: /).click();
  await page.getByText('Убрать из класса', { exact: true }).click();
  await page.getByText(/^Убрать из класса 5Б: .*Миронова.*\?$/).waitFor();
  await look(admin, 'class-remove-desktop-light');
  await button(page, 'Убрать').click();
  await page.getByText('В классе пока никого').waitFor();
});

test('a class is called otherwise, and an empty one is deleted', async () => {
  const { page } = admin;
  await openClass(page, '7В');
  await page.getByLabel('Буква').fill('А');
  await button(page, 'Переименовать').click();
  await page.getByText('Такой класс в этом году уже есть.').first().waitFor();
  await page.getByLabel('Буква').fill('г');
  await button(page, 'Переименовать').click();
  await heading(page, '7Г класс');
  await button(page, 'Удалить класс 7Г').click();
  await button(page, 'Удалить').last().click();
  await heading(page, 'Классы');
  await page.getByRole('link', { name: /^7Б/ }).waitFor();
  await page.getByRole('link', { name: /^7Г/ }).waitFor({ state: 'detached' });
});

test('the next year is added with its own classes, and dates that overlap are refused at their field', async () => {
  const { page } = admin;
  await admin.open('/years');
  const next = page.locator('form').last();
  const { title } = yearOf(1);
  assert.equal(await next.getByLabel('Учебный год').inputValue(), title);
  const begins = next.getByRole('group', { name: 'Начинается' });
  await begins.getByLabel('День').fill('1');
  await begins.getByLabel('Месяц').selectOption({ label: 'январь' });
  await button(page, 'Добавить учебный год').click();
  await page.getByText('Эти дни уже входят в другой учебный год. Поправьте даты.').first().waitFor();
  await look(admin, 'years-desktop-light');
  await begins.getByLabel('Месяц').selectOption({ label: 'сентябрь' });
  await button(page, 'Добавить учебный год').click();
  await page.getByText(`Год ${title} добавлен`).waitFor();
  await button(page, 'К классам').click();
  await heading(page, 'Классы');
  await page.getByLabel('Учебный год').selectOption({ label: title });
  await page.getByText('Классов ещё нет').waitFor();
});

test('a teacher sees the class with parents and no button that is not theirs; a phone shows it whole', async () => {
  const teacher = await browser.person(room.school, 'teacher1', { phone: true, dark: true });
  const { page } = teacher;
  await openClass(page, '5А');
  await page.getByText(/^Родители: /).first().waitFor();
  for (const name of [/^Действия/, 'Добавить учеников', 'Переименовать']) assert.equal(await button(page, name).count(), 0);
  await look(teacher, 'class-teacher-phone-dark');
  await admin.page.setViewportSize(PHONE);
  await openClass(admin.page, '5А');
  await look(admin, 'class-phone-light');
});
