// SPDX-License-Identifier: LGPL-2.1-or-later
// Consents as people give them: the pupil who waits, the parent who agrees and takes back, the administrator who asks;
// and the page of a person's data, from the copy to the erasure.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { type Classroom, startClassroom } from '../lib/classroom.ts';

let room: Classroom;
let browser: Browser;
let pupil: Visitor;

const child = async (login: string): Promise<any> => (await room.enter(login)).me;
const clean = async (visitor: Visitor): Promise<void> => assert.deepEqual(await visitor.findings(), []);

before(async () => {
  room = await startClassroom({ nginx: true });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await room?.school.stop();
});

test('consents: an administrator asks for one, and a pupil\'s page says what is missing and who gives it', async () => {
  const admin = await browser.person(room.school, 'admin', { at: '/school' });
  await admin.page.getByRole('link', { name: 'Согласия' }).click();
  const form = admin.page.getByRole('form', { name: 'Согласие на участие ребёнка' });
  await form.getByText('Просить', { exact: true }).click();
  await form.getByText('Обязательно', { exact: true }).click();
  await form.getByRole('button', { name: /^Сохранить/ }).click();
  await admin.page.getByText('Сохранено').waitFor();
  await clean(admin);

  pupil = await browser.person(room.school, 'pupil1', { phone: true });
  await pupil.open('/');
  await pupil.page.getByText('Осталось согласие родителя').waitFor();
  await pupil.page.getByText('Саша Олеговна Миронова').waitFor();
  assert.equal(await pupil.page.getByRole('button', { name: /^Согласиться/ }).count(), 0);
  await clean(pupil);
});

test('consents: a parent reads it, agrees, and the pupil\'s page goes on by itself; taking it back asks once', async () => {
  const parent = await browser.person(room.school, 'parent1', { phone: true, dark: true });
  const { id } = await child('pupil1');
  await parent.open(`/children/${id}`);
  await parent.page.locator('summary').first().click();
  await parent.page.getByText(/Школа № 17.* обрабатывает данные/).waitFor();
  await clean(parent);
  await parent.page.getByRole('button', { name: 'Согласиться: Согласие на участие ребёнка' }).click();
  await parent.page.getByRole('button', { name: 'Отозвать: Согласие на участие ребёнка' }).waitFor();
  await pupil.page.getByText('Осталось согласие родителя').waitFor({ state: 'detached' });

  await parent.page.getByRole('button', { name: 'Отозвать: Согласие на участие ребёнка' }).click();
  await parent.page.getByRole('button', { name: 'Отозвать', exact: true }).last().click();
  await parent.page.getByText(/^Отозвано/).waitFor();
  await clean(parent);
});

test('personal data: an administrator downloads a copy, and erases after writing the name', async () => {
  const admin = await browser.person(room.school, 'admin');
  const { id } = await child('parent3');
  await admin.open(`/people/${id}/data`);
  const coming = admin.page.waitForEvent('download');
  await admin.page.getByRole('link', { name: 'Скачать копию' }).click();
  const copy = JSON.parse(await readFile(await (await coming).path(), 'utf8'));
  assert.equal(copy.people[0].login, 'parent3');
  await clean(admin);

  await admin.page.getByRole('button', { name: 'Стереть: Саша Олеговна Миронова' }).click();
  await admin.page.getByLabel('Почему').fill('попросила сама');
  await admin.page.getByLabel('Напишите: Саша Олеговна Миронова').fill('Саша');
  await admin.page.getByRole('button', { name: 'Стереть навсегда' }).click();
  await admin.page.getByText('Имя не совпадает. Напишите его как над полем.').first().waitFor();
  await clean(admin);
  await admin.page.getByLabel('Напишите: Саша Олеговна Миронова').fill('Саша Олеговна Миронова');
  await admin.page.getByRole('button', { name: 'Стереть навсегда' }).click();
  await admin.page.waitForURL(/\/people$/);
  await room.school.daemon.line(/data of one person were erased/);
});
