// SPDX-License-Identifier: LGPL-2.1-or-later
// What a whole school costs: the demo school behind nginx, weighed in CPU of urokd per operation and in memory, beside
// nginx answering `return 200` in the same run. Prints a table; nothing here passes or fails by the clock.
import { once } from 'node:events';
import { mkdtemp, writeFile, mkdir, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process } from '../lib/process.ts';
import { startSchool, type Person, type School } from '../lib/school.ts';
import { cpuOf, megabytesOf } from '../lib/weigh.ts';

const long = process.argv.includes('--long');
const GETS = long ? 100_000 : 20_000;
const STREAMS = long ? 2000 : 500;
const MESSAGES = long ? 200 : 50;

/** The same GET over kept connections, 16 at a time. */
async function askMany(where: { socketPath?: string; port?: number }, path: string, cookie: string, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let left = count;
  const one = (): Promise<void> => new Promise((resolve, reject) => {
    request({ ...where, host: '127.0.0.1', path, agent, headers: { Cookie: cookie } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}`));
      response.resume().on('end', resolve);
    }).on('error', reject).end();
  });
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (left-- > 0) await one();
  }));
  agent.destroy();
}

async function perGet(pid: number, where: { socketPath?: string; port?: number }, path: string, cookie: string): Promise<number> {
  await askMany(where, path, cookie, 500);
  const before = await cpuOf(pid);
  await askMany(where, path, cookie, GETS);
  return (await cpuOf(pid) - before) / GETS;
}

/** nginx that only says 200: what a request costs where nothing is decided. */
async function startReference(): Promise<{ port: number; worker: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-bench-'));
  const port = 20000 + process.pid % 20000;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'nginx.conf'), `daemon off; worker_processes 1; error_log stderr notice; pid ${folder}/pid;
    events { worker_connections 1024; }
    http { access_log off; keepalive_requests 1000000; ${temporary}
      server { listen 127.0.0.1:${port}; location / { return 200 "{}"; } } }`);
  const nginx = new Process('nginx', '/usr/sbin/nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
  const worker = Number(/start worker process (\d+)/.exec(await nginx.line(/start worker process \d+/))![1]);
  return {
    port, worker,
    stop: async () => {
      await nginx.stop();
      await rm(folder, { recursive: true });
    },
  };
}

type Reader = { socket: Socket; seen: number };

/** Open live streams that count the messages which reach them. */
async function openReaders(school: School, cookies: string[], count: number): Promise<Reader[]> {
  return Promise.all(Array.from({ length: count }, async (_, i) => {
    const socket = connect(school.socket('live'));
    const reader = { socket, seen: 0 };
    await once(socket, 'connect');
    socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: ${cookies[i % cookies.length]}\r\n\r\n`);
    await new Promise<void>((resolve) => {
      socket.on('data', (bytes) => {
        const text = bytes.toString();
        if (text.includes('event: hello')) resolve();
        reader.seen += text.split('event: message\n').length - 1;
      });
    });
    return reader;
  }));
}

async function untilAllSaw(readers: Reader[], count: number): Promise<void> {
  while (readers.some(({ seen }) => seen < count)) {
    await once(readers.find(({ seen }) => seen < count)!.socket, 'data');
  }
}

async function main(): Promise<void> {
  const rows: [string, string, string][] = [];
  const school = await startSchool();
  const reference = await startReference();
  const { pid } = school.daemon;
  const demo = await school.furnish();
  const login = (role: string): string => demo.examples.find((one: any) => one.role === role).login;
  rows.push(['urokd idle, demo school loaded', `${(await megabytesOf(pid, 'Rss')).toFixed(1)} MB`, '≤ 20 MB']);

  const teacher: Person = await school.signIn(login('teacher'));
  const rest = { socketPath: school.socket('rest') };
  const nothing = await perGet(reference.worker, { port: reference.port }, '/', '');
  const small = await perGet(pid, rest, '/api/v1/school', teacher.cookie);
  const sessions = await perGet(pid, rest, '/api/v1/sessions', teacher.cookie);
  rows.push(['nginx `return 200`, one worker', `${nothing.toFixed(1)} µs`, 'the reference']);
  rows.push(['GET /school', `${small.toFixed(1)} µs, ${(small / nothing).toFixed(1)}×`, '']);
  rows.push(['GET /sessions, authenticated', `${sessions.toFixed(1)} µs, ${(sessions / nothing).toFixed(1)}×`, '≤ 38 µs']);

  const staff = (await teacher.get('/api/v1/chats')).items.find((chat: any) => chat.kind === 'staff');
  const post = (i: number): Promise<any> => teacher.post(`/api/v1/chats/${staff.id}/messages`, { text: `Сообщение ${i}` });
  const quiet = await cpuOf(pid);
  for (let i = 0; i < MESSAGES; i++) await post(i);
  const posting = (await cpuOf(pid) - quiet) / MESSAGES;
  rows.push(['a message posted, nobody listens', `${posting.toFixed(0)} µs`, '']);

  const administrator = await school.signIn(login('administrator'));
  const { items } = await administrator.get('/api/v1/people?role=teacher&limit=100');
  // Others than the one whose list of sessions is asked for: it must stay as long as it was.
  const staffs = items.filter(({ id }: any) => id !== teacher.me.id);
  const cookies: string[] = [];
  // A session holds eight streams.
  for (let i = 0; i * 8 < STREAMS; i++) cookies.push((await school.signIn(staffs[i % staffs.length].login)).cookie);
  const readers = await openReaders(school, cookies, STREAMS);
  rows.push([`urokd with ${STREAMS} streams`, `${(await megabytesOf(pid, 'Rss')).toFixed(1)} MB`, '≤ 60 MB with 2,000']);
  const withStreams = await perGet(pid, rest, '/api/v1/sessions', teacher.cookie);
  rows.push([`the same GET with ${STREAMS} idle streams`, `${withStreams.toFixed(1)} µs, ${(withStreams / sessions).toFixed(2)}×`, '≤ 1.15×']);

  const before = await cpuOf(pid);
  for (let i = 0; i < MESSAGES; i++) {
    await post(i);
    await untilAllSaw(readers, i + 1);
  }
  const delivery = ((await cpuOf(pid) - before) / MESSAGES - posting) / STREAMS;
  rows.push([`a live delivery to ${STREAMS} streams`, `${delivery.toFixed(2)} µs`, '≤ 2.5 µs with 2,000']);

  for (const { socket } of readers) socket.destroy();
  await reference.stop();
  await school.stop();
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, figure, goal] of rows) console.log(`${what.padEnd(width)}  ${figure.padEnd(18)}  ${goal}`);
}

await main();
