// SPDX-License-Identifier: LGPL-2.1-or-later
// The administrator's page of a school's other buildings, over two real boxes and a stick: how one begins, what waits, how the
// last journey went, and a box that is forgotten.
import { after, before } from 'node:test';
import { atHome, type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { carry, makeStick, type Place, secondBuilding } from '../lib/carry.ts';
import { chatOf, type Classroom, startClassroom, write } from '../lib/classroom.ts';
import { look } from '../lib/looks.ts';

const WHY = 'there is one server there';

let room: Classroom;
let second: Place | undefined;
let browser: Browser;
let admin: Visitor;
let stick: string;

before(async () => {
  [room, browser] = await Promise.all([startClassroom({ nginx: true }), openBrowser()]);
  stick = await makeStick(room.school);
  admin = await browser.person(room.school, 'admin', { at: '/server' });
});
after(async () => {
  await browser?.close();
  await second?.[Symbol.asyncDispose]();
  await room?.school.stop();
});

const list = (name: string): any => admin.page.getByRole('list', { name });

atHome(WHY, 'other buildings: a school with one reads what a second box is for, and how to begin', async () => {
  const { page } = admin;
  await page.getByRole('link', { name: 'Другие здания' }).click();
  await page.getByText(/^Других серверов этой школы пока не видно/).waitFor();
  await page.getByText('urokctl carry second').waitFor();
  await look(admin, 'carry-none');
});

atHome(WHY, 'other buildings: what a stick brought and took stands there at once, and what waits for the other box', async () => {
  second = await secondBuilding(room.school);
  const there = await second.signIn('teacher1');
  await write(there, await chatOf(there, 'class_pupils'), 'из второго здания');
  await admin.open('/server/carry');
  await carry(second, 'export', stick);
  await carry(room.school, 'import', stick);
  const boxes = list('Серверы в других зданиях');
  await boxes.getByText(/^Другое здание \([0-9a-f]{8}\)/).waitFor();
  const journeys = list('Последние поездки');
  await journeys.getByText(/(сегодня|вчера) в \d\d:\d\d · \d+ изменени[еяй]\.$/).waitFor();
  await journeys.getByText('Отсюда ещё ничего не увозили').waitFor();
  const here = await room.enter('teacher1');
  await write(here, await chatOf(here, 'class_pupils'), 'из первого');
  await admin.open('/server/carry');
  await boxes.getByText(/^Ждёт поездки туда: не больше \d+ изменени/).waitFor();
  await look(admin, 'carry-waiting');
  await carry(room.school, 'export', stick);
  await journeys.getByText('Отсюда ещё ничего не увозили').waitFor({ state: 'detached' });
});

atHome(WHY, 'other buildings: a box whose building is gone is forgotten by its name', async () => {
  const phone = await browser.person(room.school, 'admin', { phone: true, dark: true, at: '/server/carry' });
  const { page } = phone;
  await page.getByRole('button', { name: /^Забыть: Другое здание / }).press('Enter');
  await page.getByRole('dialog').getByText(/^Другое здание .* забудьте сервер, если здания/).waitFor();
  await look(phone, 'carry-forget');
  await page.getByRole('dialog').getByRole('button', { name: /^Забыть: Другое здание / }).click();
  await page.getByText(/^Других серверов этой школы пока не видно/).waitFor();
  await look(phone, 'carry-forgotten');
});
