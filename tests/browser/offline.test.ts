// SPDX-License-Identifier: LGPL-2.1-or-later
// The network goes and comes: what was written leaves in order, what others wrote is all there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser } from '../lib/browser.ts';
import { castOf } from '../lib/cast.ts';
import { startSchool } from '../lib/school.ts';
import { article, openChat, say } from './conversation.ts';

const AWAY = 'Нет связи со школой. Всё, что вы пишете, сохранено.';

test('messages written without a network are sent in order when it is back, and nothing is missing', async () => {
  await using school = await startSchool({ nginx: true });
  const cast = await castOf(school);
  await using browser = await openBrowser();
  const teacher = await browser.person(school, cast.teacher.login);
  const pupil = await school.signIn(cast.pupil.login);
  await openChat(teacher, cast.pupilsChat);
  await say(teacher, 'Пока связь есть');
  await article(teacher, 'Пока связь есть').getByRole('img', { name: 'Отправлено' }).waitFor();

  await teacher.context.setOffline(true);
  await say(teacher, 'Без связи, первое');
  await say(teacher, 'Без связи, второе');
  await teacher.page.getByText(AWAY).waitFor();
  await article(teacher, 'Без связи, второе').getByRole('img', { name: 'Отправляется' }).waitFor();
  for (const text of ['Пока вас не было, раз', 'Пока вас не было, два']) {
    await pupil.post(`/api/v1/chats/${cast.pupilsChat.id}/messages`, { text });
  }

  await teacher.context.setOffline(false);
  await teacher.page.getByText(AWAY).waitFor({ state: 'detached' });
  await article(teacher, 'Без связи, второе').getByRole('img', { name: /Отправлено|Прочитано/ }).waitFor();
  await article(teacher, 'Пока вас не было, два').waitFor();
  const shown = await teacher.page.getByRole('article').locator('.bubble__text').allTextContents();
  const { items } = await pupil.get(`/api/v1/chats/${cast.pupilsChat.id}/messages?limit=5`);
  assert.deepEqual(items.map((m: any) => m.text), [
    'Пока связь есть', 'Пока вас не было, раз', 'Пока вас не было, два', 'Без связи, первое', 'Без связи, второе',
  ]);
  assert.equal(new Set(shown.slice(-5)).size, 5);
});

test('a restart of the daemon is bridged: what was written meanwhile goes out, live updates come again', async () => {
  await using school = await startSchool({ nginx: true });
  const cast = await castOf(school);
  await using browser = await openBrowser();
  const teacher = await browser.person(school, cast.teacher.login);
  await openChat(teacher, cast.pupilsChat);
  await school.kill();
  await say(teacher, 'Сервер перезапускается');
  await article(teacher, 'Сервер перезапускается').getByRole('img', { name: 'Отправляется' }).waitFor();
  await school.start();
  await article(teacher, 'Сервер перезапускается').getByRole('img', { name: 'Отправлено' }).waitFor();
  const pupil = await school.signIn(cast.pupil.login);
  await pupil.post(`/api/v1/chats/${cast.pupilsChat.id}/messages`, { text: 'И снова здравствуйте' });
  await article(teacher, 'И снова здравствуйте').waitFor();
});
