// SPDX-License-Identifier: LGPL-2.1-or-later
// A page at rest as axe and people judge it: nothing found, in either colours.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Visitor } from './browser.ts';
import { PROJECT } from './places.ts';

/** SHOTS=1: as pictures in tests/shots too. ownColours false: they are judged where all pages are walked. */
export async function look(visitor: Visitor, name: string, ownColours = true): Promise<void> {
  const { page } = visitor;
  assert.deepEqual(await visitor.findings(), [], name);
  for (const colours of ['dark', 'light'] as const) {
    await visitor.turn(colours);
    if (ownColours) assert.deepEqual(await visitor.findings('colours'), [], `${name}, ${colours}`);
    if (!process.env['SHOTS']) continue;
    await mkdir(join(PROJECT, 'tests/shots'), { recursive: true });
    const size = page.viewportSize().width < 600 ? 'phone' : 'desktop';
    await page.screenshot({ path: join(PROJECT, 'tests/shots', `${name}-${size}-${colours}.png`), fullPage: true });
  }
}
