// SPDX-License-Identifier: LGPL-2.1-or-later
// A pupil complains about a message; two administrators open the chat together, and those in it see that.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser } from '../lib/browser.ts';
import { type Cast, castOf } from '../lib/cast.ts';
import { type School, startSchool } from '../lib/school.ts';
import { act, article } from './conversation.ts';

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

test('a complaint in a private chat: two administrators open it, remove the message, and the pupil sees who read', async () => {
  const administrator = await school.signIn(cast.administrator.login);
  const { items: administrators } = await administrator.get('/api/v1/people?role=administrator');
  const other = administrators.find((one: any) => one.id !== cast.administrator.id);
  const teacher = await school.signIn(cast.teacher.login);
  const chat = await teacher.post('/api/v1/chats', { with: cast.pupil.id });
  await teacher.post(`/api/v1/chats/${chat.id}/messages`, { text: 'Обидные слова' });

  const pupil = await browser.person(school, cast.pupil.login, { phone: true, at: `/chats/${chat.id}` });
  await act(pupil, 'Обидные слова', 'Пожаловаться');
  await pupil.page.getByRole('dialog').getByLabel('Подробности (если хотите)').fill('Мне обидно');
  assert.deepEqual(await pupil.findings(), []);
  await pupil.page.getByRole('button', { name: 'Отправить жалобу' }).click();
  await pupil.page.getByText('Жалоба отправлена.').waitFor();

  const first = await browser.person(school, cast.administrator.login);
  await first.page.getByRole('link', { name: 'Жалобы' }).click();
  await first.page.getByText('Мне обидно').waitFor();
  await first.page.getByText('Обидные слова').waitFor();
  assert.deepEqual(await first.findings(), []);
  await first.page.getByRole('button', { name: 'Открыть переписку' }).click();
  await first.page.getByLabel(/Зачем открыть переписку/).fill('Разобраться с жалобой');
  await first.page.getByRole('button', { name: 'Попросить согласия' }).click();
  await first.page.getByText('Ждёт согласия другого администратора.').waitFor();

  const second = await browser.person(school, other.login);
  await second.page.getByRole('link', { name: 'Жалобы' }).click();
  await second.page.getByRole('button', { name: 'Согласиться' }).click();
  await first.page.getByRole('button', { name: 'Читать переписку' }).click();
  await first.page.getByRole('region', { name: 'Переписка вокруг сообщения' }).getByText('Обидные слова').waitFor();
  await first.page.getByRole('button', { name: 'Удалить сообщение' }).click();
  await first.page.getByText(`Сообщение удаляет ${cast.administrator.display_name}`).waitFor();

  await article(pupil, 'Сообщение удалено').waitFor();
  await pupil.page.getByText('Этот чат читали по жалобе.').waitFor();
  await pupil.page.getByRole('button', { name: 'Кто и почему' }).click();
  await pupil.page.getByRole('dialog').getByText('Причина: Разобраться с жалобой').waitFor();
  assert.deepEqual(await pupil.findings(), []);
});
