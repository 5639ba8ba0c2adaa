// SPDX-License-Identifier: LGPL-2.1-or-later
// The administrator's page «Письма», and the memos that a teacher hands out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type Browser, openBrowser } from '../lib/browser.ts';
import { castOf, type Cast } from '../lib/cast.ts';
import { wordsOf } from '../lib/paper.ts';
import { PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort, type Person, type School, startSchool } from '../lib/school.ts';

const run = promisify(execFile);

let folder = '';
let port = 0;
let school: School;
let cast: Cast;
let browser: Browser;
let teacher: Person;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'letters-'));
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(folder, 'key'), '-out', join(folder, 'crt')]);
  port = await freePort();
  school = await startSchool({ nginx: true, config: { mail: { server: 'localhost', port: String(port), from: 'urok@example.org', authority_file: join(folder, 'crt'), retry_seconds: '3600' } } });
  cast = await castOf(school);
  teacher = await school.signIn(cast.teacher.login);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await school?.stop();
  await rm(folder, { recursive: true });
});

async function startServer(): Promise<Process> {
  const server = new Process('mail server', '/usr/bin/python3', [join(PROJECT, 'tests/lib/mail-server.py'), '--cert', join(folder, 'crt'), '--key', join(folder, 'key'), '--port', String(port)]);
  await server.line(/^listening /);
  return server;
}

async function invite(...addresses: string[]): Promise<void> {
  const people = addresses.map((email) => ({ family_name: 'Молодцова', given_name: 'Соня', birth_date: '2017-05-31', email }));
  const reply = await teacher.ask('POST', `/api/v1/classes/${cast.schoolClass.id}/letters`, { body: { people, language: 'ru' }, headers: { 'Idempotency-Key': randomUUID() } });
  assert.equal(reply.status, 201, reply.text);
}

test('a teacher takes the memo for parents from the class and from Help, a parent does not see it', async () => {
  const { page } = await browser.person(school, cast.teacher.login);
  for (const path of [`/classes/${cast.schoolClass.id}`, '/help']) {
    await page.goto(`${school.url}${path}`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /Памятка для родителей/ }).click()]);
    assert.equal(download.suggestedFilename(), 'Памятка для родителей.pdf');
    assert.match(await wordsOf(await readFile(await download.path())), /Памятка для родителей/);
  }
  const { page: parents } = await browser.person(school, cast.parent.login);
  await parents.goto(`${school.url}/help`);
  await parents.getByRole('heading', { level: 1, name: 'Помощь' }).waitFor();
  await parents.getByRole('listitem').or(parents.getByRole('heading', { level: 2 })).first().waitFor();
  assert.equal(await parents.getByRole('link', { name: /Памятка/ }).count(), 0);
});

test('letters that wait, those that were refused, and what to do about each', async () => {
  const visitor = await browser.person(school, cast.administrator.login);
  const { page } = visitor;
  await page.goto(`${school.url}/school`);
  await page.getByRole('link', { name: 'Письма' }).click();
  await page.getByRole('heading', { name: 'Все письма доставлены' }).or(page.getByText('Все письма доставлены')).first().waitFor();
  assert.deepEqual(await visitor.findings(), []);

  await invite('sonya@example.org', 'nobody@example.org');
  await school.daemon.line(/Letters wait/);
  await page.reload();
  await page.getByText('Почтовый сервер сейчас не принимает письма').waitFor();
  assert.deepEqual(await visitor.findings(), []);

  const server = await startServer();
  try {
    await page.getByRole('button', { name: 'Отправить все снова' }).click();
    await server.line(/"letter".*sonya/);
    const refused = page.getByRole('list', { name: 'Не доставлены' });
    await refused.getByText('Почтовый сервер не знает такого адреса. Ответ сервера: 550.').waitFor();
    await page.getByText('sonya@example.org').first().waitFor({ state: 'detached' });
    assert.deepEqual(await visitor.findings(), []);

    await page.getByRole('button', { name: 'Удалить письмо для nobody@example.org' }).click();
    await page.getByRole('dialog').getByText(/для nobody@example\.org не будет отправлено/).waitFor();
    // It comes in by an animation, whose half is hard to read.
    await page.evaluate(() => Promise.all(document.getAnimations().map((each) => each.finished)));
    assert.deepEqual(await visitor.findings(), []);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Удалить письмо для nobody@example.org' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Удалить письмо' }).click();
    await page.getByText('Все письма доставлены').waitFor();
  } finally {
    await server.stop();
  }
});

test('without a mail server the page says how to name one', async () => {
  const path = join(school.folder, 'urok.conf');
  await writeFile(path, (await readFile(path, 'utf8')).replace('server=localhost', 'server='));
  await school.console('POST', '/api/v1/console/reload');
  const visitor = await browser.person(school, cast.administrator.login, { phone: true, at: '/letters' });
  await visitor.page.getByText('Почта школы не настроена').waitFor();
  assert.deepEqual(await visitor.findings(), []);
});
