// SPDX-License-Identifier: LGPL-2.1-or-later
// Chats that people make: a parent and a teacher of two, a teacher's group, an administrator's channel.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { type Cast, castOf } from '../lib/cast.ts';
import { type School, startSchool } from '../lib/school.ts';
import { article, say } from './conversation.ts';

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

const newChat = async ({ page }: Visitor): Promise<void> => {
  await page.getByRole('button', { name: 'Новый чат' }).click();
  await page.getByRole('dialog').getByRole('searchbox', { name: 'Поиск людей' }).waitFor();
};

const heading = ({ page }: Visitor, name: string) => page.getByRole('heading', { level: 1, name });

/** Family name first, as somebody would type it. */
const familyOf = (name: string): string => name.split(' ').at(-1)!;

async function tick({ page }: Visitor, person: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('searchbox', { name: 'Поиск людей' }).fill(familyOf(person));
  await dialog.locator('label').filter({ hasText: person }).click();
  await dialog.getByRole('button', { name: `Убрать: ${person}` }).waitFor();
}

test('a parent writes to the teacher from the child\'s page, and the teacher answers', async () => {
  const parent = await browser.person(school, cast.parent.login, { phone: true });
  const teacher = await browser.person(school, cast.teacher.login);
  await parent.open('/children');
  await parent.page.getByRole('link', { name: new RegExp(cast.pupil.display_name) }).click();
  await parent.page.getByRole('button', { name: `Написать учителю: ${cast.teacher.display_name}` }).click();
  await heading(parent, cast.teacher.display_name).waitFor();
  await say(parent, 'Соня сегодня не придёт');
  await teacher.page.getByRole('link', { name: new RegExp(`${cast.parent.display_name}.*Соня сегодня не придёт`, 's') }).click();
  await heading(teacher, cast.parent.display_name).waitFor();
  await say(teacher, 'Спасибо, пусть выздоравливает');
  await article(parent, 'Спасибо, пусть выздоравливает').waitFor();
  assert.deepEqual(await parent.findings(), []);
});

test('a pupil finds classmates and own teachers, and nobody else', async () => {
  const pupil = await browser.person(school, cast.pupil.login);
  await newChat(pupil);
  const dialog = pupil.page.getByRole('dialog');
  await dialog.getByText(cast.teacher.display_name).waitFor();
  assert.deepEqual(await pupil.findings(), []);
  const answer = pupil.page.waitForResponse((response: any) => response.url().includes('/correspondents') && response.url().includes('search='));
  await dialog.getByRole('searchbox').fill(familyOf(cast.outsider.display_name));
  assert.ok(!(await (await answer).json()).items.some((person: any) => person.id === cast.outsider.id));
  assert.equal(await dialog.getByRole('tab').count(), 0);
});

test('when the relation ends, the page says that one may not write here any more', async () => {
  const administrator = await school.signIn(cast.administrator.login);
  const { pupils } = await administrator.get(`/api/v1/classes/${cast.schoolClass.id}`);
  const other = pupils.find((one: any) => one.id !== cast.pupil.id);
  const { items } = await administrator.get(`/api/v1/people?limit=100&search=${encodeURIComponent(familyOf(other.display_name))}`);
  const mate = await school.signIn(items.find((one: any) => one.id === other.id).login);
  const chat = await mate.post('/api/v1/chats', { with: cast.pupil.id });
  await mate.post(`/api/v1/chats/${chat.id}/messages`, { text: 'Привет' });
  const visitor = await browser.person(school, cast.pupil.login, { phone: true });
  await visitor.page.getByRole('link', { name: new RegExp(`${other.display_name}.*Привет`, 's') }).click();
  await visitor.page.getByRole('textbox', { name: 'Сообщение' }).waitFor();
  const { status } = await administrator.ask('DELETE', `/api/v1/classes/${cast.schoolClass.id}/members/${other.id}`);
  assert.equal(status, 204);
  await visitor.page.reload();
  await visitor.page.getByText('Писать сюда больше нельзя. Переписка остаётся.').waitFor();
  await article(visitor, 'Привет').waitFor();
});

test('a teacher makes a group, names a moderator, puts somebody out and closes it', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  const pupil = await browser.person(school, cast.pupil.login);
  await newChat(teacher);
  await teacher.page.getByRole('tab', { name: 'Группа' }).click();
  await teacher.page.getByLabel('Название').fill('Олимпиада по математике');
  await tick(teacher, cast.pupil.display_name);
  await tick(teacher, cast.administrator.display_name);
  await teacher.page.getByRole('button', { name: 'Создать группу' }).click();
  await heading(teacher, 'Олимпиада по математике').waitFor();
  await say(teacher, 'Начинаем в субботу');
  await pupil.page.getByRole('link', { name: /Олимпиада по математике.*Начинаем в субботу/s }).click();
  await article(pupil, 'Начинаем в субботу').waitFor();

  const dialog = teacher.page.getByRole('dialog');
  await teacher.page.getByRole('button', { name: 'Кто в чате' }).click();
  await dialog.getByRole('button', { name: `Действия: ${cast.administrator.display_name}` }).click();
  await teacher.page.getByText('Сделать модератором').click();
  await dialog.getByText(/модератор/).waitFor();
  await dialog.getByRole('button', { name: `Действия: ${cast.pupil.display_name}` }).click();
  await teacher.page.getByText('Убрать из группы', { exact: true }).click();
  await teacher.page.getByRole('button', { name: 'Убрать', exact: true }).click();
  await pupil.page.getByRole('heading', { name: 'Нет такой страницы' }).waitFor();
  await dialog.getByRole('button', { name: 'Удалить группу' }).click();
  await teacher.page.getByRole('button', { name: 'Удалить', exact: true }).click();
  await teacher.page.waitForURL((url: URL) => url.pathname === '/chats');
  await teacher.page.getByRole('link', { name: /Олимпиада по математике/ }).waitFor({ state: 'detached' });
});

test('an administrator makes a channel: parents read it and cannot write, the writer sees how many have read', async () => {
  const administrator = await browser.person(school, cast.administrator.login);
  const teacher = await browser.person(school, cast.teacher.login);
  const parent = await browser.person(school, cast.parent.login, { phone: true });
  await newChat(administrator);
  await administrator.page.getByRole('tab', { name: 'Канал' }).click();
  await administrator.page.getByLabel('Название').fill('Родителям');
  await administrator.page.getByRole('dialog').locator('label').filter({ hasText: 'Ученики' }).click();
  await tick(administrator, cast.teacher.display_name);
  assert.deepEqual(await administrator.findings(), []);
  await administrator.page.getByRole('button', { name: 'Создать канал' }).click();
  await heading(administrator, 'Родителям').waitFor();
  await administrator.page.getByText('В этом канале пишут те, кто его ведёт.').waitFor();

  await teacher.page.getByRole('link', { name: /^Родителям/ }).click();
  await say(teacher, 'Собрание в четверг в шесть');
  await parent.page.getByRole('link', { name: /Родителям.*Собрание в четверг/s }).click();
  await article(parent, 'Собрание в четверг в шесть').waitFor();
  await parent.page.bringToFront();
  await article(teacher, 'Собрание в четверг в шесть').waitFor();
  assert.equal(await parent.page.getByRole('textbox', { name: 'Сообщение' }).count(), 0);
  await parent.page.getByRole('button', { name: 'О канале' }).click();
  const dialog = parent.page.getByRole('dialog');
  await dialog.getByText(cast.teacher.display_name).waitFor();
  assert.equal(await dialog.getByText(cast.parent.display_name).count(), 0);
  assert.deepEqual(await parent.findings(), []);
});
