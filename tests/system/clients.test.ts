// SPDX-License-Identifier: LGPL-2.1-or-later
// Clients that behave badly, or that are many: the honest ones beside them are served, and memory stays bounded.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { chatOf, messagesOf, startClassroom, wholeChat, write, type Classroom } from '../lib/classroom.ts';
import { Crowd, flood, inMegabytes, weigh } from '../lib/crowd.ts';
import { openStream, type Stream } from '../lib/live.ts';
import { PLAIN_BUILD } from '../lib/places.ts';
import { ask, type Reply, type Wish } from '../lib/request.ts';
import type { Person, School } from '../lib/school.ts';

const PASSWORD = 'длинный пароль 17';

/** Another computer of the school's network, as nginx sees it. */
const ELSEWHERE = '127.0.0.2';

const door = (school: School, localAddress = ELSEWHERE) => ({ host: '127.0.0.1', port: school.port, localAddress });

/** A request as a page sends it, through nginx; anything but success fails. */
async function served(school: School, method: string, path: string, wish: Wish = {}): Promise<Reply> {
  const reply = await ask(door(school), method, path, wish);
  assert.ok(reply.status >= 200 && reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`);
  return reply;
}

/** What an honest person does: looks, reads, writes. */
async function visit(school: School, person: Person, chat: string): Promise<void> {
  await served(school, 'GET', '/');
  await served(school, 'GET', '/api/v1/me', { cookie: person.cookie });
  await served(school, 'GET', messagesOf(chat), { cookie: person.cookie });
  await served(school, 'POST', messagesOf(chat), { cookie: person.cookie, body: { text: 'здесь' } });
}

const statusOf = (school: School): Promise<any> => school.console('GET', '/api/v1/console/status');

/** Sessions of the class's pupils in turn: each may have twenty, each session eight streams. */
async function sessionsOf(room: Classroom, count: number): Promise<Person[]> {
  const all: Person[] = [];
  for (let i = 0; i < count; i++) all.push(await room.enter(`pupil${(i % 20) + 1}`));
  return all;
}

test('clients: of 2,000 streams 100 never read, are cut, and the others miss nothing', { timeout: 600_000 }, async (t) => {
  await using room = await startClassroom({ nginx: true, build: PLAIN_BUILD });
  const { school } = room;
  const [teacher, admin] = [await room.enter('teacher1'), await room.enter('admin')];
  const [chat, staff] = [await chatOf(teacher, 'class_pupils'), await chatOf(admin, 'staff')];
  const cookies = (await sessionsOf(room, 250)).map(({ cookie }) => cookie);
  t.diagnostic(inMegabytes('urokd before', await weigh(school.daemon.pid)));
  const crowd = new Crowd('streams', `127.0.0.1:${school.port}`, '2000', '100');
  crowd.process.tell(`${cookies.join('\n')}\n`);
  await crowd.process.line(/^open 2000$/);
  t.diagnostic(inMegabytes('urokd with 2,000 streams', await weigh(school.daemon.pid)));
  const honest = await openStream(door(school), admin.cookie);
  let posted = 0;
  // As large as a message may be: buffers fill soon.
  for (let streams = 2001; streams > 1901; streams = (await statusOf(school)).live_streams) {
    assert.ok(posted < 300, `${streams} streams are open after ${posted} messages`);
    const mark = `mark-${posted++}-end`;
    const heard = await crowd.awaits(mark);
    await served(school, 'POST', messagesOf(chat), { cookie: teacher.cookie, body: { text: `${mark} ${'🎒'.repeat(3900)}` } });
    await heard();
    await served(school, 'GET', messagesOf(staff), { cookie: admin.cookie });
  }
  assert.equal((await statusOf(school)).live_streams, 1901);
  const said = await write(teacher, staff, 'и учителям');
  await honest.next('message', ({ message }) => message.id === said.id);
  const full = await weigh(school.daemon.pid);
  t.diagnostic(inMegabytes(`urokd after ${posted} messages of 16 kB`, full));
  await honest.close();
  await crowd.end();
  t.diagnostic(inMegabytes('urokd afterwards', await weigh(school.daemon.pid)));
  // 2,000 buffers of 8 kB, and a ring of blocks that all streams share. A copy for each would be 500 MB.
  assert.ok(full.peak < 120, inMegabytes('urokd', full));
});

test('clients: one address has its share of streams, and another one is served', async () => {
  await using room = await startClassroom({ nginx: true, streamsOfAddress: 20 });
  const { school } = room;
  const open: Stream[] = [];
  for (const { cookie } of await sessionsOf(room, 3)) {
    for (let i = 0; i < 7; i++) open.push(await openStream({ host: '127.0.0.1', port: school.port }, cookie));
  }
  assert.deepEqual(open.map(({ status }) => status), [...Array(20).fill(200), 429]);
  const elsewhere = await openStream(door(school), (await room.enter('admin')).cookie);
  assert.equal(elsewhere.status, 200);
  for (const stream of [...open, elsewhere]) await stream.close();
});

test('clients: 1,000 half-sent requests to nginx and to urokd keep nobody from being served', async (t) => {
  await using room = await startClassroom({ nginx: true, build: PLAIN_BUILD });
  const { school } = room;
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  const before = await weigh(school.daemon.pid);
  const crowds = [`127.0.0.1:${school.port}`, `unix:${school.socket('rest')}`].map((place) => new Crowd('halves', place, '1000'));
  for (const crowd of crowds) await crowd.process.line(/^sent 1000$/);
  for (let i = 0; i < 20; i++) await visit(school, teacher, chat);
  const stream = await openStream(door(school), teacher.cookie);
  await stream.next('hello');
  await stream.close();
  const during = await weigh(school.daemon.pid);
  for (const crowd of crowds) await crowd.end();
  await visit(school, teacher, chat);
  for (const [what, weight] of [['before', before], ['with them', during]] as const) t.diagnostic(inMegabytes(`urokd ${what}`, weight));
  // A connection has 32 kB of its own at most.
  assert.ok(during.peak < before.peak + 1000 * 0.032 + 20, inMegabytes('urokd', during));
});

type Poured = { taken: number; answer: string };

/** Sends a body without end until something is answered or the connection is closed. */
function pour(socket: Socket, head: string, chunk: Buffer, most: number): Promise<Poured> {
  return new Promise((resolve, reject) => {
    let answer = '';
    let sent = 0;
    const more = () => {
      while (sent < most && answer === '') {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      answer += text;
      if (answer.includes('\r\n\r\n')) socket.destroy();
    });
    // Who is not read any more may learn it by a reset.
    socket.on('error', () => undefined);
    socket.on('drain', more);
    socket.on('close', () => (answer === '' && socket.bytesWritten === 0 ? reject(new Error('no connection'))
      : resolve({ taken: socket.bytesWritten - socket.writableLength - head.length, answer })));
    socket.once('connect', () => {
      socket.write(head);
      more();
    });
  });
}

test('clients: a body of a gigabyte is refused before it is read', async (t) => {
  await using room = await startClassroom({ nginx: true, build: PLAIN_BUILD });
  const { school } = room;
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  const gigabyte = 1024 ** 3;
  const block = Buffer.alloc(64 * 1024, 'x');
  const chunk = Buffer.concat([Buffer.from(`${block.length.toString(16)}\r\n`), block, Buffer.from('\r\n')]);
  const head = (length: string) => [`POST ${messagesOf(chat)} HTTP/1.1`, 'Host: localhost', `Cookie: ${teacher.cookie}`,
    'Sec-Fetch-Site: same-origin', 'Content-Type: application/json', length, '', ''].join('\r\n');
  const doors = [['nginx', () => connect(school.port, '127.0.0.1')], ['urokd', () => connect(school.socket('rest'))]] as const;
  const before = await weigh(school.daemon.pid);
  for (const [name, open] of doors) {
    for (const [how, length, bytes] of [['Content-Length', `Content-Length: ${gigabyte}`, block], ['chunked', 'Transfer-Encoding: chunked', chunk]] as const) {
      const poured = pour(open(), head(length), bytes, gigabyte);
      await visit(school, teacher, chat);
      const { taken, answer } = await poured;
      t.diagnostic(`${name}, ${how}: ${Math.round(taken / 1024)} kB were taken`);
      // What lies between is the kernel's buffers of two sockets and a turn of this loop.
      assert.ok(taken < 64 * 1024 * 1024, `${name}, ${how}: ${taken} bytes`);
      // urokd hangs up on who goes on past its refusal; then the answer may be lost on the way.
      if (answer !== '' || name === 'nginx') assert.match(answer, /^HTTP\/1\.1 413 /, `${name}, ${how}`);
    }
  }
  const after = await weigh(school.daemon.pid);
  assert.ok(after.peak < before.peak + 20, inMegabytes('urokd', after));
});

test('clients: what nginx lets through and the route does not take is answered 413, each time', async () => {
  await using room = await startClassroom({ nginx: true });
  const pupil = await room.enter('pupil1');
  for (let i = 0; i < 50; i++) {
    const body = JSON.stringify({ about: 'я'.repeat(2100 + 100 * i) });
    const reply = await ask(door(room.school), 'PATCH', '/api/v1/me', { cookie: pupil.cookie, body });
    assert.deepEqual([reply.status, reply.body?.type], [413, 'urn:urok:problem:too-large'], `${body.length} characters`);
  }
});

test('clients: many cookies of other programs on the same name keep nobody from the school', async () => {
  await using room = await startClassroom({ nginx: true });
  const pupil = await room.enter('pupil1');
  for (const size of [10, 1000, 3500, 4200, 6000, 7000]) {
    const others = `__Host-sid-1=${'a'.repeat(43)}; __Host-sid=${'b'.repeat(43)}`; // of other schools on this host
    const cookie = `other=${'x'.repeat(size)}; odd={"a": "b, c"}; ${others}; ${pupil.cookie}; =; last`;
    assert.equal((await served(room.school, 'GET', '/api/v1/me', { cookie })).body.id, pupil.me.id);
    const stream = await openStream(door(room.school), cookie);
    assert.equal(stream.status, 200, `${size} bytes`);
    await stream.next('hello');
    await stream.close();
  }
  const two = await openStream(door(room.school), `${pupil.cookie}; ${(await room.enter('pupil2')).cookie}`);
  assert.equal(two.status, 401);
});

test('clients: 10,000 sign-ins as fast as they go leave the honest ones their doors', { timeout: 600_000 }, async (t) => {
  await using room = await startClassroom({ nginx: true, build: PLAIN_BUILD });
  const { school } = room;
  const [teacher, attacked] = [await room.enter('teacher1'), await room.enter('pupil1')];
  for (const person of [teacher, attacked]) {
    assert.equal((await person.ask('PUT', '/api/v1/me/password', { body: { new: PASSWORD } })).status, 204);
  }
  const chat = await chatOf(teacher, 'class_pupils');
  const before = await weigh(school.daemon.pid);
  for (const password of [PASSWORD, 'чужой пароль']) {
    const body = JSON.stringify({ login: 'pupil1', password });
    const request = ['POST /api/v1/sessions HTTP/1.1', 'Host: localhost', 'Sec-Fetch-Site: same-origin', 'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
    const flooding = flood(`127.0.0.1:${school.port}`, 5000, 64, request);
    const honest = (async () => {
      for (let i = 0; i < 5; i++) {
        await served(school, 'POST', '/api/v1/sessions', { body: { login: 'teacher1', password: PASSWORD } });
        await visit(school, teacher, chat);
      }
    })();
    const statuses = await flooding;
    await honest;
    t.diagnostic(`${password === PASSWORD ? 'right' : 'wrong'}: ${[...statuses].map((pair) => pair.join(' × ')).join(', ')}`);
    const [right, wrong, refused] = ['201', '401', '429'].map((status) => statuses.get(status) ?? 0);
    assert.equal(right! + wrong! + refused!, 5000, 'each is answered, and none otherwise');
    assert.ok(refused! > 4000, 'most are refused before they cost anything');
    assert.equal(password === PASSWORD ? wrong : right, 0);
  }
  const after = await weigh(school.daemon.pid);
  for (const [what, weight] of [['before', before], ['after', after]] as const) t.diagnostic(inMegabytes(`urokd ${what}`, weight));
  assert.ok(after.peak < 90, inMegabytes('urokd', after));
});

test('clients: a class of thirty behind one address signs in within a minute, all at once', async () => {
  await using room = await startClassroom({ nginx: true });
  const codes: string[] = [];
  for (let i = 0; i < 30; i++) {
    codes.push((await room.school.console('POST', '/api/v1/console/sign-in-links', { login: `pupil${(i % 20) + 1}` })).code);
  }
  await Promise.all(codes.map((code) => served(room.school, 'POST', '/api/v1/sessions', { body: { code } })));
});

test('clients: a key used twice at the same moment has one effect and one answer', async () => {
  await using room = await startClassroom({ nginx: true });
  const pupil = await room.enter('pupil1');
  const chat = await chatOf(pupil, 'class_pupils');
  const places = [() => connect(room.school.socket('rest')), () => connect(room.school.port, '127.0.0.1')];
  for (let i = 0; i < 20; i++) {
    const key = randomUUID();
    const post = (text: string) => {
      const body = JSON.stringify({ text });
      return Buffer.from([`POST ${messagesOf(chat)} HTTP/1.1`, 'Host: localhost', `Cookie: ${pupil.cookie}`, 'Sec-Fetch-Site: same-origin',
        'Content-Type: application/json', `Idempotency-Key: ${key}`, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body].join('\r\n'));
    };
    const [first, second, other] = await Promise.all([`раз ${i}`, `раз ${i}`, `не раз ${i}`].map((text) => tell(places[i % 2]!(), post(text))));
    const answers = [first, second, other].map((text) => ({ status: text!.split(' ')[1], body: text!.split('\r\n\r\n')[1] }));
    const done = answers.filter(({ status }) => status === '201');
    // Which of the three was first is not ours to say; the same asks get the same, the other one a conflict.
    assert.deepEqual(answers.map(({ status }) => status).sort(), done.length === 2 ? ['201', '201', '409'] : ['201', '409', '409']);
    assert.equal(new Set(done.map(({ body }) => body)).size, 1);
    assert.equal(answers[0]!.status, answers[1]!.status);
    assert.notEqual(answers[0]!.status, answers[2]!.status);
  }
  const texts = (await wholeChat(pupil, chat)).map(({ text }) => text.replace(/^не /, ''));
  assert.deepEqual(texts, Array.from({ length: 20 }, (_, i) => `раз ${i}`));
});

/** All that is answered to these bytes until the connection is closed. */
function tell(socket: Socket, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (more) => (text += more)).on('close', () => resolve(text)).on('error', reject);
    socket.write(bytes);
  });
}

test('clients: fifty browsers that come back at once after a restart miss nothing', async () => {
  await using room = await startClassroom({ nginx: true });
  const { school } = room;
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  const people = await sessionsOf(room, 50);
  const openAll = (after: (string | undefined)[] = []): Promise<Stream[]> =>
    Promise.all(people.map((person, i) => openStream({ host: '127.0.0.1', port: school.port }, person.cookie, after[i])));
  const before = await openAll();
  await Promise.all(before.map((stream) => stream.next('hello')));
  const texts = Array.from({ length: 40 }, (_, i) => `сообщение ${i}`);
  for (const text of texts.slice(0, 20)) await write(teacher, chat, text);
  // Each has seen another part of it when the daemon dies.
  await Promise.all(before.map((stream, i) => stream.next('message', ({ message }) => message.text === texts[i % 20])));
  await school.kill();
  await Promise.all(before.map((stream) => stream.ended));
  const seen = before.map((stream) => stream.blocks.filter(({ event }) => event === 'message'));
  await school.start();
  for (const text of texts.slice(20, 30)) await write(teacher, chat, text);
  const after = await openAll(before.map(({ lastId }) => lastId));
  for (const text of texts.slice(30)) await write(teacher, chat, text);
  await Promise.all(after.map((stream) => stream.next('message', ({ message }) => message.text === texts.at(-1))));
  after.forEach((stream, i) => {
    const all = [...seen[i]!, ...stream.blocks.filter(({ event }) => event === 'message')].map(({ data }) => data.message.text);
    assert.deepEqual(all, texts, people[i]!.me.display_name);
  });
  await Promise.all(after.map((stream) => stream.close()));
});

test('clients: with as few descriptors as there may be the console is served, and all are when the flood ends', async () => {
  await using room = await startClassroom({ wrap: () => ['prlimit', '--nofile=700:700'] });
  const { school } = room;
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  assert.ok(school.daemon.lines.some((line) => /Only 700 files may be open at once/.test(line)), school.daemon.lines.join('\n'));
  const crowd = new Crowd('halves', `unix:${school.socket('rest')}`, '600');
  await crowd.process.line(/^sent 600$/);
  const late = teacher.ask('POST', messagesOf(chat), { body: { text: 'после всех' } });
  for (let i = 0; i < 50; i++) await statusOf(school);
  const stream = await teacher.live();
  await stream.next('hello');
  await crowd.end();
  const said = await late;
  assert.equal(said.status, 201, said.text);
  await stream.next('message', ({ message }) => message.id === said.body.id);
  await stream.close();
});

test('clients: nobody floods a chat, and a minute of typing is never a flood', async () => {
  await using room = await startClassroom({ nginx: true, config: { chats: { messages_a_minute: '60' } } });
  const { school } = room;
  const [loud, mate] = [await room.enter('pupil1'), await room.enter('pupil2')];
  const chat = await chatOf(loud, 'class_pupils');
  const replies = await Promise.all(Array.from({ length: 200 }, (_, i) =>
    ask(door(school), 'POST', messagesOf(chat), { cookie: loud.cookie, body: { text: `спам ${i}` } })));
  const said = replies.filter(({ status }) => status === 201);
  const refused = replies.filter(({ status }) => status === 429);
  assert.equal(said.length + refused.length, 200);
  assert.ok(said.length >= 60 && refused.length > 0, `${said.length} of 200 were written`);
  for (const reply of refused) {
    assert.equal(reply.body.type, 'urn:urok:problem:busy');
    assert.ok(Number(reply.headers['retry-after']) >= 1, reply.headers['retry-after']);
  }
  // Another session of the same person is no way past it, nor is an edit; a classmate writes on.
  const again = await room.enter('pupil1');
  const edits = await Promise.all(Array.from({ length: 100 }, (_, i) =>
    again.ask('PATCH', `${messagesOf(chat)}/${said[0]!.body.id}`, { body: { text: `правка ${i}` } })));
  assert.ok(edits.some(({ status }) => status === 429));
  await write(mate, chat, 'тише');
});

test('clients: whatever a phone\'s clock says, it signs in, writes and is told the school\'s time', async () => {
  await using room = await startClassroom({ nginx: true });
  const { school } = room;
  const { code } = await school.console('POST', '/api/v1/console/sign-in-links', { login: 'pupil1' });
  const skewed = { Date: 'Thu, 01 Jan 1970 00:00:00 GMT', 'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' };
  const reply = await served(school, 'POST', '/api/v1/sessions', { body: { code, own_device: true }, headers: skewed });
  const [cookie] = reply.headers['set-cookie']!;
  // A lifetime that the phone counts from its own now; a date would be over or far away for it.
  assert.match(cookie!, /; Max-Age=2592000/);
  assert.doesNotMatch(cookie!, /Expires/i);
  const wish = { cookie: cookie!.split(';')[0]!, headers: skewed };
  const pupil = school.person(reply);
  const chat = await chatOf(pupil, 'class_pupils');
  const begun = Date.now();
  const { body: message } = await served(school, 'POST', messagesOf(chat), { ...wish, body: { text: 'который час?' } });
  assert.ok(Math.abs(Date.parse(message.sent_at) - begun) < 60_000, message.sent_at);
  for (const path of ['/', '/api/v1/me', messagesOf(chat)]) assert.equal((await ask(door(school), 'GET', path, wish)).status, 200, path);
});
