// SPDX-License-Identifier: LGPL-2.1-or-later
// Scrolling up through a long history: older pages come in above and what is read stays in its place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser, type Visitor } from '../lib/browser.ts';
import { castOf } from '../lib/cast.ts';
import { startSchool } from '../lib/school.ts';
import { article, openChat, toEnd } from './conversation.ts';

const MESSAGES = 130;
const PAGES = 2;

/** The first message that can be seen, and how far it stands from the top. */
const firstSeen = ({ page }: Visitor) => page.evaluate(() => {
  const log = document.querySelector('[role=log]')!;
  const top = log.getBoundingClientRect().top;
  const row = [...log.querySelectorAll('article')].find((one) => one.getBoundingClientRect().top > top);
  return { text: row?.textContent ?? '', px: Math.round((row?.getBoundingClientRect().top ?? 0) - top) };
});

test('older pages load above without a jump, and one press leads back to the end', async () => {
  await using school = await startSchool({ nginx: true });
  const cast = await castOf(school);
  await using browser = await openBrowser();
  const writer = await school.signIn(cast.teacher.login);
  for (let n = 1; n <= MESSAGES; n += 1) {
    await writer.post(`/api/v1/chats/${cast.pupilsChat.id}/messages`, { text: `Сообщение номер ${n}.${n % 7 === 0 ? '\nВторая строка.\nТретья.' : ''}` });
  }
  const reader = await browser.person(school, cast.teacher.login);
  const { page } = reader;
  await openChat(reader, cast.pupilsChat);
  const log = page.getByRole('log');
  const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const down = page.getByRole('button', { name: /^Вниз/ });
  const last = article(reader, `Сообщение номер ${MESSAGES}.`);
  await toEnd(reader, last);

  for (let pages = 0; pages < PAGES; pages += 1) {
    // The answer is held until the place is known: whoever scrolls has time to look, too.
    let go = () => undefined as void;
    const looked = new Promise<void>((resolve) => { go = resolve; });
    await page.route(/before=/, async (route: any) => { await looked; await route.continue(); }, { times: 1 });
    const answered = page.waitForResponse(/before=/);
    await log.evaluate((el: HTMLElement) => el.scrollTo(0, 300));
    await painted();
    const held = await firstSeen(reader);
    go();
    await (await answered).finished();
    await page.waitForFunction(() => document.querySelector('.log__busy_top') === null);
    await painted();
    const now = await firstSeen(reader);
    assert.equal(now.text, held.text, 'the first message in sight is another one');
    assert.ok(Math.abs(now.px - held.px) <= 2, `it moved by ${now.px - held.px} px`);
  }
  await down.click();
  await last.waitFor();
});

test('who scrolls up a little at a time is not pulled back to the end', async () => {
  await using school = await startSchool({ nginx: true });
  const cast = await castOf(school);
  await using browser = await openBrowser();
  const writer = await school.signIn(cast.teacher.login);
  for (let n = 1; n <= 45; n += 1) {
    await writer.post(`/api/v1/chats/${cast.pupilsChat.id}/messages`, { text: `Сообщение номер ${n}.${'\nЕщё строка.'.repeat(n % 6)}` });
  }
  const reader = await browser.person(school, cast.teacher.login, { phone: true });
  const { page } = reader;
  await openChat(reader, cast.pupilsChat);
  const last = article(reader, 'Сообщение номер 45.');
  const down = page.getByRole('button', { name: /^Вниз/ });
  await toEnd(reader, last);
  await down.waitFor({ state: 'detached' });
  while ((await writer.get(`/api/v1/chats/${cast.pupilsChat.id}`)).unread > 0);
  // Opened anew at its end, nothing above has been measured yet.
  await page.reload();
  await last.waitFor();
  const log = page.getByRole('log');
  const place = () => log.evaluate((el: HTMLElement) => el.scrollTop);
  const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await log.hover();
  let before = await place();
  const first = before;
  for (let notch = 0; notch < 12; notch += 1) {
    // As a finger or a wheel that glides: a little, then what was uncovered is measured.
    await log.evaluate((el: HTMLElement) => {
      el.dispatchEvent(new WheelEvent('wheel', { deltaY: -40, bubbles: true }));
      el.scrollBy(0, -40);
    });
    await painted();
    const now = await place();
    assert.ok(now < before, `notch ${notch}: from ${before} to ${now}`);
    before = now;
  }
  assert.ok(before <= first - 300, `from ${first} to ${before}`);
  await down.waitFor();
});
