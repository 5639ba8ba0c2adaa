// SPDX-License-Identifier: LGPL-2.1-or-later
// The walk through all pages as a test: axe finds nothing, and nothing is cut off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Looks, openBrowser } from '../lib/browser.ts';
import { startSchool } from '../lib/school.ts';
import { setStage, walk } from './walk.ts';

/** The one test of a file, at one size, light and dark. A walk is a minute or more where nothing else runs. */
export function walkTest(name: string, looks: Looks): void {
  test(`axe finds nothing on any page ${name}, light and dark`, { timeout: 900_000 }, async () => {
    await using school = await startSchool({ nginx: true, tls: true });
    const stage = await setStage(school);
    await using _ = stage.camera;
    await using browser = await openBrowser();
    const found: string[] = [];
    await walk(browser, stage, looks, async (stop, visitor, colours) => {
      for (const finding of await visitor.findings(colours === 'light' ? 'all' : 'colours')) found.push(`${stop.name}, ${colours}: ${finding}`);
    });
    assert.deepEqual(found, []);
  });
}
