// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator moves the classes up to the next year, leaves one for later, and takes it back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { type Classroom, startClassroom } from '../lib/classroom.ts';

let room: Classroom;
let browser: Browser;
let admin: Visitor;

const clean = async (visitor: Visitor): Promise<void> => assert.deepEqual(await visitor.findings(), []);
const day = (fromNow: number): string => new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);

before(async () => {
  room = await startClassroom({ nginx: true });
  const person = await room.enter('admin');
  const [year] = (await person.get('/api/v1/school-years')).items;
  await person.ask('PATCH', `/api/v1/school-years/${year.id}`, { body: { from_date: day(-100), to_date: day(20) } });
  for (const grade of [7, 11]) await person.post('/api/v1/classes', { year: year.id, grade, letters: ['А'] });
  await person.post('/api/v1/school-years', { title: '2099/00', from_date: day(30), to_date: day(300) });
  browser = await openBrowser();
  admin = await browser.person(room.school, 'admin');
});
after(async () => {
  await browser?.close();
  await room?.school.stop();
});

test('years: the page says what becomes of each class, and one press moves those that are ticked', async () => {
  const { page } = admin;
  await admin.open('/years');
  await page.getByRole('heading', { name: '2099/00' }).waitFor();
  await clean(admin);
  await page.getByRole('link', { name: /^Перевести классы в 2099\/00/ }).click();
  await page.getByText('11А: выпускается').waitFor();
  await clean(admin);
  await page.getByText('7А → 8А').click();
  await page.getByRole('button', { name: 'Перевести: 1 класс' }).click();
  await page.getByText('Переведено: 1 класс').waitFor();
  await page.getByText('5А: уже переведён в 6А').waitFor();
  await page.getByText('7А → 8А').waitFor();
  await clean(admin);
});

test('years: until the year begins it is taken back after a question', async () => {
  const { page } = admin;
  await page.getByRole('button', { name: 'Отменить перевод' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^Классы года 2099\/00, созданные переводом/).waitFor();
  await clean(admin);
  await dialog.getByRole('button', { name: 'Отменить перевод' }).click();
  await page.getByText('Перевод отменён').waitFor();
  await page.getByText('5А → 6А').waitFor();
});
