// SPDX-License-Identifier: LGPL-2.1-or-later
// The other buildings' boxes as an administrator knows them: one whose building is gone is forgotten, and comes back by its stick.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { carry, logOf, roundTrip, sameTalk, secondBuilding, twoBuildings, type, type Pair, type Place } from '../lib/carry.ts';
import { write } from '../lib/classroom.ts';
import type { Person } from '../lib/school.ts';

let pair: Pair;
let third: Place;
let admin: Person;

before(async () => {
  pair = await twoBuildings();
  third = await secondBuilding(pair.first);
  await roundTrip(pair);
  await roundTrip({ ...pair, second: third });
  admin = await pair.first.signIn('admin');
});

after(async () => {
  await third?.[Symbol.asyncDispose]();
  await pair?.[Symbol.asyncDispose]();
});

const boxes = async (person: Person): Promise<any[]> => (await person.get('/api/v1/carry/boxes')).items;
const originOf = async (box: Place | Pair['first']): Promise<string> => (await box.console('GET', '/api/v1/console/carry')).origin;

test('carry: a box whose building is gone is forgotten, and sticks no longer bring what it alone lacks', async () => {
  const { first, second, here, stick, chat } = pair;
  const gone = await originOf(second);
  await write(here, chat, 'для двоих');
  await carry(third, 'export', stick);
  await carry(first, 'import', stick);
  await carry(first, 'export', stick);
  await carry(third, 'import', stick);
  await carry(third, 'export', stick);
  await carry(first, 'import', stick);
  assert.ok((await carry(first, 'export', stick)).events > 0, 'the one that is gone still lacks it');
  const known = await boxes(admin);
  assert.deepEqual(known.map(({ id, decides }) => [id, decides]).sort(), [[gone, false], [await originOf(third), false]].sort());
  assert.ok(known.find(({ id }) => id === gone).events > 0);

  const before = await logOf(first);
  const reply = await admin.ask('DELETE', `/api/v1/carry/boxes/${gone}`);
  assert.equal(reply.status, 204, reply.text);
  assert.equal((await admin.ask('DELETE', `/api/v1/carry/boxes/${gone}`)).status, 404);
  assert.equal((await carry(first, 'export', stick)).events, 0);
  assert.equal(await logOf(first), before, 'nothing of the school goes');
});

test('carry: a forgotten box that comes back is known by its next stick, and gets all that it lacks', async () => {
  await write(pair.there, pair.chat, 'мы нашлись');
  await roundTrip(pair);
  await sameTalk(pair, ['для двоих', 'мы нашлись']);
  assert.equal((await boxes(admin)).length, 2);
});

test('carry: the building where people are changed is not forgotten', async () => {
  const box = (await boxes(await pair.second.signIn('admin'))).find(({ decides }) => decides);
  assert.equal(box.id, await originOf(pair.first));
  const said = await type(pair.second, ['carry', 'forget', '--yes', box.id.slice(0, -2)]);
  assert.deepEqual([said.status, /restore its last copy/.test(said.err)], [1, true], said.err);
  assert.match((await type(pair.second, ['carry', 'list'])).out, new RegExp(`${box.id} .*people and classes are changed there`));
});

test('carry: urokctl asks before it forgets, and knows a box by the beginning of its name', async () => {
  const origin = await originOf(third);
  assert.match((await type(pair.first, ['carry', 'forget', origin])).err, /Nothing was changed/);
  assert.match((await type(pair.first, ['carry', 'forget', '--yes', 'ffffffff'])).err, /No stick of a box ffffffff/);
  assert.match((await type(pair.first, ['carry', 'forget', '--yes', ''])).err, /More than one/);
  const said = await type(pair.first, ['carry', 'forget', '--yes', origin]);
  assert.equal(said.status, 0, said.err);
  assert.deepEqual((await boxes(admin)).map(({ id }) => id), [await originOf(pair.second)]);
});
