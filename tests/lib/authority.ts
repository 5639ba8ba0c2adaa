// SPDX-License-Identifier: LGPL-2.1-or-later
// A certificate authority of a test, by openssl: certificates of any dates, and a list of those that were revoked.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Pair = { certificate: string; key: string };

const CONFIGURATION = `[ca]
default_ca = test
[test]
dir = .
database = index
new_certs_dir = .
certificate = ca.pem
private_key = ca-key.pem
rand_serial = yes
default_md = sha256
default_days = 365
default_crl_days = 365
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = none
[none]
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
`;

/** As openssl wants a moment: 20260131120000Z. */
const moment = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');

export class Authority {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get certificate(): string {
    return join(this.folder, 'ca.pem');
  }

  /** The list of revoked ones; made anew by revoke(). */
  get revoked(): string {
    return join(this.folder, 'revoked.pem');
  }

  async #openssl(...words: string[]): Promise<void> {
    await run('openssl', words, { cwd: this.folder });
  }

  async make(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, 'openssl.conf'), CONFIGURATION);
    await writeFile(join(this.folder, 'index'), '');
    await this.#openssl('req', '-x509', '-config', 'openssl.conf', '-extensions', 'authority', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
      '-nodes', '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-days', '3650', '-subj', '/CN=Authority of a test');
    await this.#writeList();
  }

  async #writeList(): Promise<void> {
    await this.#openssl('ca', '-config', 'openssl.conf', '-gencrl', '-out', 'revoked.pem');
  }

  /** Valid from so many days ahead of now to so many; a server's certificate has its addresses. */
  async issue(name: string, { from = -1, to = 30, addresses = [] as string[] } = {}): Promise<Pair> {
    const file = `${name}-${from}-${to}`;
    const more = addresses.length === 0 ? [] : ['-addext', `subjectAltName=${addresses.map((each) => `IP:${each}`).join(',')}`];
    await this.#openssl('req', '-new', '-config', 'openssl.conf', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
      '-keyout', `${file}-key.pem`, '-out', `${file}.csr`, '-subj', `/CN=${name}`, ...more);
    await this.#openssl('ca', '-batch', '-notext', '-config', 'openssl.conf', '-in', `${file}.csr`, '-out', `${file}.pem`, '-startdate', moment(from), '-enddate', moment(to));
    return { certificate: join(this.folder, `${file}.pem`), key: join(this.folder, `${file}-key.pem`) };
  }

  async revoke({ certificate }: Pair): Promise<void> {
    await this.#openssl('ca', '-config', 'openssl.conf', '-revoke', certificate);
    await this.#writeList();
  }
}

export async function makeAuthority(folder: string): Promise<Authority> {
  const authority = new Authority(folder);
  await authority.make();
  return authority;
}
