// SPDX-License-Identifier: LGPL-2.1-or-later
// The school that the package made on a booted host, as another machine of the LAN meets it: through its own nginx, over
// TLS whose certificate is checked. Its console is the host's.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { Host } from './host.ts';
import { ask, type Reply, type Wish } from './request.ts';
import { School } from './school.ts';

export class Appliance extends School {
  readonly host: Host;
  readonly name: string;
  #trusted = '';

  constructor(host: Host) {
    super('/', 443, {}, `https://${host.name}.local`);
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
