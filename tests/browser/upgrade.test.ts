// SPDX-License-Identifier: LGPL-2.1-or-later
// A page that was opened before an upgrade: it learns of newer ones, goes on without them, and takes them at one press.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { atHome, openBrowser, type Browser } from '../lib/browser.ts';
import { castOf, type Cast } from '../lib/cast.ts';
import { PROJECT } from '../lib/places.ts';
import { startSchool, type School } from '../lib/school.ts';
import { openChat } from './conversation.ts';

const UPDATED = 'Урок обновился.';

let school: School;
let cast: Cast;
let browser: Browser & AsyncDisposable;

/** The same pages as another build makes them: each file of another name, and so the whole. */
async function buildAnew(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  const names = (await readdir(join(to, 'assets'))).filter((name) => !name.endsWith('.gz'));
  const { pages } = JSON.parse(await readFile(join(to, 'pages.json'), 'utf8'));
  const files = ['index.html', 'pages.json', ...names.map((name) => join('assets', name))];
  for (const file of files) {
    await rm(join(to, `${file}.gz`), { force: true });
    if (!/\.(js|css|html|json)$/.test(file)) continue;
    let text = await readFile(join(to, file), 'utf8');
    for (const name of names) text = text.replaceAll(name, `n-${name}`);
    await writeFile(join(to, file), text.replaceAll(pages, 'fedcba9876543210'));
  }
  for (const name of names) await rename(join(to, 'assets', name), join(to, 'assets', `n-${name}`));
}

const serve = async (build: string): Promise<void> => {
  await symlink(build, join(school.folder, 'pages.new'));
  await rename(join(school.folder, 'pages.new'), join(school.folder, 'pages'));
};

before(async () => {
  school = await startSchool({ pages: 'pages' });
  await cp(join(PROJECT, 'web/dist'), join(school.folder, 'yesterday'), { recursive: true });
  await buildAnew(join(school.folder, 'yesterday'), join(school.folder, 'today'));
  await serve('yesterday');
  await school.startNginx();
  cast = await castOf(school);
  browser = await openBrowser();
});

after(async () => {
  await browser[Symbol.asyncDispose]();
  await school.stop();
});

/** As the package does it: other pages, what the ones before are made of is kept, another urokd. */
async function upgrade(): Promise<void> {
  await mkdir(join(school.folder, 'previous/web'), { recursive: true });
  await cp(join(school.folder, 'yesterday/assets'), join(school.folder, 'previous/web/assets'), { recursive: true });
  await serve('today');
  await school.daemon.stop();
  await school.start();
}

atHome('the pages of an installed server are those of its package', 'a page of yesterday says so in one line, opens what it has not loaded yet, and loses no draft at the press', async () => {
  const teacher = await browser.person(school, cast.teacher.login);
  const { page } = teacher;
  await openChat(teacher, cast.pupilsChat);
  const field = page.getByRole('textbox', { name: 'Сообщение' });
  await field.fill('Недописанное: завтра контрольная по');
  assert.equal(await page.getByText(UPDATED).count(), 0);
  await upgrade();
  await page.getByText(UPDATED).waitFor();
  assert.deepEqual(await teacher.findings(), []);
  assert.equal(await field.inputValue(), 'Недописанное: завтра контрольная по', 'nothing was done to what is being written');

  // What this page never asked for before comes by its old name.
  await page.getByRole('link', { name: 'Помощь' }).click();
  await page.getByRole('heading', { level: 1, name: 'Помощь' }).waitFor();
  await openChat(teacher, cast.pupilsChat);

  await page.getByRole('button', { name: 'Открыть заново' }).press('Enter');
  await page.waitForFunction(() => (document.querySelector('meta[name="urok-pages"]') as any)?.content === 'fedcba9876543210');
  await page.getByRole('textbox', { name: 'Сообщение' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Сообщение' }).inputValue(), 'Недописанное: завтра контрольная по');
  assert.equal(await page.getByText(UPDATED).count(), 0);
});

atHome('the pages of an installed server are those of its package', 'a restart that brought no other pages is told to nobody', async () => {
  const pupil = await browser.person(school, cast.pupil.login, { phone: true });
  const asked = pupil.page.waitForResponse((response: any) => response.url().endsWith('/pages.json'));
  await school.daemon.stop();
  await school.start();
  assert.equal((await asked).status(), 200);
  await pupil.page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await pupil.page.getByText(UPDATED).count(), 0);
});
