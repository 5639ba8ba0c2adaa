// SPDX-License-Identifier: LGPL-2.1-or-later
// Two boxes, one cloud, three browsers: a parent with a child in each school enters the cloud from the one box, says that
// both accounts are one human's, and sees both children at either box and in the cloud; then the line is cut.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser } from '../lib/browser.ts';
import { brokerPort, CloudBroker } from '../lib/cloud-broker.ts';
import { CloudFront } from '../lib/cloud-front.ts';
import { startCloud } from '../lib/cloud.ts';
import { freePort, type School, startSchool } from '../lib/school.ts';
import { join as joinAccounts, listOf, Pages, Small } from '../lib/two-schools.ts';

const PASSWORD = 'ромашка у крыльца';
const CLOUD_PASSWORD = 'облако над рекой';

/** A box with one family, linked, and all that may leave does. */
async function startBox(town: Town, slug: string, name: string, child: string, login: string) {
  const school = await startSchool({ nginx: true });
  const small = await Small.furnish(school, await school.setUp(), name, child, login);
  const parent = await small.signIn();
  assert.equal((await parent.ask('PUT', '/api/v1/me/password', { body: { new: PASSWORD } })).status, 204);
  assert.equal((await parent.get('/api/v1/me/schools')).state, 'none');
  const admin = small.administrator;
  const authority = await readFile(town.front.authority, 'utf8');
  const linked = await admin.ask('PUT', '/api/v1/cloud/link', { body: { address: town.front.address, code: town.cloud.linkCode(slug), authority, password: 'длинный пароль 17' } });
  assert.ok(linked.status < 300, linked.text);
  while ((await admin.get('/api/v1/cloud')).state !== 'live');
  assert.equal((await parent.get('/api/v1/me/schools')).state, 'held');
  const refused = await parent.ask('POST', '/api/v1/me/cloud-entries', { body: { password: PASSWORD } });
  assert.deepEqual([refused.status, refused.body.type], [409, 'urn:urok:problem:cloud-held']);
  const { choices } = await admin.get('/api/v1/cloud/choices');
  for (const choice of choices) {
    const reply = await admin.ask('PUT', `/api/v1/cloud/choices/${choice.name}`, { body: { allowed: true, order: 'Приказ № 1' } });
    assert.ok(reply.status < 300, reply.text);
  }
  while ((await admin.get('/api/v1/cloud')).waiting > 0);
  return { school, small };
}

type Town = Awaited<ReturnType<typeof startTown>>;

async function startTown() {
  const [atBroker, port] = [await brokerPort(), await freePort()];
  const cloud = await startCloud({ broker: `mqtts://localhost:${atBroker}`, address: `https://*.localhost:${port}` });
  const one = await cloud.instance('one');
  cloud.addSchool('lyceum');
  cloud.addSchool('school-5');
  const broker = new CloudBroker(cloud, atBroker);
  await broker.start();
  await one.start();
  await one.process.line(/The broker is reached/);
  const front = new CloudFront(cloud, port);
  await front.start(await readFile(join(broker.folder, 'ca.pem'), 'utf8'));
  const pages = new Pages(cloud.school('lyceum'), `https://lyceum.localhost:${port}`);
  await pages.start(cloud, 'lyceum', `127.0.0.2:${port} ssl; ssl_certificate ${join(front.folder, 'server.pem')}; ssl_certificate_key ${join(front.folder, 'server.key')}`);
  return { cloud, broker, front, pages };
}

test('a parent of children at two boxes has both in one profile, at either box and in the cloud', async () => {
  const town = await startTown();
  const boxes: School[] = [];
  try {
    const one = await startBox(town, 'lyceum', 'Лицей', 'Пётр', 'maria');
    boxes.push(one.school);
    const other = await startBox(town, 'school-5', 'Школа № 5', 'Ольга', 'kuznetsova');
    boxes.push(other.school);
    await using browser = await openBrowser({ words: ['--host-resolver-rules=MAP lyceum.localhost 127.0.0.2', '--ignore-certificate-errors'] });
    const here = await browser.person(one.school, 'maria', { at: '/me/away' });
    const there = await browser.person(other.school, 'kuznetsova', { at: '/me/schools' });
    const home = await browser.visitor(town.pages as any, { phone: true });

    // The way into the cloud: the password of the box, a link, a password of the cloud's.
    await here.page.getByLabel('Ваш пароль здесь, в школе').fill('не тот');
    await here.page.getByRole('button', { name: 'Получить ссылку' }).click();
    await here.page.getByText('Пароль не подходит. Проверьте раскладку.').first().waitFor();
    await here.page.getByLabel('Ваш пароль здесь, в школе').fill(PASSWORD);
    await here.page.getByRole('button', { name: 'Получить ссылку' }).click();
    const url = await here.page.getByLabel('Ссылка', { exact: true }).inputValue();
    assert.ok(url.startsWith(`${town.pages.url}/sign-in#`), url);
    await home.page.goto(url);
    await home.page.getByText('Мария Кузнецова').waitFor();
    await home.page.getByRole('button', { name: 'Войти' }).click();
    await home.page.getByRole('heading', { level: 1, name: 'Пароль для облака' }).waitFor();
    await home.page.getByLabel('Новый пароль').fill(CLOUD_PASSWORD);
    await home.page.getByRole('button', { name: 'Сохранить пароль' }).click();
    await home.page.waitForURL(/\/chats$/);
    const signIn = (school: { ask: School['request'] }, password: string) => school.ask('POST', '/api/v1/sessions', { body: { login: 'maria', password } });
    const inCloud = town.cloud.school('lyceum');
    assert.deepEqual([(await signIn(inCloud, CLOUD_PASSWORD)).status, (await signIn(inCloud, PASSWORD)).status], [201, 401], 'the password there is the cloud\'s');

    // One human: the code of the one box in the other.
    await here.open('/me/schools');
    await here.page.getByRole('button', { name: 'Показать код: Лицей' }).click();
    const code = await here.page.locator('.code-words').textContent();
    await there.page.getByLabel('Код', { exact: true }).fill(code);
    await there.page.getByRole('button', { name: 'Соединить школы' }).click();
    await there.page.getByText('Теперь ответьте «Да, это я» в профиле той школы').waitFor();
    await here.page.getByRole('button', { name: 'Да, это я: Школа № 5' }).click();
    await here.page.getByText('Ольга Кузнецов, 5Б класс').waitFor();
    for (const [visitor, own, school, child] of [[here, 'Пётр', 'Школа № 5', 'Ольга'], [there, 'Ольга', 'Лицей', 'Пётр'], [home, 'Пётр', 'Школа № 5', 'Ольга']] as const) {
      await visitor.open('/me');
      await visitor.page.getByRole('heading', { level: 2, name: `Дети: ${school}` }).waitFor();
      await visitor.page.getByText(`${child} Кузнецов`).waitFor();
      await visitor.page.getByText(`${own} Кузнецов`).first().waitFor();
    }

    // One school lets its people leave no more: it is known nowhere, and knows of nobody. Then it does again.
    const [parent, elsewhere] = [await one.small.signIn(), await other.small.signIn()];
    const letPeopleLeave = async (allowed: boolean) => {
      const reply = await other.small.administrator.ask('PUT', '/api/v1/cloud/choices/people', { body: { allowed, order: 'Приказ № 2' } });
      assert.ok(reply.status < 300, reply.text);
    };
    await letPeopleLeave(false);
    while ((await listOf(parent)).length > 0);
    assert.deepEqual(await elsewhere.get('/api/v1/me/schools'), { state: 'held', at: 'school', as_of: null, schools: [] });
    await letPeopleLeave(true);
    await joinAccounts(parent, elsewhere);
    assert.equal((await listOf(elsewhere))[0].children[0].name, 'Пётр Кузнецов');

    // The cable is pulled: the box says what it knew, and that it is so.
    await town.front.stop();
    await town.broker.kill();
    await there.open('/me');
    await there.page.getByText(/Облако сейчас не отвечает/).waitFor();
    await there.page.getByText('Пётр Кузнецов').waitFor();
  } finally {
    for (const box of boxes) await box.stop();
    await town.pages.stop();
    await town.front.stop();
    await town.broker.stop();
    await town.cloud.stop();
  }
});
