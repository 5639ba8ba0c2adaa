// SPDX-License-Identifier: LGPL-2.1-or-later
// A mosquitto with TLS and certificates of its own for a test: who is who says the certificate, who may write where the
// list, as at a real cloud.
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HERE, SyncEnd } from './brokers.ts';
import { Process } from './process.ts';
import { freePort } from './school.ts';

const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: 'ignore' });

export class Broker {
  readonly folder: string;
  readonly port: number;
  #process: Process | undefined;

  constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** A certificate `NAME.pem` with its key `NAME.key`, signed by the authority of this broker. */
  async certify(name: string, days = 365): Promise<void> {
    const at = (end: string): string => join(this.folder, `${name}.${end}`);
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', at('key'), '-out', at('csr'));
    await writeFile(at('ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    openssl('x509', '-req', '-in', at('csr'), '-CA', join(this.folder, 'ca.pem'), '-CAkey', join(this.folder, 'ca.key'), '-CAcreateserial',
      '-days', String(days), '-extfile', at('ext'), '-out', at('pem'));
  }

  /** DATA/cloud of a box, as linking leaves it. */
  async link(data: string, box: string, address = 'https://school17.cloud.example'): Promise<void> {
    const cloud = join(data, 'cloud');
    await this.certify(box);
    await mkdir(cloud, { recursive: true, mode: 0o700 });
    await copyFile(join(this.folder, 'ca.pem'), join(cloud, 'ca.pem'));
    await copyFile(join(this.folder, `${box}.pem`), join(cloud, 'cert.pem'));
    await copyFile(join(this.folder, `${box}.key`), join(cloud, 'key.pem'));
    await writeFile(join(cloud, 'link.json'), JSON.stringify({
      cloud: 'https://cloud.example', school: '018f0000-0000-7000-8000-000000000017', name: 'Школа № 17', address,
      broker: { host: 'localhost', port: this.port }, since: '2026-09-01T06:00:00.000Z',
    }));
  }

  async start(): Promise<void> {
    this.#process = new Process('mosquitto', '/usr/sbin/mosquitto', ['-c', join(this.folder, 'mosquitto.conf')]);
    await this.#process.line(/ running$/);
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** `await using broker = await startBroker()`; localhost and 127.0.0.1 are its names. */
export async function startBroker(): Promise<Broker & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'urok-broker-'));
  const at = (name: string): string => join(folder, name);
  await chmod(folder, 0o755);
  const broker = new Broker(folder, await freePort());
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Urok test cloud', '-days', '30',
    '-keyout', at('ca.key'), '-out', at('ca.pem'));
  await broker.certify('broker');
  await broker.certify('cloud');
  await writeFile(at('acl'), 'user cloud\ntopic read urok/v1/+/up/#\ntopic write urok/v1/+/down/#\n\npattern write urok/v1/%u/up/#\npattern read urok/v1/%u/down/#\n');
  await writeFile(at('mosquitto.conf'), [`listener ${broker.port} 127.0.0.1`, `cafile ${at('ca.pem')}`, `certfile ${at('broker.pem')}`, `keyfile ${at('broker.key')}`,
    'require_certificate true', 'use_identity_as_username true', `acl_file ${at('acl')}`, ...(process.getuid!() === 0 ? ['user root'] : []), 'log_dest stderr', ''].join('\n'));
  await broker.start();
  return Object.assign(broker, { [Symbol.asyncDispose]: () => broker.stop() });
}

/** The cloud's end of one box's line, in a process of its own. */
export async function startFarEnd({ folder, port }: Broker, box: string): Promise<SyncEnd> {
  const at = (name: string): string => join(folder, name);
  const far = new SyncEnd('cloud', at('far-end'));
  await far.start(HERE, { host: 'localhost', port, ca: at('ca.pem'), certificate: at('cloud.pem'), key: at('cloud.key'), box });
  return far;
}
