// SPDX-License-Identifier: LGPL-2.1-or-later
// A real mail server for a school that runs already, and the letters that it took.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from './places.ts';
import { Process } from './process.ts';
import type { School } from './school.ts';

const run = promisify(execFile);

export type Letter = { to: string[]; subject: string; text: string };

export type PostOffice = {
  /** The next one. */
  letter(): Promise<Letter>;
  /** The next one to that address. */
  letterTo(address: string): Promise<Letter>;
  stop(): Promise<void>;
};

/** The school sends its letters there from now on. */
export async function openPostOffice(school: School): Promise<PostOffice> {
  const at = (name: string): string => join(school.folder, name);
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', at('mail.key'), '-out', at('mail.crt')]);
  await writeFile(at('mail.password'), 'пароль\n', { mode: 0o600 });
  const server = new Process('mail server', '/usr/bin/python3', [join(PROJECT, 'tests/lib/mail-server.py'), '--login', 'school', '--password', 'пароль',
    '--cert', at('mail.crt'), '--key', at('mail.key')]);
  const port = (await server.line(/^listening /)).split(' ')[1]!;
  const keys = { server: 'localhost', port, from: 'urok@example.org', login: 'school', password_file: at('mail.password'), authority_file: at('mail.crt') };
  const text = await readFile(at('urok.conf'), 'utf8');
  await writeFile(at('urok.conf'), `${text}[mail]\n${Object.entries(keys).map(([name, value]) => `${name}=${value}\n`).join('')}`);
  await school.console('POST', '/api/v1/console/reload');
  const letter = async (): Promise<Letter> => JSON.parse(await server.line(/"letter"/));
  const letterTo = async (address: string): Promise<Letter> => JSON.parse(await server.line(new RegExp(`"letter".*${address}`)));
  return {
    letter,
    letterTo,
    stop: () => server.stop(),
  };
}
