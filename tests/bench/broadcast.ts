// SPDX-License-Identifier: LGPL-2.1-or-later
// What a broadcast costs: the worker of one 720p camera, how old its newest part is when a player hears of it, and urokd
// and nginx a viewer. Counted in parts, not in seconds; prints a table; nothing here passes or fails by the clock.
import { readFile, readdir } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { startCamera, startSchool, type Person, type School } from '../lib/school.ts';
import { cpuOf, megabytesOf } from '../lib/weigh.ts';

const long = process.argv.includes('--long');
const PARTS = long ? 250 : 50;
const SESSIONS = long ? 50 : 10;
const VIEWERS_A_SESSION = 10;
const QUESTIONS = long ? 50_000 : 10_000;

async function findProcess(...needles: string[]): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (needles.every((needle) => words.includes(needle))) return Number(pid);
  }
  throw new Error(`no process of ${needles.join(' ')}`);
}

/** Of a process and all that it started. */
async function cpuOfFamily(parent: number): Promise<number> {
  let sum = await cpuOf(parent);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent) sum += await cpuOf(Number(pid));
  }
  return sum;
}

type Get = (path: string) => Promise<{ status: number; text: string }>;

function getterOf(school: School, cookie: string, agent: Agent): Get {
  return (path) => new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: school.port, path, agent, headers: { Cookie: cookie } }, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (data: string) => (text += data));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    }).on('error', reject).end();
  });
}

/** From the end of the newest listed frame to now, in milliseconds. */
function ageOf(playlist: string, now: number): number {
  const [, last] = /[^]*#EXT-X-PROGRAM-DATE-TIME:([^]*)$/.exec(playlist)!;
  const start = Date.parse(last!.slice(0, last!.indexOf('\n')));
  const lasted = [...last!.matchAll(/#EXT-X-PART:DURATION=([\d.]+)/g)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
  return now - start - lasted * 1000;
}

/** What a player does for so many parts: a reload that is held, then the part. Gives the ages that it saw. */
async function watch(get: Get, slug: string, parts: number): Promise<number[]> {
  const ages: number[] = [];
  let query = '';
  for (let i = 0; i <= parts; i++) {
    const { status, text } = await get(`/live/${slug}/index.m3u8${query}`);
    if (status !== 200) throw new Error(`a reload was answered ${status}: ${text}`);
    if (i > 0) ages.push(ageOf(text, Date.now()));
    const [, msn, part] = /PRELOAD-HINT:TYPE=PART,URI="part_(\d+)_(\d+)/.exec(text)!;
    const files = [...text.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)];
    if (files.length > 0) await get(`/live/${slug}/${files.at(-1)![1]}`);
    query = `?_HLS_msn=${msn}&_HLS_part=${part}`;
  }
  return ages.sort((a, b) => a - b);
}

async function askMany(get: Get, path: string, count: number): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (left-- > 0) await get(path);
  }));
}

async function main(): Promise<void> {
  const rows: [string, string, string][] = [];
  await using camera = await startCamera();
  await using school = await startSchool({ nginx: true });
  const administrator = await school.setUp();
  const added = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
  const { slug } = await administrator.post('/api/v1/broadcasts', { camera: added.id, title: 'Урок', audience: { school: true } });
  const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
  const get = getterOf(school, administrator.cookie, agent);
  await watch(get, slug, 5);

  const worker = await findProcess('urok-broadcast', join(school.folder, 'run', 'broadcast', slug));
  const urokd = school.daemon.pid;
  const [workerBefore, started] = [await cpuOf(worker), Date.now()];
  const ages = await watch(get, slug, PARTS);
  const share = (await cpuOf(worker) - workerBefore) / (Date.now() - started) / 10;
  rows.push(['worker of a 720p camera', `${share.toFixed(2)} % of a core`, '≤ 1.2 %']);
  rows.push(['its memory', `${(await megabytesOf(worker, 'Pss')).toFixed(1)} MB PSS`, '≤ 10 MB']);
  rows.push(['newest frame ended before it is heard of', `${ages[ages.length >> 1]!.toFixed(0)} ms (p95 ${ages[Math.floor(ages.length * 0.95)]!.toFixed(0)})`, '≤ 60 ms']);

  const { text } = await get(`/live/${slug}/index.m3u8`);
  const part = [...text.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)].at(-1)![1]!;
  const beforeParts = await cpuOf(urokd);
  await askMany(get, `/live/${slug}/${part}`, QUESTIONS);
  rows.push(['nginx asks whether a part may be sent', `${((await cpuOf(urokd) - beforeParts) / QUESTIONS).toFixed(1)} µs of urokd`, '']);

  const people: Person[] = [];
  for (let i = 0; i < SESSIONS; i++) people.push(await school.signIn('orlova'));
  const viewers = people.flatMap(({ cookie }) => Array.from({ length: VIEWERS_A_SESSION }, () => getterOf(school, cookie, agent)));
  const front = school.nginx!.pid;
  const [daemonBefore, frontBefore, begun] = [await cpuOf(urokd), await cpuOfFamily(front), Date.now()];
  const seen = (await Promise.all(viewers.map((viewer) => watch(viewer, slug, PARTS)))).flat().sort((a, b) => a - b);
  const wall = Date.now() - begun;
  rows.push([`${viewers.length} viewers: urokd`, `${((await cpuOf(urokd) - daemonBefore) / wall / 10).toFixed(2)} % of a core`, '']);
  rows.push(['the same, nginx', `${((await cpuOfFamily(front) - frontBefore) / wall / 10).toFixed(2)} % of a core`, '']);
  rows.push(['the same, newest frame ended', `p50 ${seen[seen.length >> 1]!.toFixed(0)}, p99 ${seen[Math.floor(seen.length * 0.99)]!.toFixed(0)} ms ago`, '']);
  rows.push(['urokd then', `${(await megabytesOf(urokd, 'Rss')).toFixed(1)} MB RSS`, '']);
  agent.destroy();

  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, figure, budget] of rows) console.log(`${name.padEnd(width)}  ${figure.padEnd(28)}  ${budget}`);
}

await main();
