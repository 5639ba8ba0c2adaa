// SPDX-License-Identifier: LGPL-2.1-or-later
// strace watches urokd: between the writing of a message and its answer, or anybody's live block of it, lies a sync of
// the log that it was written to.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, startClassroom, write } from '../lib/classroom.ts';

const CALLS = 'pwrite64,pwritev,write,writev,fdatasync,fsync,sendto,sendmsg';
const WAL = 'urok.db-wal>';

/** LeakSanitizer cannot look while strace does; other tests let it. */
const NO_LEAKS = { ASAN_OPTIONS: `${process.env['ASAN_OPTIONS'] ?? ''}:detect_leaks=0` };

/** A call, by the place in the record at which it was begun or ended: between these the kernel was at it. */
type Call = { name: string; text: string; begun: number; ended: number };

/** strace's lines; a call during which another thread said something is told in two. */
function callsOf(record: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  record.split('\n').forEach((line, place) => {
    const resumed = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/.exec(line);
    if (resumed !== null) {
      const call = open.get(resumed[1]!);
      assert.ok(call?.name === resumed[2], line);
      call!.text += resumed[3];
      call!.ended = place;
      return;
    }
    const [, thread, name, text] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (thread === undefined) return;
    const call = { name: name!, text: text!, begun: place, ended: place };
    if (line.endsWith('<unfinished ...>')) open.set(thread, call);
    calls.push(call);
  });
  return calls;
}

const isSync = ({ name, text }: Call): boolean => /^f(data)?sync$/.test(name) && text.includes(WAL) && /= 0$/.test(text);
const isSocket = ({ name, text }: Call): boolean => /^(send|write)/.test(name) && /^\d+<UNIX-STREAM/.test(text);

/** How many syncs protect a message: begun when its last page was written, ended before the first word of it left. */
function protectionOf(calls: Call[], syncs: Call[], word: string): number {
  const own = calls.filter(({ text }) => text.includes(word));
  const sent = own.filter(isSocket);
  assert.ok(sent.length > 0, `${word} was not seen in an answer`);
  const left = Math.min(...sent.map(({ begun }) => begun));
  const written = own.filter(({ name, text, begun }) => name.startsWith('pwrite') && text.includes(WAL) && begun < left);
  assert.ok(written.length > 0, `${word} was not seen in the log before it left`);
  const last = Math.max(...written.map(({ ended }) => ended));
  return syncs.filter(({ begun, ended }) => begun > last && ended < left).length;
}

async function countSyncs(clients: number, each: number): Promise<void> {
  await using room = await startClassroom({
    environment: NO_LEAKS,
    wrap: (folder) => ['strace', '-D', '-f', '-qq', '-yy', '-s', '5000', '-e', `trace=${CALLS}`, '-e', 'signal=none',
      '-o', join(folder, 'calls')],
  });
  const people = [];
  for (let i = 1; i <= clients; i += 1) people.push(await room.enter(`pupil${i}`));
  const chat = await chatOf(people[0]!, 'class_pupils');
  const live = await people.at(-1)!.live();
  await live.next('hello');
  const words: string[] = [];
  await Promise.all(people.map(async (person) => {
    for (let i = 0; i < each; i += 1) {
      const word = randomUUID();
      await write(person, chat, `слово ${word}`);
      words.push(word);
    }
  }));
  await live.close();
  await room.school.daemon.stop();
  const calls = callsOf(await readFile(join(room.school.folder, 'calls'), 'utf8'));
  const syncs = calls.filter(isSync);
  for (const word of words) assert.ok(protectionOf(calls, syncs, word) >= 1, `${word} was answered before it was safe`);
  const places = calls.filter(({ text }) => words.some((word) => text.includes(word))).map(({ begun }) => begun);
  const during = syncs.filter(({ begun }) => begun > places[0]! && begun < places.at(-1)!).length;
  console.log(`${clients} at once: ${words.length} messages, ${during} syncs of the log, ${(during / words.length).toFixed(2)} a message`);
}

test('a message of one person alone is synced before its answer', () => countSyncs(1, 100));

test('messages of twenty people at once are synced before their answers', () => countSyncs(20, 15));
