// SPDX-License-Identifier: LGPL-2.1-or-later
// The school that the package made on a booted host, as another machine of the LAN meets it: through its own nginx, over
// TLS whose certificate is checked. Its console is the host's.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Host } from './host.ts';
import type { Installed } from './places.ts';
import { ask, type Reply, type Wish } from './request.ts';
import { School, type SchoolOptions, sections } from './school.ts';

const exec = promisify(execFile);

/** What is needed of a host. */
type Machine = Pick<Host, 'name' | 'address' | 'inside' | 'run'>;

export class Appliance extends School {
  readonly host: Machine;
  readonly name: string;
  #trusted = '';

  constructor(host: Machine, folder = '/') {
    super(folder, 443, {}, `https://${host.name}.local`);
    this.host = host;
    this.name = `${host.name}.local`;
  }

  /** As somebody does who was told to trust it. */
  async trust(): Promise<void> {
    const [authority, leaf] = ['ca.crt', 'server.crt'].map((file) => this.host.inside(`var/lib/urok-tls/${file}`));
    this.#trusted = await readFile(existsSync(authority!) ? authority! : leaf!, 'utf8');
  }

  get trusted(): string {
    return this.#trusted;
  }

  override get front(): RequestOptions {
    return { protocol: 'https:', host: this.host.address, port: 443, servername: this.name, ca: this.#trusted };
  }

  override socket(name: 'rest' | 'live' | 'control'): string {
    return this.host.inside(`run/urok/${name}.sock`);
  }

  override async request(method: string, path: string, wish: Wish = {}): Promise<Reply> {
    return ask(this.front, method, path, {
      ...wish, headers: { Host: this.name, Origin: `https://${this.name}`, 'X-Forwarded-For': undefined, ...wish.headers },
    });
  }
}

const UNITS = ['urokd-rest.socket', 'urokd-live.socket', 'urokd-control.socket', 'urokd-metrics.socket', 'urokd.service'];
const OWN_CONFIG = '/etc/urok/conf.d/90-test.conf';
/** On the host: for what a test lays before urokd. */
const OWN_FOLDER = '/var/lib/urok-test';

/** An installed server whose school is made anew for a test, and which it may stop and start. */
class Lent extends Appliance {
  override get runtime(): string {
    return '/run/urok';
  }

  override async start(): Promise<void> {
    await this.host.run('systemctl', 'start', ...UNITS);
  }

  /** A power cut, as far as its data can tell; it stays away until it is started. */
  override async kill(): Promise<void> {
    await this.host.run('systemctl', 'kill', '--kill-whom=main', '--signal=KILL', 'urokd.service');
    await this.host.run('systemctl', 'stop', ...UNITS);
  }

  override async stop(): Promise<void> {
    assert.equal(await this.host.run('systemctl', 'list-units', '--failed', '--plain', '--no-legend'), '');
    await this.host.run('rm', '-rf', OWN_FOLDER, OWN_CONFIG);
  }

  /** Without people, a message or a picture: as it was installed, but for what the test wants of it. */
  async empty(config: Record<string, Record<string, string>>): Promise<void> {
    await this.host.run('systemctl', 'stop', ...UNITS, 'urok-broadcast@*.service');
    await this.host.run('find', '/var/lib/urok/data', '/var/lib/urok/files', '/run/urok/broadcast', '-mindepth', '1', '-delete');
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder);
    await writeFile(this.host.inside(OWN_CONFIG.slice(1)), sections({
      health: { disks: join(OWN_FOLDER, 'disks.json'), power: join(OWN_FOLDER, 'power') },
      // Programs write faster than people; the test of this limit sets its own.
      chats: { messages_a_minute: '1000000' },
      ...config,
    }));
    await this.start();
  }
}

/** The installed server as a school of the test's own. */
export async function lendSchool(installed: Installed, options: SchoolOptions): Promise<School & AsyncDisposable> {
  const { init } = installed;
  const run = async (...words: string[]): Promise<string> =>
    (await exec('nsenter', ['-t', String(init), '-a', ...words], { maxBuffer: 2 ** 26 })).stdout;
  const inside = (path: string): string => join(`/proc/${init}/root`, path);
  assert.ok(!options.wrap && !options.build && !options.environment && options.streamsOfAddress === undefined,
    'what an installed server has no place for is tested with programs of the test\'s own: atHome()');
  const school = new Lent({ ...installed, run, inside }, inside(OWN_FOLDER));
  await school.trust();
  await school.empty(options.config ?? {});
  return Object.assign(school, { [Symbol.asyncDispose]: () => school.stop() });
}
