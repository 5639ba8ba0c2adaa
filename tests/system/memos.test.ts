// SPDX-License-Identifier: LGPL-2.1-or-later
// The memos for parents and pupils: PDFs with the school's own words, for staff alone, made where nothing can be reached.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startClassroom, type Classroom } from '../lib/classroom.ts';
import { codesOf, pagesOf, wordsOf } from '../lib/paper.ts';
import { BUILD } from '../lib/places.ts';
import { headersOf } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

const MEMO = '/api/v1/memos/parents.pdf';

let room: Classroom;
let admin: Person;
let teacher: Person;

before(async () => {
  room = await startClassroom();
  [admin, teacher] = [await room.enter('admin'), await room.enter('teacher1')];
});

after(() => room.school.stop());

async function memo(person: Person, path: string): Promise<Buffer> {
  const { status, headers, bytes, text } = await person.ask('GET', path);
  assert.equal(status, 200, text);
  assert.equal(headers['content-type'], 'application/pdf');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
  return bytes;
}

test('memos: one for parents names the school, how to join, and the way in for a camera', async () => {
  const pdf = await memo(teacher, MEMO);
  const words = await wordsOf(pdf);
  const { name } = await teacher.get('/api/v1/school');
  for (const said of [name, 'Памятка для родителей', room.school.url.replace('http://', ''), '1.', '2.', '3.', 'Частые вопросы',
    'Стать родителем самому себе ребёнок не может', 'У ребёнка уже два родителя', 'У меня несколько детей', 'Я ещё и учитель']) {
    assert.ok(words.includes(said), `${said} is not in ${words}`);
  }
  assert.doesNotMatch(words, /[{}]/);
  assert.deepEqual(await codesOf(pdf), [room.school.url]);
  assert.ok(await pagesOf(pdf) <= 2, 'it is to be printed on one sheet');
});

test('memos: whom to ask is what the school says, and nothing where it says nothing', async () => {
  assert.doesNotMatch(await wordsOf(await memo(admin, MEMO)), /Телефон поддержки/);
  const told = { support_email: 'help@school17.example', support_phone: '+7 495 123-45-67', address: 'Москва, Школьная ул., 17' };
  assert.equal((await admin.ask('PATCH', '/api/v1/school', { body: told })).status, 200);
  for (const path of [MEMO, '/api/v1/memos/pupils.pdf', `${MEMO}?language=en`, '/api/v1/memos/pupils.pdf?language=en']) {
    const words = await wordsOf(await memo(admin, path));
    for (const value of Object.values(told)) assert.ok(words.includes(value), `${path}: ${value}`);
  }
});

test('memos: in English too, and in no other language', async () => {
  assert.match(await wordsOf(await memo(teacher, `${MEMO}?language=en`)), /Memo for parents.*A child cannot become their own parent/);
  assert.match(await wordsOf(await memo(teacher, '/api/v1/memos/pupils.pdf?language=en')), /Memo for pupils.*Nobody knows it, not even a teacher/);
  assert.match(await wordsOf(await memo(teacher, '/api/v1/memos/pupils.pdf')), /Памятка для учеников.*листок с квадратом/);
  for (const wrong of ['language=de', 'language=', 'lang=ru']) {
    assert.equal((await teacher.ask('GET', `${MEMO}?${wrong}`)).status, 400, wrong);
  }
});

test('memos: a browser keeps it under a name that any system takes', async () => {
  const { headers } = await teacher.ask('GET', MEMO);
  assert.equal(headers['content-disposition'],
    `attachment; filename="pamyatka-dlya-roditelej.pdf"; filename*=UTF-8''${encodeURIComponent('Памятка для родителей.pdf')}`);
});

test('memos: pupils, parents and strangers get none', async () => {
  for (const login of ['pupil1', 'parent1']) {
    assert.equal((await (await room.enter(login)).ask('GET', MEMO)).status, 403, login);
  }
  assert.equal((await room.school.request('GET', MEMO)).status, 401);
});

// --- The worker ---

const READY = `printf '{"ready":1}\\n' >&0; read -r job; echo "working $$" >&2`;

/** A school whose urok-papers is what a script makes of it, until it is told to be itself. */
async function startWith(script: string): Promise<{ own: Classroom; mend(): Promise<void> } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'papers-'));
  const program = join(folder, 'urok-papers');
  const become = (text: string): Promise<void> => writeFile(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await become(script);
  const own = await startClassroom({ config: { jobs: { papers_worker: program } } });
  const mend = () => become(`exec ${join(BUILD, 'workers/papers/urok-papers')}`);
  return { own, mend, [Symbol.asyncDispose]: async () => { await own.school.stop(); await rm(folder, { recursive: true }); } };
}

/** A memo on its way, which can be left alone. */
function askFor(own: Classroom, person: Person): { status: Promise<number>; leave(): void } {
  const asked = request({ socketPath: own.school.socket('rest'), path: MEMO, headers: headersOf({ cookie: person.cookie }) });
  const status = new Promise<number>((resolve, reject) => {
    asked.on('response', (answer) => resolve(answer.resume().statusCode!));
    asked.on('error', reject);
  });
  status.catch(() => undefined); // it was left
  asked.end();
  return { status, leave: () => asked.destroy() };
}

test('memos: who goes away takes the work along', async () => {
  await using set = await startWith(`${READY}; read -r never; echo "left alone" >&2`);
  const person = await set.own.enter('teacher1');
  const asked = askFor(set.own, person);
  await set.own.school.daemon.line(/^working/);
  asked.leave();
  await set.own.school.daemon.line(/^left alone/);
  await set.mend();
  assert.equal(await askFor(set.own, person).status, 200);
});

test('memos: one person waits for three at most', async () => {
  await using set = await startWith(`${READY}; read -r never`);
  const person = await set.own.enter('teacher1');
  const asked = Array.from({ length: 4 }, () => askFor(set.own, person));
  assert.equal(await Promise.race(asked.map(({ status }) => status)), 409);
  for (const { leave } of asked) leave();
});

test('memos: a worker that says nonsense or breaks down costs one document', async () => {
  await using set = await startWith(`echo '{"ready":1}' >&0; read -r job; echo '{"facts":{},"sizes":[9999999]}' >&0; read -r never`);
  const person = await set.own.enter('teacher1');
  assert.equal(await askFor(set.own, person).status, 503);
  await set.own.school.daemon.line(/The job «document» was not done/);
  await set.mend();
  assert.equal(await askFor(set.own, person).status, 200);
});
