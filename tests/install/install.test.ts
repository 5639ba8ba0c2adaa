// SPDX-License-Identifier: LGPL-2.1-or-later
// A fresh server without any network but its own LAN becomes a school by one command, and what school IT then relies on
// holds. Each test goes on where the one before it ended: a server is installed once.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Appliance } from '../lib/appliance.ts';
import { openBrowser } from '../lib/browser.ts';
import { apt, asUser, follow, installBesideNginx, release, reloadsNginx, values } from '../lib/console.ts';
import { makeHost, type Host } from '../lib/host.ts';
import { CAMERA } from '../lib/places.ts';
import { seed } from '../lib/pictures.ts';
import { Process } from '../lib/process.ts';
import { ask } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';
import { Viewer } from '../lib/viewer.ts';

const SOCKETS = ['urokd-rest.socket', 'urokd-live.socket', 'urokd-control.socket', 'urokd-metrics.socket'];
/** Of systemd-analyze security, in tenths. */
const MOST_EXPOSED = { urokd: 13, worker: 15 };

const run = promisify(execFile);

let host: Host & AsyncDisposable;
let school: Appliance;
let administrator: Person;
let brought = 0;

before(async () => {
  host = await makeHost('school', '10.77.0.12', { withDisk: false });
  await host.boot();
  school = new Appliance(host);
});

after(() => host[Symbol.asyncDispose]());

const systemctl = (...words: string[]): Promise<string> => host.run('systemctl', ...words);
const plainly = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask({ host: host.address, port: 80 }, method, path, { headers: { Host: school.name, ...headers } });

/** What dpkg says is installed, in MB. */
const installed = async (): Promise<number> => {
  const sizes = await host.run('dpkg-query', '-W', '-f', '${Installed-Size} ${db:Status-Status}\n');
  return [...sizes.matchAll(/^(\d+) installed$/gm)].reduce((sum, [, kib]) => sum + Number(kib), 0) / 1024;
};

test(`${release}: one command installs it with the cable pulled, and one line says where to go`, async () => {
  const before = await installed();
  const said = await apt(host, 'install', '/root/urok.deb');
  brought = await installed() - before;
  const ours = said.split('\n').filter((line) => line.startsWith('Urok'));
  assert.equal(ours.length, 1, said);
  assert.equal(said.match(/setup code|urokctl/g)?.length, 1, 'no second line explains the first');
  const code = /^Urok: open https:\/\/school\.local\/ and enter the setup code ([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})$/.exec(ours[0]!)?.[1];
  assert.ok(code, said);
  assert.equal((await host.run('urokctl', 'setup-code')).split('\n')[0], code, 'the console says the same');
});

test(`${release}: everything that it needs is running, watched, and held by systemd's sockets`, async () => {
  const units = ['urokd.service', ...SOCKETS, 'nginx.service', 'avahi-daemon.service', 'dbus.service'];
  assert.equal(await systemctl('is-active', ...units), 'active\n'.repeat(units.length));
  assert.equal(await systemctl('is-enabled', 'urokd.service', ...SOCKETS), 'enabled\n'.repeat(1 + SOCKETS.length));
  assert.equal(await systemctl('list-units', '--failed', '--plain', '--no-legend'), '');
  const unit = await values(host, 'urokd.service', 'Type', 'WatchdogUSec', 'User', 'NRestarts', 'LimitNOFILE', 'LimitNOFILESoft');
  assert.deepEqual(unit, { Type: 'notify', WatchdogUSec: '30s', User: '_urok', NRestarts: '0', LimitNOFILE: '16384', LimitNOFILESoft: '16384' });
  await systemctl('restart', 'urokd.service');
  assert.equal(await systemctl('is-active', ...SOCKETS), 'active\n'.repeat(SOCKETS.length), 'the sockets outlive the daemon');
});

test(`${release}: a request wakes the daemon, and one that hangs is started again`, async () => {
  await school.trust();
  await systemctl('stop', 'urokd.service');
  assert.equal((await school.request('GET', '/api/v1/school')).status, 200);
  assert.equal(await systemctl('is-active', 'urokd.service'), 'active\n');

  await host.run('mkdir', '-p', '/run/systemd/system/urokd.service.d');
  await host.run('sh', '-c', 'printf "[Service]\\nWatchdogSec=3\\n" >/run/systemd/system/urokd.service.d/soon.conf');
  await systemctl('daemon-reload');
  await systemctl('restart', 'urokd.service');
  const journal = await follow(host, 'urokd.service');
  try {
    await systemctl('kill', '--kill-whom=main', '--signal=STOP', 'urokd.service');
    await journal.line(/[Ww]atchdog timeout/);
    await journal.line(/is ready/);
  } finally {
    await journal.kill();
  }
  await host.run('rm', '-r', '/run/systemd/system/urokd.service.d');
  await systemctl('daemon-reload');
  await systemctl('restart', 'urokd.service');
  await systemctl('reset-failed');
});

test(`${release}: a reload refuses a wrong line by its place, and goes on with what was`, async () => {
  const journal = await follow(host, 'urokd.service');
  try {
    await host.run('sh', '-c', 'printf "[chats]\\nmessages_a_minute=many\\n" >/etc/urok/conf.d/90-wrong.conf');
    await assert.rejects(systemctl('reload', 'urokd.service'), /failed/);
    await journal.line(/90-wrong\.conf/);
  } finally {
    await journal.kill();
  }
  await host.run('rm', '/etc/urok/conf.d/90-wrong.conf');
  await systemctl('reload', 'urokd.service');
  assert.equal((await school.request('GET', '/api/v1/school')).status, 200);
  assert.equal((await values(host, 'urokd.service', 'NRestarts')).NRestarts, '0');
});

test(`${release}: nothing listens but nginx's two ports and Avahi's`, async () => {
  const listening = (await host.run('ss', '-H', '-lntup')).trim().split('\n').map((line) => {
    const [kind, , , , address] = line.split(/\s+/);
    return { kind, port: address!.split(':').at(-1)!, program: /"([^"]+)"/.exec(line)?.[1] };
  });
  const others = listening.filter(({ program }) => program !== 'avahi-daemon');
  assert.deepEqual(new Set(others.map(({ kind, port, program }) => `${program} ${kind} ${port}`)),
    new Set(['nginx tcp 80', 'nginx tcp 443']), JSON.stringify(listening));
  assert.ok(listening.some(({ program, port }) => program === 'avahi-daemon' && port === '5353'), JSON.stringify(listening));
  assert.ok(listening.every(({ program, kind }) => program !== 'avahi-daemon' || kind === 'udp'), JSON.stringify(listening));
});

test(`${release}: HTTP leads to HTTPS, under this machine's names and addresses`, async () => {
  for (const [name, secure] of [['school', 'school.local'], ['SCHOOL', 'school.local'], ['school.local', 'school.local'], [host.address, host.address]]) {
    const { status, headers } = await plainly('/chats?x=1', { Host: name! });
    assert.equal(status, 301, name);
    assert.equal(headers.location, `https://${secure}/chats?x=1`);
  }
  assert.notEqual((await plainly('/chats', { Host: 'other.example' })).headers.location, 'https://other.example/chats', 'another name is not ours');
  const page = await school.request('GET', '/');
  assert.equal(page.status, 200);
  assert.match(page.text, /<div id="root">/);
  assert.equal(page.headers['strict-transport-security'], undefined, 'a certificate of its own must not be nailed down');
});

test(`${release}: the code of that line makes the school, once; without it nobody becomes administrator`, async () => {
  const body = { code: '0000-0000-0000-0000', school: { name: 'Чужая' }, administrator: { family_name: 'А', given_name: 'Б', login: 'admin', password: 'длинный пароль 17' } };
  assert.equal((await school.request('POST', '/api/v1/setup', { body })).status, 403);
  administrator = await school.setUp();
  assert.equal((await school.request('POST', '/api/v1/setup', { body })).status, 409);
  assert.match(administrator.cookie, /^__Host-sid=/);
});

test(`${release}: a camera is broadcast by a worker of its own user, and watched through nginx over TLS`, async () => {
  const camera = new Process('camera', CAMERA, ['--port', '0', '--listen', '10.77.0.2', '--size', '320x180', '--bitrate', '300']);
  try {
    const url = (await camera.line(/^listening /)).slice('listening '.length);
    const added = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url });
    const broadcast = await administrator.post('/api/v1/broadcasts', { camera: added.id, title: 'Математика', audience: { school: true } });
    const viewer = new Viewer(school, administrator, broadcast);
    await viewer.goOn(2);
    const unit = 'urok-broadcast@kabinet-12.service';
    const held = await values(host, unit, 'ActiveState', 'User', 'MemoryMax', 'TasksMax', 'CPUSchedulingPolicy');
    assert.deepEqual(held, { ActiveState: 'active', User: '_urok-media', MemoryMax: String(192 * 2 ** 20), TasksMax: '96', CPUSchedulingPolicy: '3' });
    assert.match(await host.run('stat', '-c', '%A %U:%G', '/run/urok/broadcast/kabinet-12', '/run/urok/broadcast/kabinet-12/control'),
      /^drwxr-s--- _urok-media:www-data\nsrw-rw---- _urok-media:_urok-media\n$/);

    // One that is killed is started again, and goes on for those who watch.
    await systemctl('kill', '--signal=KILL', unit);
    await viewer.part(({ discontinuity }) => discontinuity);
    await viewer.leave();
    const ended = await administrator.ask('PATCH', `/api/v1/broadcasts/${broadcast.id}`, { body: { state: 'ended' } });
    assert.equal(ended.status, 200, ended.text);
  } finally {
    await camera.stop();
  }
});

test(`${release}: the daemon's user may start workers by their names, and nothing else`, async () => {
  const tell = (method: string, ...words: string[]) => asUser(host, '_urok', 'busctl', 'call', 'org.freedesktop.systemd1',
    '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager', method, ...words);
  assert.match(await tell('StartUnit', 'ss', 'urok-broadcast@tried.service', 'replace'), /^o "/);
  assert.match(await tell('RestartUnit', 'ss', 'urok-broadcast@tried.service', 'replace'), /^o "/);
  const refused: [string, ...string[]][] = [
    ['StopUnit', 'ss', 'nginx.service', 'replace'],
    ['StartUnit', 'ss', 'systemd-reboot.service', 'replace'],
    ['StartUnit', 'ss', 'urok-broadcast@Tried.service', 'replace'],
    ['StartUnit', 'ss', `urok-broadcast@${'x'.repeat(37)}.service`, 'replace'],
    ['StartUnit', 'ss', 'urok-broadcast@..service', 'replace'],
    ['StartUnit', 'ss', 'urok-broadcast@tried.service.d.service', 'replace'],
    ['StartUnit', 'ss', 'evil-urok-broadcast@tried.service', 'replace'],
    ['ReloadUnit', 'ss', 'urok-broadcast@tried.service', 'replace'],
    ['KillUnit', 'ssi', 'urok-broadcast@tried.service', 'all', '9'],
    ['SetUnitProperties', 'sba(sv)', 'urok-broadcast@tried.service', 'true', '1', 'MemoryMax', 't', '1'],
    ['StartTransientUnit', 'ssa(sv)a(sa(sv))', 'evil.service', 'replace', '1', 'Description', 's', 'x', '0'],
    ['Reload'],
  ];
  for (const words of refused) {
    await assert.rejects(tell(...words), /Interactive authentication required/, words.join(' '));
  }
  // systemd 257 asks polkit for this one by its name, and then does not take a name that a unit's file has.
  await assert.rejects(tell('StartTransientUnit', 'ssa(sv)a(sa(sv))', 'urok-broadcast@other.service', 'replace', '1', 'Description', 's', 'x', '0'),
    /Interactive authentication required|already loaded or has a fragment file/);
  assert.match(await tell('StopUnit', 'ss', 'urok-broadcast@tried.service', 'replace'), /^o "/);
  for (const user of ['_urok-media', 'www-data']) {
    await assert.rejects(asUser(host, user, 'busctl', 'call', 'org.freedesktop.systemd1', '/org/freedesktop/systemd1',
      'org.freedesktop.systemd1.Manager', 'StartUnit', 'ss', 'urok-broadcast@tried.service', 'replace'), /Interactive authentication required/, user);
  }
});

/** What the one who speaks behind one of the jobs' sockets says to a line, until it ends. */
async function behind(socket: string, line = ''): Promise<string> {
  const connection = connect(host.inside(`run/urok/${socket}.sock`));
  let said = '';
  connection.on('data', (data) => { said += data; });
  connection.write(line);
  await new Promise<void>((resolve, reject) => connection.on('close', () => resolve()).on('error', reject));
  return said;
}

test(`${release}: pictures and letters are jobs of throw-away users, one without a network, both without files`, async () => {
  const picture = await seed('baseline.jpg');
  const sent = await administrator.ask('PUT', '/api/v1/me/picture', { body: picture, headers: { 'Content-Type': 'image/jpeg' } });
  assert.equal(sent.status, 200, sent.text);
  const shown = await administrator.ask('GET', `/api/v1/people/${administrator.me.id}/picture`);
  assert.deepEqual([shown.status, shown.headers['content-type']], [200, 'image/webp']);
  assert.match(await host.run('find', '/var/lib/urok/files', '-type', 'f', '-printf', '%m %u:%g\n'), /^(640 _urok:www-data\n)+$/);
  assert.equal(await host.run('stat', '-c', '%a %U:%G', '/run/urok/papers.sock', '/run/urok/errands.sock'), '600 _urok:_urok\n'.repeat(2));

  // In the place of the program a shell looks around, in the same walls.
  const look = 'id -u; cut -d: -f1 /proc/self/net/dev | tail -n +3 | xargs; ls -A / /run /var; cat /var/lib/urok/data/urok.db /etc/passwd; touch /x; exit 0';
  for (const job of ['papers', 'errands']) {
    const folder = `/run/systemd/system/urok-${job}@.service.d`;
    await host.run('mkdir', '-p', folder);
    await writeFile(join(host.inside(folder.slice(1)), 'look.conf'), `[Service]\nExecStart=\nExecStart=/usr/bin/sh -c '${look}'\nStandardOutput=socket\nStandardError=socket\n`);
    await systemctl('daemon-reload');
    const [user, network, ...rest] = (await behind(job)).split('\n');
    await host.run('rm', '-r', folder);
    await systemctl('daemon-reload');
    assert.ok(Number(user) >= 61184 && Number(user) <= 65519, `${job} is user ${user}`);
    if (job === 'papers') assert.equal(network!.trim(), 'lo');
    else assert.notEqual(network!.trim(), '');
    const seen = rest.join('\n');
    for (const words of ['urok.db: No such file', 'passwd: No such file', '/x\': Read-only file system']) assert.ok(seen.includes(words), `${job}: ${seen}`);
    assert.ok(!/^(urok|home|srv|nginx)$/m.test(seen), `${job} sees ${seen}`);
  }
  const letter = { kind: 'mail', server: '127.0.0.1', port: 9, security: 'tls', from: 'a@example.org', to: 'b@example.org', subject: 'x', text: 'y' };
  assert.match(await behind('errands', `${JSON.stringify(letter)}\n`), /"mail-no-connection"/);
  assert.equal(await systemctl('list-units', '--failed', '--plain', '--no-legend'), '');
});

test(`${release}: the walls of each unit are as high as they were meant to be`, async () => {
  const files = (await host.run('dpkg', '-L', 'urok')).split('\n');
  const units = files.filter((path) => /\/systemd\/system\/urok[^/]*\.(service|socket|timer|path)$/.test(path));
  const workers = units.flatMap((path) => /([^/]*)@\.service$/.exec(path)?.slice(1) ?? []);
  assert.ok(workers.includes('urok-broadcast'));
  await host.run('systemd-analyze', 'security', '--no-pager', `--threshold=${MOST_EXPOSED.urokd}`, 'urokd.service');
  for (const worker of workers) {
    await host.run('systemd-analyze', 'security', '--no-pager', `--threshold=${MOST_EXPOSED.worker}`, `${worker}@x.service`);
  }
  assert.equal(await host.run('sh', '-c', 'systemd-analyze verify --man=no "$@" 2>&1', 'verify', ...units.filter((path) => !path.includes('@'))), '');
  // The kernel of a test machine may have no AppArmor: the profiles are read by the release's own parser, not enforced.
  await host.run('sh', '-c', 'dpkg -x /var/cache/apt/archives/apparmor_*.deb /opt/apparmor');
  const profiles = files.filter((path) => /^\/etc\/apparmor\.d\/[^/]+$/.test(path) && path !== '/etc/apparmor.d/local');
  const names = await host.run('sh', '-c', 'PATH=/opt/apparmor/sbin:/opt/apparmor/usr/sbin exec apparmor_parser --skip-kernel-load --skip-cache --base /opt/apparmor/etc/apparmor.d --names "$@"', 'parse', ...profiles);
  assert.deepEqual(names.trim().split('\n').sort(), ['urok-broadcast', 'urok-errands', 'urok-papers', 'urokd']);
  for (const worker of workers) assert.match((await values(host, `${worker}@x.service`, 'AppArmorProfile')).AppArmorProfile!, new RegExp(`${worker}$`));
  const denied: [string, string][] = [
    ['_urok-media', '/var/lib/urok/data/urok.db'], ['www-data', '/var/lib/urok/data/urok.db'],
    ['_urok', '/var/lib/urok-tls/server.key'], ['www-data', '/var/lib/urok-tls/server.key'], ['_urok-media', '/var/lib/urok-tls/server.key'],
  ];
  for (const [user, path] of denied) await assert.rejects(asUser(host, user, 'cat', path), /Permission denied/, `${user} reads ${path}`);
  const places = await host.run('stat', '-c', '%n %a %U:%G', '/run/urok', '/run/urok/broadcast', '/var/lib/urok', '/var/lib/urok/data',
    '/var/lib/urok/files', '/var/lib/urok-media', '/run/urok/rest.sock', '/run/urok/live.sock', '/run/urok/control.sock', '/run/urok/metrics.sock');
  assert.equal(places, [
    '/run/urok 755 root:root', '/run/urok/broadcast 2750 root:www-data', '/var/lib/urok 711 root:root',
    '/var/lib/urok/data 700 _urok:_urok', '/var/lib/urok/files 2750 _urok:www-data', '/var/lib/urok-media 2750 _urok-media:www-data',
    '/run/urok/rest.sock 660 www-data:www-data', '/run/urok/live.sock 660 www-data:www-data', '/run/urok/control.sock 660 root:urok-admin', '/run/urok/metrics.sock 660 root:urok-metrics', '',
  ].join('\n'));
});

test(`${release}: another machine that walks nginx's locations finds nothing that is between it and urokd`, async () => {
  const inner = ['/api/internal/media', '/may-watch', '/internal/broadcast/kabinet-12/control', '/internal/broadcast/', '/api/v1/console/status',
    '/api/v1/console/sign-in-links', '/trust/../api/internal/media', '/assets/../../../../etc/passwd', '/live/../internal/broadcast/x', '/.well-known/acme-challenge/x'];
  const spell = [
    (path: string) => path,
    (path: string) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    (path: string) => path.replaceAll('/', '//'),
    (path: string) => `/api/v1/..%2f..%2f${path.slice(1)}`,
    (path: string) => `/x/%2e%2e${path}`,
    (path: string) => path.replace(/\/(?=[^/]+$)/, '%2f'),
    (path: string) => `${path}%00`,
  ];
  const hosts = [school.name, host.address, 'localhost', 'other.example', '127.0.0.1', 'unix'];
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];
  for (const [i, path] of inner.flatMap((path) => spell.map((each) => each(path))).entries()) {
    for (const method of methods) {
      const reply = await school.request(method, path, { cookie: administrator.cookie, headers: { Host: hosts[(i + method.length) % hosts.length], 'X-Original-URI': '/live/x/part_1_0.m4s' } });
      const isPage = reply.status === 200 && reply.text.startsWith('<!doctype html>');
      assert.ok(isPage || (method === 'HEAD' && reply.status === 200 && /^text\/html/.test(reply.headers['content-type'] ?? '')) || reply.status >= 400,
        `${method} ${path}: ${reply.status} ${reply.text.slice(0, 200)}`);
      assert.ok(!/root:x:|"ok":true/.test(reply.text), `${method} ${path}: ${reply.text.slice(0, 200)}`);
    }
    const { status, text } = await plainly(path);
    assert.ok(status === 301 || status >= 400, `http ${path}: ${status} ${text.slice(0, 200)}`);
  }
});

test(`${release}: what it weighs: our own files, what apt brings, and memory at rest`, async () => {
  const rss = async (name: string): Promise<number> => {
    const pids = (await host.run('sh', '-c', `pgrep -x ${name} || true`)).trim().split('\n').filter(Boolean);
    let kib = 0;
    for (const pid of pids) kib += Number(/^Pss:\s+(\d+)/m.exec(await host.run('cat', `/proc/${pid}/smaps_rollup`))![1]);
    return kib / 1024;
  };
  const own = Number(await host.run('dpkg-query', '-W', '-f', '${Installed-Size}', 'urok')) / 1024;
  const resident = Number(/VmRSS:\s+(\d+)/.exec(await host.run('sh', '-c', 'cat /proc/$(pgrep -x urokd)/status'))![1]) / 1024;
  const all = await rss('urokd') + await rss('nginx') + await rss('avahi-daemon');
  console.log(`# own files ${own.toFixed(1)} MB, apt brought ${brought.toFixed(0)} MB, urokd RSS ${resident.toFixed(1)} MB, urokd + nginx + Avahi PSS ${all.toFixed(1)} MB`);
  assert.ok(own > 1 && own <= 10, `${own} MB of our own`);
  assert.ok(resident <= 20, `urokd: ${resident} MB`);
  assert.ok(all <= 60, `the appliance: ${all} MB`);
});

test(`${release}: who trusts the school's authority opens it by its name and its address, and nobody else does`, async () => {
  const file = await plainly('/trust/urok-ca.crt');
  assert.equal(file.headers['content-type'], 'application/x-x509-ca-cert');
  const authority = new X509Certificate(file.bytes);
  const told = JSON.parse(await host.run('urokctl', '--json', 'tls', 'status'));
  assert.equal(authority.fingerprint256, told.authority.fingerprint_sha256, 'what is downloaded is what the console tells');
  const open = (servername: string, ca: string | undefined) => ask({ ...school.front, servername, ca }, 'GET', '/');
  assert.equal((await open(school.name, authority.toString())).status, 200);
  // «school» is a top-level domain as well.
  await assert.rejects(open('school', authority.toString()), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  await assert.rejects(open(school.name, undefined), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  await assert.rejects(open('evil.example', authority.toString()), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  const page = await plainly('/trust');
  assert.ok(page.text.includes(`<span>${authority.fingerprint256.slice(0, 11)}</span>`), page.text);
});

test(`${release}: a new address is served under the trust that was given, as soon as the kernel tells of it`, async () => {
  const authority = await host.run('cat', '/var/lib/urok-tls/ca.crt');
  const journal = await follow(host, 'nginx');
  const at = (address: string) => ask({ ...school.front, host: address, servername: undefined, ca: authority }, 'GET', '/');
  try {
    await reloadsNginx(host, async () => {
      await host.run('ip', 'address', 'add', '10.77.0.112/24', 'dev', 'host0');
      return journal.line(/Reloaded nginx/);
    });
    assert.equal((await at('10.77.0.112')).status, 200);
    assert.equal((await at(host.address)).status, 200);
  } finally {
    await journal.kill();
    await host.run('ip', 'address', 'del', '10.77.0.112/24', 'dev', 'host0');
  }
  assert.equal(await host.run('cat', '/var/lib/urok-tls/ca.crt'), authority);
  assert.equal(await systemctl('is-active', 'urok-tls.socket', 'urok-tls.timer', 'urok-tls-changed.path'), 'active\n'.repeat(3));
});

test(`${release}: after a reboot the school is there again, and who was signed in still is`, async () => {
  await host.reboot();
  assert.equal(await systemctl('is-active', 'urokd.service', ...SOCKETS, 'nginx.service', 'avahi-daemon.service'), 'active\n'.repeat(3 + SOCKETS.length));
  assert.equal((await administrator.get('/api/v1/school')).name, 'Школа № 17');
});

test(`${release}: removing keeps the school and leaves nginx in peace; installing again brings it back`, async () => {
  await apt(host, 'remove', 'urok');
  assert.equal(await systemctl('is-active', 'nginx.service'), 'active\n');
  assert.match((await plainly('/')).text, /nginx/, 'the site that nginx had is there');
  await host.run('test', '-s', '/var/lib/urok/data/urok.db');
  const said = await installBesideNginx(host);
  assert.doesNotMatch(said, /^Urok: open/m, 'there is no code for a school that was made');
  assert.equal((await administrator.get('/api/v1/school')).name, 'Школа № 17');
});

test(`${release}: a site that was disabled stays so when the package is installed once more`, async () => {
  await host.run('rm', '/etc/nginx/sites-enabled/urok');
  await apt(host, 'install', '--reinstall', '/root/urok.deb');
  await assert.rejects(host.run('test', '-e', '/etc/nginx/sites-enabled/urok'));
});

test(`${release}: purging says what it takes, and leaves the recordings`, async () => {
  await host.run('sh', '-c', 'echo film >/var/lib/urok-media/lesson.mp4');
  const said = await apt(host, 'purge', 'urok');
  assert.match(said, /^Urok: removing \/var\/lib\/urok \(/m);
  assert.match(said, /^Urok: removing \/var\/lib\/urok-tls \(/m);
  assert.match(said, /^Urok: the recordings in \/var\/lib\/urok-media are kept/m);
  const left = await host.run('find', '/var/lib/urok', '/var/lib/urok-tls', '/var/lib/urok-media', '/etc/urok', '/run/urok', '/usr/lib/urok', '/usr/share/urok', '-type', 'f')
    .catch((error: { stdout: string }) => error.stdout);
  assert.equal(left, '/var/lib/urok-media/lesson.mp4\n');
  assert.equal(await host.run('find', '/etc', '-name', '*urok*', '-not', '-path', '/etc/systemd/*'), '');
});

test(`${release}: without the Internet one folder brings all of it, also to a machine that has nothing of it`, async () => {
  await host.run('rm', '-r', '/var/lib/urok-media');
  await apt(host, 'autoremove');
  await apt(host, 'clean');
  await assert.rejects(host.run('test', '-e', '/usr/sbin/nginx'), 'nginx went with what needed it');
  const said = await host.run('env', 'DEBIAN_FRONTEND=noninteractive', '/root/urok-bundle/install');
  assert.match(said, /^Urok: open https:\/\/school\.local\/ and enter the setup code /m);
  await school.trust();
  assert.equal((await school.request('GET', '/')).status, 200);
  await apt(host, 'purge', 'urok');
});

test(`${release}: beside a site that nginx serves already it is preseeded, installed, and that site goes on`, async () => {
  await host.run('sh', '-c', `cat >/etc/nginx/sites-available/library <<'TEXT'
server {
	listen 80;
	listen 443 ssl;
	server_name library.example;
	ssl_certificate /root/library.crt;
	ssl_certificate_key /root/library.key;
	location / { return 200 "the library"; }
}
TEXT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=library.example -keyout /root/library.key -out /root/library.crt 2>/dev/null
ln -s ../sites-available/library /etc/nginx/sites-enabled/library && systemctl reload nginx`);
  await host.run('sh', '-c', 'printf "urok urok/%s\\n" "public-name string urok.school.example" "school-name string Школа № 17" | debconf-set-selections');
  const said = await installBesideNginx(host);
  assert.match(said, /^Urok: open https:\/\/urok\.school\.example\/ and enter the setup code /m);
  await school.trust();
  assert.equal(JSON.parse((await school.request('GET', '/api/v1/school')).text).name, 'Школа № 17');
  for (const name of ['urok.school.example', 'school.local', host.address]) {
    const { headers } = await plainly('/', { Host: name });
    assert.equal(headers.location, `https://${name}/`, name);
  }
  assert.equal((await plainly('/', { Host: 'library.example' })).text, 'the library');
  const library = await host.run('cat', '/root/library.crt');
  const secure = await ask({ protocol: 'https:', host: host.address, port: 443, servername: 'library.example', ca: library }, 'GET', '/', { headers: { Host: 'library.example' } });
  assert.equal(secure.text, 'the library');
  assert.match((await plainly('/', { Host: 'unknown.example' })).text, /nginx/, 'what nobody claims is where it was');
});

test(`${release}: a browser that trusts the school's authority warns of nothing, and its wizard ends at the first page`, async () => {
  const home = await mkdtemp(join(tmpdir(), 'urok-home-'));
  try {
    await writeFile(join(home, 'ca.crt'), school.trusted);
    const nss = `sql:${join(home, '.pki/nssdb')}`;
    await mkdir(join(home, '.pki/nssdb'), { recursive: true });
    await run('certutil', ['-N', '-d', nss, '--empty-password']);
    await run('certutil', ['-A', '-d', nss, '-t', 'C,,', '-n', 'school', '-i', join(home, 'ca.crt')]);
    await using browser = await openBrowser({ home, words: [`--host-resolver-rules=MAP ${school.name} ${host.address}`] });
    const { page } = await browser.visitor(school);
    const { code } = await school.console('GET', '/api/v1/console/setup-code');
    await page.goto(`https://${school.name}/`);
    await page.waitForURL(/\/setup$/);
    const next = () => page.getByRole('button', { name: 'Дальше' }).click();
    await page.getByLabel('Код').fill(code);
    await next();
    await page.getByLabel('Название').fill('Школа № 4');
    await next();
    const fields = { Фамилия: 'Зайцева', Имя: 'Ирина', Логин: 'zaiceva', Пароль: 'три ёжика под ёлкой' };
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByRole('button', { name: 'Создать школу' }).click();
    await page.getByRole('heading', { level: 1, name: 'Готово. Что дальше?' }).waitFor();
    await page.goto(`https://${school.name}/chats`);
    await page.getByRole('heading', { level: 1, name: 'Чаты' }).waitFor();
  } finally {
    await rm(home, { recursive: true });
  }
});
