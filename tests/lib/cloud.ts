// SPDX-License-Identifier: LGPL-2.1-or-later
// A cloud of its own for a test: Debian's PostgreSQL on a cluster in a temporary folder, reached by a Unix socket, and
// instances of urok-cloud on it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openStream, type Stream } from './live.ts';
import { BUILD } from './places.ts';
import { Process } from './process.ts';
import { ask, type Reply, type Wish } from './request.ts';
import { sections, type Person } from './school.ts';

/** Debian keeps the programs of each version apart. */
function programOf(name: string): string {
  const root = '/usr/lib/postgresql';
  const newest = readdirSync(root).sort((a, b) => Number(b) - Number(a))[0];
  assert.ok(newest !== undefined, `no PostgreSQL in ${root}`);
  return join(root, newest, 'bin', name);
}

/** PostgreSQL does not run as root: there is a user that its package made. */
const AS_POSTGRES = process.getuid!() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];

/** One cluster, of which each test has a database. */
export class Postgres {
  readonly folder: string;
  /** As where power may fail: a commit is on the disk. */
  readonly flushes: boolean;
  database = '';
  #server: Process | undefined;
  #databases = 0;

  constructor(folder: string, flushes = false) {
    this.folder = folder;
    this.flushes = flushes;
  }

  get pid(): number {
    return this.#server!.pid;
  }

  get conninfo(): string {
    return `host=${this.folder} user=urok dbname=${this.database}`;
  }

  #run(...words: string[]): string {
    const [program, ...rest] = [...AS_POSTGRES, ...words];
    return execFileSync(program!, rest, { encoding: 'utf8', cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async #makeFolder(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    if (AS_POSTGRES.length > 0) {
      const [uid, gid] = ['-u', '-g'].map((what) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' })));
      chownSync(this.folder, uid!, gid!);
      await chmod(join(this.folder, '..'), 0o755);
    }
  }

  async make(): Promise<void> {
    await this.#makeFolder();
    this.#run(programOf('initdb'), '-D', join(this.folder, 'data'), '-A', 'trust', '-U', 'urok', '--no-instructions', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8');
    await this.start();
  }

  /** A streaming replica of the other one, which from then on answers no commit that is not on both. */
  async follow(other: Postgres): Promise<void> {
    this.database = other.database;
    await this.#makeFolder();
    this.#run(programOf('pg_basebackup'), '-h', other.folder, '-U', 'urok', '-D', join(this.folder, 'data'), '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync');
    await this.#serve(/started streaming WAL/);
    other.ask("ALTER SYSTEM SET synchronous_standby_names = '*'");
    other.ask('SELECT pg_reload_conf()');
    // It is told by a signal, and heeds it a little later.
    while (other.ask('SELECT sync_state FROM pg_stat_replication') !== 'sync');
  }

  /** As last night's backup has it. */
  backUp(folder: string): void {
    this.#run(programOf('pg_basebackup'), '-h', this.folder, '-U', 'urok', '-D', folder, '-X', 'stream', '--checkpoint=fast', '--no-sync');
  }

  /** The machine is lost; a new one begins with the backup. */
  async restore(folder: string): Promise<void> {
    await this.kill();
    const data = join(this.folder, 'data');
    await rm(data, { recursive: true });
    this.#run('cp', '-a', folder, data);
    await this.start();
  }

  async promote(): Promise<void> {
    this.ask('SELECT pg_promote()');
  }

  makeDatabase(): void {
    this.#databases += 1;
    this.database = `urok${this.#databases}`;
    this.#run(programOf('createdb'), '-h', this.folder, '-U', 'urok', this.database);
  }

  async start(): Promise<void> {
    await this.#serve(/database system is ready to accept connections/);
  }

  async #serve(ready: RegExp): Promise<void> {
    const [program, ...words] = [...AS_POSTGRES, programOf('postgres'), '-D', join(this.folder, 'data'), '-k', this.folder, '-c', 'listen_addresses=',
      // Programs are killed here and the machine is not: what was handed to the kernel is there.
      '-c', this.flushes ? 'fsync=on' : 'fsync=off'];
    this.#server = new Process('postgres', program!, words, { LC_ALL: 'C' });
    await this.#server.line(ready);
  }

  /** As a machine that loses its power: nothing is said to anybody. */
  async kill(): Promise<void> {
    await this.#server!.signal('SIGQUIT');
  }

  async stop(): Promise<void> {
    if (this.#server?.isRunning) await this.kill();
  }

  /** A transaction that goes on until `end()`, as of somebody who reads for long. */
  async hold(...statements: string[]): Promise<{ end: () => Promise<void> }> {
    const [program, ...words] = [...AS_POSTGRES, programOf('psql'), '-h', this.folder, '-U', 'urok', '-At', '-v', 'ON_ERROR_STOP=1', this.database];
    const psql = new Process('psql', program!, words);
    psql.tell(['BEGIN ISOLATION LEVEL REPEATABLE READ;', ...statements.map((sql) => `${sql};`), "SELECT 'it is ' || 'held';"].join('\n'));
    await psql.line(/^it is held$/);
    return { end: async () => {
      psql.finish('COMMIT;\n');
      await psql.ended;
    } };
  }

  ask(sql: string): string {
    return this.#run(programOf('psql'), '-h', this.folder, '-U', 'urok', '-At', '-c', sql, this.database).trim();
  }
}

/** One process that holds schools. */
export class Instance {
  readonly cloud: CloudUnderTest;
  readonly name: string;
  readonly file: string;
  process!: Process;

  constructor(cloud: CloudUnderTest, name: string) {
    this.cloud = cloud;
    this.name = name;
    this.file = join(cloud.folder, `${name}.conf`);
  }

  async start(): Promise<void> {
    const [program, ...words] = [...this.cloud.words, join(BUILD, 'cloud/urok-cloud'), '--config', this.file];
    this.process = new Process(this.name, program!, words, this.cloud.environment);
    await this.process.line(/is ready/);
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** When it says that a school is its own. */
  async holds(slug = 'lyceum'): Promise<void> {
    await this.process.line(new RegExp(`The school ${slug} is held`));
  }

  /** Where its files of schools lie. */
  get views(): string {
    return join(this.cloud.folder, 'data/views', this.name);
  }
}

export class CloudUnderTest {
  readonly folder: string;
  /** Another once it was promoted. */
  postgres: Postgres;
  readonly instances: Instance[] = [];
  /** In front of an instance's own: a program that starts it elsewhere. */
  words: string[] = [];
  environment: Record<string, string> = {};
  #keys: Record<string, string>;

  constructor(folder: string, postgres: Postgres, keys: Record<string, string>) {
    this.folder = folder;
    this.postgres = postgres;
    this.#keys = keys;
  }

  async instance(name: string): Promise<Instance> {
    const instance = new Instance(this, name);
    await writeFile(instance.file, sections({ cloud: {
      postgres: this.postgres.conninfo, name, data: join(this.folder, 'data'), files: join(this.folder, 'files'),
      runtime: join(this.folder, 'run'), key_file: join(this.folder, 'key'), address: 'http://*.localhost:8081',
      papers_worker: join(BUILD, 'workers/papers/urok-papers'), errands_worker: join(BUILD, 'workers/errands/urok-errands'),
      lease_seconds: '2', school_keys: join(this.folder, 'school.conf'), ...this.#keys,
    } }));
    this.instances.push(instance);
    return instance;
  }

  /** Its first instance, which holds the new school `lyceum`. */
  async startOne(): Promise<Instance> {
    const one = await this.instance('one');
    this.addSchool('lyceum');
    await one.start();
    await one.holds();
    return one;
  }

  #program(...words: string[]): string {
    return execFileSync(join(BUILD, 'cloud/urok-cloud'), words, { encoding: 'utf8', env: { ...process.env, ...this.environment } });
  }

  /** With the configuration of its first instance. */
  program(...words: string[]): string {
    return this.#program('--config', this.instances[0]!.file, ...words);
  }

  linkCode(slug: string): string {
    return this.program('--link-code', slug).trim();
  }

  async make(): Promise<void> {
    await chmod(this.folder, 0o755);
    await writeFile(join(this.folder, 'key'), this.#program('--make-key'));
    // Programs write faster than people.
    await writeFile(join(this.folder, 'school.conf'), sections({ chats: { messages_a_minute: '1000000' } }));
  }

  addSchool(slug: string): void {
    this.program('--add-school', slug);
  }

  listSchools(): string {
    return this.program('--list-schools');
  }

  school(slug: string): SchoolInCloud {
    return new SchoolInCloud(join(this.folder, 'run/schools', slug));
  }

  async stop(): Promise<void> {
    try {
      for (const { process } of this.instances) if (process?.isRunning) await process.stop();
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

/** A school as nginx and the console come to it, whichever instance holds it. */
export class SchoolInCloud {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async ask(method: string, path: string, wish: Wish = {}): Promise<Reply> {
    return ask({ socketPath: join(this.folder, 'rest.sock') }, method, path, wish);
  }

  async console(method: string, path: string, body?: unknown): Promise<any> {
    const reply = await ask({ socketPath: join(this.folder, 'control.sock') }, method, path, { body });
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.body;
  }

  person(reply: Reply): Pick<Person, 'cookie' | 'me' | 'ask' | 'get' | 'post'> {
    assert.ok(reply.status < 300, `a sign-in: ${reply.status} ${reply.text}`);
    const cookie = reply.headers['set-cookie']?.[0]?.split(';')[0];
    assert.ok(cookie !== undefined);
    const askAs = (method: string, path: string, wish: Wish = {}) => this.ask(method, path, { cookie, ...wish });
    const bodyOf = async (method: string, path: string, wish: Wish = {}) => {
      const answer = await askAs(method, path, wish);
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.body;
    };
    return { cookie, me: reply.body, ask: askAs, get: (path) => bodyOf('GET', path), post: (path, body) => bodyOf('POST', path, { body }) };
  }

  async live(cookie: string): Promise<Stream> {
    return openStream(join(this.folder, 'live.sock'), cookie);
  }

  /** By a one-time link, as the console makes them. */
  async signIn(login: string): Promise<ReturnType<SchoolInCloud['person']>> {
    const { code } = await this.console('POST', '/api/v1/console/sign-in-links', { login });
    return this.person(await this.ask('POST', '/api/v1/sessions', { body: { code } }));
  }
}

let cluster: Promise<Postgres> | undefined;

/** The file's own, begun by its first test and ended after its last. */
async function startCluster(flushes: boolean): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-postgres-'));
  await chmod(folder, 0o755);
  const postgres = new Postgres(join(folder, 'cluster'), flushes);
  await postgres.make();
  return postgres;
}

/** For who is no test; a test's file does it by itself. */
export async function endCluster(): Promise<void> {
  const postgres = await cluster;
  if (postgres === undefined) return;
  cluster = undefined;
  await postgres.stop();
  await rm(join(postgres.folder, '..'), { recursive: true, force: true });
}
after(endCluster);

/** `await using cloud = await startCloud()`: a database of its own, and no instance yet. */
export async function startCloud(keys: Record<string, string> = {}, more: (postgres: Postgres) => Record<string, string> = () => ({}), flushes = false): Promise<CloudUnderTest & AsyncDisposable> {
  cluster ??= startCluster(flushes);
  const postgres = await cluster;
  postgres.makeDatabase();
  const cloud = new CloudUnderTest(await mkdtemp(join(tmpdir(), 'urok-cloud-')), postgres, { ...keys, ...more(postgres) });
  await cloud.make();
  return Object.assign(cloud, { [Symbol.asyncDispose]: () => cloud.stop() });
}

/** Every row of a view, by table, as `sqlite3` reads it: what two views must have in common. */
export function rowsOf(view: string): Map<string, string> {
  const run = (sql: string) => execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', join(view, 'urok.db'), sql], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const tables = run("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%VIRTUAL%' ORDER BY name").trim().split('\n');
  return new Map(tables.map((table) => [table, run(`SELECT * FROM "${table}"`).split('\n').sort().join('\n')]));
}

/** The administrator of a new school, who writes to its staff. */
export async function startSmall(school: SchoolInCloud): Promise<Writer> {
  const { code } = await school.console('GET', '/api/v1/console/setup-code');
  const administrator = { family_name: 'Орлова', given_name: 'Анна', patronymic: 'Павловна', login: 'orlova', password: 'длинный пароль 17' };
  const body = { code, school: { name: 'Школа № 17', time_zone: 'Europe/Moscow' }, administrator };
  const person = school.person(await school.ask('POST', '/api/v1/setup', { body }));
  const { items } = await person.get('/api/v1/chats');
  const chat = items.find(({ kind }: { kind: string }) => kind === 'staff');
  assert.ok(chat, 'the administrator is no staff');
  return new Writer(school, person, chat.id);
}

/** A person of the demo school who writes: a class teacher, and the chat of the class's parents. */
export async function startWriter(school: SchoolInCloud): Promise<Writer> {
  const demo = await school.console('POST', '/api/v1/console/demo', {});
  const { login } = demo.examples.find(({ role }: { role: string }) => role === 'teacher');
  const teacher = await school.signIn(login);
  const { items } = await teacher.get('/api/v1/chats');
  const chat = items.find(({ kind }: { kind: string }) => kind === 'class_parents');
  assert.ok(chat, 'the teacher has no class');
  return new Writer(school, teacher, chat.id);
}

export class Writer {
  readonly school: SchoolInCloud;
  readonly person: ReturnType<SchoolInCloud['person']>;
  readonly chat: string;
  /** Texts that were answered with a yes. */
  readonly answered: string[] = [];
  #waiters: { count: number; resolve: () => void }[] = [];

  constructor(school: SchoolInCloud, person: ReturnType<SchoolInCloud['person']>, chat: string) {
    this.school = school;
    this.person = person;
    this.chat = chat;
  }

  get path(): string {
    return `/api/v1/chats/${this.chat}/messages`;
  }

  /** The status; undefined when nobody answered. */
  async write(text: string): Promise<number | undefined> {
    const reply = await this.person.ask('POST', this.path, { body: { text } }).catch(() => undefined);
    if (reply?.status === 201) {
      this.answered.push(text);
      for (const { resolve } of this.#waiters.filter(({ count }) => this.answered.length >= count)) resolve();
    }
    return reply?.status;
  }

  /** Resolves when so many more were answered. */
  async hasMore(more: number): Promise<void> {
    const count = this.answered.length + more;
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  /** Several at once, until `enough` were answered or somebody gets another answer. */
  async writeUntil(enough: number, hands: number): Promise<void> {
    const end = this.answered.length + enough;
    const write = async (hand: number): Promise<void> => {
      for (let i = 0; this.answered.length < end; i += 1) {
        if ((await this.write(`${end}: письмо ${i} руки ${hand}`)) !== 201) return;
      }
    };
    await Promise.all(Array.from({ length: hands }, (_, hand) => write(hand)));
  }

  /** Every text of the chat that this test wrote. */
  async texts(): Promise<string[]> {
    const texts: string[] = [];
    for (let before: string | null = ''; before !== null;) {
      const page: any = await this.person.get(`${this.path}?limit=100${before && `&before=${before}`}`);
      texts.unshift(...page.items.map(({ text }: { text: string }) => text));
      before = page.older_cursor;
    }
    return texts;
  }

  /** What was answered is there once. */
  async check(): Promise<void> {
    const texts = await this.texts();
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    for (const text of this.answered) assert.equal(counts.get(text), 1, `${text} was answered and is there ${counts.get(text) ?? 0} times`);
  }
}
