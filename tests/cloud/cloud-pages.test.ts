// SPDX-License-Identifier: LGPL-2.1-or-later
// The administrator's pages of the cloud against a real one: the school is linked in the browser, what both ends changed
// stands in the journal with its way back, and the link ends.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { chatOf, letLeave, messagesOf, startClassroom, takePassword, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { askFront, sayBox } from '../lib/cloud-broker.ts';
import { startDoor } from '../lib/cloud-front.ts';
import { reads } from '../lib/joined.ts';
import { look } from '../lib/looks.ts';
import type { Person } from '../lib/school.ts';
import { Pages } from '../lib/two-schools.ts';

let town: Awaited<ReturnType<typeof startDoor>>;
let room: Classroom;
let browser: Browser;
/** Of the school in the cloud. */
let pages: Pages | undefined;
let admin: Visitor;
let asker: Person;
let password: string;

before(async () => {
  [town, room, browser] = await Promise.all([startDoor(), startClassroom({ nginx: true }),
    openBrowser({ words: ['--host-resolver-rules=MAP lyceum.localhost 127.0.0.2', '--ignore-certificate-errors'] })]);
  asker = await room.enter('admin');
  password = await takePassword(asker);
  admin = await browser.person(room.school, 'admin', { at: '/server/cloud' });
});
after(async () => {
  await browser?.close();
  await pages?.stop();
  await room?.school.stop();
  await town?.[Symbol.asyncDispose]();
});

const button = (name: string | RegExp): any => admin.page.getByRole('button', { name });
const clean = (name: string): Promise<void> => look(admin, name);

/** Asks, one question after the other, until the answer is so. */
async function when(path: string, isSo: (answer: any) => boolean): Promise<any> {
  for (;;) {
    const answer = await asker.get(path);
    if (isSo(answer)) return answer;
  }
}

test('cloud pages: a school is linked with a code, the cloud\'s own authority and the password once more', async () => {
  const { page } = admin;
  await page.getByLabel('Адрес облака').fill(town.front.address);
  await page.getByLabel('Код', { exact: true }).fill(town.cloud.linkCode('lyceum'));
  await page.getByText('У облака свой центр сертификации').click();
  await page.getByLabel('Его сертификат (PEM)').fill(await readFile(town.front.authority, 'utf8'));
  await page.getByLabel('Ваш пароль').fill('не тот');
  await button('Связать с облаком').click();
  await page.getByText('Пароль не подходит. Проверьте раскладку.').first().waitFor();
  await clean('cloud-link-password');
  await page.getByLabel('Ваш пароль').fill(password);
  await page.getByLabel('Ваш пароль').press('Enter');
  await page.getByRole('heading', { name: 'Связь с облаком есть' }).waitFor();
  await page.getByText('Всё передано.').waitFor();
  await page.getByText(town.front.address, { exact: true }).waitFor();
  await clean('cloud-linked');
});

/** Somebody of the school, in the cloud. */
async function outside(person: Person): Promise<Pick<Person, 'ask'>> {
  const who = sayBox(await readFile(join(room.school.folder, 'data/cloud/cert.pem'), 'utf8'));
  for (;;) {
    const reply = await askFront(town.cloud, 'POST', '/box/v1/entries', { body: { person: person.me.id }, headers: who });
    if (reply.status === 404) continue; // the cloud does not know them yet
    assert.equal(reply.status, 201, reply.text);
    const school = town.cloud.school('lyceum');
    return school.person(await school.ask('POST', '/api/v1/sessions', { body: { code: reply.body.url.split('#')[1] } }));
  }
}

test('cloud pages: the journal says who changed what at both ends, which stayed, and leads to the place', async () => {
  await letLeave(asker);
  const teacher = await room.enter('teacher1');
  const [staff, pupils] = [await chatOf(teacher, 'staff'), await chatOf(teacher, 'class_pupils')];
  const group = (await asker.post('/api/v1/chats', { title: 'Поход', members: [teacher.me.id] })).id;
  const pupil = await room.enter('pupil2');
  const [timetable, lesson] = [await write(teacher, staff, 'Педсовет в три'), await write(teacher, pupils, 'Задача 17')];
  await when('/api/v1/cloud', ({ waiting }) => waiting === 0);
  const [home, pupilHome] = [await outside(teacher), await outside(pupil)];
  await town.broker.kill();
  await when('/api/v1/cloud', ({ state }) => state === 'waiting');
  const change = async (who: Pick<Person, 'ask'>, method: string, chat: string, message: string, body?: object): Promise<void> => {
    const reply = await who.ask(method, `${messagesOf(chat)}/${message}`, { body });
    assert.ok(reply.status < 300, reply.text);
  };
  await change(teacher, 'PATCH', staff, timetable.id, { text: 'Педсовет в четыре' });
  await change(home, 'PATCH', staff, timetable.id, { text: 'Педсовет в пять' });
  await change(teacher, 'PATCH', pupils, lesson.id, { text: 'Задача 18' });
  await change(home, 'DELETE', pupils, lesson.id);
  await write(home, group, 'Кто идёт?');
  await write(pupilHome, pupils, 'Я решил');
  for (const [method, path] of [['DELETE', `/api/v1/chats/${group}/members/${teacher.me.id}`], ['PUT', `/api/v1/people/${pupil.me.id}/block`]] as const) {
    const reply = await asker.ask(method, path, method === 'PUT' ? { body: {} } : {});
    assert.equal(reply.status, 204, reply.text);
  }
  await town.broker.run();
  await when('/api/v1/cloud/conflicts', ({ conflicts }) => conflicts.length === 4);

  const { page } = admin;
  await admin.open('/server/cloud');
  await page.getByRole('link', { name: /^Спорные изменения/ }).click();
  await page.getByText('Одно сообщение исправили с двух сторон. Осталось то, что исправлено позже.').waitFor();
  await page.getByText('В облаке: осталось это').first().waitFor();
  await page.getByText('В школе: это уступило').first().waitFor();
  await page.getByText('Сообщение удалили, пока его исправляли. Оно удалено.').waitFor();
  await page.getByText('Вас в этом чате нет. Исправить сообщение может только тот, кто его написал.').waitFor();
  assert.equal(await page.getByRole('link', { name: teacher.me.display_name }).count(), 5, 'who did it leads to their page');
  assert.equal(await page.getByText(/Педсовет|Задача|Кто идёт|Я решил/).count(), 0, 'no words of messages');
  await clean('cloud-conflicts-four');
  const phone = await browser.person(room.school, 'admin', { at: '/server/cloud/conflicts', phone: true, dark: true });
  await phone.page.getByRole('button', { name: /^Вернуть в чат: / }).waitFor();
  await look(phone, 'cloud-conflicts-four');

  // What was taken at the school comes back with one press.
  for (const [name, said, who] of [['Вернуть в чат', 'снова в чате', teacher], ['Открыть доступ', 'доступ открыт', pupil]] as const) {
    const press = button(`${name}: ${who.me.display_name}`);
    await press.click();
    await page.getByText(new RegExp(`^${who.me.display_name}:? ${said}$`)).waitFor();
    await press.waitFor({ state: 'detached' });
  }
  await write(await room.enter('teacher1'), group, 'Снова с вами');
  await clean('cloud-conflicts-given-back');
  await page.getByRole('link', { name: /^Открыть в чате: (?!Поход)/ }).click();
  await page.getByText('Педсовет в пять').first().waitFor();
  assert.match(page.url(), new RegExp(`/chats/${staff}`));
});

/** A fault of urokd's own, which its next release has not: it cannot keep what says so. Undone by what it gives. */
async function breakKeeping(): Promise<() => Promise<void>> {
  const change = async (sql: string): Promise<void> => {
    await room.school.daemon.stop();
    execFileSync('sqlite3', [join(room.school.folder, 'data/urok.db'), sql]);
    await room.school.start();
  };
  await change("CREATE TRIGGER fault BEFORE INSERT ON message WHEN new.text LIKE 'Письмо %' BEGIN SELECT RAISE(ABORT, 'the row cannot be kept'); END");
  return () => change('DROP TRIGGER fault');
}

test('cloud pages: what could not be taken waits, is tried again, and comes with the next release; what nobody needs is let go of', async () => {
  const { page } = admin;
  const teacher = await room.enter('teacher1');
  const staff = await chatOf(teacher, 'staff');
  const home = await outside(teacher);
  const mend = await breakKeeping();
  for (const text of ['Письмо первое', 'Письмо второе', 'А это дошло']) await write(home, staff, text);
  await when('/api/v1/cloud/quarantine', ({ events }) => events.length === 2);
  await reads(teacher, staff, 'А это дошло');
  await admin.open('/server/cloud');
  await page.getByRole('link', { name: /^Отложенное/ }).click();
  const list = page.getByRole('list', { name: 'Отложенное' });
  await list.getByText('Школа не смогла это принять.').first().waitFor();
  assert.equal(await list.getByText(`${teacher.me.display_name}, сегодня в `).count(), 2);
  await clean('cloud-quarantine-two');
  const row = (nth: number): any => list.getByRole('listitem').nth(nth);
  await row(0).getByRole('button', { name: /^Принять снова: Сообщение, сегодня в / }).press('Enter');
  await page.getByText('Принять снова не получилось.').waitFor();
  assert.equal(await list.getByRole('listitem').count(), 2);

  await mend();
  await admin.open('/server/cloud/quarantine');
  await row(0).getByRole('button', { name: /^Принять снова: / }).click();
  await page.getByText('Принято', { exact: true }).waitFor();
  await row(1).waitFor({ state: 'detached' });
  await reads(teacher, staff, 'Письмо первое');
  await row(0).getByRole('button', { name: /^Отбросить: Сообщение, / }).click();
  await page.getByRole('dialog').getByText(/в школе этого не будет, хотя в облаке оно есть/).waitFor();
  await clean('cloud-discard');
  await page.getByRole('dialog').getByRole('button', { name: /^Отбросить: / }).click();
  await page.getByText('Ничего не отложено').waitFor();
  assert.equal((await wholeChat(teacher, staff)).some(({ text }) => text === 'Письмо второе'), false);
});

test('cloud pages: at home everybody reads that the school is away, and that what they write gets there later', async () => {
  const { front, cloud } = town;
  pages = new Pages(cloud.school('lyceum'), `https://lyceum.localhost:${front.port}`);
  const at = (name: string): string => join(front.folder, name);
  await pages.start(cloud, 'lyceum', `127.0.0.2:${front.port} ssl; ssl_certificate ${at('server.pem')}; ssl_certificate_key ${at('server.key')}`);
  const [parent, phone] = [await browser.person(pages as any, 'parent1'), await browser.person(pages as any, 'pupil1', { phone: true, dark: true })];
  const words = ({ page }: Visitor): any => page.getByText(/^Школа (не на связи с \d\d:\d\d|сейчас не на связи)\. Написанное дойдёт туда позже\.$/);
  for (const who of [parent, phone]) assert.equal(await words(who).count(), 0);
  await room.school.daemon.stop();
  const home = await cloud.school('lyceum').signIn('parent1');
  await write(home, await chatOf(home, 'class_parents'), 'Завтра болеем');
  for (const who of [parent, phone]) await words(who).waitFor();
  await look(parent, 'cloud-school-away');
  await look(phone, 'cloud-school-away');
  await room.school.start();
  await reads(await room.enter('teacher1'), await chatOf(await room.enter('teacher1'), 'class_parents'), 'Завтра болеем');
  for (const who of [parent, phone]) await words(who).waitFor({ state: 'detached' });
  const inSchool = await browser.person(room.school, 'parent1');
  await town.broker.kill();
  await when('/api/v1/cloud', ({ state }) => state === 'waiting');
  await admin.open('/chats');
  await admin.page.getByText(/^Облако: нет связи/).waitFor();
  assert.equal(await inSchool.page.getByText(/^Облако: нет связи|^Школа .*не на связи/).count(), 0, 'a parent at the school has nothing to worry about');
  await town.broker.run();
});

test('cloud pages: the link ends with the password, and the cloud is told', async () => {
  const { page } = admin;
  await admin.open('/server/cloud');
  await button('Разорвать связь').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Ваш пароль').fill('не тот');
  await button(/^Разорвать связь с облаком: /).click();
  await dialog.getByText('Пароль не подходит. Проверьте раскладку.').first().waitFor();
  await clean('cloud-unlink');
  await dialog.getByLabel('Ваш пароль').fill(password);
  await button(/^Разорвать связь с облаком: /).click();
  await page.getByText('Связь с облаком разорвана.', { exact: true }).waitFor();
  await page.getByLabel('Адрес облака').waitFor();
  assert.equal(existsSync(join(room.school.folder, 'data/cloud')), false);
  assert.equal(town.cloud.postgres.ask('SELECT count(*) FROM box WHERE unlinked IS NULL').trim(), '0');
});
