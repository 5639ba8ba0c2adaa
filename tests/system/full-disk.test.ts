// SPDX-License-Identifier: LGPL-2.1-or-later
// A school's disk fills up while people write: they are told, nobody's acknowledged words are lost, reading and live
// streams go on, and with room again everything does. The disk is a small tmpfs that only urokd sees.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSchool, type Person, type School } from '../lib/school.ts';

const UNSHARE = ['unshare', ...(process.getuid!() === 0 ? [] : ['--map-root-user']), '--mount'];
const MOUNT = 'mkdir -p "$0" && mount -t tmpfs -o size=8m,mode=0700 urok "$0" && head -c 2M /dev/zero >"$0/filler" && exec "$@"';

const smallDisk = (folder: string): string[] => [...UNSHARE, 'sh', '-c', MOUNT, join(folder, 'data')];

/** The same folder as urokd sees it. */
const inside = (school: School, name: string): string => join(`/proc/${school.daemon.pid}/root`, school.folder, 'data', name);

async function allMessages(person: Person, chat: string): Promise<any[]> {
  const all: any[] = [];
  let cursor: string | null = null;
  do {
    const page = await person.get(`/api/v1/chats/${chat}/messages?limit=100${cursor === null ? '' : `&before=${cursor}`}`);
    all.unshift(...page.items);
    cursor = page.older_cursor;
  } while (cursor !== null);
  return all;
}

/** Posts until the disk says no; the ids that were acknowledged, and the answer that was none. */
async function fill(person: Person, chat: string): Promise<{ ids: string[]; refused: any }> {
  const ids: string[] = [];
  for (let i = 0; i < 5000; i++) {
    const reply = await person.ask('POST', `/api/v1/chats/${chat}/messages`, { body: { text: `${i} `.padEnd(4000, 'х') } });
    if (reply.status !== 201) return { ids, refused: reply };
    ids.push(reply.body.id);
  }
  throw new Error('the disk never filled');
}

test('a full disk is said, loses nothing, and is forgotten when there is room', async () => {
  await using school = await startSchool({ wrap: smallDisk });
  const orlova = await school.setUp();
  const chat = (await orlova.get('/api/v1/chats')).items[0].id;
  const stream = await orlova.live();
  await stream.next('hello');

  const { ids, refused } = await fill(orlova, chat);
  assert.equal(refused.status, 507, refused.text);
  assert.equal(refused.body.type, 'urn:urok:problem:no-space');
  assert.deepEqual((await allMessages(orlova, chat)).map(({ id }) => id), ids, 'reading goes on, with what was acknowledged');

  await rm(inside(school, 'filler'));
  const later = await orlova.post(`/api/v1/chats/${chat}/messages`, { text: 'Место есть' });
  const told = await stream.next('message', (data) => data.message.id === later.id);
  assert.equal(told.data.message.text, 'Место есть');
  assert.deepEqual((await allMessages(orlova, chat)).map(({ id }) => id), [...ids, later.id]);
  assert.equal((await school.console('POST', '/api/v1/console/log-verification')).ok, true);
});
