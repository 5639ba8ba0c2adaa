// SPDX-License-Identifier: LGPL-2.1-or-later
// A urokd that ends and another that goes on, with the same sockets, while people work: who asked is answered, and nobody
// learns of it but by a stream that begins again.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openStream } from '../lib/live.ts';
import { PROJECT } from '../lib/places.ts';
import { ask, type Reply } from '../lib/request.ts';
import { startSchool, type Person, type School } from '../lib/school.ts';

const POSTERS = 8;

let school: School;
let person: Person;
let chat: string;

before(async () => {
  school = await startSchool({
    nginx: true,
    wrap: (folder) => ['python3', join(PROJECT, 'tests/lib/held-sockets.py'), join(folder, 'run')],
  });
  person = await school.setUp();
  chat = (await person.get('/api/v1/chats')).items[0].id;
});

after(() => school.stop());

const restart = async (): Promise<void> => {
  const from = school.daemon.lines.length;
  school.daemon.tell('restart');
  assert.equal(await school.daemon.line(/^ended/, from), 'ended 0');
  await school.daemon.line(/is ready/, from);
};

const throughNginx = (method: string, path: string, body?: unknown): Promise<Reply> =>
  ask(school.front, method, path, { cookie: person.cookie, body, headers: { Host: `localhost:${school.port}` } });

test('handover: those who post and read meanwhile get the answers that they would have got', async () => {
  const posted = new Set<string>();
  const faults: string[] = [];
  let over = false;
  const work = async (i: number): Promise<void> => {
    for (let n = 0; !over; n += 1) {
      const text = `передача ${i}-${n}`;
      const reply = await throughNginx('POST', `/api/v1/chats/${chat}/messages`, { text }).catch((error: Error) => ({ status: 0, text: error.message }));
      if (reply.status === 201) posted.add(text);
      else faults.push(`POST ${reply.status} ${reply.text}`);
      const read = await throughNginx('GET', '/api/v1/me').catch((error: Error) => ({ status: 0, text: error.message }));
      if (read.status !== 200) faults.push(`GET ${read.status} ${read.text}`);
    }
  };
  const working = Array.from({ length: POSTERS }, (_, i) => work(i));
  while (posted.size < POSTERS && faults.length === 0) await throughNginx('GET', '/api/v1/school');
  const before = posted.size;
  await restart();
  while (posted.size < before + POSTERS && faults.length === 0) await throughNginx('GET', '/api/v1/school');
  over = true;
  await Promise.all(working);
  assert.deepEqual(faults, []);
  const kept = new Set<string>();
  for (let query = ''; ;) {
    const { items, older_cursor } = await person.get(`/api/v1/chats/${chat}/messages?limit=100${query}`);
    for (const { text } of items) kept.add(text);
    if (older_cursor === null || !items.some(({ text }: any) => posted.has(text))) break;
    query = `&before=${older_cursor}`;
  }
  assert.deepEqual([...posted].filter((text) => !kept.has(text)), [], 'what was acknowledged is there');
});

test('handover: a sign-in that is being hashed is finished', async () => {
  const body = { login: 'orlova', password: 'длинный пароль 17' };
  const asked = ask(school.front, 'POST', '/api/v1/sessions', { body });
  await restart();
  assert.equal((await asked).status, 201, (await asked).text);
});

test('handover: a stream ends with a whole block, and its position goes on where it was', async () => {
  const place = { ...school.front, headers: { Host: `localhost:${school.port}` } };
  const stream = await openStream(place, person.cookie);
  assert.equal(stream.status, 200);
  await stream.next('hello');
  await person.post(`/api/v1/chats/${chat}/messages`, { text: 'до передачи' });
  await stream.next('message', ({ message }) => message.text === 'до передачи');
  await restart();
  await stream.ended;
  await person.post(`/api/v1/chats/${chat}/messages`, { text: 'после передачи' });
  const again = await openStream(place, person.cookie, stream.lastId);
  const { data } = await again.next('message');
  assert.equal(data.message.text, 'после передачи', 'nothing is missed, nothing comes twice');
  await again.close();
});
