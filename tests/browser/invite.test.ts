// SPDX-License-Identifier: LGPL-2.1-or-later
// The situations of the memo for parents, each with browsers of their own: the child's and the parent's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Page, type Visitor } from '../lib/browser.ts';
import { type Classroom, startClassroom } from '../lib/classroom.ts';
import { classOf, letIn, newcomer, newParent, newPupil, PASSWORD, post } from '../lib/newcomers.ts';
import { openPostOffice } from '../lib/post-office.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let browser: Browser;
let teacher: Person;

before(async () => {
  room = await startClassroom({ nginx: true });
  teacher = await room.enter('teacher1');
  await setPassword(teacher);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await room?.school.stop();
});

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
/** Nothing for axe. */
async function isClean(visitor: Visitor, where: string): Promise<void> {
  assert.deepEqual(await visitor.findings(), [], where);
}

/** Signs in in this browser, as another tab of it would. */
async function enterAs(visitor: Visitor, person: Person): Promise<void> {
  const tab = await visitor.context.newPage();
  await tab.goto(`${room.school.url}/help`);
  const status = await tab.evaluate(async (body: string) =>
    (await fetch('/api/v1/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).status,
  JSON.stringify({ login: person.me.login, password: PASSWORD }));
  assert.equal(status, 201);
  await tab.close();
}

/** So that somebody who came by a one-time link can sign in in a browser too. */
async function setPassword(person: Person): Promise<void> {
  const set = await person.ask('PUT', '/api/v1/me/password', { body: { new: PASSWORD } });
  assert.equal(set.status, 204, set.text);
}

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}

async function fillBirthDate(page: Page, day: string, month: string, year: string): Promise<void> {
  await fill(page, { День: day, Год: year });
  await page.getByLabel('Месяц', { exact: true }).selectOption(month);
}

async function makeAccount(page: Page, login: string, given = 'Мария'): Promise<void> {
  await fill(page, { Фамилия: 'Волкова', Имя: given, Логин: login, 'Придумайте пароль': PASSWORD });
  await press(page, 'Дальше');
}

/** The right birth date; whoever is new and a child's first parent then waits for the class teacher. */
async function prove(page: Page, child: Person, isFirst: boolean): Promise<void> {
  await fillBirthDate(page, '14', '03', '2015');
  await press(page, 'Дальше');
  if (isFirst) {
    await heading(page, 'Ждём классного руководителя');
    assert.deepEqual(await letIn(teacher, child), [204]);
    await press(page, 'Проверить');
  }
  await heading(page, 'Проверьте данные ребёнка');
}

/** From the birth date to the child's page. */
async function proveAndConfirm(page: Page, child: Person, isFirst = false): Promise<void> {
  await heading(page, /Соня В\., 5А/);
  await prove(page, child, isFirst);
  await press(page, 'Да, это мой ребёнок');
  await page.waitForURL((url: URL) => url.pathname === `/children/${child.me.id}`);
}

test('a parent opens the child\'s link on a phone: an account, the birth date, a corrected name, and both profiles show each other', async () => {
  const child = await newPupil(room, teacher);
  const hers = await browser.visitor(room.school);
  await enterAs(hers, child);
  await hers.open('/me');
  await press(hers.page, 'Пригласить родителя');
  await press(hers.page, 'Создать приглашение');
  const link = await hers.page.getByLabel('Ссылка', { exact: true }).inputValue();
  await hers.page.getByText(/Действует ещё (10:00|9:\d\d)/).waitFor();
  await isClean(hers, 'the dialogue');

  const parent = await browser.visitor(room.school, { phone: true });
  const { page } = parent;
  await parent.open(link.slice(room.school.url.length));
  await heading(page, 'Соня В., 5А');
  assert.ok(!(await page.content()).includes('Волкова'), 'the family name is there before anything is proved');
  await isClean(parent, 'the account');
  await makeAccount(page, 'volkova@example.org');
  await page.getByLabel('День', { exact: true }).waitFor();
  await isClean(parent, 'the birth date');
  await fillBirthDate(page, '15', '03', '2015');
  await press(page, 'Дальше');
  await page.getByText(/Осталось 2 попытки/).waitFor();
  await page.reload();
  await prove(page, child, true);
  assert.equal(await page.getByLabel('Фамилия').inputValue(), 'Волкова');
  await isClean(parent, 'the child\'s data');
  await fill(page, { Имя: 'Софья' });
  await press(page, 'Да, это мой ребёнок');
  await page.waitForURL((url: URL) => url.pathname === `/children/${child.me.id}`);
  await page.getByText('Соня Волкова').first().waitFor();
  await hers.page.keyboard.press('Escape');
  await hers.page.getByText('Мария Волкова').waitFor();
  const me = await child.get('/api/v1/me');
  assert.deepEqual(me.parents.map((one: any) => one.display_name), ['Мария Волкова']);
});

test('on the child\'s device the page says so, shows a QR code, and signs the child out here alone', async () => {
  const child = await newPupil(room, teacher);
  const elsewhere = await browser.visitor(room.school);
  const here = await browser.visitor(room.school);
  const { page } = here;
  await enterAs(here, child);
  // The child's session on another device is its own.
  await enterAs(elsewhere, child);
  const { code } = await post(child, '/me/parent-invitations', {});
  await here.open(`/i#${code}`);
  await heading(page, 'Здесь открыт профиль ребёнка: Соня Волкова');
  await page.getByRole('img', { name: /QR-код приглашения/ }).waitFor();
  await isClean(here, 'the child\'s device');
  await page.getByRole('link', { name: 'Вернуться' }).click();
  await heading(page, 'Чаты');
  await page.goBack();
  await heading(page, /Здесь открыт профиль ребёнка/);
  await press(page, 'Выйти и продолжить');
  await heading(page, 'Соня В., 5А');
  await makeAccount(page, 'same-device');
  await proveAndConfirm(page, child, true);
  await elsewhere.open('/me');
  await elsewhere.page.getByText('Мария Волкова').waitFor();
});

test('two tabs: who signed in beside is noticed at the last press', async () => {
  const child = await newPupil(room, teacher);
  const { code } = await post(child, '/me/parent-invitations', {});
  const visitor = await browser.visitor(room.school);
  const { page } = visitor;
  await visitor.open(`/i#${code}`);
  await makeAccount(page, 'two-tabs');
  await prove(page, child, true);
  await enterAs(visitor, child);
  await press(page, 'Да, это мой ребёнок');
  await heading(page, 'Здесь сменился профиль');
  await isClean(visitor, 'another profile');
  await press(page, 'Обновить страницу');
  await heading(page, /Здесь открыт профиль ребёнка/);
  await page.goBack();
  assert.deepEqual((await child.get('/api/v1/me')).parents, []);
});

test('a second parent, and a third who is refused and told whom to ask', async () => {
  const child = await newPupil(room, teacher);
  const late = await post(child, '/me/parent-invitations', {});
  const { code } = await post(child, '/me/parent-invitations', {});
  await newParent(room, child, newcomer('Волкова', 'Мария'));
  const second = await browser.visitor(room.school);
  await second.open(`/i#${code}`);
  await makeAccount(second.page, '+7 900 123-45-67', 'Олег');
  await proveAndConfirm(second.page, child);
  const third = await browser.visitor(room.school, { phone: true });
  await third.open(`/i#${late.code}`);
  await heading(third.page, 'У ребёнка уже два родителя');
  await third.page.getByText(/Обратитесь к классному руководителю/).waitFor();
  await isClean(third, 'the third parent');
  await second.open(`/i#${late.code}`);
  await heading(second.page, 'Соня В. уже в вашем профиле');
});

test('two children, and a parent who teaches here: one account, signed in on the way', async () => {
  const [one, other] = [await newPupil(room, teacher), await newPupil(room, teacher)];
  const colleague = await room.enter('teacher2');
  await setPassword(colleague);
  const visitor = await browser.visitor(room.school);
  const { page } = visitor;
  const first = await post(one, '/me/parent-invitations', {});
  await visitor.open(`/i#${first.code}`);
  await page.getByText('У меня есть логин').click();
  await fill(page, { Логин: 'teacher2', Пароль: PASSWORD });
  await press(page, 'Войти');
  await page.getByText(/Вы вошли: Саша Олеговна Белова/).waitFor();
  await isClean(visitor, 'signed in');
  await press(page, 'Продолжить');
  await proveAndConfirm(page, one);
  const second = await post(other, '/me/parent-invitations', {});
  await visitor.open(`/i#${second.code}`);
  await press(page, 'Продолжить');
  await proveAndConfirm(page, other);
  const { roles, children } = await colleague.get('/api/v1/me');
  assert.deepEqual([roles, children.length], [['teacher', 'parent'], 2]);
});

test('three wrong dates: the class teacher presses on the class\'s page, and the parent goes on', async () => {
  const child = await newPupil(room, teacher);
  const { code } = await post(child, '/me/parent-invitations', {});
  const parent = await browser.visitor(room.school);
  await parent.open(`/i#${code}`);
  await makeAccount(parent.page, 'forgetful', 'Анна');
  for (const text of [/Осталось 2 попытки/, /Осталась 1 попытка/]) {
    await fillBirthDate(parent.page, '1', '01', '2014');
    await press(parent.page, 'Дальше');
    await parent.page.getByText(text).waitFor();
  }
  await press(parent.page, 'Дальше');
  await heading(parent.page, 'Ждём классного руководителя');
  await isClean(parent, 'waiting');
  const visitor = await browser.visitor(room.school);
  await enterAs(visitor, teacher);
  await visitor.open(`/classes/${await classOf(teacher)}`);
  await visitor.page.getByText(/Хочет стать родителем: Соня Волкова/).waitFor();
  await isClean(visitor, 'the class');
  await press(visitor.page, 'Это родитель: Волкова Анна');
  await visitor.page.getByText(/Хочет стать родителем/).waitFor({ state: 'detached' });
  await press(parent.page, 'Проверить');
  await heading(parent.page, 'Проверьте данные ребёнка');
  await press(parent.page, 'Да, это мой ребёнок');
  await parent.page.waitForURL(/\/children\//);
  // The class teacher sees who it was, and may undo it.
  await press(visitor.page, 'Убрать из родителей: Анна Волкова');
  await isClean(visitor, 'undoing');
  await press(visitor.page, 'Да, убрать из родителей: Анна Волкова');
  await visitor.page.getByRole('button', { name: /убрать из родителей: Анна Волкова/i }).waitFor({ state: 'detached' });
  assert.deepEqual((await child.get('/api/v1/me')).parents, []);
});

test('a newcomer by the class\'s link waits for the class teacher\'s press, and signs in', async () => {
  const visitor = await browser.visitor(room.school);
  await enterAs(visitor, teacher);
  await visitor.open(`/classes/${await classOf(teacher)}`);
  await press(visitor.page, 'Пригласить');
  await press(visitor.page, /Сделать (новую )?ссылку/);
  const link = await visitor.page.getByLabel('Ссылка', { exact: true }).inputValue();
  await isClean(visitor, 'inviting');
  await visitor.page.keyboard.press('Escape');
  const pupil = await browser.visitor(room.school, { phone: true });
  const { page } = pupil;
  await pupil.open(link.slice(room.school.url.length));
  await heading(page, '5А класс');
  await isClean(pupil, 'the newcomer');
  await fill(page, { Фамилия: 'Зимина', Имя: 'Дарья', Логин: 'zimina', 'Придумайте пароль': PASSWORD });
  await fillBirthDate(page, '31', '02', '2015');
  await press(page, 'Попроситься в класс');
  await page.getByText('Такого дня нет. Проверьте число, месяц и год.').first().waitFor();
  await fillBirthDate(page, '28', '02', '2015');
  await press(page, 'Попроситься в класс');
  await heading(page, 'Ждём классного руководителя');
  await press(visitor.page, 'Наш ученик: Зимина Дарья');
  await visitor.page.getByText('Просится в класс').waitFor({ state: 'detached' });
  await press(page, 'Проверить');
  await heading(page, 'Вас приняли в класс');
  await page.getByRole('link', { name: 'Войти' }).click();
  await fill(page, { Логин: 'zimina', Пароль: PASSWORD });
  await press(page, 'Войти');
  await heading(page, 'Чаты');
});

test('a code from a slip, a code that is read out, and a link that is dead', async () => {
  const child = await newPupil(room, teacher);
  const { code, short_code } = await post(child, '/me/parent-invitations', {});
  const visitor = await browser.visitor(room.school);
  const { page } = visitor;
  await visitor.open('/sign-in');
  await page.getByRole('link', { name: 'У меня код' }).click();
  await heading(page, 'Код из школы');
  await isClean(visitor, 'entering a code');
  await fill(page, { Код: `${short_code.locator.toLowerCase()} ${short_code.digits}` });
  await press(page, 'Дальше');
  await heading(page, 'Соня В., 5А');
  await page.reload();
  await heading(page, 'Соня В., 5А');
  assert.equal((await child.ask('DELETE', '/api/v1/me/parent-invitations')).status, 204);
  await visitor.open('/help');
  await visitor.open(`/i#${code}`);
  await heading(page, 'Ссылка уже не действует');
  await isClean(visitor, 'a dead link');
  const { pupils } = await teacher.get(`/api/v1/classes/${await classOf(teacher)}`);
  const { slip_code } = await post(teacher, `/people/${pupils.find((one: any) => one.signed_in === false).id}/invitations`, {});
  await press(page, 'Ввести код');
  await fill(page, { Код: slip_code.toLowerCase() });
  await press(page, 'Дальше');
  await heading(page, 'Саша М.');
  await isClean(visitor, 'an own invitation');
  await fill(page, { 'Придумайте пароль': PASSWORD });
  await press(page, 'Войти в школу');
  await heading(page, 'Чаты');
});

test('a young pupil without a telephone comes in by the letter', async () => {
  const office = await openPostOffice(room.school);
  try {
    const visitor = await browser.visitor(room.school);
    await enterAs(visitor, teacher);
    await visitor.open(`/classes/${await classOf(teacher)}?invite=1`);
    await visitor.page.getByLabel(/Фамилия, имя и почта/).fill('Лебедев Тимур timur@example.org\nЕгорова');
    await press(visitor.page, 'Добавить и отправить');
    await visitor.page.getByText(/Строка 2/).waitFor();
    await visitor.page.getByLabel(/Фамилия, имя и почта/).fill('Лебедев Тимур timur@example.org');
    await press(visitor.page, 'Добавить и отправить');
    await visitor.page.getByText('Отправляется 1 письмо.').waitFor();
    const { text } = await office.letter();
    const link = /http\S+\/i#[\w-]{43}/.exec(text)![0];
    const pupil = await browser.visitor(room.school);
    await pupil.open(link.slice(room.school.url.length));
    await heading(pupil.page, 'Тимур Л.');
    await fill(pupil.page, { Логин: 'timur', 'Придумайте пароль': PASSWORD });
    await press(pupil.page, 'Войти в школу');
    await heading(pupil.page, 'Чаты');
  } finally {
    await office.stop();
  }
});

test('an administrator invites somebody from their page, and allows a third parent with a reason', async () => {
  const admin = await room.enter('admin');
  await setPassword(admin);
  const child = await newPupil(room, teacher);
  const { items } = await admin.get('/api/v1/people?search=parent19');
  const visitor = await browser.visitor(room.school);
  const { page } = visitor;
  await enterAs(visitor, admin);
  await visitor.open(`/people/${items[0].id}`);
  await press(page, 'Создать приглашение');
  const link = await page.getByLabel('Ссылка', { exact: true }).inputValue();
  await isClean(visitor, 'the page of somebody who did not come in yet');
  const guest = await browser.visitor(room.school);
  await guest.open(link.slice(room.school.url.length));
  await fill(guest.page, { 'Придумайте пароль': PASSWORD });
  await press(guest.page, 'Войти в школу');
  await heading(guest.page, 'Чаты');
  await visitor.open(`/people/${child.me.id}`);
  await press(page, 'Разрешить');
  await page.getByText('Заполните это поле.').first().waitFor();
  await fill(page, { Почему: 'Опекун по решению суда' });
  await press(page, 'Разрешить');
  await page.getByText('Сохранено').waitFor();
  for (let i = 0; i < 3; i += 1) await newParent(room, child);
  assert.equal((await child.get('/api/v1/me')).parents.length, 3);
});
