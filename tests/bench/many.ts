// SPDX-License-Identifier: LGPL-2.1-or-later
// Ten thousand people: what every list and every search by name costs urokd, its first page beside the same rows by the bare
// SQLite statement, and all of it from the first page to the last; and a post into a channel of many beside one into a class's chat.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, School, type Person } from '../lib/school.ts';
import { cpuOf } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { askMany, getOf, inTurn, run, staffChatOf, tool } from './lib/tools.ts';

const TIMES = isLong ? 400 : 100;
const ROUNDS = 5;
/** Of a first page, and of all pages of a search together. */
const [FIRST_MS, ALL_MS] = [10, 50];

type List = {
  what: string;
  who: Person;
  path: string;
  /** The statement behind it: the room's file, its name, what is bound; none: several are. */
  bare?: [string, string, Record<string, string | number>];
};

const folder = await mkdtemp(join(tmpdir(), 'urok-bench-'));
const school = new School(folder, await freePort(), {});
await school.writeConfiguration();
await mkdir(join(folder, 'data'), { mode: 0o700 });
await run(tool('many'), [join(folder, 'data')]);
await school.start();
const [admin, teacher, parent] = [await school.signIn('admin0'), await school.signIn('teacher0'), await school.signIn('parent0')];

const everybody = { ':after_name': '', ':after_id': '', ':state': 0, ':limit': 51 };
const found = (from: string, roles = 0): [string, string, Record<string, string | number>] =>
  ['people/people.sql', 'search_people', { ...everybody, ':from': from, ':roles': roles }];
const people = (query: string): string => `/api/v1/people?${query}`;
const word = (text: string): string => encodeURIComponent(text);

const { items: classes } = await admin.get('/api/v1/classes');
const own: string = teacher.me.classes[0].id;
const staff = await staffChatOf(teacher);
const channel = await admin.post('/api/v1/channels', { title: 'Новости', readers: ['staff', 'parents', 'pupils'], classes: [], writers: [] });
const surname: string = (await admin.get(people('role=pupil&limit=1'))).items[0].display_name.split(' ').at(-1);

const LISTS: List[] = [
  { what: 'people', who: admin, path: people(''), bare: ['people/people.sql', 'list_people', { ...everybody, ':roles': 0 }] },
  { what: 'people, pupils', who: admin, path: people('role=pupil'), bare: ['people/people.sql', 'list_people', { ...everybody, ':roles': 4 }] },
  { what: 'people, administrators: one', who: admin, path: people('role=administrator'), bare: ['people/people.sql', 'list_staff', { ...everybody, ':roles': 1 }] },
  { what: 'people, blocked: nobody', who: admin, path: people('state=blocked'), bare: ['people/people.sql', 'list_blocked_people', { ...everybody, ':roles': 0, ':state': 1 }] },
  { what: 'people, never here', who: admin, path: people('state=never-seen'), bare: ['people/people.sql', 'list_people', { ...everybody, ':roles': 0, ':state': 2 }] },
  { what: 'people found by «а»', who: admin, path: people(`search=${word('а')}`), bare: found('а') },
  { what: 'people found by a family name', who: admin, path: people(`search=${word(surname)}`), bare: found(surname.toLowerCase().replaceAll('ё', 'е')) },
  { what: 'people found by «а», administrators', who: admin, path: people(`search=${word('а')}&role=administrator`), bare: found('а', 1) },
  { what: 'people found by login', who: admin, path: people('search=pupil47'), bare: found('pupil47') },
  { what: `classes: ${classes.length}`, who: admin, path: '/api/v1/classes', bare: ['classes/classes.sql', 'render_classes', { ':person': admin.me.id, ':year': 1 }] },
  { what: 'a class with its people', who: teacher, path: `/api/v1/classes/${own}`, bare: ['classes/classes.sql', 'render_class_pupils', { ':class': own, ':for_staff': 1 }] },
  { what: 'who is not in a class yet', who: teacher, path: `/api/v1/classes/${own}/enrolment` },
  { what: 'children of a parent', who: parent, path: '/api/v1/children' },
  { what: 'chats of a teacher', who: teacher, path: '/api/v1/chats' },
  { what: 'members of the staff\'s chat: 400', who: teacher, path: `/api/v1/chats/${staff}/members` },
  { what: 'members of a channel of all: 10,000', who: admin, path: `/api/v1/chats/${channel.id}/members` },
  { what: 'whom a teacher may write to, «а»', who: teacher, path: `/api/v1/correspondents?search=${word('а')}` },
  { what: 'whom a parent may write to', who: parent, path: '/api/v1/correspondents' },
  { what: 'who looked at a pupil', who: admin, path: `/api/v1/people/${parent.me.children[0].id}/looks` },
  { what: 'consents of a pupil', who: admin, path: `/api/v1/people/${parent.me.children[0].id}/consents` },
  { what: 'letters', who: admin, path: '/api/v1/letters' },
  { what: 'corrections that wait', who: admin, path: '/api/v1/corrections' },
];

async function cpuOfAsking(list: List, count: number): Promise<number> {
  const request = getOf(list.path, list.who.cookie);
  await askMany(school.socket('rest'), [request], 1, 3);
  const before = await cpuOf(school.daemon.pid);
  await askMany(school.socket('rest'), [request], 1, count);
  return (await cpuOf(school.daemon.pid) - before) / count / 1000;
}

async function cpuOfBare([file, name, bound]: NonNullable<List['bare']>, count: number): Promise<number> {
  const words = Object.entries(bound).map(([parameter, value]) => `${parameter}=${value}`);
  const { stdout } = await run(tool('bare-rows'), [join(folder, 'data/urok.db'), `/urok/${file}`, name, `${count}`, ...words]);
  return Number(stdout.split(' ')[0]) / 1e6;
}

/** From the first page to the last. */
async function cpuOfAll({ who, path }: List): Promise<{ cpu: number; rows: number }> {
  const before = await cpuOf(school.daemon.pid);
  let rows = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: any = await who.get(`${path}${path.includes('?') ? '&' : '?'}limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    rows += page.items.length;
    cursor = page.next_cursor ?? null;
  }
  return { cpu: (await cpuOf(school.daemon.pid) - before) / 1000, rows };
}

for (const list of LISTS) {
  const { bare } = list;
  const [first, limit] = await inTurn(ROUNDS, () => cpuOfAsking(list, TIMES / ROUNDS), ...(bare ? [() => cpuOfBare(bare, TIMES / ROUNDS)] : []));
  row({
    part: 'daemon', what: `10,000 people: ${list.what}`, figure: first!, unit: 'ms', most: FIRST_MS,
    ...(bare && { beside: 'the bare SQLite statement', reference: limit! }),
    // Where the rows are the work, little may stand around them; a page of few rows is mostly its answer.
    ...(limit !== undefined && limit > 1 && { most_ratio: 2 }),
  });
}
for (const list of LISTS.filter(({ path }) => /search=.*[^u]$/.test(path) && path.includes('/people?'))) {
  const { cpu, rows } = await cpuOfAll(list);
  row({ part: 'daemon', what: `10,000 people: ${list.what}, all ${rows} of them`, figure: cpu, unit: 'ms', most: ALL_MS });
}

/** Posts one after the other: each is a commit of its own. */
async function cpuOfPosts(chat: string, count: number): Promise<number> {
  const post = async (): Promise<void> => {
    const reply = await admin.ask('POST', `/api/v1/chats/${chat}/messages`, { body: { text: 'Завтра школа закрыта.' }, headers: { 'Idempotency-Key': randomUUID() } });
    if (reply.status !== 201) throw new Error(reply.text);
  };
  await post();
  const before = await cpuOf(school.daemon.pid);
  for (let i = 0; i < count; i += 1) await post();
  return (await cpuOf(school.daemon.pid) - before) / count / 1000;
}

const channelOf = async (count: number): Promise<{ id: string; member_count: number }> =>
  admin.post('/api/v1/channels', { title: 'Новости', readers: ['parents', 'pupils'], classes: classes.slice(0, count).map(({ id }: any) => id), writers: [admin.me.id] });
const [few, many] = [await channelOf(1), await channelOf(60)];
const [toMany, toFew] = await inTurn(ROUNDS, () => cpuOfPosts(many.id, TIMES / ROUNDS), () => cpuOfPosts(few.id, TIMES / ROUNDS));
row({
  part: 'daemon', what: `a post into a channel of ${many.member_count.toLocaleString('en-US')}`, figure: toMany!, unit: 'ms',
  beside: `into one of ${few.member_count}`, reference: toFew!, most_ratio: 1.5,
});
await school.stop();
