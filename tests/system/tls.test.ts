// SPDX-License-Identifier: LGPL-2.1-or-later
// The box's certificate in front of a real nginx: who may trust what, what is renewed, what is taken from elsewhere, and
// a certificate from an ACME authority on this machine.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nginxConfiguration } from '../lib/nginx.ts';
import { BUILD, PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort } from '../lib/school.ts';

const NAME = 'shkola17.local';

let folder: string;
let tls: string;
let secure: number;
let plain: number;
let nginx: Process;

type Said = { status: number; out: string; err: string };

const run = (program: string, words: string[], environment: Record<string, string> = {}): Promise<Said> =>
  new Promise((resolve) => {
    const child = execFile(program, words, { env: { ...process.env, ...environment } },
      (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code), out, err }));
    child.stdin!.end();
  });

/** One run of urok-tls on this box, whose name and addresses the test says. */
const urokTls = (words: string[], addresses = ['127.0.0.1']): Promise<Said> =>
  run(join(BUILD, 'tls/urok-tls'), ['--folder', tls, '--templates', join(PROJECT, 'tls/trust'), '--config', join(folder, 'urok.conf'),
    '--name', 'shkola17', ...addresses.flatMap((address) => ['--address', address]), ...words]);

async function ensure(...addresses: string[]): Promise<Said> {
  const said = await urokTls(['ensure'], addresses.length > 0 ? addresses : undefined);
  assert.equal(said.status, 0, said.err);
  return said;
}

/** As a device does that trusts the school's authority, or another one, or nobody. */
const curl = (url: string, trusted: string | null = join(tls, 'ca.crt'), ...words: string[]): Promise<Said> =>
  run('curl', ['--silent', '--show-error', '--noproxy', '*', ...(trusted === null ? [] : ['--cacert', trusted]),
    ...[NAME, 'shkola17', 'evil.example'].flatMap((name) => ['--resolve', `${name}:${secure}:127.0.0.1`]), ...words, url]);

const state = async (): Promise<any> => JSON.parse(await readFile(join(tls, 'state.json'), 'utf8'));

/** What nginx serves once it has taken what is there: a worker that begins says so. */
async function reload(): Promise<void> {
  const from = nginx.lines.length;
  process.kill(nginx.pid, 'SIGHUP');
  await nginx.line(/start worker process \d+/, from);
  await nginx.line(/exited with code 0/, from);
}

/** A certificate that others made: the school's own. */
async function foreign(name: string, kind = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], ...words: string[]): Promise<[string, string]> {
  const [chain, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const said = await run('openssl', ['req', '-x509', '-newkey', ...kind, '-nodes', '-days', '90', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', chain, ...words]);
  assert.equal(said.status, 0, said.err);
  return [chain, key];
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tls-'));
  tls = join(folder, 'tls');
  [secure, plain] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'urok.conf'), '[school]\n');
  await ensure();
  await mkdir(join(folder, 'nginx'));
  const text = await nginxConfiguration({
    LISTEN: `listen 127.0.0.1:${secure} ssl;\nlisten 127.0.0.1:${plain};\nssl_certificate ${tls}/server.crt;\nssl_certificate_key ${tls}/server.key;`,
    USER: process.getuid!() === 0 ? 'user root root;' : '', WEB: join(PROJECT, 'web/dist'), RUNTIME: folder,
    FILES: folder, STATE: join(folder, 'nginx'), CONFIG: join(PROJECT, 'config/nginx'), TLS: tls, TRANSPORT_SECURITY: '',
  });
  const file = join(folder, 'nginx.conf');
  await writeFile(file, text.replace(/^error_log .*$/m, 'error_log stderr notice;')
    .replace('location = /trust {', `include ${tls}/nginx-*.conf;\nlocation = /trust {`));
  nginx = new Process('nginx', '/usr/sbin/nginx', ['-e', 'stderr', '-c', file]);
  await nginx.line(/start worker process \d+/);
});

after(async () => {
  await nginx.stop();
  await rm(folder, { recursive: true });
});

test('tls: who trusts the authority reaches the school by its names and addresses', async () => {
  for (const host of [NAME, 'shkola17', '127.0.0.1', 'localhost']) {
    const { status, err } = await curl(`https://${host}:${secure}/trust`);
    assert.equal(status, 0, `${host}: ${err}`);
  }
});

test('tls: nobody else is taken for it, and nobody trusts it unasked', async () => {
  assert.equal((await curl(`https://evil.example:${secure}/`)).status, 60);
  assert.equal((await curl(`https://${NAME}:${secure}/`, null)).status, 60);
});

test('tls: keys are for root alone, and everybody may read the rest', async () => {
  for (const [file, mode] of [['ca.key', 0o600], ['server.key', 0o600], ['ca.crt', 0o644], ['server.crt', 0o644], ['state.json', 0o644]] as const) {
    assert.equal((await stat(join(tls, file))).mode & 0o777, mode, file);
  }
  assert.doesNotMatch(await readFile(join(tls, 'state.json'), 'utf8'), /PRIVATE/);
});

test('trust: the page is there over HTTP and HTTPS, in the browser\'s language, with the fingerprint of the file', async () => {
  const { authority } = await state();
  for (const [language, words] of [['ru-RU,ru;q=0.9', /lang="ru"[\s\S]*Как доверять/], ['en-US,en;q=0.9', /lang="en"[\s\S]*How to trust/], ['tt', /lang="ru"/]] as const) {
    for (const url of [`http://127.0.0.1:${plain}/trust`, `https://${NAME}:${secure}/trust`]) {
      const { out } = await curl(url, undefined, '--include', '--header', `Accept-Language: ${language}`);
      assert.match(out, words, `${url} ${language}`);
      assert.match(out, /content-type: text\/html; charset=utf-8/i);
      assert.match(out, /content-security-policy: default-src 'self'/i);
      assert.match(out, /vary: accept-language/i);
      assert.doesNotMatch(out, /@[A-Z_]+@|strict-transport-security|<script|style=/i);
      const shown = [...out.matchAll(/<span>([0-9A-F:]{11})<\/span>/g)].map(([, group]) => group).join(':');
      assert.equal(shown, authority.fingerprint_sha256);
    }
  }
  const file = await fetch(`http://127.0.0.1:${plain}/trust/urok-ca.crt`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  assert.equal(file.headers.get('content-type'), 'application/x-x509-ca-cert');
  assert.equal(createHash('sha256').update(bytes).digest('hex'), authority.fingerprint_sha256.replaceAll(':', '').toLowerCase());
  assert.equal(new X509Certificate(bytes).ca, true);
});

test('trust: nothing but the pages is reached below it, however it is spelled', async () => {
  for (const path of ['/trust/ca.key', '/trust/../ca.key', '/trust/%2e%2e/ca.key', '/trust/..%2fca.key', '/trust/ru/../../server.key',
    '/trust/index.ru.html', '/trust/', '/trust//urok-ca.crt/x', '/.well-known/acme-challenge/../../server.key', '/.well-known/acme-challenge/..%2f..%2fserver.key']) {
    const { out } = await curl(`http://127.0.0.1:${plain}${path}`, null, '--path-as-is', '--write-out', '\n%{http_code}');
    assert.match(out, /\n(404|400|200)$/, path);
    assert.doesNotMatch(out, /PRIVATE KEY/, path);
    if (out.endsWith('200')) assert.match(out, /^<!doctype html>/, path);
  }
});

test('tls: a new address gets a new certificate that old trust covers, without a moment that fails', async () => {
  const before = await state();
  await ensure('127.0.0.1', '10.20.30.40');
  const then = await state();
  assert.deepEqual(then.authority, before.authority);
  assert.notEqual(then.fingerprint_sha256, before.fingerprint_sha256);
  assert.ok(then.names.includes('10.20.30.40'), then.names);
  await reload();
  const { out } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${secure}`, '-CAfile', join(tls, 'ca.crt'), '-verify_ip', '10.20.30.40',
    '-verify_return_error', '-brief']).then((said) => ({ out: said.out + said.err }));
  assert.match(out, /Verification: OK/);
});

test('tls: another name of the machine needs new trust, and that is said', async () => {
  const before = await state();
  const other = join(folder, 'other');
  const words = ['--folder', other, '--templates', join(PROJECT, 'tls/trust'), '--config', join(folder, 'urok.conf'), '--address', '127.0.0.1'];
  const program = join(BUILD, 'tls/urok-tls');
  await run(program, [...words, '--name', 'shkola17', 'ensure']);
  const renamed = await run(program, [...words, '--name', 'shkola18', 'ensure']);
  assert.match(renamed.err, /was made because the box has another name\. Devices must be told anew to trust it: open \/trust/);
  const then = JSON.parse(await readFile(join(other, 'state.json'), 'utf8'));
  assert.notEqual(then.authority.fingerprint_sha256, before.authority.fingerprint_sha256);
  assert.ok(then.authority.replaced_at);
});

test('tls: what browsers would refuse is refused, with a sentence, and what is in use stays', async () => {
  const before = await state();
  const [good, goodKey] = await foreign('good.example');
  const [, otherKey] = await foreign('other.example');
  const [weak, weakKey] = await foreign('weak.example', ['rsa:1024']);
  const [mail, mailKey] = await foreign('mail.example', undefined, '-addext', 'extendedKeyUsage=emailProtection');
  await writeFile(join(folder, 'empty'), '');
  for (const [chain, key, words] of [
    [good, otherKey, /does not belong to the first certificate/],
    [weak, weakKey, /too short: RSA needs 2048 bits/],
    [mail, mailKey, /is not for a server/],
    [join(folder, 'empty'), goodKey, /holds no certificate in PEM/],
    [good, join(folder, 'empty'), /holds no key in PEM/],
    [join(folder, 'none'), goodKey, /none cannot be read/],
  ] as const) {
    const { status, err } = await urokTls(['import', chain, key]);
    assert.equal(status, 1);
    assert.match(err, words);
  }
  assert.deepEqual({ ...await state(), checked_at: 0, known_ms: 0 }, { ...before, checked_at: 0, known_ms: 0 });
});

test('tls: the school\'s own certificate is used, with HSTS, until it goes back to the box\'s own', async (t) => {
  t.after(() => writeFile(join(folder, 'urok.conf'), '[school]\n'));
  const { authority } = await state();
  await writeFile(join(folder, 'urok.conf'), `[school]\npublic_name=other.example:${secure}\n`);
  const [chain, key] = await foreign('school.example');
  const taken = await urokTls(['import', chain, key]);
  assert.equal(taken.status, 0, taken.err);
  assert.match(taken.err, /not for the school's name other\.example/);
  await reload();
  const served = await curl(`https://school.example:${secure}/trust`, chain, '--include', '--resolve', `school.example:${secure}:127.0.0.1`);
  assert.match(served.out, /strict-transport-security: max-age=2592000/i);
  assert.match(served.out, /ничего устанавливать не нужно/);
  assert.equal((await state()).kind, 'imported');
  await ensure();
  assert.equal((await state()).kind, 'imported', 'a daily look changes nothing');

  await writeFile(join(folder, 'urok.conf'), '[school]\n');
  assert.equal((await urokTls(['use-own-ca'])).status, 0);
  await reload();
  const own = await curl(`https://${NAME}:${secure}/trust`, undefined, '--include');
  assert.equal(own.status, 0, own.err);
  assert.doesNotMatch(own.out, /strict-transport-security/i);
  assert.equal((await state()).authority.fingerprint_sha256, authority.fingerprint_sha256, 'who trusted it still does');
});

test('tls: urokctl tells what is in use, for people and for programs', async () => {
  const urokctl = (...words: string[]) => run(join(BUILD, 'ctl/urokctl'), words, { UROK_TLS: tls });
  const told = await urokctl('tls', 'status');
  const { authority } = await state();
  assert.match(told.out, /kind +own-ca/);
  assert.ok(told.out.includes(authority.fingerprint_sha256), told.out);
  assert.deepEqual(JSON.parse((await urokctl('--json', 'tls', 'status')).out), await state());
  const refused = await urokctl('tls', 'import', join(folder, 'urok.conf'), join(folder, 'urok.conf'));
  assert.equal(refused.status, 1);
  assert.match(refused.err, /holds no certificate in PEM/);
});

test('tls: a certificate comes from an ACME authority through certbot, and each renewal is taken', async () => {
  const name = 'urok.school17.example';
  const [directory, management, dns, dnsManagement] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const home = join(folder, 'certbot');
  await mkdir(join(home, 'letsencrypt'), { recursive: true });
  await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble: {
    listenAddress: `127.0.0.1:${directory}`, managementListenAddress: `127.0.0.1:${management}`, certificate: join(tls, 'server.crt'),
    privateKey: join(tls, 'server.key'), httpPort: plain, tlsPort: secure, ocspResponderURL: '', externalAccountBindingRequired: false,
  } }));
  await writeFile(join(home, 'letsencrypt/cli.ini'), [`server = https://127.0.0.1:${directory}/dir`, `config-dir = ${home}/etc`,
    `work-dir = ${home}/lib`, `logs-dir = ${home}/log`, 'no-random-sleep-on-renew = true', ''].join('\n'));
  const environment = { XDG_CONFIG_HOME: home, REQUESTS_CA_BUNDLE: join(tls, 'ca.crt'), no_proxy: '*' };
  const names = new Process('names', 'pebble-challtestsrv', ['-dns01', `127.0.0.1:${dns}`, '-http01', '', '-https01', '', '-tlsalpn01', '',
    '-management', `127.0.0.1:${dnsManagement}`, '-defaultIPv4', '127.0.0.1', '-defaultIPv6', '']);
  const authority = new Process('pebble', 'pebble', ['-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${dns}`],
    { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0', PEBBLE_AUTHZREUSE: '100' });
  try {
    await names.line(/Starting management server/);
    await authority.line(/ACME directory available at/);
    const words = ['--folder', tls, '--templates', join(PROJECT, 'tls/trust'), '--config', join(folder, 'urok.conf')];
    const asked = await run(join(BUILD, 'tls/urok-tls'), [...words, 'acme', name, 'it@school17.example'], environment);
    assert.equal(asked.status, 0, asked.out + asked.err);
    const first = await state();
    assert.equal(first.kind, 'acme');
    assert.deepEqual(first.names, [name]);
    assert.match(first.issuer, /Pebble/);
    await reload();
    const served = await curl(`https://${name}:${secure}/trust`, null, '--insecure', '--resolve', `${name}:${secure}:127.0.0.1`, '--include');
    assert.match(served.out, /strict-transport-security/i);

    const renewed = await run('certbot', ['renew', '--force-renewal', '--non-interactive'], environment);
    assert.equal(renewed.status, 0, renewed.out + renewed.err);
    assert.notEqual((await state()).fingerprint_sha256, first.fingerprint_sha256);
    const private_ = await run(join(BUILD, 'tls/urok-tls'), [...words, 'acme', 'school.local'], environment);
    assert.match(private_.err, /school\.local is no public name/);
  } finally {
    await authority.kill();
    await names.kill();
  }
});
