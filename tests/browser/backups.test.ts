// SPDX-License-Identifier: LGPL-2.1-or-later
// The administrator's page of backups: one is made now, ended, fails and is proven; the recovery key goes to paper.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { atHome, type Browser, openBrowser, type Visitor } from '../lib/browser.ts';
import { BUILD, PROJECT } from '../lib/places.ts';
import { type School, startSchool } from '../lib/school.ts';

const WHY = 'there a unit makes the copies, as root, and the school on it is lent';

let school: School;
let browser: Browser;
let admin: Visitor;

/** The program waits at a gate for as long as one is there: so long a run takes. */
async function putGate(): Promise<string> {
  const folder = join(school.folder, 'gate');
  await mkdir(folder);
  execFileSync('mkfifo', [join(folder, 'way')]);
  const program = join(folder, 'urok-backup');
  await writeFile(program, `#!/bin/sh\n[ ! -e ${folder}/way ] || read -r go <${folder}/way\nexec ${join(BUILD, 'backup/urok-backup')} "$@"\n`);
  await chmod(program, 0o755);
  return program;
}

before(async () => {
  school = await startSchool({ nginx: true });
  await school.setUp();
  const program = await putGate();
  const file = join(school.folder, 'urok.conf');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^program=.*urok-backup$/m, `program=${program}`));
  await school.daemon.stop();
  await school.start();
  browser = await openBrowser();
  admin = await browser.person(school, 'orlova', { phone: true });
});
after(async () => {
  await browser?.close();
  await school?.stop();
});

const clean = async (visitor: Visitor): Promise<void> => assert.deepEqual(await visitor.findings(), []);
const button = (name: string | RegExp): any => admin.page.getByRole('button', { name });
const heading = (name: string): Promise<void> => admin.page.getByRole('heading', { name }).waitFor();

atHome(WHY, 'backups: a school without any is told what to do, and a run is shown and ended', async () => {
  await admin.open('/server');
  await admin.page.getByRole('link', { name: 'Резервные копии' }).click();
  await heading('Копий ещё нет');
  await clean(admin);
  await button('Сделать копию сейчас').click();
  await admin.page.getByText('Копия делается. Начинаем.').waitFor();
  await clean(admin);
  await button('Прервать копирование').click();
  await button('Сделать копию сейчас').waitFor();
});

atHome(WHY, 'backups: one that fails says why, and the next one is made and proven', async () => {
  await rm(join(school.folder, 'gate/way'));
  await rm(join(school.folder, 'backups'), { recursive: true, force: true });
  await writeFile(join(school.folder, 'backups'), 'no folder');
  await button('Сделать копию сейчас').click();
  await heading('Последняя копия не удалась');
  await admin.page.getByText('Диск или папка на нём не читается или не записывается.').waitFor();
  await admin.page.getByText(/backups could not be (made|read): /).waitFor();
  await clean(admin);
  await rm(join(school.folder, 'backups'));
  await button('Сделать копию сейчас').click();
  await heading('Копия есть и проверена');
  await admin.page.getByRole('list', { name: 'Какие копии есть' }).getByText(/ · проверена/).waitFor();
  await clean(admin);
});

atHome(WHY, 'backups: the recovery key is shown after the password, and is the key once its end was typed', async () => {
  const { page } = admin;
  await admin.open('/first-steps');
  await page.getByRole('link', { name: /^Напечатать ключ восстановления/ }).click();
  await page.getByLabel('Ваш пароль').fill('не тот');
  await button('Показать ключ').click();
  await page.getByText(/^Пароль не подходит/).first().waitFor();
  await clean(admin);
  await page.getByLabel('Ваш пароль').fill('длинный пароль 17');
  await page.getByLabel('Ваш пароль').press('Enter');
  await page.getByRole('img', { name: 'QR-код ключа восстановления' }).waitFor();
  await clean(admin);
  const secret: string = await page.locator('.key-sheet__key').textContent();
  await page.getByLabel('Последние 6 знаков ключа, с листа').fill('QQQQQQ');
  await button('Лист напечатан').click();
  await page.getByText(/^Эти знаки не с этого листа/).first().waitFor();
  await page.getByLabel('Последние 6 знаков ключа, с листа').fill(secret.slice(-6).toLowerCase());
  await button('Лист напечатан').click();
  await page.getByText('Напечатан. Храните лист не рядом с сервером.').waitFor();
  assert.equal(execFileSync('age-keygen', ['-y'], { input: secret, encoding: 'utf8' }), await readFile(join(school.folder, 'data/recovery.pub'), 'utf8'));
  await admin.open('/first-steps');
  await page.getByRole('link', { name: /^Напечатать ключ восстановления.*, сделано/ }).waitFor();
});

atHome(WHY, 'backups: on paper stand the key and its QR code alone', async () => {
  const { page } = await browser.person(school, 'orlova', { dark: true, at: '/server/backups/key' });
  await page.getByLabel('Ваш пароль').fill('длинный пароль 17');
  await page.getByRole('button', { name: 'Сделать новый ключ' }).click();
  await page.getByRole('img', { name: 'QR-код ключа восстановления' }).waitFor();
  await page.emulateMedia({ media: 'print' });
  const shown = (locator: any): Promise<string> => locator.evaluate((box: any) => getComputedStyle(box).visibility);
  assert.equal(await shown(page.locator('.key-sheet__key')), 'visible');
  assert.equal(await shown(page.getByRole('button', { name: 'Напечатать', includeHidden: true })), 'hidden');
  if (process.env['UROK_SHOTS']) await page.screenshot({ path: join(PROJECT, 'tests/shots/backups-key-paper.png') });
});
