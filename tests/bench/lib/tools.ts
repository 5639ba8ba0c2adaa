// SPDX-License-Identifier: LGPL-2.1-or-later
// What the bench's programs share: a school that is filled before it starts, crowds of clients, and nginx alone.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nginxConfiguration } from '../../lib/nginx.ts';
import { BUILD, PROJECT } from '../../lib/places.ts';
import { Process } from '../../lib/process.ts';
import { freePort, School, type Person, type SchoolOptions } from '../../lib/school.ts';

export const run = promisify(execFile);

export const tool = (name: string): string => join(BUILD, 'tests/bench', name);

/** As many descriptors as the machine lets anybody have, as the unit of a package does. */
const MORE_FILES = ['prlimit', '--nofile=16384:'];

/** A school of 1,500 people (teacher0.., pupil0.., parent0..) with so many messages: fill.c says which. */
export async function fillSchool(messages: number, options: SchoolOptions = {}): Promise<School> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-bench-'));
  const school = new School(folder, await freePort(), { wrap: () => MORE_FILES, ...options });
  await school.writeConfiguration();
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  await run(tool('fill'), [join(folder, 'data'), String(messages)]);
  return school;
}

export async function startFilled(messages: number, options: SchoolOptions = {}): Promise<School> {
  const school = await fillSchool(messages, options);
  await school.start();
  if (options.nginx) await school.startNginx();
  return school;
}

export async function staffChatOf(teacher: Person): Promise<string> {
  const { items } = await teacher.get('/api/v1/chats');
  return items.find(({ kind }: any) => kind === 'staff').id;
}

/** Each several times, one after the other, so that a machine's mood meets all alike: their medians. */
export async function inTurn(rounds: number, ...measures: (() => Promise<number>)[]): Promise<number[]> {
  const figures: number[][] = measures.map(() => []);
  for (let i = 0; i < rounds; i++) for (const [place, measure] of measures.entries()) figures[place]!.push(await measure());
  return figures.map((each) => each.sort((a, b) => a - b)[rounds >> 1]!);
}

// --- Crowds ---

export type Answers = { answers: number; refused: number; p50_us: number; p99_us: number; most_us?: number };

export const getOf = (path: string, cookie = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`;

export function postOf(path: string, cookie: string, body: unknown): string {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: 127.0.0.1\r\nCookie: ${cookie}\r\n`
    + `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

let files = 0;

async function fileOf(requests: string[]): Promise<string> {
  const file = join(tmpdir(), `urok-bench-${process.pid}-${files++}`);
  await writeFile(file, requests.map((one) => `${one}\0`).join(''));
  return file;
}

/** Asks from so many connections, in turn or at a rate a second; every answer must be a success. */
export async function askMany(address: string, requests: string[], connections: number, count: number, rate = 0): Promise<Answers> {
  const file = await fileOf(requests);
  const { stdout } = await run(tool('crowd'), ['ask', address, file, `${connections}`, `${count}`, `${rate}`]);
  await rm(file);
  const answers: Answers = JSON.parse(stdout);
  if (answers.refused > 0) throw new Error(`${answers.refused} of ${count} were refused: ${requests[0]}`);
  return answers;
}

/** Asks at a rate a second until end(), which gives what the answers took. */
export async function postingAt(address: string, requests: string[], connections: number, rate: number): Promise<{ end(): Promise<Answers> }> {
  const file = await fileOf(requests);
  const process = new Process('crowd', tool('crowd'), ['ask', address, file, `${connections}`, '0', `${rate}`]);
  return {
    end: async () => {
      process.finish();
      const answers: Answers = JSON.parse(await process.line(/^\{/));
      await process.ended;
      await rm(file);
      if (answers.refused > 0) throw new Error(`${answers.refused} of ${answers.answers} were refused: ${requests[0]}`);
      return answers;
    },
  };
}

export class Listeners {
  #process: Process;
  readonly count: number;

  constructor(process: Process, count: number) {
    this.#process = process;
    this.count = count;
  }

  static async open(address: string, requests: string[], count: number): Promise<Listeners> {
    const file = await fileOf(requests);
    const process = new Process('crowd', tool('crowd'), ['listen', address, file, `${count}`]);
    await process.line(/^open$/);
    await rm(file);
    return new Listeners(process, count);
  }

  /** Resolves when so many more stamped blocks came, or nothing did for ten seconds. */
  async hear(blocks: number): Promise<void> {
    const from = this.#process.lines.length;
    this.#process.tell(`${blocks}`);
    await this.#process.line(/^heard$/, from);
  }

  /** Ends them; how many stamped blocks came, and how old they were. */
  async end(): Promise<Answers> {
    this.#process.finish();
    const answers: Answers = JSON.parse(await this.#process.line(/^\{/));
    await this.#process.ended;
    return answers;
  }
}

/** Microseconds of the clock that listeners stamp by. */
export const stamp = (): string => `@${String(process.hrtime.bigint() / 1000n).padStart(16, '0')}`;

// --- nginx alone ---

export type Front = { address: string; workers: number[]; stop(): Promise<void> };

async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${task}/children`, 'utf8');
    children.push(...text.trim().split(' ').filter(Boolean).map(Number));
  }
  return children;
}

/** nginx that only says 200, on a Unix socket like urokd: what a request costs where nothing is decided. */
export async function startReference(): Promise<Front> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-bench-'));
  const address = join(folder, 'nginx.sock');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  await writeFile(join(folder, 'nginx.conf'), `daemon off; worker_processes 1; error_log stderr notice; pid ${folder}/pid;
    events { worker_connections 1024; }
    http { access_log off; keepalive_requests 1000000; ${temporary}
      server { listen unix:${address}; location / { return 200 "{}"; } } }`);
  const nginx = new Process('nginx', '/usr/sbin/nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
  await nginx.line(/start worker process \d+/);
  return {
    address,
    workers: await childrenOf(nginx.pid),
    stop: async () => {
      await nginx.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** The school's own nginx before another live socket, so that only that one differs. */
export async function startFront(live: string, port: number): Promise<{ stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-bench-'));
  const whole = await nginxConfiguration({
    LISTEN: `listen 127.0.0.1:${port};`, USER: process.getuid!() === 0 ? 'user root root;' : '', WEB: folder, STATE: folder,
    RUNTIME: folder, FILES: folder, CONFIG: join(PROJECT, 'config/nginx'), TRANSPORT_SECURITY: '',
  });
  const text = whole.replace(`unix:${folder}/live.sock`, `unix:${live}`).replace(/^error_log .*$/m, 'error_log stderr notice;');
  await writeFile(join(folder, 'nginx.conf'), text);
  const nginx = new Process('nginx', '/usr/sbin/nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
  await nginx.line(/start worker process \d+/);
  return {
    stop: async () => {
      await nginx.stop();
      await rm(folder, { recursive: true });
    },
  };
}
