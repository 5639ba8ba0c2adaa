// SPDX-License-Identifier: LGPL-2.1-or-later
// The cloud's own door as boxes from outside see it: nginx with TLS in front of it, which asks for their certificate.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerPort, CloudBroker } from './cloud-broker.ts';
import { type CloudUnderTest, startCloud } from './cloud.ts';
import { MIDDLE } from './net.ts';
import { PROJECT } from './places.ts';
import { Process } from './process.ts';
import { freePort } from './school.ts';

const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: 'ignore' });

/** A pair for localhost and a net's middle by an authority of its own: `ca.pem`, `server.pem`, `server.key` in the folder. */
export async function makeServerPair(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { recursive: true });
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Authority of the pages', '-days', '3650',
    '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr'));
  await writeFile(at('server.ext'), `subjectAltName=DNS:localhost,IP:${MIDDLE}\n`);
  openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '3650', '-extfile', at('server.ext'),
    '-out', at('server.pem'));
}

export class CloudFront {
  readonly folder: string;
  readonly port: number;
  readonly #host: string;
  #cloud: CloudUnderTest;
  #nginx: Process | undefined;

  /** `host`: where it listens; this machine's own `localhost`, or the middle of the net in which the cloud is. */
  constructor(cloud: CloudUnderTest, port: number, host = 'localhost') {
    this.#cloud = cloud;
    this.folder = join(cloud.folder, 'front');
    this.port = port;
    this.#host = host;
  }

  get address(): string {
    return `https://${this.#host}:${this.port}`;
  }

  /** Each request that was answered so far, as `METHOD PATH RANGE STATUS`; the range in bytes, whichever way they went. */
  async requests(): Promise<string[]> {
    return (await readFile(join(this.folder, 'access.log'), 'utf8')).split('\n').filter((line) => line !== '');
  }

  /** Who vouches for the address. */
  get authority(): string {
    return join(this.folder, 'ca.pem');
  }

  /** `boxes`: the authority of the boxes' certificates, in PEM. */
  async start(boxes: string): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    await makeServerPair(this.folder);
    await chmod(this.folder, 0o755);
    await writeFile(at('boxes.pem'), boxes);
    const door = (await readFile(join(PROJECT, 'config/nginx/cloud-door.conf.in'), 'utf8'))
      .replaceAll('@LISTEN@', `listen ${this.#host === 'localhost' ? '127.0.0.1' : this.#host}:${this.port} ssl; ssl_certificate ${at('server.pem')}; ssl_certificate_key ${at('server.key')};`)
      .replaceAll('@AUTHORITY@', at('boxes.pem')).replaceAll('@RUNTIME@', join(this.#cloud.folder, 'run')).replaceAll('@ALL_FILES@', join(this.#cloud.folder, 'files'));
    assert.doesNotMatch(door, /@[A-Z_]+@/);
    await writeFile(at('nginx.conf'), `daemon off;
${process.getuid!() === 0 ? 'user root root;' : ''}
pid ${at('nginx.pid')};
error_log stderr notice;
events {}
http {
  log_format pieces '$request_method $request_uri $http_range$http_content_range $status';
  access_log ${at('access.log')} pieces;
  client_body_temp_path ${at('body')};
  proxy_temp_path ${at('proxy')};
  fastcgi_temp_path ${at('fastcgi')};
  uwsgi_temp_path ${at('uwsgi')};
  scgi_temp_path ${at('scgi')};
${door}
}
`);
    const [program, ...words] = [...(this.#host === 'localhost' ? [] : this.#cloud.words), '/usr/sbin/nginx', '-e', 'stderr', '-c', at('nginx.conf')];
    this.#nginx = new Process('nginx of the cloud', program!, words);
    await this.#nginx.line(/start worker process \d+/);
  }

  async stop(): Promise<void> {
    await this.#nginx?.stop();
    this.#nginx = undefined;
  }
}

/** A cloud for one town: database, broker and door, all over TLS, with the school `lyceum`. */
export async function startDoor() {
  const [atBroker, atDoor] = [await brokerPort(), await freePort()];
  const cloud = await startCloud({ broker: `mqtts://localhost:${atBroker}`, address: `https://*.localhost:${atDoor}` });
  const one = await cloud.instance('one');
  cloud.addSchool('lyceum');
  const broker = new CloudBroker(cloud, atBroker);
  await broker.start();
  await one.start();
  await one.process.line(/The broker is reached/);
  const front = new CloudFront(cloud, atDoor);
  await front.start(await readFile(join(broker.folder, 'ca.pem'), 'utf8'));
  const end = async (): Promise<void> => {
    await front.stop();
    await broker.stop();
    await cloud[Symbol.asyncDispose]();
  };
  return { cloud, one, broker, front, [Symbol.asyncDispose]: end };
}
