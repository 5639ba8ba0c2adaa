// SPDX-License-Identifier: LGPL-2.1-or-later
// The parent of children in two schools, in a browser: the code of one in the other, yes, both in one profile, and its end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser } from '../lib/browser.ts';
import { startCloud } from '../lib/cloud.ts';
import { look } from '../lib/looks.ts';
import { freePort } from '../lib/school.ts';
import { Pages, startTwo } from '../lib/two-schools.ts';

test('a parent joins two schools and sees all children in either', async () => {
  const port = await freePort();
  await using cloud = await startCloud({ address: `http://*.localhost:${port}` });
  const { one, other } = await startTwo(cloud);
  const [lyceum, fifth] = [new Pages(cloud.school('lyceum'), `http://lyceum.localhost:${port}`), new Pages(cloud.school('school-5'), `http://school-5.localhost:${port}`)];
  await lyceum.start(cloud, 'lyceum', `127.0.0.2:${port}`);
  await fifth.start(cloud, 'school-5', `127.0.0.3:${port}`);
  try {
    await using browser = await openBrowser({ words: ['--host-resolver-rules=MAP lyceum.localhost 127.0.0.2, MAP school-5.localhost 127.0.0.3'] });
    const here = await browser.person(lyceum as any, one.login, { at: '/me/schools' });
    const there = await browser.person(fifth as any, other.login, { at: '/me', phone: true });
    await here.page.getByText('Других школ пока нет').waitFor();
    await look(here, 'schools-empty');
    await here.page.getByRole('button', { name: 'Показать код: Лицей' }).click();
    const code = (await here.page.locator('.code-words').textContent()).trim();
    assert.match(code, /^\d{4} \d{4} \d{4}$/);
    await look(here, 'schools-code');

    await there.page.getByRole('link', { name: 'Другие школы' }).click();
    await there.page.getByLabel('Код', { exact: true }).fill('123');
    await there.page.getByRole('button', { name: 'Соединить школы' }).click();
    await there.page.getByText('В коде двенадцать цифр.').first().waitFor();
    await there.page.getByLabel('Код', { exact: true }).fill(code);
    await there.page.getByRole('button', { name: 'Соединить школы' }).click();
    await there.page.getByText('Теперь ответьте «Да, это я» в профиле той школы').waitFor();
    await look(there, 'schools-asking');

    // The page that shows the code asks by itself.
    await here.page.getByText('Это вы?').waitFor();
    await look(here, 'schools-asked');
    await here.page.getByRole('button', { name: 'Да, это я: Школа № 5' }).click();
    await here.page.getByText('Ольга Кузнецов, 5Б класс').waitFor();
    await look(here, 'schools-joined');
    assert.equal(await here.page.getByRole('link', { name: 'Открыть: Школа № 5' }).getAttribute('href'), fifth.url);

    await here.open('/me');
    await here.page.getByRole('heading', { level: 2, name: 'Дети: Школа № 5' }).waitFor();
    await here.page.getByText('Ольга Кузнецов').waitFor();
    await here.page.getByText('Пётр Кузнецов').first().waitFor();
    await look(here, 'me-schools', false);
    await there.open('/me');
    await there.page.getByRole('heading', { level: 2, name: 'Дети: Лицей' }).waitFor();
    await there.page.getByText('Пётр Кузнецов').waitFor();
    await look(there, 'me-schools', false);

    await there.page.getByRole('link', { name: /^Другие школы/ }).click();
    await there.page.getByRole('button', { name: 'Убрать: Лицей' }).click();
    const question = there.page.getByRole('alertdialog');
    await question.waitFor();
    await look(there, 'schools-remove', false);
    await question.getByRole('button', { name: 'Убрать' }).click();
    await there.page.getByText('Других школ пока нет').waitFor();
    await here.open('/me/schools');
    await here.page.getByText('Других школ пока нет').waitFor();
  } finally {
    await Promise.all([lyceum.stop(), fifth.stop()]);
  }
});
