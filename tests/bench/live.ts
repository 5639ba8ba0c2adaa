// SPDX-License-Identifier: LGPL-2.1-or-later
// What a live delivery costs urokd, through nginx: one message to 2,000 streams, and to 30 of 2,000; beside an epoll loop
// that only sends, behind the same nginx. A message's age is taken when a listener has it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process } from '../lib/process.ts';
import { freePort, type Person, type School } from '../lib/school.ts';
import { cpuOf, megabytesOf } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { getOf, Listeners, stamp, startFilled, startFront, staffChatOf, tool, type Answers } from './lib/tools.ts';

const MESSAGES = isLong ? 400 : 100;
const STREAMS = 2000;
const FEW = 30;
const OF_SESSION = 8; // that many streams a session may hold
const BLOCK_BYTES = 480; // of a message with some words, as urokd sends it

type Measured = { delivery_us: number; ages: Answers };

async function signInMany(school: School, logins: string[], streams: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let i = 0; i * OF_SESSION < streams; i++) people.push(await school.signIn(logins[i % logins.length]!));
  return people;
}

const listen = (address: string, people: Person[], count: number): Promise<Listeners> =>
  Listeners.open(address, people.map(({ cookie }) => getOf('/api/v1/live', cookie)), count);

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** CPU until now of a process that has come to rest: what follows an answer belongs to it as well. */
async function restingCpuOf(pid: number): Promise<number> {
  while (!/\) S /.test(await readFile(`/proc/${pid}/stat`, 'utf8')));
  return cpuOf(pid);
}

async function costOf(pid: number, act: () => Promise<unknown>): Promise<number> {
  const before = await restingCpuOf(pid);
  await act();
  return await restingCpuOf(pid) - before;
}

/**
 * What is published, less what the same costs when nobody hears of it. The two take turns, for what a message costs drifts
 * with the machine by more than thirty deliveries; and the median counts, which no beat to all streams and no checkpoint moves.
 */
async function measure(pid: number, listeners: Listeners, publish: () => Promise<unknown>, unheard?: () => Promise<unknown>): Promise<Measured> {
  const spent: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    const quiet_us = unheard ? await costOf(pid, unheard) : 0;
    const heard_us = await costOf(pid, async () => {
      const heard = listeners.hear(listeners.count);
      await publish();
      await heard;
    });
    spent.push(heard_us - quiet_us);
  }
  return { delivery_us: median(spent) / listeners.count, ages: await listeners.end() };
}

async function measureFloor(count: number): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-bench-'));
  const socket = join(folder, 'live.sock');
  const floor = new Process('floor', tool('floor'), [socket]);
  await floor.line(/is ready/);
  const port = await freePort();
  const front = await startFront(socket, port);
  // The first ones are written to: the others hold their place.
  const few = await Listeners.open(`${port}`, [getOf('/api/v1/live')], count);
  const others = count < STREAMS ? await Listeners.open(`${port}`, [getOf('/api/v1/live')], STREAMS - count) : undefined;
  const publish = async (): Promise<void> => floor.tell(`${count} ${stamp()} ${BLOCK_BYTES - 23}`);
  const measured = await measure(floor.pid, few, publish);
  await others?.end();
  await front.stop();
  floor.finish();
  await floor.ended;
  await rm(folder, { recursive: true });
  return measured;
}

const classChatOf = async (pupil: Person): Promise<string> =>
  (await pupil.get('/api/v1/chats')).items.find(({ kind }: any) => kind === 'class_pupils').id;

const school = await startFilled(1000, { nginx: true });
const { pid } = school.daemon;
// The class teachers, teacher0 to teacher27, hear their classes: the others hear the staff alone.
const others = await signInMany(school, Array.from({ length: 72 }, (_, i) => `teacher${28 + i}`), STREAMS);
const pupils = await signInMany(school, Array.from({ length: 24 }, (_, i) => `pupil${i}`), FEW);
const author = await school.signIn('pupil24');
const teacher = await school.signIn('teacher0');
const staffChat = await staffChatOf(teacher);
const stranger = await school.signIn('pupil60');
const post = (person: Person, chat: string) => () => person.post(`/api/v1/chats/${chat}/messages`, { text: `завтра контрольная ${stamp()}` });

const unheard = post(stranger, await classChatOf(stranger));

const floorOfAll = await measureFloor(STREAMS);
const all = await listen(`${school.port}`, others, STREAMS);
row({ part: 'daemon', what: 'urokd with 2,000 streams', figure: await megabytesOf(pid, 'Rss'), unit: 'MB', most: 60 });
const toAll = await measure(pid, all, post(teacher, staffChat), unheard);
row({
  part: 'daemon', what: 'a delivery, one message to 2,000 streams', figure: toAll.delivery_us, unit: 'µs',
  beside: 'an epoll loop that only sends', reference: floorOfAll.delivery_us, most: 2.5, most_ratio: 1.7,
});
row({
  part: 'daemon', what: 'how old it is when it arrives, p99', figure: toAll.ages.p99_us / 1000, unit: 'ms',
  beside: 'an epoll loop that only sends', reference: floorOfAll.ages.p99_us / 1000, most: 50,
});
row({ part: 'daemon', what: 'deliveries lost', figure: STREAMS * MESSAGES - toAll.ages.answers, unit: '', most: 0, exact: true });

const floorOfFew = await measureFloor(FEW);
const staff = await listen(`${school.port}`, others, STREAMS);
const few = await listen(`${school.port}`, pupils, FEW);
const toFew = await measure(pid, few, post(author, await classChatOf(author)), unheard);
row({
  part: 'daemon', what: 'a delivery, one message to 30 of 2,000 streams', figure: toFew.delivery_us, unit: 'µs',
  beside: 'an epoll loop that only sends', reference: floorOfFew.delivery_us, most: 5, most_ratio: 3, noise: 2,
});
row({ part: 'daemon', what: 'how old that is when it arrives, p99', figure: toFew.ages.p99_us / 1000, unit: 'ms', most: 50 });
await staff.end();
await school.stop();
