// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody clever in the school would try: odd spellings, forged headers, two cookies, methods that nobody
// expects, requests that two readers understand differently. Through nginx, and at urokd's own door.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chatOf, messagesOf, startClassroom, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { answersOf, speak, type RawAnswer } from '../lib/raw.ts';
import { ask } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

const SECRET = 'secret picture';

let room: Classroom;
let teacher: Person;
let pupil: Person;
let staff: string;
let said: any;

before(async () => {
  room = await startClassroom({ nginx: true });
  [teacher, pupil] = [await room.enter('teacher1'), await room.enter('pupil1')];
  staff = await chatOf(teacher, 'staff');
  said = await write(teacher, staff, 'тайна педсовета');
  const folder = join(room.school.folder, 'run/broadcast/kabinet-12');
  await mkdir(folder, { recursive: true });
  for (const file of ['part_1_0.m4s', 'seg_1.m4s', 'init_1.mp4', 'control', 'state']) await writeFile(join(folder, file), SECRET);
});

after(() => room.school.stop());

const nginx = () => ({ host: '127.0.0.1', port: room.school.port });
const urokd = () => ({ path: room.school.socket('rest') });

/** A request line as it is, with a pupil's cookie; one answer and the end. */
const asPupil = (target: string, method = 'GET', headers: string[] = []): string =>
  [`${method} ${target} HTTP/1.1`, 'Host: localhost', `Cookie: ${pupil.cookie}`, 'Sec-Fetch-Site: same-origin', ...headers, 'Connection: close', '', ''].join('\r\n');

const holdsNothing = (text: string, what: string): void => {
  assert.ok(!text.includes(SECRET) && !text.includes(Buffer.from(said.text).toString('latin1')), `${what} gave ${text.slice(0, 500)}`);
};

/** Refused, or the page that answers to every name: nothing of what was asked for. */
function assertHarmless(answer: RawAnswer | undefined, what: string): void {
  assert.ok(answer !== undefined, `${what}: no answer`);
  const isPage = answer.status === 200 && answer.body.toLowerCase().includes('<!doctype html>');
  assert.ok(isPage || (answer.status >= 400 && answer.status < 500), `${what}: ${answer.status} ${answer.body}`);
  holdsNothing(answer.body, what);
}

/** Everybody's next answers are their own: no connection between nginx and urokd is out of step. */
async function assertInStep(): Promise<void> {
  const askers = Array.from({ length: 16 }, (_, i) => (i % 2 ? pupil : teacher));
  const replies = await Promise.all(askers.map(({ cookie }) => ask(nginx(), 'GET', '/api/v1/me', { cookie })));
  replies.forEach((reply, i) => {
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.body.id, askers[i]!.me.id);
  });
}

test('rights: no spelling of an address opens what is not one\'s own', async () => {
  const part = '/live/kabinet-12/part_1_0.m4s';
  const messages = messagesOf(staff);
  // What must not be seen would be seen: the teacher does, by the same words.
  const own = await speak(nginx(), asPupil(messages).replace(pupil.cookie, teacher.cookie));
  assert.throws(() => holdsNothing(own, 'the teacher'));
  const spellings = [
    part, '/live/kabinet-12/seg_1.m4s', '/live/kabinet-12/init_1.mp4', '/live/kabinet-12/control', '/live/kabinet-12/state',
    '/live//kabinet-12/part_1_0.m4s', '//live/kabinet-12/part_1_0.m4s', '/live/./kabinet-12/part_1_0.m4s', '/live/x/../kabinet-12/part_1_0.m4s',
    '/live/x/%2e%2e/kabinet-12/part_1_0.m4s', '/live/x/..%2fkabinet-12/part_1_0.m4s', '/live/kabinet-12%2fpart_1_0.m4s', '/live/kabinet%2d12/part_1_0.m4s',
    '/LIVE/kabinet-12/part_1_0.m4s', '/Live/KABINET-12/part_1_0.m4s', '/live/kabinet-12/PART_1_0.M4S', '/live/kabinet-12./part_1_0.m4s',
    '/live/kabinet-12/part_1_0.m4s.', '/live/kabinet-12/part_1_0.m4s/', '/live/kabinet-12/part_1_0.m4s%20', '/live/kabinet-12/part_1_0.m4s%00',
    '/live/kabinet-12/part_1_0.m4s%00.html', '/live/kabinet-12/part_1_0.m4s%0a', '/live/kabinet-12/part_1_0.m4s;x', '/live/kabinet-12/part_1_0.m4s?x=/../',
    '/live/kabinet-12/part_1_0.m4s#x', '/live/kabinet-12\\part_1_0.m4s', '/live/%c0%ae%c0%ae/kabinet-12/part_1_0.m4s', '/live/kabinet-12%c0%afpart_1_0.m4s',
    '/live/%e0%80%ae/kabinet-12/part_1_0.m4s', '/live/kabinet-12/%70art_1_0.m4s', '/live/kabinet-12/part_1_0%2em4s', '/live/%252e%252e/kabinet-12/part_1_0.m4s',
    '/assets/../../run/broadcast/kabinet-12/part_1_0.m4s', '/assets/%2e%2e/%2e%2e/run/broadcast/kabinet-12/part_1_0.m4s',
    '/internal/broadcast/kabinet-12/part_1_0.m4s', '/internal/../internal/broadcast/kabinet-12/part_1_0.m4s', '/%69nternal/broadcast/kabinet-12/part_1_0.m4s',
    `http://localhost${part}`, `http://127.0.0.1/internal/broadcast/kabinet-12/part_1_0.m4s`, '/may-watch', '/api/internal/media', '/api//internal/media', '/api/v1/%2e%2e/internal/media',
    messages, messages.replace('/api', '//api'), messages.replace('/api', '/API'), messages.replace('/v1', '/V1'), messages.replace('/chats/', '/chats//'), messages.replace('/chats/', '/chats/./'),
    `${messages}/`, `${messages}.`, `${messages}%20`, `${messages}%00`, `${messages};x`, `${messages}?around=${said.id}`, messages.replace('/messages', '/%6dessages'), messages.replace('/messages', '%2fmessages'),
    messages.replace(staff, staff.toUpperCase()), messages.replace(staff, `%${staff.charCodeAt(0).toString(16)}${staff.slice(1)}`), messages.replace('/v1/', '/v1/x/../'), messages.replace('/v1/', '/v1/%c0%ae%c0%ae/'),
    '/api/v1/console/status', '/api/v1/%63onsole/status', '/api/v1/console//status',
  ];
  for (const target of spellings) {
    for (const [door, where] of [['nginx', nginx()], ['urokd', urokd()]] as const) {
      const [answer] = answersOf(await speak(where, asPupil(target)));
      assertHarmless(answer, `${door} ${target}`);
    }
  }
  await assertInStep();
});

test('rights: what a client says of itself is not believed', async () => {
  const part = '/live/kabinet-12/part_1_0.m4s';
  const forged = [
    ['X-Original-URI: /live/other/part_1_0.m4s'], ['X-Forwarded-For: 127.0.0.1'], ['X-Forwarded-For: console', 'X-Forwarded-Proto: https'], ['X-Accel-Redirect: /internal/broadcast/kabinet-12/part_1_0.m4s'],
    ['X-Rewrite-URL: /api/v1/console/status'], ['X-HTTP-Method-Override: DELETE'], ['Forwarded: for=127.0.0.1'], ['X-Real-IP: 127.0.0.1'], ['Range: bytes=0-3'], ['If-Range: x', 'Range: bytes=0-'],
    ['X-Accel-Buffering: yes'], ['Upgrade: websocket', 'Connection: Upgrade'], ['Expect: 100-continue'], ['TE: trailers'], ['Via: 1.1 nginx'], ['Authorization: Basic YWRtaW46YWRtaW4='],
  ];
  for (const headers of forged) {
    for (const target of [part, messagesOf(staff), '/api/internal/media', '/api/v1/console/status']) {
      assertHarmless(answersOf(await speak(nginx(), asPupil(target, 'GET', headers))).at(-1), `${headers} ${target}`);
    }
  }
  for (const host of ['evil.example', 'localhost:1', '127.0.0.1', 'localhost/x', '[::1]', '-']) {
    const raw = asPupil(messagesOf(staff)).replace('Host: localhost', `Host: ${host}`);
    assertHarmless(answersOf(await speak(nginx(), raw))[0], `Host: ${host}`);
  }
  await assertInStep();
});

test('rights: of two cookies neither is believed, and one that came twice is itself', async () => {
  const me = (headers: string[]): Promise<string> =>
    speak(nginx(), ['GET /api/v1/me HTTP/1.1', 'Host: localhost', ...headers, 'Connection: close', '', ''].join('\r\n'));
  const [own, other] = [pupil.cookie, teacher.cookie];
  for (const headers of [[`Cookie: ${own}; ${other}`], [`Cookie: ${other}; ${own}`], [`Cookie: ${own}`, `Cookie: ${other}`], [`Cookie: ${other}`, `Cookie: ${own}`]]) {
    assert.equal(answersOf(await me(headers))[0]!.status, 401, headers.join());
  }
  for (const headers of [[`Cookie: ${own}; ${own}`], [`Cookie: ${own}`, `Cookie: ${own}`], [`Cookie: a=b; ${own}; c="d;e"`]]) {
    const [{ status, body }] = answersOf(await me(headers)) as [RawAnswer];
    assert.equal(status, 200, headers.join());
    assert.ok(body.includes(pupil.me.id));
  }
  const name = own.split('=')[0]!;
  for (const value of ['', '"', 'x'.repeat(43), 'x'.repeat(4000), `${own.split('=')[1]}x`, own.split('=')[1]!.slice(1), '%00', '../../'] ) {
    // A quote that nothing closes is no cookie at all to the library.
    const { status } = answersOf(await me([`Cookie: ${name}=${value}`]))[0]!;
    assert.ok(status === 401 || (value === '"' && [400, 431].includes(status)), `${value.slice(0, 50)}: ${status}`);
  }
});

test('rights: methods that nobody expects do nothing', async () => {
  const before = await wholeChat(teacher, staff);
  for (const method of ['TRACE', 'TRACK', 'CONNECT', 'OPTIONS', 'PROPFIND', 'PURGE', 'get', 'GeT', 'HEAD', 'DELETE', 'PUT', 'PATCH', 'POST', 'LOCK', 'X'.repeat(300), 'G\0T']) {
    for (const target of [messagesOf(staff), `${messagesOf(staff)}/${said.id}`, '/live/kabinet-12/part_1_0.m4s', '/api/v1/school', '*']) {
      const raw = asPupil(target, method, ['Content-Length: 0']);
      for (const [door, where] of [['nginx', nginx()], ['urokd', urokd()]] as const) {
        const [answer] = answersOf(await speak(where, raw));
        // urokd hangs up on what is no HTTP at all; nobody gets there past nginx.
        if (answer === undefined && door === 'urokd') continue;
        const isHead = method === 'HEAD' && target === '/api/v1/school';
        assert.ok(isHead || (answer !== undefined && answer.status >= 400 && answer.status < 506), `${door} ${method} ${target}: ${answer?.status}`);
        holdsNothing(answer!.body, `${door} ${method} ${target}`);
      }
    }
  }
  assert.deepEqual(await wholeChat(teacher, staff), before);
  await assertInStep();
});

/** Requests whose end one reader sees here and another one there; what is hidden in them is SMUGGLED. */
function ambiguities(path: string, smuggled: string): [string, string][] {
  const post = (headers: string[], body: string): string =>
    [`POST ${path} HTTP/1.1`, 'Host: localhost', `Cookie: ${pupil.cookie}`, 'Sec-Fetch-Site: same-origin', 'Content-Type: application/json', ...headers, '', body].join('\r\n');
  const size = `Content-Length: ${smuggled.length}`;
  const chunks = `0\r\n\r\n${smuggled}`;
  const whole = `Content-Length: ${chunks.length}`;
  return [
    ['CL and TE', post([whole, 'Transfer-Encoding: chunked'], chunks)],
    ['TE and CL', post(['Transfer-Encoding: chunked', whole], chunks)],
    ['TE in odd case, and CL', post([whole, 'tRANSFER-eNCODING: cHUNKED'], chunks)],
    ['TE after a tab, and CL', post([whole, 'Transfer-Encoding:\tchunked'], chunks)],
    ['TE with a space before the colon', post([whole, 'Transfer-Encoding : chunked'], chunks)],
    ['TE unknown', post([whole, 'Transfer-Encoding: xchunked'], chunks)],
    ['TE a list', post([whole, 'Transfer-Encoding: identity, chunked'], chunks)],
    ['TE twice', post([whole, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunks)],
    ['TE twice, chunked', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], chunks)],
    ['TE folded', post([whole, 'Transfer-Encoding:\r\n chunked'], chunks)],
    ['TE quoted', post([whole, 'Transfer-Encoding: "chunked"'], chunks)],
    ['TE after a bare LF', post([`${whole}\nTransfer-Encoding: chunked`], chunks)],
    ['TE after a bare CR', post([`${whole}\rTransfer-Encoding: chunked`], chunks)],
    ['TE with a vertical tab', post([whole, 'Transfer-Encoding:\x0bchunked'], chunks)],
    ['TE with a NUL', post([whole, 'Transfer-Encoding: chun\0ked'], chunks)],
    ['TE in HTTP/1.0', post([whole, 'Transfer-Encoding: chunked'], chunks).replace('HTTP/1.1', 'HTTP/1.0')],
    ['CL twice, different', post(['Content-Length: 0', size], smuggled)],
    ['CL twice, the longer one first', post([size, 'Content-Length: 0'], smuggled)],
    ['CL a list', post([`Content-Length: 0, ${smuggled.length}`], smuggled)],
    ['CL with a plus', post([`Content-Length: +${smuggled.length}`], smuggled)],
    ['CL negative', post(['Content-Length: -1'], smuggled)],
    ['CL hexadecimal', post(['Content-Length: 0x10'], smuggled)],
    ['CL too large for any number', post([`Content-Length: ${'9'.repeat(40)}`], smuggled)],
    ['CL with a space before the colon', post(['Content-Length : 0'], smuggled)],
    ['CL with an underscore', post(['Content_Length: 5'], smuggled)],
    ['CL empty', post(['Content-Length:'], smuggled)],
    ['CL folded', post(['Content-Length:\r\n 0'], smuggled)],
    ['GET with CL', post([size], smuggled).replace('POST', 'GET')],
    ['chunk with a sign', post(['Transfer-Encoding: chunked'], `+0\r\n\r\n${smuggled}`)],
    ['chunk with 0x', post(['Transfer-Encoding: chunked'], `0x0\r\n\r\n${smuggled}`)],
    ['chunk after a bare LF', post(['Transfer-Encoding: chunked'], `0\n\n${smuggled}`)],
    ['chunk with an extension', post(['Transfer-Encoding: chunked'], `0;a="\r\n\r\n${smuggled}`)],
    ['chunk too large for any number', post(['Transfer-Encoding: chunked'], `${'f'.repeat(20)}\r\n${smuggled}`)],
    ['chunk whose end is another\'s', post(['Transfer-Encoding: chunked'], `1\r\nxx0\r\n\r\n${smuggled}`)],
    ['trailer that is a header', post(['Transfer-Encoding: chunked'], `0\r\nContent-Length: 5\r\n\r\n${smuggled}`)],
    ['bare LF after the head', post(['Content-Length: 0'], smuggled).replaceAll('\r\n', '\n')],
    ['a header without a name', post([': x', 'Content-Length: 0'], smuggled)],
    ['a header line that begins with a space', post([' Content-Length: 0', size], smuggled)],
    ['a NUL in a header', post(['X: a\0b', 'Content-Length: 0'], smuggled)],
    ['two request lines', `GET /api/v1/school HTTP/1.1\r\n${post(['Content-Length: 0'], smuggled)}`],
    ['HTTP/0.9 and more', `GET /api/v1/school\r\n${smuggled}`],
    ['HTTP/2\'s preface', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${smuggled}`],
    ['a target with a space', post(['Content-Length: 0'], smuggled).replace(' HTTP/1.1', ' x HTTP/1.1')],
  ];
}

test('rights: what two readers could understand differently does not get between nginx and urokd', async () => {
  const chat = await chatOf(pupil, 'class_pupils');
  const before = (await wholeChat(pupil, chat)).length;
  // If it stayed behind in a connection, somebody's next request would be its body, and its answer theirs.
  const smuggled = [`POST ${messagesOf(chat)} HTTP/1.1`, 'Host: localhost', 'Sec-Fetch-Site: same-origin', 'Content-Type: application/json',
    'Content-Length: 40', 'X-Rest: '].join('\r\n');
  for (const [what, raw] of ambiguities(messagesOf(chat), smuggled)) {
    for (const [door, where] of [['nginx', nginx()], ['urokd', urokd()]] as const) {
      // What follows on the same connection is the attacker's own, whoever reads it.
      const text = await speak(where, Buffer.from(`${raw}\r\n\r\nGET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1'));
      const answers = answersOf(text);
      // nginx lets nobody past it with a length that may be doubted.
      if (door === 'nginx' && /^(TE|CL) (?!with an underscore)/.test(what)) {
        assert.deepEqual(answers.map(({ status }) => [400, 501].includes(status)), [true], `${what}: ${text.slice(0, 300)}`);
      }
      for (const answer of answers) {
        assert.ok(answer.status < 500 || [501, 505].includes(answer.status), `${door}, ${what}: ${answer.status} ${answer.body}`);
        assert.ok(!answer.body.includes(teacher.me.id), `${door}, ${what}: ${answer.body}`);
      }
    }
    await assertInStep();
  }
  const posted = (await wholeChat(pupil, chat)).length - before;
  assert.equal(posted, 0, 'something of it was posted');
  const key = randomUUID();
  const last = await ask(nginx(), 'POST', messagesOf(chat), { cookie: pupil.cookie, body: { text: 'своими' }, headers: { 'Idempotency-Key': key } });
  assert.equal(last.status, 201);
});
