// SPDX-License-Identifier: LGPL-2.1-or-later
// People talk: a teacher and a pupil at once, a parent beside them who must not hear it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { atHome, type Browser, openBrowser } from '../lib/browser.ts';
import { type Cast, castOf } from '../lib/cast.ts';
import { type School, startSchool } from '../lib/school.ts';
import { act, article, hasFocus, openChat, say, toEnd } from './conversation.ts';

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

test('a pupil sees what the teacher writes without a reload, and answers; the ticks show that it was read', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  const pupil = await browser.person(school, cast.pupil.login, { phone: true });
  await openChat(teacher, cast.pupilsChat);
  await openChat(pupil, cast.pupilsChat);

  await say(teacher, 'Завтра контрольная по дробям');
  await article(pupil, 'Завтра контрольная по дробям').waitFor();
  await pupil.page.bringToFront();
  await article(teacher, 'Завтра контрольная по дробям').getByRole('img', { name: 'Прочитано' }).waitFor();
  await act(teacher, 'Завтра контрольная по дробям', 'Кто прочитал');
  await teacher.page.getByRole('dialog').getByText(cast.pupil.display_name).waitFor();
  await teacher.page.keyboard.press('Escape');

  await act(pupil, 'Завтра контрольная по дробям', 'Ответить');
  await pupil.page.getByText(/^Ответ: /).waitFor();
  await say(pupil, 'А можно калькулятор?');
  const answer = article(teacher, 'А можно калькулятор?');
  await answer.waitFor();
  assert.match(await answer.locator('.quote').textContent(), /Завтра контрольная по дробям/);
});

test('a message is edited and deleted for everybody at once', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  const pupil = await browser.person(school, cast.pupil.login);
  await openChat(teacher, cast.pupilsChat);
  await openChat(pupil, cast.pupilsChat);

  await say(teacher, 'Собираемся в девять');
  await article(pupil, 'Собираемся в девять').waitFor();
  await article(teacher, 'Собираемся в девять').getByRole('img', { name: /Отправлено|Прочитано/ }).waitFor();
  await teacher.page.getByRole('textbox', { name: 'Сообщение' }).press('ArrowUp');
  await teacher.page.getByText('Изменение:').waitFor();
  await teacher.page.getByRole('textbox', { name: 'Сообщение' }).fill('Собираемся в десять');
  await teacher.page.keyboard.press('Enter');
  await article(pupil, 'Собираемся в десять').getByText('изменено').waitFor();

  await act(teacher, 'Собираемся в десять', 'Удалить');
  await teacher.page.getByRole('alertdialog').getByRole('button', { name: 'Удалить' }).click();
  await article(pupil, 'Собираемся в десять').waitFor({ state: 'detached' });
  await pupil.page.getByText('Сообщение удалено').last().waitFor();
});

test('unread messages are counted, the divider stands before them, and reading clears the count', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  const pupil = await browser.person(school, cast.pupil.login);
  await openChat(pupil, cast.pupilsChat);
  await pupil.page.bringToFront();
  await pupil.page.getByRole('link', { name: /Чаты.*непрочитан/ }).waitFor({ state: 'detached' });
  await pupil.open('/help');

  await openChat(teacher, cast.pupilsChat);
  await say(teacher, 'Первое из двух');
  await say(teacher, 'Второе из двух');
  await pupil.page.getByRole('link', { name: /Чаты.*2 непрочитанных/ }).waitFor();
  await openChat(pupil, cast.pupilsChat);
  await pupil.page.getByText('2 новых сообщения').waitFor();
  await pupil.page.bringToFront();
  await pupil.page.getByRole('link', { name: /Чаты.*непрочитан/ }).waitFor({ state: 'detached' });
});

test('a parent sees the parents\' chat of the class and nothing of the pupils\' one', async () => {
  const parent = await browser.person(school, cast.parent.login);
  await parent.page.getByRole('link', { name: new RegExp(cast.parentsChat.title) }).waitFor();
  assert.equal(await parent.page.getByRole('link').filter({ hasText: new RegExp(`^.*${cast.pupilsChat.title}$`) }).count(), 0);
  await parent.open(`/chats/${cast.pupilsChat.id}`);
  await parent.page.getByRole('heading', { level: 1, name: 'Нет такой страницы' }).waitFor();
});

test('a draft waits in its chat and goes with its sending', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  await openChat(teacher, cast.pupilsChat);
  const field = teacher.page.getByRole('textbox', { name: 'Сообщение' });
  await field.fill('Недописанное');
  await teacher.page.getByRole('link', { name: new RegExp(cast.parentsChat.title) }).click();
  await teacher.page.getByText('Черновик: Недописанное').waitFor();
  await teacher.page.reload();
  await openChat(teacher, cast.pupilsChat);
  assert.equal(await field.inputValue(), 'Недописанное');
  await teacher.page.keyboard.press('Tab');
  await field.press('Enter');
  await article(teacher, 'Недописанное').waitFor();
  assert.equal(await field.inputValue(), '');
});

test('a message of 4 001 characters cannot be sent, and the field says so', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  await openChat(teacher, cast.pupilsChat);
  await teacher.page.getByRole('textbox', { name: 'Сообщение' }).fill('я'.repeat(4_001));
  await teacher.page.getByText(/4\s001 из 4\s000 знаков\. Сократите текст\./).waitFor();
  assert.equal(await teacher.page.getByRole('button', { name: 'Отправить' }).isDisabled(), true);
});

test('two tabs share one live stream, and the second goes on when the first is closed', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  const pupil = await school.signIn(cast.pupil.login);
  const streams: string[] = [];
  teacher.context.on('request', (request: any) => {
    if (new URL(request.url()).pathname === '/api/v1/live') streams.push(request.url());
  });
  const second = await teacher.context.newPage();
  await second.goto(`${school.url}/chats/${cast.pupilsChat.id}`);
  await second.getByRole('article').last().waitFor();
  await pupil.post(`/api/v1/chats/${cast.pupilsChat.id}/messages`, { text: 'Для двух вкладок' });
  await second.getByRole('article').filter({ hasText: 'Для двух вкладок' }).waitFor();
  assert.deepEqual(streams, []);

  await teacher.page.close();
  await pupil.post(`/api/v1/chats/${cast.pupilsChat.id}/messages`, { text: 'Для одной вкладки' });
  await second.getByRole('article').filter({ hasText: 'Для одной вкладки' }).waitFor();
  assert.equal(streams.length, 1);
  assert.match(streams[0]!, /after=/);
});

// The second is a cheap phone: what is measured and loaded late must not lose the way.
for (const slowness of [1, 12]) {
  atHome('a device\'s slowness is the page\'s own matter', `a press on a quote leads to the message that it quotes, also far up, on a device ${slowness} times as slow`, async () => {
    const teacher = await browser.person(school, cast.teacher.login);
    const pupil = await school.signIn(cast.pupil.login);
    const post = (body: object) => pupil.post(`/api/v1/chats/${cast.pupilsChat.id}/messages`, body);
    const first = await post({ text: `Вопрос, на который ответят потом, ${slowness}` });
    for (let n = 0; n < 70; n += 1) await post({ text: `Разговор о другом, ${n}. `.repeat(1 + (n % 9)) });
    await post({ text: `Ответ на тот вопрос, ${slowness}`, reply_to: first.id });
    await teacher.slowDown(slowness);
    await openChat(teacher, cast.pupilsChat);
    const down = teacher.page.getByRole('button', { name: /^Вниз/ });
    const answer = article(teacher, `Ответ на тот вопрос, ${slowness}`);
    await toEnd(teacher, answer);
    await answer.locator('.quote').click();
    await teacher.page.locator('.row_marked').filter({ hasText: `Вопрос, на который ответят потом, ${slowness}` }).waitFor();
    await down.click();
    await answer.waitFor();
    await down.waitFor({ state: 'detached' });
  });
}

test('a message that was refused stays, red, and goes out once with «Повторить»', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  await openChat(teacher, cast.pupilsChat);
  const problem = { type: 'urn:urok:problem:no-space', title: 'No space', status: 507, detail: 'The disk is full' };
  await teacher.page.route(/\/messages$/, (route: any) =>
    route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify(problem) }), { times: 1 });
  await say(teacher, 'Не пролезло с первого раза');
  const row = article(teacher, 'Не пролезло с первого раза');
  await row.getByText('Не отправлено. На диске школы нет места. Скажите администратору.').waitFor();
  assert.deepEqual(await teacher.findings(), []);
  await row.getByRole('button', { name: 'Повторить' }).click();
  await row.getByRole('img', { name: 'Отправлено' }).waitFor();
  assert.equal(await teacher.page.getByRole('article').filter({ hasText: 'Не пролезло с первого раза' }).count(), 1);
});

test('the chats are used without a mouse', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  const { page } = teacher;
  await openChat(teacher, cast.pupilsChat);
  await page.keyboard.press('Control+k');
  await hasFocus(teacher, 'Поиск чата по названию');
  await page.keyboard.type(cast.parentsChat.title);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: cast.parentsChat.title }).waitFor();
  await hasFocus(teacher, cast.parentsChat.title);
  await page.waitForFunction((title: string) => document.title.startsWith(`${title} · `), cast.parentsChat.title);
  const order: (string | null)[] = [];
  for (let n = 0; n < 4; n += 1) {
    await page.keyboard.press('F6');
    order.push(await page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('aria-label') ?? null));
  }
  assert.deepEqual(order, ['Главное меню', 'Чаты', 'Сообщения', 'Сообщение']);
  await page.keyboard.type('Без мыши');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('вторая строка');
  await page.keyboard.press('Enter');
  await article(teacher, 'вторая строка').waitFor();
});
