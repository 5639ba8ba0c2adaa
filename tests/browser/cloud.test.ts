// SPDX-License-Identifier: LGPL-2.1-or-later
// The administrator's page of the cloud over a real mosquitto: linking that fails says why, what leaves is allowed with its
// order, what waits is told, and the link ends.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { startBroker, startFarEnd } from '../lib/broker.ts';
import type { SyncEnd } from '../lib/brokers.ts';
import { atHome, type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { type Classroom, startClassroom, takePassword } from '../lib/classroom.ts';
import { freePort } from '../lib/school.ts';

const WHY = 'there the data of the school are not the test\'s to write';

let room: Classroom;
let broker: Awaited<ReturnType<typeof startBroker>>;
let far: SyncEnd;
let browser: Browser;
let admin: Visitor;
let password: string;

before(async () => {
  [room, broker, browser] = await Promise.all([startClassroom({ nginx: true }), startBroker(), openBrowser()]);
  password = await takePassword(await room.enter('admin'));
  admin = await browser.person(room.school, 'admin', { phone: true });
});
after(async () => {
  await browser?.close();
  await far?.stop();
  await room?.school.stop();
  await broker?.stop();
});

const clean = async (): Promise<void> => assert.deepEqual(await admin.findings(), []);
const button = (name: string | RegExp): any => admin.page.getByRole('button', { name });

/** As linking leaves it; urokd starts again. */
async function link(): Promise<void> {
  const { box } = await (await room.enter('admin')).get('/api/v1/cloud');
  await room.school.daemon.stop();
  await broker.link(join(room.school.folder, 'data'), box);
  await room.school.start();
  far = await startFarEnd(broker, box);
}

atHome(WHY, 'cloud: a school without one reads what it is, and why a link did not come about', async () => {
  const { page } = admin;
  await admin.open('/server');
  await page.getByRole('link', { name: 'Облако' }).click();
  await page.getByText(/^Связать школу с облаком ещё не значит что-то отдать/).waitFor();
  await clean();
  await page.getByLabel('Адрес облака').fill('ftp://cloud.example');
  await page.getByLabel('Код').fill('AAAAA-AAAAA-AAAAA');
  await button('Связать с облаком').click();
  await page.getByText('Адрес выглядит так: https://cloud.example').first().waitFor();
  await page.getByLabel('Адрес облака').fill(`localhost:${await freePort()}`);
  await page.getByLabel('Ваш пароль').fill(password);
  await page.getByLabel('Ваш пароль').press('Enter');
  await page.getByText(/^До этого адреса не достучаться/).first().waitFor();
  assert.equal(await page.getByLabel('Код').inputValue(), 'AAAAA-AAAAA-AAAAA');
  await clean();
});

atHome(WHY, 'cloud: what leaves the school is allowed with an order that stays to be read, and ended again', async () => {
  const { page } = admin;
  await link();
  await admin.open('/server/cloud');
  await page.getByRole('heading', { name: 'Связь с облаком есть' }).waitFor();
  await page.getByText('Всё передано.').waitFor();
  await clean();
  const list = page.getByRole('list', { name: 'Что уходит из школы' });
  assert.equal(await list.getByText(/: уходит$/).count(), 0);
  await button('Разрешить: Классы').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Разрешить' }).click();
  await dialog.getByText('Заполните это поле.').first().waitFor();
  await clean();
  await dialog.getByLabel('Основание').fill('Приказ № 41 от 1 сентября');
  await dialog.getByRole('button', { name: 'Разрешить' }).click();
  await list.getByText(/^Классы: уходит/).waitFor();
  await list.getByText(/^Основание: Приказ № 41 от 1 сентября · /).waitFor();
  await clean();
  await button('Больше не отправлять: Классы').click();
  await dialog.getByLabel('Почему').fill('решение совета');
  await clean();
  await dialog.getByRole('button', { name: 'Больше не отправлять' }).click();
  await list.getByText(/^Классы: остаётся в школе/).waitFor();
  await dialog.waitFor({ state: 'detached' });
});

atHome(WHY, 'cloud: nothing set aside and nothing changed at both ends says so', async () => {
  const { page } = admin;
  await admin.open('/server/cloud');
  await page.getByRole('link', { name: /^Отложенное/ }).click();
  await page.getByText('Ничего не отложено').waitFor();
  await clean();
  await page.getByRole('button', { name: 'К облаку' }).click();
  await page.getByRole('link', { name: /^Спорные изменения/ }).click();
  await page.getByText('Спорных изменений нет').waitFor();
  await clean();
});

atHome(WHY, 'cloud: without a line it is told what waits; the link ends when its school was named', async () => {
  const { page } = admin;
  await admin.open('/server/cloud');
  await page.getByRole('heading', { name: 'Связь с облаком есть' }).waitFor();
  await broker.kill();
  await page.getByRole('heading', { name: /^Облако: нет связи/ }).waitFor();
  await page.getByText(/^В школе всё работает, и делать ничего не нужно/).waitFor();
  await clean();
  await button('Разорвать связь').click();
  await page.getByRole('dialog').getByText(/^Школа № 17 больше не будет связана с облаком https:\/\/cloud\.example\./).waitFor();
  await clean();
  await page.getByLabel('Ваш пароль').fill(password);
  await button(/^Разорвать связь с облаком: /).click();
  await page.getByText(/^Связь с облаком разорвана, но облако об этом не знает/).waitFor();
  await page.getByLabel('Адрес облака').waitFor();
  await broker.start();
});
