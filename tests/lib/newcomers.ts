// SPDX-License-Identifier: LGPL-2.1-or-later
// How people come into a school in tests: by its invitations, as the pages do it.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { Classroom } from './classroom.ts';
import type { Reply, Wish } from './request.ts';
import type { Person, School } from './school.ts';

export const PASSWORD = 'три ёжика под ёлкой';
export const BIRTH_DATE = '2015-03-14';

export type Asker = { ask(method: string, path: string, wish?: Wish): Promise<Reply> };

/** A browser in which nobody is signed in. */
export const stranger = (school: School): Asker => ({ ask: (method, path, wish) => school.request(method, path, wish) });

export const reasonOf = (reply: Reply): string | undefined => reply.body?.type?.replace('urn:urok:problem:', '');

/** Status and reason, for comparing. */
export const said = (reply: Reply): [number, string | undefined] => [reply.status, reasonOf(reply)];

export async function post(asker: Asker, path: string, body: unknown): Promise<any> {
  const reply = await asker.ask('POST', `/api/v1${path}`, { body });
  assert.ok(reply.status >= 200 && reply.status < 300, `POST ${path}: ${reply.status} ${reply.text}`);
  return reply.body;
}

export async function classOf(person: Person): Promise<string> {
  return person.me.classes[0].id;
}

let count = 0;

/** A name and a login of one's own. */
export function newcomer(family = 'Волкова', given = 'Соня'): Record<string, string> {
  count += 1;
  return { family_name: family, given_name: given, login: `new${count}-${randomInt(1e9)}`, password: PASSWORD };
}

/** Somebody new comes by the class's link, is let in by its class teacher and signs in. */
export async function newPupil({ school }: Classroom, teacher: Person, who = newcomer()): Promise<Person> {
  const path = `/classes/${await classOf(teacher)}`;
  const { code } = await post(teacher, `${path}/invitations`, {});
  await post(stranger(school), '/applications', { ...who, birth_date: BIRTH_DATE, code });
  const { applications } = await teacher.get(`/api/v1${path}/enrolment`);
  const mine = applications.at(-1);
  const pressed = await teacher.ask('PATCH', `/api/v1${path}/applications/${mine.id}`, { body: { state: 'accepted' } });
  assert.equal(pressed.status, 204, pressed.text);
  return school.person(await school.request('POST', '/api/v1/sessions', { body: { login: who.login, password: who.password } }));
}

/** Begins a pairing; with an account unless somebody is signed in. */
export const begin = (asker: Asker, code: string, account?: Record<string, string>): Promise<Reply> =>
  asker.ask('POST', '/api/v1/pairings', { body: { code, ...(account && { account }) } });

export const prove = (asker: Asker, ticket: string, birth_date = BIRTH_DATE): Promise<Reply> =>
  asker.ask('POST', '/api/v1/pairings/proofs', { body: { ticket, birth_date } });

export const confirm = (asker: Asker, ticket: string): Promise<Reply> =>
  asker.ask('POST', '/api/v1/pairings/confirmations', { body: { ticket } });

/** One press for each who waits in the child's class, by whoever may: what becomes of them is in the answers. */
export async function letIn(who: Person, child: Person): Promise<number[]> {
  const path = `/api/v1/classes/${await classOf(child)}`;
  const { pairings } = await who.get(`${path}/enrolment`);
  return Promise.all(pairings.map(async ({ id }: any) => (await who.ask('PATCH', `${path}/pairings/${id}`, { body: { state: 'accepted' } })).status));
}

/** The whole way of a parent who is new: signed in at its end. The first one of a child waits for a press. */
export async function newParent(room: Classroom, child: Person, who = newcomer('Волкова', 'Мария')): Promise<Person> {
  const { code } = await post(child, '/me/parent-invitations', {});
  const page = stranger(room.school);
  const begun = await begin(page, code, who);
  assert.equal(begun.status, 201, begun.text);
  if ((await prove(page, begun.body.ticket)).body.state === 'teacher') await letIn(await room.enter('admin'), child);
  return room.school.person(await confirm(page, begun.body.ticket));
}
