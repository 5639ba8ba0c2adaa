// SPDX-License-Identifier: LGPL-2.1-or-later
// The people of the demo school whom a scenario needs: a class teacher, a pupil, a parent, an outsider.
import assert from 'node:assert/strict';
import type { Person, School } from './school.ts';

export type Role = { id: string; login: string; display_name: string; short_name: string };
export type ChatOf = { id: string; title: string };

export type Cast = {
  administrator: Role;
  /** Class teacher of the class below. */
  teacher: Role;
  /** A pupil of the class. */
  pupil: Role;
  /** A parent of that pupil, who does not teach. */
  parent: Role;
  /** A pupil of another class. */
  outsider: Role;
  schoolClass: { id: string; title: string };
  pupilsChat: ChatOf;
  parentsChat: ChatOf;
};

/** With the login, which only an administrator sees. */
async function roleOf(administrator: Person, person: { id: string; display_name: string }): Promise<Role> {
  const family = person.display_name.split(' ').at(-1)!;
  for (let cursor = ''; ;) {
    const page = await administrator.get(`/api/v1/people?limit=100&search=${encodeURIComponent(family)}${cursor}`);
    const found = page.items.find((one: any) => one.id === person.id);
    if (found) return found;
    assert.ok(page.next_cursor, `${person.display_name} is not in the list of people`);
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

const isOnly = (role: string) => (person: any): boolean => person.roles.length === 1 && person.roles[0] === role;

/** Furnishes the school and finds them. */
export async function castOf(school: School): Promise<Cast> {
  const { examples } = await school.furnish();
  const login = examples.find((one: any) => one.role === 'administrator').login;
  const administrator = await school.signIn(login);
  const { items: classes } = await administrator.get('/api/v1/classes');
  const grade = (n: number) => classes.find((one: any) => one.grade === n && one.class_teacher);
  const [mine, other] = [grade(5), grade(9)];
  const inside = await administrator.get(`/api/v1/classes/${mine.id}`);
  const elsewhere = await administrator.get(`/api/v1/classes/${other.id}`);
  const pupil = inside.pupils.find((one: any) => one.parents.some(isOnly('parent')));
  const teacher = await roleOf(administrator, mine.class_teacher);
  const { items: chats } = await (await school.signIn(teacher.login)).get('/api/v1/chats');
  const chat = (kind: string) => chats.find((one: any) => one.class?.id === mine.id && one.kind === kind);
  return {
    administrator: await roleOf(administrator, administrator.me),
    teacher,
    pupil: await roleOf(administrator, pupil),
    parent: await roleOf(administrator, pupil.parents.find(isOnly('parent'))),
    outsider: await roleOf(administrator, elsewhere.pupils[0]),
    schoolClass: mine,
    pupilsChat: chat('class_pupils'),
    parentsChat: chat('class_parents'),
  };
}
