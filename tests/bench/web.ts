// SPDX-License-Identifier: LGPL-2.1-or-later
// What the web app asks of a cheap phone on a slow network when it is opened for the first time, and what Lighthouse thinks of
// its pages: the built app, served by nginx, with the demo school.
import { openBrowser } from '../lib/browser.ts';
import { castOf } from '../lib/cast.ts';
import { startCamera, startSchool } from '../lib/school.ts';
import { openLighthouse } from './lib/lighthouse.ts';
import { isLong, row } from './lib/row.ts';
import { kilobytes, slowPhone } from './lib/slow-phone.ts';

const SLOW = 'on a slow phone';

await using camera = await startCamera();
await using school = await startSchool({ nginx: true });
const cast = await castOf(school);
const administrator = await school.signIn(cast.administrator.login);
const added = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
const broadcast = await administrator.post('/api/v1/broadcasts', { camera: added.id, title: 'Урок', audience: { school: true } });
const teacher = await school.signIn(cast.teacher.login);

const aChat = (page: any): any => page.locator('a[href^="/chats/"]');

async function openFirst(): Promise<void> {
  await using browser = await openBrowser();
  const stranger = await slowPhone(browser, school);
  row({ part: 'web', what: `the sign-in page opened for the first time ${SLOW}: usable after`, unit: 's', most: 4,
    figure: await stranger.open('/sign-in', (page) => page.getByRole('button', { name: 'Войти' })) });
  const phone = await slowPhone(browser, school, cast.teacher.login);
  row({ part: 'web', what: 'the same: the chats of who is signed in', unit: 's', most: 4, figure: await phone.open('/chats', aChat) });
  const { page } = phone.visitor;
  await page.locator(`a[href="/chats/${cast.pupilsChat.id}"]`).click();
  await page.getByRole('textbox').waitFor();
  await page.goBack();
  await page.locator('a[href="/broadcasts"]').first().click();
  await page.locator(`a[href="/broadcasts/${broadcast.id}"]`).waitFor();
  // The app alone: what people wrote comes on top, and is as much as it is.
  const data = (phone.bytes.get('Fetch') ?? 0) / 1000;
  row({ part: 'web', what: 'the app over the wire for chats, one chat and the broadcasts', figure: kilobytes(phone.bytes) - data, unit: 'kB',
    most: 200, exact: true });
  for (const [type, bytes] of phone.bytes) row({ part: 'web', what: type === 'Fetch' ? 'what was asked of urokd for them' : `of these: ${type}`, figure: bytes / 1000, unit: 'kB' });
  const before = (phone.bytes.get('Script') ?? 0) / 1000;
  await page.locator(`a[href="/broadcasts/${broadcast.id}"]`).click();
  await page.locator('video').waitFor();
  row({ part: 'web', what: 'scripts that the watch page adds', figure: (phone.bytes.get('Script') ?? 0) / 1000 - before, unit: 'kB' });
  row({ part: 'web', what: `the chats opened again ${SLOW}: usable after`, unit: 's', figure: await phone.open('/chats', aChat) });
}

type PageOf = { name: string; path: string; cookie?: string };

async function judgePages(): Promise<void> {
  const cookie = teacher.cookie;
  const pages: PageOf[] = [
    { name: 'sign-in', path: '/sign-in' },
    { name: 'one chat', path: `/chats/${cast.pupilsChat.id}`, cookie },
    { name: 'watch', path: `/broadcasts/${broadcast.id}`, cookie },
  ];
  if (isLong) {
    pages.push({ name: 'chats', path: '/chats', cookie }, { name: 'broadcasts', path: '/broadcasts', cookie }, { name: 'profile', path: '/me', cookie });
  }
  const lighthouse = await openLighthouse();
  for (const phone of isLong ? [true, false] : [true]) {
    for (const { name, path, cookie: session } of pages) {
      const { accessibility, practices, faults } = await lighthouse.judge(school.url + path, phone, session);
      const what = `Lighthouse, ${name}, ${phone ? 'phone' : 'desktop'}`;
      row({ part: 'web', what: `${what}: accessibility`, figure: accessibility, unit: '', least: 95, exact: true });
      row({ part: 'web', what: `${what}: best practices`, figure: practices, unit: '', least: 95, exact: true });
      for (const fault of faults) console.log(`# ${what}: ${fault}`);
    }
  }
  await lighthouse.close();
}

await openFirst();
await judgePages();
