// SPDX-License-Identifier: LGPL-2.1-or-later
// Copies behind the walls of the units that make them: the timer's, the administrator's, a disk's that is plugged in, another
// machine's; and that other machine, on which Urok was just installed, becomes the school. Each test goes on where the one
// before ended.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Appliance } from '../lib/appliance.ts';
import { apt, follow, release, reloadsNginx, values } from '../lib/console.ts';
import { makeHost, type Host } from '../lib/host.ts';
import { openStream } from '../lib/live.ts';
import type { Person } from '../lib/school.ts';

const run = promisify(execFile);
const PASSWORD = 'длинный пароль 17';
const SHELF = '/var/lib/urok/backups';

let host: Host & AsyncDisposable;
let other: Host & AsyncDisposable;
let school: Appliance;
let administrator: Person;
let isGone = false;
let key: { secret: string; public: string; maker: string };

before(async () => {
  host = await makeHost('school', '10.77.0.12', { withDisk: false });
  other = await makeHost('again', '10.77.0.13', { withDisk: false });
  await Promise.all([host.boot(), other.boot()]);
  // It will take the first one's name; until then it keeps it to itself.
  await other.run('systemctl', 'mask', 'avahi-daemon.service', 'avahi-daemon.socket');
  await other.run('hostname', 'school');
  await writeFile(other.inside('/etc/hostname'), 'school\n');
  await Promise.all([
    apt(host, 'install', '/root/urok.deb', 'rsync', 'openssh-client', 'udev'),
    apt(other, 'install', '/root/urok.deb', 'rsync', 'openssh-server'),
  ]);
  school = new Appliance(host);
  await school.trust();
  const code = (await host.run('urokctl', 'setup-code')).split('\n')[0]!;
  const made = await school.request('POST', '/api/v1/setup', { body: {
    code, school: { name: 'Школа № 17', time_zone: 'Europe/Moscow' },
    administrator: { family_name: 'Орлова', given_name: 'Анна', login: 'orlova', password: PASSWORD },
  } });
  assert.equal(made.status, 201, made.text);
  administrator = school.person(made);
});

after(async () => {
  if (!isGone) await host[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const state = (): Promise<any> => administrator.get('/api/v1/backups');
const copies = async (at: Host, folder: string): Promise<string[]> =>
  (await readdir(at.inside(folder))).filter((name) => name.endsWith('.backup')).sort();
const journal = (unit: string): Promise<string> => host.run('journalctl', '--quiet', '-o', 'cat', '-u', unit);

/** Starts a unit that runs once; its words when it fails. */
async function runs(unit: string): Promise<void> {
  await host.run('systemctl', 'start', unit).catch(async (error) => assert.fail(`${error.message}\n${await journal(unit)}`));
}

test(`${release}: an administrator prints the recovery key, and asks for a copy that systemd makes and proves behind its walls`, async () => {
  key = await administrator.post('/api/v1/backups/recovery-key', { password: PASSWORD });
  const live = await openStream(school.front, administrator.cookie);
  const confirmed = await administrator.ask('PUT', '/api/v1/backups/recovery-key', { body: { public: key.public, ending: key.secret.slice(-6) } });
  assert.equal(confirmed.status, 204, confirmed.text);
  let seen = await state();
  for (; seen.running !== null; seen = await state()) await live.next('server');
  assert.deepEqual([seen.items.length, seen.items[0]?.verified, seen.failure], [1, true, null], 'the key begins a copy that opens with it');
  const asked = await administrator.ask('POST', '/api/v1/backups', { body: {} });
  assert.equal(asked.status, 202, asked.text);
  assert.equal((await administrator.ask('POST', '/api/v1/backups', { body: {} })).status, 409);
  for (seen = await state(); seen.running !== null; seen = await state()) await live.next('server');
  await live.close();
  assert.deepEqual([seen.items.length, seen.items[0]?.verified, seen.failure, seen.proof?.failure], [2, true, null, null], await journal('urok-backup.service'));
  assert.ok(Date.parse(seen.next) > Date.now() && Date.parse(seen.next) < Date.now() + 25 * 3_600_000, seen.next);
  assert.equal((await school.console('GET', '/api/v1/console/health')).items.find(({ id }: any) => id === 'backup').state, 'proven');
});

test(`${release}: the timer's unit does so each night, and nobody else of the daemon's may start or stop what is not its own`, async () => {
  assert.equal(await host.run('systemctl', 'is-enabled', 'urok-backup.timer'), 'enabled\n');
  assert.match(await host.run('systemctl', 'show', 'urok-backup.timer', '--property=Unit', '--value'), /urok-backup\.service/);
  await runs('urok-backup.service');
  assert.equal((await copies(host, SHELF)).length, 3);
  const [score] = /[\d.]+(?= [A-Z]+ )/.exec((await host.run('systemd-analyze', 'security', '--no-pager', 'urok-backup.service')).split('\n').at(-2)!)!;
  assert.ok(Number(score) <= 2.5, score);
  const asUrok = (...words: string[]) => host.run('setpriv', '--reuid=_urok', '--regid=_urok', '--init-groups', 'busctl', 'call', 'org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager', ...words);
  await assert.rejects(asUrok('StartUnit', 'ss', 'urok-backup-send.service', 'replace'));
  await assert.rejects(asUrok('RestartUnit', 'ss', 'urok-backup.service', 'replace'));
});

test(`${release}: urokctl copies to another folder, and lists and proves what is there`, async () => {
  assert.match(await host.run('env', 'LC_ALL=C.UTF-8', 'urokctl', 'backup', '--to', '/srv/copies'), /is made/);
  assert.match(await host.run('env', 'LC_ALL=C.UTF-8', 'urokctl', 'backup', 'verify', '--to', '/srv/copies'), /whole school/);
  assert.match(await host.run('env', 'LC_ALL=C.UTF-8', 'urokctl', 'backup', 'list', '--to', '/srv/copies'), /Школа № 17 .* proven/);
});

test(`${release}: a disk with our label gets a copy, and may go when that has ended`, async () => {
  const image = join(host.root, '..', 'stick');
  await writeFile(image, '');
  await truncate(image, 64 * 2 ** 20);
  await run('mkfs.ext4', ['-q', '-L', 'UROK-BACKUP', image]);
  const device = (await run('losetup', ['--find', '--show', image])).stdout.trim();
  try {
    // No kernel tells a container of devices: its node is laid by hand, and the rule is asked what it would start.
    const number = (await run('stat', ['-c', '%Hr %Lr', device])).stdout.trim().split(' ');
    await host.run('mknod', device, 'b', ...number);
    await mkdir(host.inside('/dev/disk/by-label'), { recursive: true });
    await symlink(device, host.inside('/dev/disk/by-label/UROK-BACKUP'));
    const said = await host.run('sh', '-c', `udevadm test --action=add /sys/class/block/${device.slice('/dev/'.length)} 2>&1`);
    assert.match(said, /SYSTEMD_WANTS=.*urok-backup-disk\.service/);
    const mounted = await follow(host, 'run-urok-disk.mount');
    await runs('urok-backup-disk.service');
    await mounted.line(/Unmounted/);
    await mounted.kill();
    assert.doesNotMatch(await host.run('cat', '/proc/mounts'), /\/run\/urok\/disk/);
    await host.run('mount', device, '/mnt');
    assert.equal((await copies(host, '/mnt/urok')).length, 1);
    assert.match(await readFile(host.inside('/mnt/urok/proofs.json'), 'utf8'), /"ok":true/);
    await host.run('umount', '/mnt');
    assert.equal((await state()).away.failure, null);
  } finally {
    await run('losetup', ['--detach', device]);
    await rm(image);
  }
});

test(`${release}: copies go to another machine over SSH, whole, and only to the one that is known`, async () => {
  await host.run('mkdir', '-p', '-m', '700', '/etc/urok/backup-send');
  await host.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'urok', '-f', '/etc/urok/backup-send/key');
  await mkdir(other.inside('/root/.ssh'), { recursive: true, mode: 0o700 });
  const own = await readFile(host.inside('/etc/urok/backup-send/key.pub'), 'utf8');
  await writeFile(other.inside('/root/.ssh/authorized_keys'), `restrict ${own}`, { mode: 0o600 });
  await other.run('systemctl', 'start', 'ssh.service');
  await writeFile(host.inside('/etc/urok/conf.d/20-send.conf'), `[backup]\nsend=root@${other.address}:/srv/urok\n`);
  const known = async (line: string): Promise<void> => writeFile(host.inside('/etc/urok/backup-send/known_hosts'), line, { mode: 0o600 });

  await known(`${other.address} ${own}`);
  await assert.rejects(host.run('systemctl', 'start', 'urok-backup-send.service'));
  assert.match((await state()).sent.failure, /could not be sent/);
  await assert.rejects(readdir(other.inside('/srv/urok')));

  await known(`${other.address} ${await readFile(other.inside('/etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')}`);
  await host.run('systemctl', 'reset-failed');
  // After the next copy it goes by itself.
  const sent = await follow(host, 'urok-backup-send.service');
  await runs('urok-backup.service');
  await sent.line(/The copies are at|Копии отправлены|could not be sent/);
  await sent.kill();
  const seen = await state();
  assert.deepEqual([seen.sent.failure, seen.sent.to], [null, `root@${other.address}:/srv/urok`]);
  assert.deepEqual(await copies(other, '/srv/urok'), await copies(host, SHELF));
  assert.deepEqual((await readdir(other.inside('/srv/urok/packs'))).sort(), (await readdir(host.inside(join(SHELF, 'packs')))).sort());
});

test(`${release}: another machine with a fresh Urok becomes the school, by the key on paper and under its name`, async () => {
  const authority = await readFile(host.inside('/var/lib/urok-tls/ca.crt'), 'utf8');
  await host.remove();
  isGone = true;
  await other.run('systemctl', 'unmask', 'avahi-daemon.service', 'avahi-daemon.socket');
  await other.run('systemctl', 'start', 'avahi-daemon.service');
  await writeFile(other.inside('/root/paper'), `${key.secret}\n`, { mode: 0o600 });
  const file = join('/srv/urok', (await copies(other, '/srv/urok')).at(-1)!);
  const said = await reloadsNginx(other, () => other.run('sh', '-c', `LC_ALL=C.UTF-8 urokctl restore --key /root/paper ${file} 2>&1`).catch((error) => assert.fail(error.stdout)));
  assert.match(said, /«Школа № 17» is here again/);
  assert.ok(said.includes(`maker's mark is ${key.maker}`), said);
  school = new Appliance({ name: 'school', address: other.address, inside: (path) => other.inside(path), run: (...words) => other.run(...words) });
  assert.equal(await readFile(other.inside('/var/lib/urok-tls/ca.crt'), 'utf8'), authority, 'who trusted the school goes on trusting it');
  await school.trust();
  const entered = await school.request('POST', '/api/v1/sessions', { body: { login: 'orlova', password: PASSWORD } });
  assert.equal(entered.status, 201, entered.text);
  administrator = school.person(entered);
  assert.equal((await administrator.get('/api/v1/school')).name, 'Школа № 17');
  assert.equal((await school.console('POST', '/api/v1/console/log-verification', {})).ok, true);
  assert.equal(await other.run('systemctl', 'list-units', '--failed', '--plain', '--no-legend'), '');
  await other.run('systemctl', 'start', 'urok-backup.service');
  const unit = await values(other, 'urok-backup.service', 'Result');
  assert.equal(unit.Result, 'success');
});
