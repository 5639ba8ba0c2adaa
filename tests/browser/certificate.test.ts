// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator finds the certificate, reads the fingerprint that people compare, and the page that explains trust.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser } from '../lib/browser.ts';
import { startSchool } from '../lib/school.ts';

test('the fingerprint on the page is the one at /trust and the server\'s own, and the steps open by the keyboard', async () => {
  await using school = await startSchool({ nginx: true, tls: true });
  await using browser = await openBrowser();
  const administrator = await school.setUp();
  const { certificate } = await administrator.get('/api/v1/server/certificate');
  const visitor = await browser.visitor(school);
  const { page } = visitor;
  const shown = async (place: string): Promise<string> => (await page.locator(`${place} span`).allTextContents()).join(':');
  await visitor.signIn('orlova');
  await page.getByRole('link', { name: 'Школа', exact: true }).click();
  await page.getByRole('link', { name: 'Сертификат' }).click();
  await page.getByText('Сделан этим сервером').waitFor();
  assert.equal(await shown('code.fingerprint'), certificate.authority.fingerprint_sha256);

  await page.getByRole('link', { name: 'Страница доверия' }).click();
  await page.getByRole('heading', { level: 1, name: 'Как доверять серверу школы' }).waitFor();
  assert.equal(await shown('.fingerprint'), certificate.authority.fingerprint_sha256);
  await page.locator('summary', { hasText: 'iPhone и iPad' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Доверие сертификатам').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Скачать urok-ca.crt' }).click()]);
  assert.equal(download.suggestedFilename(), 'urok-ca.crt');
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'How to trust the school\'s server' }).waitFor();
});
