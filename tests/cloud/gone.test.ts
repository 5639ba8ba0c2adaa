// SPDX-License-Identifier: LGPL-2.1-or-later
// A school's server that goes is missed at once by who is at home, though nobody writes: its last will, or its own word, says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Joined, type Signed } from '../lib/joined.ts';

/** The box is there and has acknowledged all that the cloud wrote: only its will can say now that it is away. */
async function isAllSaid(home: Signed): Promise<void> {
  for (;;) {
    const { live, waiting } = await home.get('/api/v1/cloud/line');
    if (live && waiting === 0) return;
  }
}

test('who is at home sees at once that the school\'s server went, by force or in peace, and that it is back', async () => {
  await using joined = await Joined.start();
  const { room } = joined;
  const home = await joined.signIn(await room.enter('parent1'));
  const live = await joined.school.live(home.cookie);
  await live.next('hello');
  for (const end of ['kill', 'stop'] as const) {
    await isAllSaid(home);
    const began = Date.now();
    await room.school.daemon[end]();
    const { data: gone } = await live.next('cloud', ({ live: there }) => !there);
    assert.equal(gone.waiting_since, null, 'nothing waits for it');
    assert.ok(Date.parse(gone.away_since) >= began - 1000, gone.away_since);
    assert.deepEqual(await home.get('/api/v1/cloud/line'), gone);

    await room.school.start();
    const { data: back } = await live.next('cloud', ({ live: there }) => there);
    assert.equal(back.away_since, null);
  }
  await live.close();
});
