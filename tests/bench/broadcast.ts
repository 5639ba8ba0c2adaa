// SPDX-License-Identifier: LGPL-2.1-or-later
// What a broadcast costs on its way from the worker to the people: two hundred players through nginx, and the time from a
// classroom to a page, beside GStreamer's own HLS in the same browser.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { startCamera, startSchool, type School } from '../lib/school.ts';
import { cpuOf, megabytesOf } from '../lib/weigh.ts';
import { glassToGlass } from './lib/glass.ts';
import { CAMERA_720P } from './lib/packagers.ts';
import { isLong, row } from './lib/row.ts';

const PARTS = isLong ? 150 : 50;
const SESSIONS = 20;
const PLAYERS_A_SESSION = 10;
const PLAYERS = SESSIONS * PLAYERS_A_SESSION;

/** Of a process and all that it started. */
async function cpuOfFamily(parent: number): Promise<number> {
  let sum = await cpuOf(parent);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent) sum += await cpuOf(Number(pid));
  }
  return sum;
}

async function watchByMany(school: School, slug: string): Promise<void> {
  const cookies: string[] = [];
  for (let i = 0; i < SESSIONS; i++) cookies.push(...Array<string>(PLAYERS_A_SESSION).fill((await school.signIn('orlova')).cookie));
  const used = async (): Promise<[number, number]> => [await cpuOfFamily(school.nginx!.pid), await cpuOf(school.daemon.pid)];
  const [before, begun] = [await used(), performance.now()];
  const players = new Process('viewers', join(BUILD, 'tests/bench/viewers'), [String(school.port), slug, String(PARTS), String(PLAYERS)]);
  for (const cookie of cookies) players.tell(cookie);
  const seen = JSON.parse(await players.line(/^\{/));
  const wall = performance.now() - begun;
  const [nginx, urokd] = (await used()).map((one, i) => (one - before[i]!) / 10 / wall / PLAYERS);
  const who = `${PLAYERS} LL-HLS players through nginx`;
  row({ part: 'media', what: `${who}: CPU of nginx, each`, figure: nginx!, unit: '% of a core' });
  row({ part: 'media', what: 'the same: CPU of urokd, each', figure: urokd!, unit: '% of a core' });
  row({ part: 'media', what: 'the same: age of the newest picture when it is there, p50', figure: seen.p50_ms, unit: 'ms' });
  row({ part: 'media', what: 'the same: p99', figure: seen.p99_ms, unit: 'ms', most: 400 });
  row({ part: 'media', what: 'the same: all join at once and begin to play, p99', figure: seen.join_ms, unit: 'ms' });
  row({ part: 'media', what: 'the same: stalls', figure: seen.stalls, unit: '', most: 0 });
  row({ part: 'media', what: 'the same: memory of urokd', figure: await megabytesOf(school.daemon.pid, 'Rss'), unit: 'MB RSS', most: 45 });
}

async function main(): Promise<void> {
  await using camera = await startCamera(...CAMERA_720P, '--barcode');
  await using school = await startSchool({ nginx: true });
  const administrator = await school.setUp();
  const added = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
  const broadcast = await administrator.post('/api/v1/broadcasts', { camera: added.id, title: 'Урок', audience: { school: true } });
  for (const msn of [0, 1, 2]) { // held until there is so much to watch
    const { status, text } = await administrator.ask('GET', `/live/${broadcast.slug}/index.m3u8?_HLS_msn=${msn}`);
    if (status !== 200) throw new Error(`the playlist was answered ${status}: ${text}`);
  }
  await watchByMany(school, broadcast.slug);
  await glassToGlass(school, broadcast.id, camera.url);
}

await main();
