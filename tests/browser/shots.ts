// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes the pictures: every page to tests/shots, a handful to docs/pictures. `node tests/browser/shots.ts`
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Looks, openBrowser, type Visitor } from '../lib/browser.ts';
import { PROJECT } from '../lib/places.ts';
import { startSchool } from '../lib/school.ts';
import { setStage, walk } from './walk.ts';

const SHOTS = join(PROJECT, 'tests/shots');
const PICTURES = join(PROJECT, 'docs/pictures');

const SIZES: [string, Looks][] = [['desktop', {}], ['phone', { phone: true }]];

/** What the README shows. */
const CHOSEN = new Set([
  'chat-desktop-light', 'chat-phone-dark', 'broadcast-owner-desktop-light', 'broadcast-phone-light', 'camera-found-desktop-light',
]);

async function takePicture({ context, page }: Visitor, name: string): Promise<void> {
  const session = await context.newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  await writeFile(join(PICTURES, `${name}.webp`), Buffer.from(data, 'base64'));
}

await mkdir(SHOTS, { recursive: true });
await mkdir(PICTURES, { recursive: true });
const school = await startSchool({ nginx: true, tls: true });
const stage = await setStage(school);
try {
  for (const [size, looks] of SIZES) {
    await using browser = await openBrowser();
    await walk(browser, stage, looks, async (stop, visitor, colours) => {
      const name = `${stop.name}-${size}-${colours}`;
      await visitor.page.screenshot({ path: join(SHOTS, `${name}.png`) });
      if (CHOSEN.has(name)) await takePicture(visitor, name);
    });
  }
} finally {
  await school.stop();
  await stage.camera.stop();
}
