// SPDX-License-Identifier: LGPL-2.1-or-later
// A school of its own for a test: urokd on sockets in a temporary folder, nginx and a camera when asked for.
// Everything waits for events: readiness is the line that a program says when it listens.
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStream, type Stream } from './live.ts';
import { nginxConfiguration } from './nginx.ts';
import { BUILD, CAMERA, INSTALLED, PROJECT } from './places.ts';
import { Process } from './process.ts';
import { ask, type Reply, type Wish } from './request.ts';

export type SchoolOptions = {
  /** With nginx in front, at `school.url`. */
  nginx?: boolean;
  /** With a certificate of urok-tls's, which administrators see, and the pages at /trust; nginx still speaks plain HTTP. False: the test makes it
   *  later. */
  tls?: boolean;
  /** How many streams nginx lets one address have, instead of a school's thousands. */
  streamsOfAddress?: number;
  /** More keys of the configuration: {broadcast: {worker_arguments: '--x'}}. */
  config?: Record<string, Record<string, string>>;
  /** Words in front of urokd's own: a program that starts it elsewhere. */
  wrap?: (folder: string) => string[];
  /** Another build of urokd than the one under test. */
  build?: string;
  /** Where nginx finds the pages, instead of where they were built; seen from the school's folder. */
  pages?: string;
  /** Of urokd. */
  environment?: Record<string, string>;
};

/** One signed-in browser. */
export type Person = {
  cookie: string;
  me: any;
  ask(method: string, path: string, wish?: Wish): Promise<Reply>;
  /** The answer's body; an answer that is no success fails the test with its words. */
  get(path: string): Promise<any>;
  post(path: string, body?: unknown): Promise<any>;
  live(after?: string): Promise<Stream>;
};

const bound = (server: Server, where: ListenOptions): Promise<boolean> => new Promise((resolve) => {
  server.once('error', () => resolve(false));
  server.listen(where, () => resolve(true));
});

/** Ends below those that the kernel gives to connections: who has one may leave it for a while and find it free again. */
async function portsEnd(): Promise<number> {
  return Number((await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')).split(/\s/)[0]);
}

/** A port that no other test gets while this program lives: the name of a socket, which goes with it, stands for it. */
export async function freePort(): Promise<number> {
  for (const end = await portsEnd(); ;) {
    const port = randomInt(end >> 1, end);
    const [mark, server] = [createServer().unref(), createServer()];
    if (!await bound(mark, { path: `\0urok-port-${port}` })) continue;
    if (!await bound(server, { port, host: '127.0.0.1' })) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export const sections = (config: Record<string, Record<string, string>>): string =>
  Object.entries(config).map(([group, keys]) =>
    `[${group}]\n${Object.entries(keys).map(([name, value]) => `${name}=${value}\n`).join('')}`).join('');

/** Fails with the answer's words unless it is a success. */
function bodyOf(method: string, path: string, reply: Reply): any {
  if (reply.status >= 200 && reply.status < 300) return reply.body;
  throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
}

export class School {
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  daemon!: Process;
  nginx: Process | undefined;
  #options: SchoolOptions;

  constructor(folder: string, port: number, options: SchoolOptions, url = `http://localhost:${port}`) {
    this.folder = folder;
    this.port = port;
    this.url = url;
    this.#options = options;
  }

  socket(name: 'rest' | 'live' | 'control' | 'metrics'): string {
    return join(this.runtime, `${name}.sock`);
  }

  /** Sockets and parts, as the daemon is told. */
  get runtime(): string {
    return join(this.folder, 'run');
  }

  /** Where nginx answers. */
  get front(): RequestOptions {
    return { host: '127.0.0.1', port: this.port };
  }

  async writeConfiguration(): Promise<void> {
    const run = join(this.folder, 'run');
    const config: Record<string, Record<string, string>> = {
      school: { public_name: `localhost:${this.port}` },
      paths: { data: join(this.folder, 'data'), files: join(this.folder, 'files'), runtime: run, logs: join(this.folder, 'logs') },
      sockets: { rest: this.socket('rest'), live: this.socket('live'), control: this.socket('control'), metrics: this.socket('metrics') },
      network: { announce: 'no' },
      // The machine that runs the test may lack a disk's room or run on its battery.
      health: { disks: join(this.folder, 'disks.json'), power: join(this.folder, 'power'), certificate: join(this.folder, this.#options.tls === undefined ? 'certificate.json' : 'tls/state.json') },
      backup: {
        folder: join(this.folder, 'backups'), state: join(this.folder, 'backup-state'), certificates: join(this.folder, 'tls'), program: join(BUILD, 'backup/urok-backup'), launcher: 'children',
      },
      http: { origins: this.url },
      // Programs write faster than people; the test of this limit sets its own.
      chats: { messages_a_minute: '1000000' },
      broadcast: {
        worker: join(BUILD, 'workers/broadcast/urok-broadcast'),
        pipelines: join(PROJECT, 'gst-pipelines'),
        launcher: 'children',
        camera_networks: '127.0.0.0/8',
      },
      jobs: {
        launcher: 'children',
        papers_worker: join(BUILD, 'workers/papers/urok-papers'),
        errands_worker: join(BUILD, 'workers/errands/urok-errands'),
      },
    };
    for (const [group, keys] of Object.entries(this.#options.config ?? {})) {
      config[group] = { ...config[group], ...keys };
    }
    await mkdir(run, { recursive: true });
    await writeFile(join(this.folder, 'urok.conf'), sections(config));
  }

  /** Starts urokd, first or again, on the same data. */
  async start(): Promise<void> {
    const [program, ...words] = [...(this.#options.wrap?.(this.folder) ?? []), join(this.#options.build ?? BUILD, 'daemon/app/urokd'),
      '--config', join(this.folder, 'urok.conf')];
    this.daemon = new Process('urokd', program!, words, this.#options.environment);
    await this.daemon.line(/is ready/);
  }

  /** A power cut, as far as the data can tell. */
  async kill(): Promise<void> {
    await this.daemon.kill();
  }

  /** As the package's unit does it, for a box of this name. */
  async makeCertificate(...words: string[]): Promise<void> {
    const made = new Process('urok-tls', join(this.#options.build ?? BUILD, 'tls/urok-tls'), ['--folder', join(this.folder, 'tls'),
      '--templates', join(PROJECT, 'tls/trust'), '--config', join(this.folder, 'none.conf'), '--name', 'shkola17', '--address', '10.20.0.5',
      ...words, 'ensure']);
    await made.ended;
    await made.stop();
  }

  async startNginx(): Promise<void> {
    const state = join(this.folder, 'nginx');
    const file = join(state, 'nginx.conf');
    let text = await nginxConfiguration({
      LISTEN: `listen 127.0.0.1:${this.port} sndbuf=128k;`,
      USER: process.getuid!() === 0 ? 'user root root;' : '',
      WEB: this.#options.pages === undefined ? join(PROJECT, 'web/dist') : join(this.folder, this.#options.pages), RUNTIME: join(this.folder, 'run'), FILES: join(this.folder, 'files'), STATE: state,
      CONFIG: join(PROJECT, 'config/nginx'), TRANSPORT_SECURITY: '',
      ...(this.#options.tls ? { TLS: join(this.folder, 'tls') } : {}),
    });
    const most = this.#options.streamsOfAddress;
    if (most !== undefined) text = text.replace(/limit_conn urok_streams \d+;/, `limit_conn urok_streams ${most};`);
    await mkdir(state, { recursive: true });
    // The first notice of the log says that its workers are there; ./run needs no such line.
    await writeFile(file, text.replace(/^error_log .*$/m, 'error_log stderr notice;'));
    this.nginx = new Process('nginx', '/usr/sbin/nginx', ['-e', 'stderr', '-c', file]);
    await this.nginx.line(/start worker process \d+/);
  }

  async ask(socket: 'rest' | 'live', method: string, path: string, wish: Wish = {}): Promise<Reply> {
    return ask({ socketPath: this.socket(socket) }, method, path, wish);
  }

  /** A request as nginx would hand it on, from one of our pages. */
  async request(method: string, path: string, wish: Wish = {}): Promise<Reply> {
    return this.ask('rest', method, path, wish);
  }

  /** A request of urokctl's. */
  async console(method: string, path: string, body?: unknown): Promise<any> {
    return bodyOf(method, path, await ask({ socketPath: this.socket('control') }, method, path, { body }));
  }

  /** The first start: the school «Школа № 17» and its administrator, who is signed in. */
  async setUp(): Promise<Person> {
    const { code } = await this.console('GET', '/api/v1/console/setup-code');
    const body = {
      code,
      school: { name: 'Школа № 17', time_zone: 'Europe/Moscow' },
      administrator: {
        family_name: 'Орлова', given_name: 'Анна', patronymic: 'Павловна', login: 'orlova',
        password: 'длинный пароль 17',
      },
    };
    return this.person(await this.request('POST', '/api/v1/setup', { body }));
  }

  /** The demo school; the answer of urokd. */
  async furnish(wishes: object = {}): Promise<any> {
    return this.console('POST', '/api/v1/console/demo', wishes);
  }

  /** Signs somebody in by a one-time link, as a browser of their own. */
  async signIn(login: string): Promise<Person> {
    const { code } = await this.console('POST', '/api/v1/console/sign-in-links', { login });
    return this.person(await this.request('POST', '/api/v1/sessions', { body: { code } }));
  }

  /** Whoever a reply with a session's cookie belongs to. */
  person(reply: Reply): Person {
    const me = bodyOf('a', 'sign-in', reply);
    const cookie = reply.headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie === undefined) throw new Error(`no cookie came with ${reply.text}`);
    const askAs = (method: string, path: string, wish: Wish = {}) => this.request(method, path, { cookie, ...wish });
    return {
      cookie,
      me,
      ask: askAs,
      get: async (path) => bodyOf('GET', path, await askAs('GET', path)),
      post: async (path, body) => bodyOf('POST', path, await askAs('POST', path, { body })),
      live: (after) => openStream(this.socket('live'), cookie, after),
    };
  }

  /** Ends all of it; fails if anything ended badly or a sanitizer had something to say. */
  async stop(): Promise<void> {
    try {
      await this.nginx?.stop();
      await this.daemon.stop();
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

/** `await using school = await startSchool()` ends it with the block. On an installed server it is that one, emptied. */
export async function startSchool(options: SchoolOptions = {}): Promise<School & AsyncDisposable> {
  if (INSTALLED) return (await import('./appliance.ts')).lendSchool(INSTALLED, options);
  const folder = await mkdtemp(join(tmpdir(), 'urok-'));
  const school = new School(folder, await freePort(), options);
  await school.writeConfiguration();
  if (options.tls) await school.makeCertificate();
  await school.start();
  if (options.nginx) await school.startNginx();
  return Object.assign(school, { [Symbol.asyncDispose]: () => school.stop() });
}

export type Camera = { url: string; process: Process; stop(): Promise<void> } & AsyncDisposable;

/** The demo camera on a port that stays its own while it is away; words are more options for it, `process.tell('stall 3')` commands it. */
export async function startCamera(...words: string[]): Promise<Camera> {
  const port = words.includes('--port') ? [] : ['--port', String(await freePort())];
  const camera = new Process('camera', CAMERA, [...port, ...(INSTALLED ? ['--listen', INSTALLED.here] : []), ...words]);
  const url = (await camera.line(/^listening /)).slice('listening '.length);
  const stop = () => camera.stop();
  return { url, process: camera, stop, [Symbol.asyncDispose]: stop };
}
