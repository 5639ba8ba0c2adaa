// SPDX-License-Identifier: LGPL-2.1-or-later
// The power is cut under a school's rooms at random points of writing, syncing, checkpoints and truncating, on a disk
// that keeps of what was not synced what it likes (tests/lib/power.h): what was acknowledged is there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeChance } from '../lib/chance.ts';
import { BUILD, PLAIN_BUILD } from '../lib/places.ts';

type End = { status: number | string | undefined; said: string; words: string };

async function powerCut(build: string, mode: 'honest' | 'deaf' | 'deaf-log', cuts: number): Promise<End> {
  const words = [mode, String(takeChance().seed), String(cuts)];
  return new Promise((resolve) => {
    execFile(join(build, 'tests/lib/power-cut'), words, (error, said, errors) => {
      console.log(said.trimEnd());
      const status = error === null ? 0 : error.code ?? error.signal;
      resolve({ status: status ?? undefined, said, words: `power-cut ${words.join(' ')}\n${said}${errors}` });
    });
  });
}

/** Half a minute of writing where nothing else runs. */
const LIMITS = { timeout: 900_000 };

test('a power cut at 200 random points loses nothing that was acknowledged', LIMITS, async () => {
  const { status, said, words } = await powerCut(PLAIN_BUILD, 'honest', 200);
  assert.equal(status, 0, words);
  for (const call of ['log written', 'log synced', 'database written', 'database synced', 'database truncated']) {
    assert.match(said, new RegExp(`[1-9]\\d* while ${call}`), 'a kind of call was never cut');
  }
});

test('a power cut at 15 random points leaves nothing to the sanitizers', LIMITS, async () => {
  const { status, words } = await powerCut(BUILD, 'honest', 15);
  assert.equal(status, 0, words);
});

// The same test on disks that do not obey must fail: else it proves nothing.
for (const mode of ['deaf', 'deaf-log'] as const) {
  test(`a power cut on a ${mode} disk is found to lose what was acknowledged`, LIMITS, async () => {
    const { status, said, words } = await powerCut(PLAIN_BUILD, mode, 100);
    assert.equal(status, 1, words);
    assert.match(said, /what was acknowledged|cannot be read/);
  });
}
