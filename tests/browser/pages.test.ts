// SPDX-License-Identifier: LGPL-2.1-or-later
// Every page as each role sees it, at desktop and phone size, light and dark: axe finds nothing and nothing is cut off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { atHome, type Looks, openBrowser } from '../lib/browser.ts';
import { type School, startSchool } from '../lib/school.ts';
import { setStage, type Stage, walk } from './walk.ts';

let school: School;
let stage: Stage;

before(async () => {
  school = await startSchool({ nginx: true, tls: true });
  stage = await setStage(school);
});
after(async () => {
  await school?.stop();
  await stage?.camera.stop();
});

/** A walk is a minute or more where nothing else runs. */
const LIMITS = { timeout: 900_000 };

const LOOKS: [string, Looks][] = [['on a desktop', {}], ['on a phone', { phone: true }]];

for (const [i, [name, looks]] of LOOKS.entries()) {
  const look = (what: string, body: () => Promise<void>): void =>
    (i === 0 ? void test(what, LIMITS, body) : atHome('one size tells whether all of it is served', what, body, LIMITS));
  look(`axe finds nothing on any page ${name}, light and dark`, async () => {
    await using browser = await openBrowser();
    const found: string[] = [];
    await walk(browser, stage, looks, async (stop, visitor, colours) => {
      for (const finding of await visitor.findings(colours === 'light' ? 'all' : 'colours')) found.push(`${stop.name}, ${colours}: ${finding}`);
    });
    assert.deepEqual(found, []);
  });
}
