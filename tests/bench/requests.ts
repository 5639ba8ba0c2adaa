// SPDX-License-Identifier: LGPL-2.1-or-later
// What a request costs urokd: a small signed-in GET without and with 2,000 idle streams beside nginx that only says 200, and
// a page of a long chat beside the bare SQLite statement.
import { join } from 'node:path';
import { cpuOf } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { askMany, getOf, inTurn, Listeners, run, staffChatOf, startFilled, startReference, tool } from './lib/tools.ts';

const GETS = isLong ? 200_000 : 30_000;
const PAGES = isLong ? 10_000 : 2000;
const MESSAGES = isLong ? 1_000_000 : 100_000; // a tenth are the staff's
const STREAMS = 2000;
const OF_SESSION = 8;

const ROUNDS = 5;

/** CPU of one request, in microseconds. */
async function perRequest(pids: number[], address: string, request: string, count: number): Promise<number> {
  await askMany(address, [request], 16, 200);
  const before = await Promise.all(pids.map(cpuOf));
  await askMany(address, [request], 16, count);
  const after = await Promise.all(pids.map(cpuOf));
  return after.reduce((sum, cpu, i) => sum + cpu - before[i]!, 0) / count;
}

const school = await startFilled(MESSAGES);
const reference = await startReference();
const teacher = await school.signIn('teacher0');
const chat = await staffChatOf(teacher);
const sessions = getOf('/api/v1/sessions', teacher.cookie);
const ask = (request: string, count: number) => () => perRequest([school.daemon.pid], school.socket('rest'), request, count / ROUNDS);

const [plain, nginx] = await inTurn(ROUNDS, ask(getOf('/api/v1/school'), GETS),
  () => perRequest(reference.workers, reference.address, getOf('/'), GETS / ROUNDS));
row({ part: 'daemon', what: 'GET /school, signed out', figure: plain!, unit: 'µs', beside: 'nginx, return 200', reference: nginx! });
const [alone, nginxThen] = await inTurn(ROUNDS, ask(sessions, GETS),
  () => perRequest(reference.workers, reference.address, getOf('/'), GETS / ROUNDS));
row({
  part: 'daemon', what: 'GET /sessions, signed in', figure: alone!, unit: 'µs', beside: 'nginx, return 200', reference: nginxThen!,
  most: 38, most_ratio: 38 / 8.5,
});

const [page, bare] = await inTurn(ROUNDS, ask(getOf(`/api/v1/chats/${chat}/messages?limit=50`, teacher.cookie), PAGES), async () => {
  const { stdout } = await run(tool('bare'), [join(school.folder, 'data/urok.db'), chat, 'teacher0', `${PAGES / ROUNDS}`]);
  return Number(stdout) / 1000;
});
row({
  part: 'daemon', what: `50 messages of a chat with ${(MESSAGES / 10).toLocaleString('en-US')}`, figure: page!, unit: 'µs',
  beside: 'the bare SQLite statement', reference: bare!, most_ratio: 1.5,
});

// Others than the one whose list of sessions is asked for: it stays as long as it was.
const cookies: string[] = [];
for (let i = 0; i * OF_SESSION < STREAMS; i++) cookies.push((await school.signIn(`teacher${1 + i % 99}`)).cookie);
const listeners = await Listeners.open(school.socket('live'), cookies.map((cookie) => getOf('/api/v1/live', cookie)), STREAMS);
// In turn with another urokd, which has none.
const quiet = await startFilled(1000);
const other = getOf('/api/v1/sessions', (await quiet.signIn('teacher0')).cookie);
const [beside, without] = await inTurn(ROUNDS, ask(sessions, GETS),
  () => perRequest([quiet.daemon.pid], quiet.socket('rest'), other, GETS / ROUNDS));
row({
  part: 'daemon', what: 'GET /sessions, 2,000 idle streams', figure: beside!, unit: 'µs', beside: 'without streams', reference: without!,
  most: 38, most_ratio: 1.15,
});
await listeners.end();
await reference.stop();
await quiet.stop();
await school.stop();
