// SPDX-License-Identifier: LGPL-2.1-or-later
// Known secrets are planted, the product is walked through, and then they are looked for: in the log, in what
// urokd says, in every live stream and every reply. None may be anywhere.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { chatOf, messagesOf, startClassroom, write } from '../lib/classroom.ts';
import { BUILD } from '../lib/places.ts';
import type { Reply } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

const run = promisify(execFile);

const PASSWORDS = { first: 'тайный пароль один', second: 'secret-password-two', camera: 'camera-secret-3', probe: 'probe-secret-4', newcomer: 'пять рыжих котов' };

/** Everything that was answered, but the header that hands the token over. */
const said: string[] = [];
const note = (reply: Reply): Reply => {
  const { 'set-cookie': cookie, ...headers } = reply.headers;
  said.push(reply.text, JSON.stringify(headers));
  return reply;
};

async function setPassword(person: Person, password: string, current?: string): Promise<void> {
  const reply = note(await person.ask('PUT', '/api/v1/me/password', { body: { current, new: password } }));
  assert.equal(reply.status, 204, reply.text);
}

async function addCamera(admin: Person): Promise<void> {
  const url = 'rtsp://127.0.0.1:9/stream';
  const probe = note(await admin.ask('POST', '/api/v1/camera-probes', { body: { url, login: 'viewer', password: PASSWORDS.probe } }));
  assert.equal(probe.status, 201, probe.text);
  const camera = note(await admin.ask('POST', '/api/v1/cameras', { body: { name: 'Кабинет 12', url, login: 'viewer', password: PASSWORDS.camera } }));
  assert.equal(camera.status, 201, camera.text);
  for (const path of ['/api/v1/cameras', `/api/v1/cameras/${camera.body.id}`]) note(await admin.ask('GET', path));
  const pasted = note(await admin.ask('PATCH', `/api/v1/cameras/${camera.body.id}`,
    { body: { url: `rtsp://viewer:${PASSWORDS.camera}@127.0.0.1:9/other` } }));
  assert.ok([200, 400].includes(pasted.status), pasted.text);
}

async function readEverything(person: Person): Promise<void> {
  for (const path of ['/api/v1/me', '/api/v1/sessions', '/api/v1/school', '/api/v1/chats', '/api/v1/broadcasts', '/api/v1/classes',
    '/api/v1/people', '/api/v1/cameras']) note(await person.ask('GET', path));
}

/** Which of the secrets stand in a text. */
const found = (text: string, secrets: Map<string, string>): string[] =>
  [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);

test('planted secrets appear nowhere', async () => {
  await using room = await startClassroom();
  const { school } = room;
  const { code } = await school.console('POST', '/api/v1/console/sign-in-links', { login: 'admin' });
  note(await school.request('POST', '/api/v1/sign-in-codes/look', { body: { code } }));
  const signedIn = note(await school.request('POST', '/api/v1/sessions', { body: { code } }));
  const admin = school.person(signedIn);
  const teacher = await room.enter('teacher1');
  const streams = [await admin.live(), await teacher.live()];
  for (const stream of streams) await stream.next('hello');

  await setPassword(admin, PASSWORDS.first);
  await setPassword(admin, PASSWORDS.second, PASSWORDS.first);
  for (const password of [PASSWORDS.second, PASSWORDS.first]) {
    const body = { login: 'admin', password };
    const reply = note(await school.request('POST', '/api/v1/sessions', { body, headers: { 'Idempotency-Key': password === PASSWORDS.second ? 'a' : 'b' } }));
    assert.equal(reply.status, password === PASSWORDS.second ? 201 : 401, reply.text);
  }
  note(await school.request('POST', '/api/v1/sessions', { body: { code } }));
  await addCamera(admin);
  const invitation = await teacher.post(`/api/v1/classes/${teacher.me.classes[0].id}/invitations`, {});
  const newcomer = { family_name: 'Волкова', given_name: 'Соня', birth_date: '2015-03-14', login: 'newcomer', password: PASSWORDS.newcomer };
  const applied = await school.request('POST', '/api/v1/applications', { body: { ...newcomer, code: invitation.code } });
  assert.equal(applied.status, 201, applied.text);
  note(await teacher.ask('GET', `/api/v1/classes/${teacher.me.classes[0].id}/enrolment`));
  const chat = await chatOf(teacher, 'class_pupils');
  const message = await write(teacher, chat, 'обычное сообщение');
  note(await teacher.ask('PATCH', `${messagesOf(chat)}/${message.id}`, { body: { text: 'другое' } }));
  await readEverything(admin);
  await readEverything(teacher);
  const last = await write(teacher, await chatOf(teacher, 'staff'), 'последнее');
  for (const stream of streams) {
    await stream.next('message', ({ message: one }) => one?.id === last.id);
    said.push(JSON.stringify(stream.blocks));
    await stream.close();
  }
  await school.daemon.stop();

  const tokens = [admin, teacher].map(({ cookie }) => cookie.split('=')[1]!);
  const secrets = new Map<string, string>([...Object.entries(PASSWORDS), ['code', code], ['token', tokens[0]!], ['other token', tokens[1]!],
    ['invitation', invitation.code], ['slip', invitation.slip_code], ['slip without dashes', invitation.slip_code.replaceAll('-', '')], ['ticket', applied.body.ticket]]);
  const data = join(school.folder, 'data');
  const replica = join(BUILD, 'tests/lib/replica');
  assert.deepEqual(found(said.join('\n'), secrets), [], 'in a reply or a stream');
  assert.deepEqual(found(school.daemon.lines.join('\n'), secrets), [], 'in what urokd said');
  for (const mode of ['export', 'dump']) {
    const { stdout } = await run(replica, [mode, data], { maxBuffer: 2 ** 26 });
    assert.ok(stdout.includes('Кабинет 12'), `the ${mode} is not whole`);
    assert.deepEqual(found(stdout, secrets), [], `in the ${mode}`);
  }
  // What a box must be able to say again (the camera's) lies in its secret table; all others are digests or hashes.
  for (const name of await readdir(data)) {
    const bytes = await readFile(join(data, name)).catch(() => Buffer.alloc(0)); // folders
    const here = [...secrets].filter(([, secret]) => bytes.includes(secret)).map(([which]) => which);
    assert.deepEqual(here.filter((which) => which !== 'camera'), [], `in the file ${name}`);
  }
});
