// SPDX-License-Identifier: LGPL-2.1-or-later
// The cloud's broker as its operator sets it up: mosquitto with the pair that urok-cloud wrote for it, and who may write
// where; and a box that is linked by a code.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudUnderTest } from './cloud.ts';
import { PROJECT } from './places.ts';
import { Process } from './process.ts';
import { ask, type Reply, type Wish } from './request.ts';
import { freePort } from './school.ts';

const SHIPPED_MOST = Number(/^message_size_limit (\d+)$/m.exec(readFileSync(join(PROJECT, 'config/mosquitto/urok-cloud.conf'), 'utf8'))![1]);

export class CloudBroker {
  readonly cloud: CloudUnderTest;
  readonly port: number;
  readonly address: string;
  /** The listener of the cloud's instances. */
  readonly inside: number;
  /** Where a test hears and says what it likes: a listener on this machine that asks nobody for a certificate; 0: none. */
  readonly ear: number;
  #process: Process | undefined;
  /** Of one message, in bytes; 0: mosquitto's own. */
  #most = SHIPPED_MOST;

  constructor(cloud: CloudUnderTest, port: number, address = '127.0.0.1', inside = 0, ear = 0) {
    this.cloud = cloud;
    this.port = port;
    this.address = address;
    this.inside = inside;
    this.ear = ear;
  }

  get folder(): string {
    return join(this.cloud.folder, 'broker');
  }

  /** Before the first instance starts: it makes the authority. */
  async start(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    this.cloud.program('--write-broker', this.folder);
    // What stands before the first user is of those without a name.
    await writeFile(join(this.folder, 'acl'), (this.ear ? 'topic readwrite urok/v1/#\n' : '') + await readFile(join(PROJECT, 'config/mosquitto/acl'), 'utf8'));
    await this.run();
  }

  #at(name: string): string {
    return join(this.folder, name);
  }

  async #configure(): Promise<void> {
    const at = (name: string): string => this.#at(name);
    const listener = (port: number, isOfBoxes: boolean): string[] => [`listener ${port} ${this.address}`, `cafile ${at('ca.pem')}`,
      `crlfile ${join(this.cloud.folder, 'data/tls/crl.pem')}`, `certfile ${at('broker.pem')}`, `keyfile ${at('broker.key')}`,
      'require_certificate true', 'use_identity_as_username true', `use_username_as_clientid ${isOfBoxes && this.inside > 0}`];
    await writeFile(at('mosquitto.conf'), [...listener(this.port, true), ...(this.inside ? listener(this.inside, false) : []),
      ...(this.ear ? [`listener ${this.ear} 127.0.0.1`, 'allow_anonymous true'] : []), `acl_file ${at('acl')}`,
      `message_size_limit ${this.#most}`,
      ...(process.getuid!() === 0 ? ['user root'] : []), 'log_dest stderr', ''].join('\n'));
  }

  async run(): Promise<void> {
    await this.#configure();
    // Where the cloud is, its broker is.
    const [program, ...words] = [...this.cloud.words, '/usr/sbin/mosquitto', '-c', this.#at('mosquitto.conf')];
    this.#process = new Process('mosquitto', program!, words);
    await this.#process.line(/ running$/);
  }

  async line(pattern: RegExp): Promise<string> {
    return this.#process!.line(pattern);
  }

  /** What it said, so far. */
  get lines(): string[] {
    return this.#process!.lines;
  }

  /** As urok-cloud-broker.service does when the list of revoked certificates changes. */
  async reload(): Promise<void> {
    const from = this.lines.length;
    process.kill(this.#process!.pid, 'SIGHUP');
    await this.#process!.line(/Reloading config/, from);
  }

  /** One that lets everything through. */
  async takeAllSizes(): Promise<void> {
    this.#most = 0;
    await this.#configure();
    await this.reload();
  }

  async kill(): Promise<void> {
    await this.#process!.kill();
  }

  async stop(): Promise<void> {
    if (this.#process?.isRunning) await this.#process.stop();
  }
}

/** A port for `mqtts://localhost:PORT`, known before the cloud is made. */
export async function brokerPort(): Promise<number> {
  return freePort();
}

export type Papers = { folder: string; csr: string; key: string };

/** A key and a request for a certificate, as a box makes them. */
export async function makePapers(...words: string[]): Promise<Papers> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-papers-'));
  const kind = words.length > 0 ? words : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', ['req', '-newkey', ...kind, '-nodes', '-subj', '/CN=somebody else', '-keyout', join(folder, 'key'), '-out', join(folder, 'csr')], { stdio: 'ignore' });
  const [csr, key] = await Promise.all(['csr', 'key'].map((name) => readFile(join(folder, name), 'utf8')));
  await rm(folder, { recursive: true });
  return { folder, csr: csr!, key: key! };
}

/** The cloud's own door, as nginx comes to it. */
export async function askFront(cloud: CloudUnderTest, method: string, path: string, wish: Wish = {}): Promise<Reply> {
  return ask({ socketPath: join(cloud.folder, 'run/cloud.sock') }, method, path, wish);
}

/** What nginx says of a client's certificate. */
export function sayBox(certificate: string): Record<string, string> {
  const words = execFileSync('openssl', ['x509', '-noout', '-subject', '-serial'], { input: certificate, encoding: 'utf8' });
  const [, box, serial] = /CN = ([0-9a-f-]+)\nserial=([0-9A-F]+)/.exec(words)!;
  return { 'X-Box': box!, 'X-Box-Serial': serial! };
}

/** DATA/cloud, as linking leaves it. */
export async function linkBox(cloud: CloudUnderTest, slug: string, data: string, origin: string): Promise<Reply> {
  const { csr, key } = await makePapers();
  const reply = await askFront(cloud, 'POST', '/box/v1/links', { body: { code: cloud.linkCode(slug), csr, origin, name: 'Школа № 17', version: '0.1.0' } });
  assert.equal(reply.status, 201, reply.text);
  const folder = join(data, 'cloud');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { school, address, certificate, ca, broker } = reply.body;
  await Promise.all([
    writeFile(join(folder, 'ca.pem'), ca), writeFile(join(folder, 'cert.pem'), certificate), writeFile(join(folder, 'key.pem'), key, { mode: 0o600 }),
    writeFile(join(folder, 'link.json'), JSON.stringify({ cloud: 'https://cloud.example', school, name: 'Школа № 17', address, broker, since: '2026-09-01T06:00:00.000Z' })),
  ]);
  return reply;
}
