// SPDX-License-Identifier: LGPL-2.1-or-later
// Every route of the daemon, walked by everybody: nobody, each role alone, and the console's doors from outside.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startSchool, type Person, type School } from '../lib/school.ts';

type Role = 'administrator' | 'teacher' | 'pupil' | 'parent';
type Route = { method: string; path: string; who: string };

const ROLES: Role[] = ['administrator', 'teacher', 'pupil', 'parent'];

/** Gates that name roles: whoever holds none of them is told that it is not theirs. */
const OF_ROLES: Record<string, Role[]> = {
  administrator: ['administrator'],
  staff: ['administrator', 'teacher'],
  teacher: ['administrator', 'teacher'],
  parent: ['parent'],
  pupil: ['pupil'],
};

/** Gates that name a relation: with an object that is not there everybody hears the same. */
const OF_RELATIONS = [
  'chat-member', 'message-author', 'message-moderator', 'class-visible', 'broadcast-visible', 'broadcast-watcher', 'broadcast-owner',
  'session-owner', 'person-seen', 'person-guardian', 'class-inviter', 'person-inviter', 'child-guardian', 'chat-manager', 'complaint-handler', 'person-helper',
  'correction-approver',
  'session-owner', 'person-seen', 'person-guardian', 'person-self',
];

let school: School;
let routes: Route[];
const people: Partial<Record<Role, Person>> = {};

before(async () => {
  school = await startSchool();
  const { examples } = await school.furnish();
  for (const { role, login } of examples) people[role as Role] = await school.signIn(login);
  routes = (await school.console('GET', '/api/v1/console/routes')).items;
});

after(() => school.stop());

const isOutside = ({ who }: Route): boolean => !['console', 'metrics'].includes(who);
const isSignedOut = ({ who }: Route): boolean => ['anyone', 'setup'].includes(who);
const filled = (path: string): string => path.replace(/:(slug|file)/g, 'x').replace(/:\w+/g, () => randomUUID());
const hasBody = (method: string): boolean => ['POST', 'PUT', 'PATCH'].includes(method);

/** The answer's status; a stream is hung up on at once. */
async function tryRoute({ method, path }: Route, person?: Person): Promise<number> {
  if (path === '/api/v1/live') {
    if (person === undefined) return (await school.ask('live', method, path)).status;
    const stream = await person.live();
    await stream.close();
    return stream.status;
  }
  const wish = { cookie: person?.cookie, body: hasBody(method) ? {} : undefined };
  return (await school.request(method, filled(path), wish)).status;
}

test('the walk has somewhere to go', () => {
  assert.ok(routes.length > 40, `only ${routes.length} routes`);
  assert.deepEqual(ROLES.filter((role) => people[role] === undefined), []);
  const known = [...Object.keys(OF_ROLES), ...OF_RELATIONS, 'anyone', 'setup', 'signed-in', 'probe-maker', 'internal', 'console', 'metrics'];
  assert.deepEqual(routes.filter(({ who }) => !known.includes(who)), [], 'gates that this test does not know');
});

test('nobody gets in without signing in', async () => {
  for (const route of routes.filter((one) => isOutside(one) && !isSignedOut(one))) {
    assert.equal(await tryRoute(route), 401, `${route.method} ${route.path}`);
  }
});

test('a role that a route does not name is refused', async () => {
  for (const role of ROLES) {
    for (const route of routes.filter(({ who }) => OF_ROLES[who] !== undefined && !OF_ROLES[who]!.includes(role))) {
      const status = await tryRoute(route, people[role]!);
      assert.equal(status, 403, `${role}: ${route.method} ${route.path} answered ${status}`);
    }
  }
});

test('what is not there looks alike to everybody', async () => {
  for (const role of ROLES) {
    for (const route of routes.filter(({ who }) => OF_RELATIONS.includes(who))) {
      const status = await tryRoute(route, people[role]!);
      assert.equal(status, 404, `${role}: ${route.method} ${route.path} answered ${status}`);
    }
  }
});

test('the console and the metrics have their own doors', async () => {
  for (const route of routes.filter((one) => !isOutside(one))) {
    for (const role of ROLES) {
      assert.equal(await tryRoute(route, people[role]!), 404, `${role}: ${route.method} ${route.path}`);
    }
  }
});

test('no way of asking breaks the daemon', async () => {
  const keep = /sessions\/:session|me\/password/;
  for (const role of ROLES) {
    for (const route of routes.filter((one) => isOutside(one) && !keep.test(one.path))) {
      const status = await tryRoute(route, people[role]!);
      assert.ok(status < 500, `${role}: ${route.method} ${route.path} answered ${status}`);
    }
  }
});
