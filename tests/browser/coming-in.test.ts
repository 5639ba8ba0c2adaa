// SPDX-License-Identifier: LGPL-2.1-or-later
// A class comes in: by slips, one by one, by an administrator's hand; and what goes wrong afterwards is put right.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Page, type Visitor } from '../lib/browser.ts';
import { type Classroom, startClassroom } from '../lib/classroom.ts';
import { classOf, newcomer, newParent, newPupil, PASSWORD, post, stranger } from '../lib/newcomers.ts';
import { codesOf, wordsOf } from '../lib/paper.ts';
import type { Person } from '../lib/school.ts';

let room: Classroom;
let browser: Browser;
let teacher: Person;
let classPath: string;

before(async () => {
  room = await startClassroom({ nginx: true });
  teacher = await room.enter('teacher1');
  classPath = `/classes/${await classOf(teacher)}`;
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await room?.school.stop();
});

const heading = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const said = (page: Page, words: string | RegExp): Promise<void> => page.getByText(words).first().waitFor();
const isClean = async (visitor: Visitor, where: string): Promise<void> => assert.deepEqual(await visitor.findings(), [], where);

/** Somebody of the class whose name leads to their page, as the address says. */
async function standingAt(visitor: Visitor, name: string): Promise<string> {
  await visitor.page.getByRole('link', { name, exact: true }).first().click();
  await heading(visitor.page, name);
  const { pathname } = new URL(visitor.page.url());
  await visitor.page.goBack();
  return pathname;
}

test('a whole class comes in by its slips: printed by a press, typed and scanned, until nobody is left', async () => {
  const leader = await browser.person(room.school, 'teacher1', { at: classPath });
  const { page } = leader;
  await page.getByRole('tab', { name: 'Не вошли: 20' }).waitFor();
  await press(page, 'Пригласить');
  const coming = page.waitForEvent('download');
  await press(page, 'Листки для всех');
  const paper = await readFile(await (await coming).path());
  await said(page, 'Файл скачан. Откройте его и напечатайте.');
  await isClean(leader, 'after the print');
  const codes = (await wordsOf(paper)).match(/\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b/g) ?? [];
  assert.equal(codes.length, 60, 'a slip for each pupil, each parent, and each place that is free');

  const nobody = stranger(room.school);
  const kinds = await Promise.all(codes.map(async (code) => (await nobody.ask('POST', '/api/v1/invitations/look', { body: { code } })).body));
  const own = codes.filter((_, i) => kinds[i].kind === 'person');
  assert.equal(own.length, 40);
  // The first types the code from the paper.
  const pupil = await browser.visitor(room.school, { phone: true });
  await pupil.open('/i');
  await pupil.page.getByLabel('Код', { exact: true }).fill(own[0]!.toLowerCase());
  await press(pupil.page, 'Дальше');
  await pupil.page.getByLabel('Придумайте пароль').fill(PASSWORD);
  await press(pupil.page, 'Войти в школу');
  await heading(pupil.page, 'Чаты');
  // The second holds the telephone over the paper.
  const links = await codesOf(paper);
  const scanned = await Promise.all(links.map(async (link) => (await nobody.ask('POST', '/api/v1/invitations/look', { body: { code: link.split('#')[1] } })).body));
  const isOpen = (one: any, i: number): boolean => one.kind === 'person' && one.login !== kinds[codes.indexOf(own[0]!)].login && links[i] !== undefined;
  const [link] = links.filter((_, i) => isOpen(scanned[i], i));
  const second = await browser.visitor(room.school, { phone: true });
  await second.open(link!.slice(room.school.url.length));
  await second.page.getByLabel('Придумайте пароль').fill(PASSWORD);
  await press(second.page, 'Войти в школу');
  await heading(second.page, 'Чаты');
  // The rest at home, all at once.
  const replies = await Promise.all(own.slice(1).map((code) => nobody.ask('POST', '/api/v1/invitations/acceptances', { body: { code, password: PASSWORD } })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [...Array(38).fill(201), 404], 'all but the one that was scanned');

  await leader.open(classPath);
  await page.getByRole('tab', { name: 'Не вошли: 0' }).click();
  await said(page, 'Таких нет');
  await press(page, 'Пригласить');
  await press(page, 'Только ученикам');
  await said(page, 'Все уже вошли: печатать некому.');
});

test('a class teacher invites one pupil by a QR code; an administrator sees who is still missing and prints', async () => {
  const admin = await room.enter('admin');
  const { items: [added] } = await admin.post('/api/v1/people', { items: [{ family_name: 'Тихонов', given_name: 'Лев', roles: ['pupil'] }] });
  assert.equal((await admin.ask('PUT', `/api/v1${classPath}/members/${added.id}`, { body: { as: 'pupil' } })).status, 200);
  const leader = await browser.person(room.school, 'teacher1', { phone: true, at: classPath });
  await press(leader.page, 'Пригласить: Лев Тихонов');
  await press(leader.page, 'Создать приглашение');
  await leader.page.getByRole('img', { name: 'QR-код приглашения: Лев Тихонов' }).waitFor();
  const link = await leader.page.getByLabel('Ссылка', { exact: true }).inputValue();
  await isClean(leader, 'the invitation of one');

  const boss = await browser.person(room.school, 'admin', { at: '/people' });
  await boss.page.getByRole('link', { name: 'Кто ещё не вошёл' }).click();
  await said(boss.page, 'Не вошли: 1 ученик');
  await isClean(boss, 'who is missing');
  const coming = boss.page.waitForEvent('download');
  await press(boss.page, 'Напечатать листки: 5А');
  assert.match(await wordsOf(await readFile(await (await coming).path())), /Лев Тихонов/);
  await boss.page.getByRole('link', { name: 'Учителя, которые не вошли' }).click();
  assert.equal(await boss.page.getByLabel('Роль', { exact: true }).inputValue(), 'teacher');
  assert.equal(await boss.page.getByLabel('Вход', { exact: true }).inputValue(), 'never-seen');

  // What was printed later took its place.
  const late = await browser.visitor(room.school);
  await late.open(link.slice(room.school.url.length));
  await heading(late.page, 'Ссылка уже не действует');
});

test('an administrator makes somebody a parent by hand, and says why; names lead to their pages', async () => {
  const child = await newPupil(room, teacher, newcomer('Жукова', 'Нина'));
  const father = await newParent(room, await newPupil(room, teacher), newcomer('Жуков', 'Илья'));
  const boss = await browser.person(room.school, 'admin', { at: `/people/${child.me.id}` });
  const { page } = boss;
  await press(page, 'Добавить родителя');
  await page.getByLabel('Поиск родителя').fill('Жуков');
  await page.getByRole('dialog').getByText('Илья Жуков').click();
  await press(page, 'Сделать родителем');
  await said(page, 'Заполните это поле.');
  await isClean(boss, 'why');
  await page.getByRole('dialog').getByLabel('Почему').fill('Заявление на бумаге');
  await press(page, 'Сделать родителем');
  await said(page, 'Теперь родитель: Илья Жуков');
  assert.equal((await father.get('/api/v1/children')).items.length, 2);

  const leader = await browser.person(room.school, 'teacher1', { at: classPath });
  assert.equal(await standingAt(leader, 'Нина Жукова'), `/people/${child.me.id}`);
  assert.equal(await standingAt(leader, 'Илья Жуков'), `/people/${father.me.id}`);
  const classmate = await browser.person(room.school, child.me.login, { at: classPath });
  assert.equal(await standingAt(classmate, teacher.me.display_name), `/people/${teacher.me.id}`);
});

test('who is listed in a class can be opened by whoever sees the list', async () => {
  for (const login of ['pupil1', 'parent1', 'teacher1', 'teacher2', 'admin']) {
    const reader = await room.enter(login);
    const { pupils, teachers } = await reader.get(`/api/v1${classPath}`);
    const parents = pupils.flatMap((one: any) => one.parents ?? []);
    for (const { id, display_name } of [...pupils, ...teachers, ...parents]) {
      assert.equal((await reader.ask('GET', `/api/v1/people/${id}`)).status, 200, `${login} reads ${display_name} in the list and not alone`);
    }
  }
});

test('wrong data of a child are corrected by the parent, and stand after one press of the class teacher', async () => {
  const child = await newPupil(room, teacher, newcomer('Сомова', 'Алена'));
  const mother = await newParent(room, child);
  const parent = await browser.person(room.school, mother.me.login, { phone: true, at: `/children/${child.me.id}` });
  const { page } = parent;
  await page.getByLabel('Имя', { exact: true }).fill('Алёна');
  await page.getByLabel('День', { exact: true }).fill('31');
  await page.getByLabel('Месяц', { exact: true }).selectOption('02');
  await press(page, 'Исправить данные');
  await said(page, 'Такого дня нет. Проверьте число, месяц и год.');
  await page.getByLabel('День', { exact: true }).fill('14');
  await page.getByLabel('Месяц', { exact: true }).selectOption('03');
  await press(page, 'Исправить данные');
  await said(page, 'Исправление ждёт классного руководителя. Пока все видят прежнее.');
  await isClean(parent, 'the child\'s page');
  await heading(page, 'Алена Сомова');

  const leader = await browser.person(room.school, 'teacher1', { at: '/corrections' });
  await press(leader.page, /^Принять/);
  await said(leader.page, 'Всё решено');
  await heading(page, 'Алёна Сомова');
});

test('a parent lost the password: an administrator gives a code, typed where it is not asked for, and a new one is set', async () => {
  const mother = await newParent(room, await newPupil(room, teacher), newcomer('Рогова', 'Инна'));
  const boss = await browser.person(room.school, 'admin', { at: `/people/${mother.me.id}` });
  await press(boss.page, 'Помочь войти');
  await press(boss.page, 'Дать код');
  const code = await boss.page.locator('.slip__code').textContent();
  const parent = await browser.visitor(room.school, { phone: true });
  const { page } = parent;
  await parent.open('/sign-in');
  await page.getByRole('link', { name: 'У меня код' }).click();
  await page.getByLabel('Код', { exact: true }).fill(code);
  await press(page, 'Дальше');
  await said(page, 'Инна Рогова');
  await press(page, 'Войти');
  await heading(page, 'Чаты');
  await parent.open('/me');
  await page.getByLabel('Новый пароль').fill('четыре белки на сосне');
  await press(page, 'Сохранить пароль');
  await said(page, 'Пароль сохранён');
  await press(page, 'Выйти');
  await page.getByLabel('Логин').fill(mother.me.login);
  await page.getByLabel('Пароль').fill('четыре белки на сосне');
  await press(page, 'Войти');
  await heading(page, 'Чаты');
  // And the other way round: an invitation, typed at «Забыли пароль?».
  const child = await newPupil(room, teacher);
  const { short_code } = await post(child, '/me/parent-invitations', {});
  const other = await browser.visitor(room.school);
  await other.open('/sign-in');
  await press(other.page, 'Забыли пароль?');
  await other.page.getByLabel('Код', { exact: true }).fill(`${short_code.locator} ${short_code.digits}`);
  await press(other.page, 'Дальше');
  await heading(other.page, 'Соня В., 5А');
});

test('a role that was asked for in writing is given by a press, seen at once, and taken back without deleting anybody', async () => {
  const mother = await newParent(room, await newPupil(room, teacher), newcomer('Ежова', 'Вера'));
  const [boss, person] = [await browser.person(room.school, 'admin'), await browser.person(room.school, mother.me.login)];
  const menu = person.page.getByRole('navigation', { name: 'Главное меню' });
  await menu.getByRole('link', { name: 'Дети' }).waitFor();
  await boss.open(`/people/${mother.me.id}`);
  await boss.page.getByText('Учитель', { exact: true }).click();
  await press(boss.page, 'Сохранить роли');
  await menu.getByRole('link', { name: 'Классы' }).waitFor();
  await menu.getByRole('link', { name: 'Дети' }).waitFor();
  await boss.page.getByText('Учитель', { exact: true }).click();
  await press(boss.page, 'Сохранить роли');
  await menu.getByRole('link', { name: 'Классы' }).waitFor({ state: 'detached' });
  assert.equal((await mother.get('/api/v1/children')).items.length, 1);
});
