// SPDX-License-Identifier: LGPL-2.1-or-later
// Classes, children and the administrators' list in the demo school, as each role sees them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSchool, type Person, type School } from '../lib/school.ts';

let school: School & AsyncDisposable;
const people: Record<string, Person> = {};

before(async () => {
  school = await startSchool();
  const { examples } = await school.furnish();
  for (const { role, login } of examples) people[role] = await school.signIn(login);
});

after(() => school[Symbol.asyncDispose]());

test('staff sees all classes, own ones first; others get none', async () => {
  const { items } = await people['teacher']!.get('/api/v1/classes');
  const own = items.filter(({ mine }: { mine: boolean }) => mine);
  assert.equal(items.length, 20);
  assert.deepEqual(items.slice(0, own.length), own);
  assert.ok(own.some(({ class_teacher }: any) => class_teacher.id === people['teacher']!.me.id));
  assert.equal(items.reduce((sum: number, { pupil_count }: any) => sum + pupil_count, 0), 500);
  for (const role of ['pupil', 'parent']) {
    assert.equal((await people[role]!.ask('GET', '/api/v1/classes')).status, 403);
  }
});

test('a class shows parents to the staff only, and is nothing to strangers', async () => {
  const pupil = people['pupil']!;
  const own = pupil.me.classes[0].id;
  const forPupil = await pupil.get(`/api/v1/classes/${own}`);
  const forTeacher = await people['teacher']!.get(`/api/v1/classes/${own}`);
  const child = (list: any) => list.pupils.find(({ id }: any) => id === pupil.me.id);
  assert.deepEqual(child(forPupil).parents, []);
  assert.equal('signed_in' in child(forPupil), false);
  assert.ok(child(forTeacher).parents.length > 0);
  assert.equal(child(forTeacher).signed_in, true);
  assert.deepEqual(forPupil.chats.map(({ kind }: any) => kind), ['class_pupils']);
  assert.deepEqual(forTeacher.chats.map(({ kind }: any) => kind).sort(), ['class_parents', 'class_pupils']);

  const { items } = await people['teacher']!.get('/api/v1/classes');
  const other = items.find(({ id }: any) => id !== own).id;
  const hidden = await pupil.ask('GET', `/api/v1/classes/${other}`);
  const nothing = await pupil.ask('GET', '/api/v1/classes/01890a5d-ac96-774b-bcce-b302099a8057');
  assert.equal(hidden.status, 404);
  assert.deepEqual(hidden.body, nothing.body);
});

test('a parent sees the own children with class, teachers, both parents and the parents\' chat', async () => {
  const parent = people['parent']!;
  const { items } = await parent.get('/api/v1/children');
  assert.deepEqual(items.map(({ id }: any) => id), parent.me.children.map(({ id }: any) => id));
  const child = items.find(({ id }: any) => id === people['pupil']!.me.id);
  assert.equal(child.class.id, people['pupil']!.me.classes[0].id);
  assert.ok(child.teachers.some(({ id, as }: any) => as === 'class_teacher' && id === people['teacher']!.me.id));
  assert.ok(child.parents.some(({ id }: any) => id === parent.me.id));
  assert.deepEqual(child.chats.map(({ kind }: any) => kind), ['class_parents']);
  assert.equal((await people['pupil']!.ask('GET', '/api/v1/children')).status, 403);
});

test('an administrator pages through everybody and finds people by the beginning of their names', async () => {
  const administrator = people['administrator']!;
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await administrator.get(`/api/v1/people?limit=100${cursor ? `&cursor=${cursor}` : ''}`);
    seen.push(...page.items.map(({ id }: any) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  assert.ok(seen.length > 1200, `${seen.length} people`);
  assert.equal(new Set(seen).size, seen.length);
  const teacher = people['teacher']!.me;
  for (const search of [teacher.family_name.slice(0, 4).toUpperCase(), `${teacher.given_name} ${teacher.patronymic}`, teacher.login]) {
    const { items } = await administrator.get(`/api/v1/people?role=teacher&search=${encodeURIComponent(search)}`);
    assert.ok(items.some(({ id }: any) => id === teacher.id), search);
    assert.ok(items.every(({ roles }: any) => roles.includes('teacher')));
  }
  const { items } = await administrator.get(`/api/v1/people?search=${teacher.login}`);
  assert.deepEqual(items[0].classes.map((each: any) => Object.keys(each).sort()).flat().filter((key: string) => key === 'as'), []);
  const bad = await administrator.ask('GET', '/api/v1/people?cursor=nonsense');
  assert.deepEqual([bad.status, bad.body.field], [400, 'cursor']);
  assert.equal((await people['teacher']!.ask('GET', '/api/v1/people')).status, 403);
});
