// SPDX-License-Identifier: LGPL-2.1-or-later
// A school with one class, put into its data before urokd starts: 5А with pupil1 to pupil20, parent1 to
// parent20, teacher1 (class teacher), teacher2, and admin.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BUILD } from './places.ts';
import { freePort, School, type Person, type SchoolOptions } from './school.ts';

const run = promisify(execFile);

export type Classroom = {
  school: School;
  /** Signs in by login. */
  enter(login: string): Promise<Person>;
} & AsyncDisposable;

export async function startClassroom(options: SchoolOptions & { leaving?: boolean } = {}): Promise<Classroom> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-'));
  const school = new School(folder, await freePort(), options);
  await school.writeConfiguration();
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  await run(join(options.build ?? BUILD, 'tests/lib/furnish'), [join(folder, 'data'), ...(options.leaving ? ['leaving'] : [])], { env: { ...process.env, ...options.environment } });
  await school.start();
  if (options.nginx) await school.startNginx();
  return { school, enter: (login) => school.signIn(login), [Symbol.asyncDispose]: () => school.stop() };
}

/** The school year that furnish.c makes, or one so many years later. */
export function yearOf(later = 0): { title: string; from_date: string; to_date: string } {
  const now = new Date();
  const begun = now.getUTCFullYear() - (now.getUTCMonth() < 8 ? 1 : 0) + later;
  return { title: `${begun}/${String(begun + 1).slice(-2)}`, from_date: `${begun}-09-01`, to_date: `${begun + 1}-05-31` };
}

/** The own password of whoever came in by a link; what asks for it once more takes it. */
export async function takePassword(person: Pick<Person, 'ask'>): Promise<string> {
  const password = 'ромашка у крыльца';
  const reply = await person.ask('PUT', '/api/v1/me/password', { body: { new: password } });
  assert.equal(reply.status, 204, reply.text);
  return password;
}

/** The id of somebody's chat of that kind. */
export async function chatOf(person: Pick<Person, 'get' | 'me'>, kind: 'staff' | 'class_pupils' | 'class_parents'): Promise<string> {
  const { items } = await person.get('/api/v1/chats');
  const chat = items.find((each: any) => each.kind === kind);
  assert.ok(chat, `${person.me.display_name} is in no chat ${kind}`);
  return chat.id;
}

/** Lets these of the school's choices leave for the cloud; all of them when none is named. */
export async function letLeave(admin: Pick<Person, 'ask' | 'get'>, ...names: string[]): Promise<void> {
  const all: string[] = names.length > 0 ? names : (await admin.get('/api/v1/cloud/choices')).choices.map(({ name }: { name: string }) => name);
  for (const name of all) {
    const reply = await admin.ask('PUT', `/api/v1/cloud/choices/${name}`, { body: { allowed: true, order: 'Приказ № 1' } });
    assert.ok(reply.status < 300, `${name}: ${reply.text}`);
  }
}

export const messagesOf = (chat: string): string => `/api/v1/chats/${chat}/messages`;

/** Posts with a key of its own; the answer's message. */
export async function write(person: Pick<Person, 'ask'>, chat: string, text: string, replyTo?: string): Promise<any> {
  const body = replyTo === undefined ? { text } : { text, reply_to: replyTo };
  const reply = await person.ask('POST', messagesOf(chat), { body, headers: { 'Idempotency-Key': randomUUID() } });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

/** All of a chat, oldest first, page by page. */
export async function wholeChat(person: Pick<Person, 'get'>, chat: string): Promise<any[]> {
  const all: any[] = [];
  for (let before: string | null = ''; before !== null;) {
    const page: any = await person.get(`${messagesOf(chat)}?limit=100${before && `&before=${before}`}`);
    all.unshift(...page.items);
    before = page.older_cursor;
  }
  return all;
}
