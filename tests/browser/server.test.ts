// SPDX-License-Identifier: LGPL-2.1-or-later
// The administrator's page «Сервер»: what is wrong comes up by itself, in the menu too, with what to do now, and goes again.
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { atHome, type Browser, openBrowser } from '../lib/browser.ts';
import { castOf, type Cast } from '../lib/cast.ts';
import { type School, startSchool } from '../lib/school.ts';

let school: School;
let cast: Cast;
let browser: Browser;

before(async () => {
  school = await startSchool({ nginx: true });
  cast = await castOf(school);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await school?.stop();
});

async function battery(status: string): Promise<void> {
  const folder = join(school.folder, 'power/BAT0');
  await mkdir(folder, { recursive: true });
  for (const [name, word] of [['type', 'Battery'], ['status', status], ['capacity', '9']]) await writeFile(join(folder, name!), `${word}\n`);
  // As the daemon's own look would, some minutes later.
  await school.console('GET', '/api/v1/console/health');
}

atHome('there not all is well: packages that are only recommended are missing', 'all is well: the summary, room on disks, and nobody else in the network', async () => {
  const { page } = await browser.person(school, cast.administrator.login);
  await page.getByRole('link', { name: 'Сервер' }).click();
  await page.getByRole('heading', { level: 2, name: 'Всё в порядке', exact: true }).first().waitFor();
  await page.getByText(/1 человек в сети/).waitFor();
  await page.getByRole('progressbar', { name: /Место для данных: занято \d+ %/ }).waitFor();
  await page.getByText('Других серверов с Уроком не видно').waitFor();
});

atHome('it begins with all being well', 'what is wrong comes by itself, with what to do now, also in the menu, and goes', async () => {
  const { page } = await browser.person(school, cast.administrator.login);
  await page.getByRole('link', { name: 'Сервер' }).click();
  await page.getByRole('heading', { level: 2, name: 'Всё в порядке', exact: true }).first().waitFor();
  await battery('Discharging');
  await page.getByRole('heading', { level: 2, name: 'Нужно вмешаться' }).waitFor();
  await page.getByText(/Сервер работает от батареи, заряд 9 % · с \d\d:\d\d/).waitFor();
  await page.getByText(/Скоро сервер выключится\. Верните питание/).waitFor();
  await page.getByRole('link', { name: /Сервер нужно вмешаться/ }).waitFor();
  await battery('Full');
  await page.getByText('Сервер работает от розетки').waitFor();
  await page.getByText('нужно вмешаться').first().waitFor({ state: 'detached' });
  await rm(join(school.folder, 'power'), { recursive: true });
});

test('on a phone, in English, what is wrong is named where the menu continues', async () => {
  await writeFile(join(school.folder, 'disks.json'), JSON.stringify({
    looked_at: new Date().toISOString(), disks: [{ device: { name: '/dev/sda' }, model_name: 'ST1000DM010', smart_status: { passed: false } }],
  }));
  const visitor = await browser.person(school, cast.administrator.login, { phone: true, locale: 'en-US', at: '/me' });
  const { page } = visitor;
  await visitor.open('/more');
  await page.getByRole('link', { name: /^(Сервер|Server)/ }).click();
  await page.getByText(/\/dev\/sda/).waitFor();
  assert.deepEqual(await visitor.findings(), []);
  await rm(join(school.folder, 'disks.json'));
});

test('who is no administrator finds no such page', async () => {
  const { page } = await browser.person(school, cast.teacher.login);
  assert.equal(await page.getByRole('link', { name: 'Сервер' }).count(), 0);
  await page.goto(`${school.url}/server`);
  await page.getByRole('heading', { name: 'Нет такой страницы' }).waitFor();
});
