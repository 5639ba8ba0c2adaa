// SPDX-License-Identifier: LGPL-2.1-or-later
// A school's disk fills up while people write: inside a statement, at a COMMIT, when the log is moved into the
// database, while a picture is written. They are told, nobody's acknowledged words are lost, reading and live streams
// go on, and with room again everything does.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatOf, messagesOf, startClassroom, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { startCamera, type Person, type School } from '../lib/school.ts';
import { askDatabase, fillUp, inside, makeRoom, onSmallDisk, ROOMY_LOG } from '../lib/small-disk.ts';

const LONG = 'х'.repeat(3900);

type Told = { ids: string[]; refused: any };

/** Posts until the answer is no success: the ids that were acknowledged, and that answer. */
async function writeUntilRefused(person: Person, chat: string): Promise<Told> {
  const ids: string[] = [];
  for (let i = 0; i < 5000; i += 1) {
    const reply = await person.ask('POST', messagesOf(chat), { body: { text: `${i} ${LONG}` } });
    if (reply.status !== 201) return { ids, refused: reply };
    ids.push(reply.body.id);
  }
  throw new Error('the disk never filled');
}

function assertNoSpace({ refused }: Told): void {
  assert.equal(refused.status, 507, refused.text);
  assert.equal(refused.body.type, 'urn:urok:problem:no-space');
}

/** The acknowledged messages are there, once, and no other; what memory knows of the log is what the disk knows. */
async function assertKept(room: Classroom, reader: Person, chat: string, ids: string[]): Promise<void> {
  assert.deepEqual((await wholeChat(reader, chat)).map(({ id }) => id).sort(), [...ids].sort());
  const verdict = await room.school.console('POST', '/api/v1/console/log-verification');
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  const [events, last, places] = (await askDatabase(room.school,
    'SELECT count(*), max(origin_seq), max(seq) FROM event')).split('|');
  assert.equal(last, events, 'a number of the log was given away for nothing');
  assert.equal(places, events);
  assert.equal(verdict.events, Number(events));
}

/** Fills, makes room, and writes once more; everything is as it should be on the way. In which statement the disk ended. */
async function fillAndRecover(room: Classroom, writers: Person[]): Promise<string> {
  const from = room.school.daemon.lines.length;
  const chat = await chatOf(writers[0]!, 'class_pupils');
  const reader = await room.enter('teacher1');
  const stream = await reader.live();
  await stream.next('hello');
  const all = await Promise.all(writers.map((writer) => writeUntilRefused(writer, chat)));
  all.forEach(assertNoSpace);
  const cause = await room.school.daemon.line(/cannot be written: The school's disk is full \(\w+\)/, from);
  const ids = all.flatMap((told) => told.ids);
  assert.deepEqual((await wholeChat(reader, chat)).map(({ id }) => id).sort(), [...ids].sort(), 'reading goes on');

  await makeRoom(room.school, 'data');
  const later = await write(writers[0]!, chat, 'Место есть');
  await stream.next('message', ({ message }) => message.id === later.id);
  const streamed = stream.blocks.filter(({ event }) => event === 'message').map(({ data }) => data.message.id);
  assert.deepEqual(streamed.sort(), [...ids, later.id].sort(), 'the stream told what was acknowledged, once');
  await assertKept(room, reader, chat, [...ids, later.id]);
  await room.school.daemon.line(/data is written again/, from);
  await stream.close();
  return /\((\w+)\)/.exec(cause)![1]!;
}

const FILLER = 'head -c 3M /dev/zero >"$0/filler" &&';
const smallData = (folder: string): string[] => onSmallDisk(join(folder, 'data'), '8m', FILLER);

test('a disk that is full inside a statement loses the whole turn, and nothing that was acknowledged', async () => {
  // With room for sixteen pages a turn of several postings spills, so the disk ends in the middle of it; one of a single
  // posting ends at its COMMIT, and then it is the next school's turn.
  for (let statement = 'commit_turn'; statement === 'commit_turn';) {
    await using room = await startClassroom({ wrap: smallData, config: { database: { cache_kib: '64' } } });
    const writers: Person[] = [];
    for (let i = 1; i <= 12; i += 1) writers.push(await room.enter(`pupil${i}`));
    statement = await fillAndRecover(room, writers);
  }
});

test('a disk that is full at a COMMIT is said, loses nothing, and is forgotten when there is room', async () => {
  await using room = await startClassroom({ wrap: smallData });
  assert.equal(await fillAndRecover(room, [await room.enter('pupil1')]), 'commit_turn');
});

test('a database that cannot grow is said once, while writing goes on in the log beside it', async () => {
  await using room = await startClassroom({ wrap: (folder) => onSmallDisk(join(folder, 'data'), '8m', ROOMY_LOG) });
  const writer = await room.enter('pupil1');
  const chat = await chatOf(writer, 'class_pupils');
  const stream = await writer.live();
  await stream.next('hello');
  const ids = [(await write(writer, chat, 'Раз')).id];
  await fillUp(room.school, 'data');
  const isSaid = (line: RegExp) => room.school.daemon.lines.some((one) => line.test(one));
  const writeUntilSaid = async (line: RegExp) => {
    while (!isSaid(line)) ids.push((await write(writer, chat, LONG)).id);
  };
  await writeUntilSaid(/safe, but cannot be moved into the database: The school's disk is full/);
  for (let i = 0; i < 20; i += 1) ids.push((await write(writer, chat, LONG)).id);
  await stream.next('message', ({ message }) => message.id === ids.at(-1));
  assert.equal(room.school.daemon.lines.filter((line) => /cannot be moved/.test(line)).length, 1, 'it is said once');

  await makeRoom(room.school, 'data');
  await writeUntilSaid(/moved into the database again/);
  await assertKept(room, writer, chat, ids);
  await stream.close();
});

test('a broadcast whose parts find no space says so, lessons and chats go on, and so does it with room', async () => {
  await using camera = await startCamera('--size', '320x180', '--bitrate', '300');
  await using room = await startClassroom({
    wrap: (folder) => onSmallDisk(join(folder, 'run', 'broadcast'), '32m'),
    // A worker that waits for its CPU is no camera that is lost.
    config: { broadcast: { worker_arguments: '--retry;100;--silence;15000;--answer;15000' } },
  });
  const administrator = await room.enter('admin');
  const teacher = await room.enter('teacher1');
  const pupil = await room.enter('pupil1');
  const streams = await Promise.all([teacher, pupil].map((person) => person.live()));
  const all = (state: string) => Promise.all(streams.map((stream) => stream.next('broadcast', (data) => data.state === state)));
  const { id: cameraId } = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
  const { id, playlist } = await teacher.post('/api/v1/broadcasts', { camera: cameraId, title: 'Математика', audience: { school: true } });
  await all('live');

  await fillUp(room.school, 'run/broadcast');
  await all('no_space');
  for (const person of [teacher, pupil]) assert.equal((await person.get(`/api/v1/broadcasts/${id}`)).state, 'no_space');
  assert.equal((await pupil.ask('GET', playlist)).status, 200, 'what was there can be played');
  const message = await write(pupil, await chatOf(pupil, 'class_pupils'), 'Картинка стоит');
  await streams[0]!.next('message', (data) => data.message.id === message.id);
  assert.match(await room.school.daemon.line(/cannot write its picture/), /no-space/);

  await makeRoom(room.school, 'run/broadcast');
  await all('live');
  const { text } = await pupil.ask('GET', playlist);
  assert.match(text, /^#EXT-X-DISCONTINUITY$/m, 'what was not written is said to players');
  await Promise.all(streams.map((stream) => stream.close()));
  assert.equal((await teacher.ask('PATCH', `/api/v1/broadcasts/${id}`, { body: { state: 'ended' } })).status, 200);
});
