// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of who may see, find and write to whom (daemon/classes/relations.c), held against every route that shows
// or reaches a person. A new route that shows one fails here until it is held too.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { NODE_MODULES, PROJECT } from '../lib/places.ts';
import type { Person } from '../lib/school.ts';

const { parse } = createRequire(`${NODE_MODULES}/`)('yaml');

const ROLES = ['administrator', 'teacher', 'pupil', 'parent'] as const;
type Role = (typeof ROLES)[number];
type Rights = { see: boolean; find: boolean; write: boolean };

/** Two classes: pupil1 and pupil2 with their parents and teacher1 in one, pupil20, its parent and teacher3 in the other. */
const CAST = {
  admin: 'administrator', teacher1: 'teacher', teacher3: 'teacher', pupil1: 'pupil', pupil2: 'pupil', pupil20: 'pupil',
  parent1: 'parent', parent2: 'parent', parent20: 'parent',
} as const satisfies Record<string, Role>;
type Name = keyof typeof CAST;
const NAMES = Object.keys(CAST) as Name[];

/** What the second is to the first; who stands nowhere is a stranger, the staff colleagues. */
const TIES: [Name, Name, string][] = [
  ['pupil1', 'pupil2', 'classmate'], ['pupil2', 'pupil1', 'classmate'],
  ['pupil1', 'teacher1', 'own-class-teacher'], ['pupil2', 'teacher1', 'own-class-teacher'], ['pupil20', 'teacher3', 'own-teacher'],
  ['teacher1', 'pupil1', 'own-pupil'], ['teacher1', 'pupil2', 'own-pupil'], ['teacher3', 'pupil20', 'own-pupil'],
  ['pupil1', 'parent1', 'own-parent'], ['pupil2', 'parent2', 'own-parent'], ['pupil20', 'parent20', 'own-parent'],
  ['parent1', 'pupil1', 'own-child'], ['parent2', 'pupil2', 'own-child'], ['parent20', 'pupil20', 'own-child'],
  ['parent1', 'teacher1', 'childs-class-teacher'], ['parent2', 'teacher1', 'childs-class-teacher'], ['parent20', 'teacher3', 'childs-teacher'],
  ['teacher1', 'parent1', 'pupils-parent'], ['teacher1', 'parent2', 'pupils-parent'], ['teacher3', 'parent20', 'pupils-parent'],
  ['parent1', 'parent2', 'classmates-parent'], ['parent2', 'parent1', 'classmates-parent'],
];

let room: Classroom;
let table: Map<string, Rights[]>;
let operations: string[];
const people = {} as Record<Name, Person>;

/** The rows of the C table: relation to what each role may. */
async function readTable(): Promise<Map<string, Rights[]>> {
  const text = await readFile(join(PROJECT, 'daemon/classes/relations.c'), 'utf8');
  const rights: Record<string, Rights> = {
    0: { see: false, find: false, write: false }, SEE: { see: true, find: false, write: false },
    FOUND: { see: true, find: true, write: false }, ALL: { see: true, find: true, write: true },
  };
  const rows = [...text.matchAll(/\{"([a-z-]+)", (\w+), (\w+), (\w+), (\w+)\}/g)];
  return new Map(rows.map(([, name, ...cells]) => [name!, cells.map((cell) => rights[cell!]!)]));
}

/** Every operation of the contract whose success shows a person. */
async function readOperations(): Promise<string[]> {
  const contract = parse(await readFile(join(PROJECT, 'docs/openapi.yaml'), 'utf8'));
  const at = (ref: string) => ref.slice(2).split('/').reduce((found: any, key) => found[key], contract);
  const shows = (schema: any, seen: Set<string>): boolean => {
    if (schema === null || typeof schema !== 'object') return false;
    if (schema.$ref === undefined) return Object.values(schema).some((part) => shows(part, seen));
    if (schema.$ref === '#/components/schemas/Person') return true;
    return !seen.has(schema.$ref) && shows(at(schema.$ref), new Set([...seen, schema.$ref]));
  };
  return Object.entries<any>(contract.paths).flatMap(([path, methods]) =>
    ['get', 'post', 'put', 'patch', 'delete'].filter((method) => methods[method] !== undefined &&
      Object.entries(methods[method].responses).some(([status, answer]) => status.startsWith('2') && shows(answer, new Set())))
      .map((method) => `${method.toUpperCase()} ${path}`));
}

function rightsOf(from: Name, to: Name): Rights {
  const isStaff = (name: Name): boolean => ['administrator', 'teacher'].includes(CAST[name]);
  const relations = from === to ? ['self'] : [
    'stranger', ...(isStaff(from) && isStaff(to) ? ['colleague'] : []),
    ...TIES.filter(([one, other]) => one === from && other === to).map(([, , relation]) => relation),
  ];
  const cells = relations.map((relation) => table.get(relation)![ROLES.indexOf(CAST[from])]!);
  return { see: cells.some((c) => c.see), find: cells.some((c) => c.find), write: cells.some((c) => c.write) };
}

/** Asks for every pair; what is wrong, in words. */
async function everyPair(ask: (from: Name, to: Name, rights: Rights) => Promise<string | undefined>): Promise<void> {
  const wrong: string[] = [];
  for (const from of NAMES) {
    for (const to of NAMES) {
      const answer = await ask(from, to, rightsOf(from, to));
      if (answer !== undefined) wrong.push(`${from} → ${to}: ${answer}`);
    }
  }
  assert.deepEqual(wrong, []);
}

const idOf = (name: Name): string => people[name].me.id;

before(async () => {
  table = await readTable();
  operations = await readOperations();
  room = await startClassroom();
  for (const login of ['admin', 'teacher1', 'pupil1', 'pupil2', 'pupil20', 'parent1', 'parent2', 'parent20'] as const) people[login] = await room.enter(login);
  const admin = people.admin;
  await admin.post('/api/v1/people', { items: [{ family_name: 'Чужих', given_name: 'Вера', login: 'teacher3', roles: ['teacher'] }] });
  people.teacher3 = await room.enter('teacher3');
  const years = await admin.get('/api/v1/school-years');
  await admin.post('/api/v1/classes', { year: years.items[0].id, grade: 6, letters: ['Б'] });
  const { items } = await admin.get('/api/v1/classes');
  const [from, to] = [items.find((c: any) => c.grade === 5), items.find((c: any) => c.grade === 6)];
  const put = async (path: string, body: object): Promise<void> => {
    const reply = await admin.ask('PUT', path, { body });
    assert.ok(reply.status < 300, reply.text);
  };
  await put(`/api/v1/classes/${to.id}/members/${idOf('pupil20')}`, { as: 'pupil', from: from.id });
  await put(`/api/v1/classes/${to.id}/members/${idOf('teacher3')}`, { as: 'teacher' });
});

after(() => room.school.stop());

test('relations: the table is read whole', () => {
  assert.deepEqual([...table.keys()].sort(), [
    'childs-class-teacher', 'childs-teacher', 'classmate', 'classmates-parent', 'colleague', 'in-conversation', 'other-parent', 'own-child',
    'own-class-teacher', 'own-parent', 'own-pupil', 'own-teacher', 'pupils-parent', 'self', 'stranger',
  ]);
});

test('relations: a person\'s page and picture are there for whoever may see them', async () => {
  await everyPair(async (from, to, { see }) => {
    const page = await people[from].ask('GET', `/api/v1/people/${idOf(to)}`);
    const shown = await people[from].ask('GET', `/api/v1/people/${idOf(to)}/picture`);
    if (page.status !== (see ? 200 : 404)) return `page ${page.status}`;
    // Nobody has a picture: whom one may not see answers in the same way, and never with more.
    return shown.status === 404 ? undefined : `picture ${shown.status}`;
  });
});

test('relations: who is looked after, copied, judged by hand is not a relation', async () => {
  await everyPair(async (from, to, { see }) => {
    for (const path of ['looks', 'consents', 'account', 'corrections']) {
      const { status } = await people[from].ask('GET', `/api/v1/people/${idOf(to)}/${path}`);
      if (status < 300 && !see) return `${path} ${status}`;
    }
    return undefined;
  });
});

test('relations: the search finds whom one may write to, for a group the staff also parents', async () => {
  await everyPair(async (from, to, { find, write }) => {
    for (const wish of ['direct', 'group']) {
      const name = people[to].me.family_name;
      const all = await people[from].get(`/api/v1/correspondents?for=${wish}&search=${encodeURIComponent(name)}`);
      const staff = ['administrator', 'teacher'].includes(CAST[from]);
      const wanted = from !== to && (write || (wish === 'group' && staff && find && CAST[to] !== 'pupil'));
      const found = all.items.some((person: any) => person.id === idOf(to));
      if (found !== wanted && !(all.more && wanted)) return `${wish}: ${found ? 'found' : 'not found'}`;
    }
    return undefined;
  });
});

test('relations: a chat of two is opened where one may write', async () => {
  await everyPair(async (from, to, { see, write }) => {
    const { status } = await people[from].ask('POST', '/api/v1/chats', { body: { with: idOf(to) } });
    const wanted = write ? 201 : see ? 403 : 404;
    return status === wanted ? undefined : `${status}, not ${wanted}`;
  });
});

test('relations: a group takes in whom its maker may find, and a pupil whom its maker may write to', async () => {
  await everyPair(async (from, to, { find, write }) => {
    if (from === to) return undefined;
    const reply = await people[from].ask('POST', '/api/v1/chats', { body: { title: 'Проба', members: [idOf(to)] } });
    const staff = ['administrator', 'teacher'].includes(CAST[from]);
    const wanted = !staff ? 403 : !find ? 404 : CAST[to] === 'pupil' && !write ? 403 : 201;
    if (reply.status === 201) await people[from].ask('DELETE', `/api/v1/chats/${reply.body.id}`);
    return reply.status === wanted ? undefined : `${reply.status}, not ${wanted}`;
  });
});

/** Everything in an answer that is a person. */
function personsIn(value: any): string[] {
  if (value === null || typeof value !== 'object') return [];
  const own = typeof value.id === 'string' && typeof value.display_name === 'string' && Array.isArray(value.roles) ? [value.id] : [];
  return [...own, ...Object.values(value).flatMap(personsIn)];
}

/** Nobody is shown whom the table hides: of all that somebody is shown, each one's page is there for them. */
async function onlySeen(name: Name, path: string): Promise<string[]> {
  const reply = await people[name].ask('GET', path);
  if (reply.status !== 200) return [];
  const wrong: string[] = [];
  for (const id of new Set(personsIn(reply.body))) {
    const { status } = await people[name].ask('GET', `/api/v1/people/${id}`);
    if (status !== 200) wrong.push(`${name}: ${path} shows ${id}`);
  }
  return wrong;
}

/** Lists and pages without a person in their address: every one that this user can reach. */
async function placesOf(name: Name): Promise<string[]> {
  const { items: chats } = await people[name].get('/api/v1/chats');
  const places = ['/api/v1/me', '/api/v1/classes', '/api/v1/children', '/api/v1/people?limit=100', '/api/v1/corrections', '/api/v1/chats', '/api/v1/broadcasts', '/api/v1/complaints'];
  for (const { id } of (await people.admin.get('/api/v1/classes')).items) places.push(`/api/v1/classes/${id}`);
  for (const chat of chats) {
    const own = `/api/v1/chats/${chat.id}`;
    places.push(own, `${own}/members?limit=100`, `${own}/messages`);
    const { items } = await people[name].get(`${own}/messages`);
    for (const message of items) places.push(`${own}/messages/${message.id}/readers`);
  }
  return places;
}

test('relations: no list, class, chat or message shows whom one may not see', async () => {
  const write = async (name: Name, chat: string): Promise<void> => {
    const reply = await people[name].ask('POST', `/api/v1/chats/${chat}/messages`, { body: { text: 'здравствуйте' }, headers: { 'Idempotency-Key': randomUUID() } });
    assert.equal(reply.status, 201, reply.text);
  };
  const all = NAMES.filter((name) => name !== 'teacher1').map(idOf);
  const group = await people.teacher1.post('/api/v1/chats', { title: 'Кружок', members: all.filter((id) => id !== idOf('pupil20') && id !== idOf('parent20')) });
  const channel = await people.admin.post('/api/v1/channels', { title: 'Новости', readers: ['staff', 'parents', 'pupils'], classes: [], writers: [idOf('teacher3')] });
  for (const name of ['pupil1', 'parent2', 'teacher3'] as const) await write(name, group.id);
  await write('teacher3', channel.id);
  for (const name of NAMES) {
    for (const { id, may_write } of (await people[name].get('/api/v1/chats')).items) if (may_write && id !== group.id) await write(name, id);
  }
  const wrong: string[] = [];
  for (const name of NAMES) for (const place of await placesOf(name)) wrong.push(...await onlySeen(name, place));
  assert.deepEqual(wrong, []);
});

test('relations: being in a group gives sight, not more', async () => {
  const pupil = people.pupil1;
  assert.equal((await pupil.ask('GET', `/api/v1/people/${idOf('parent2')}`)).status, 200, 'in the group of the test before');
  assert.equal((await pupil.ask('POST', '/api/v1/chats', { body: { with: idOf('parent2') } })).status, 403);
  const { items } = await pupil.get('/api/v1/correspondents');
  assert.ok(!items.some((person: any) => person.id === idOf('parent2')));
});

test('relations: a parent whose link was taken sees the child nowhere; what was written stays to be read', async () => {
  const [parent, child] = [people.parent2, people.pupil2];
  const chat = await parent.post('/api/v1/chats', { with: idOf('pupil2') });
  const messages = `/api/v1/chats/${chat.id}/messages`;
  await parent.ask('POST', messages, { body: { text: 'как дела?' }, headers: { 'Idempotency-Key': randomUUID() } });
  const gone = await people.teacher1.ask('DELETE', `/api/v1/people/${idOf('pupil2')}/parents/${idOf('parent2')}`);
  assert.equal(gone.status, 204, gone.text);
  for (const [who, whom] of [[parent, 'pupil2'], [child, 'parent2']] as const) {
    for (const path of ['', '/picture', '/looks', '/consents', '/account', '/corrections']) {
      const { status } = await who.ask('GET', `/api/v1/people/${idOf(whom)}${path}`);
      assert.ok(status === 403 || status === 404, `${whom}${path}: ${status}`);
    }
    const { with: other, may_see, may_write } = await who.get(`/api/v1/chats/${chat.id}`);
    assert.deepEqual([other.id, may_see, may_write], [idOf(whom), false, false]);
    assert.equal((await who.get(messages)).items.at(-1).text, 'как дела?');
  }
  // The group of the test before has no child of theirs any more.
  assert.deepEqual((await parent.get('/api/v1/chats')).items.filter(({ kind }: any) => kind === 'group'), []);
});

/** Name people whom administrators see anyway; a year or hold that is none is not looked at before the gate. */
const ADMINISTRATORS = [
  'GET /api/v1/legal-holds', 'POST /api/v1/legal-holds', 'PUT /api/v1/legal-holds/{hold}/lifting', 'GET /api/v1/school-years/{year}/promotion',
  'POST /api/v1/school-years/{year}/promotion', 'DELETE /api/v1/school-years/{year}/promotion',
];

test('relations: holds and promotions are shown to administrators alone', async () => {
  for (const [who, roles] of Object.entries(CAST)) {
    if (roles.includes('administrator')) continue;
    for (const operation of ADMINISTRATORS) {
      const [method, path] = operation.split(' ');
      const reply = await people[who as keyof typeof CAST].ask(method!, path!.replace(/\{\w+\}/, randomUUID()), method === 'GET' || method === 'DELETE' ? {} : { body: {} });
      assert.equal(reply.status, 403, `${who} ${operation}: ${reply.text}`);
    }
  }
});

test('relations: every route that shows a person is held by a test of this file, or says why not', () => {
  /** By the walk through what each person can reach. */
  const walked = [
    'GET /api/v1/me', 'GET /api/v1/classes', 'GET /api/v1/classes/{class}', 'GET /api/v1/children', 'GET /api/v1/people', 'GET /api/v1/corrections',
    'GET /api/v1/chats', 'GET /api/v1/chats/{chat}', 'GET /api/v1/chats/{chat}/members', 'GET /api/v1/chats/{chat}/messages',
    'GET /api/v1/chats/{chat}/messages/{message}/readers', 'GET /api/v1/broadcasts', 'GET /api/v1/complaints',
  ];
  /** Pair by pair. */
  const paired = ['GET /api/v1/people/{person}', 'GET /api/v1/people/{person}/looks', 'GET /api/v1/people/{person}/consents', 'GET /api/v1/people/{person}/account', 'GET /api/v1/people/{person}/corrections', 'POST /api/v1/chats', 'GET /api/v1/correspondents'];
  /** Shows oneself alone: who signs in, comes in, or changes their own page. */
  const own = [
    'POST /api/v1/setup', 'POST /api/v1/sessions', 'PATCH /api/v1/me', 'PUT /api/v1/me/picture', 'POST /api/v1/invitations/acceptances', 'POST /api/v1/pairings/confirmations',
  ];
  /** Two administrators read a chat together, and those in it who they were: named beyond the table, see decision 0104. */
  const opened = [
    'GET /api/v1/complaints/{complaint}', 'PUT /api/v1/complaints/{complaint}/decision', 'POST /api/v1/complaints/{complaint}/openings',
    'PUT /api/v1/complaints/{complaint}/openings/{opening}/confirmation', 'GET /api/v1/complaints/{complaint}/messages', 'GET /api/v1/chats/{chat}/openings',
  ];
  /** What the same gate, or an administrator's, let its user see already: the answer to a change of it. */
  const changes = [
    'GET /api/v1/cloud/choices', 'PUT /api/v1/cloud/choices/{choice}',
    'PUT /api/v1/people/{person}/consents/{kind}', 'DELETE /api/v1/people/{person}/consents/{kind}', 'POST /api/v1/classes', 'PATCH /api/v1/classes/{class}',
    'PUT /api/v1/classes/{class}/members/{person}', 'POST /api/v1/people', 'PATCH /api/v1/people/{person}/account',
    'PUT /api/v1/people/{person}/roles', 'POST /api/v1/people/{person}/merge', 'POST /api/v1/channels', 'PATCH /api/v1/chats/{chat}', 'PUT /api/v1/chats/{chat}/members/{person}',
    'POST /api/v1/chats/{chat}/messages', 'PATCH /api/v1/chats/{chat}/messages/{message}', 'POST /api/v1/broadcasts', 'PATCH /api/v1/broadcasts/{broadcast}',
    // Its author alone is shown, as in the list.
    'GET /api/v1/broadcasts/{broadcast}',
  ];
  const known = [...walked, ...paired, ...own, ...opened, ...changes, ...ADMINISTRATORS];
  assert.deepEqual(operations.filter((one) => !known.includes(one)), [], 'show a person and are not held');
  assert.deepEqual(known.filter((one) => !operations.includes(one)), [], 'held, but show nobody');
});
