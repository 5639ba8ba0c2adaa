// SPDX-License-Identifier: LGPL-2.1-or-later
// A cloud and a school, each a Debian host on which its package was installed, with that release's PostgreSQL, mosquitto and
// nginx, all of them units behind their walls: linked, in step whatever is restarted, and parted again within seconds. Each
// test goes on where the one before ended.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { after, before, test } from 'node:test';
import { Appliance } from '../lib/appliance.ts';
import { chatOf, messagesOf, wholeChat, write } from '../lib/classroom.ts';
import { makePapers } from '../lib/cloud-broker.ts';
import { apt, follow, release, values } from '../lib/console.ts';
import { makeHost, type Host } from '../lib/host.ts';
import { Process } from '../lib/process.ts';
import { ask, type Reply, type Wish } from '../lib/request.ts';
import { School, type Person } from '../lib/school.ts';

const NAME = 'cloud.example';
/** Of systemd-analyze security, in tenths: as good as urokd's; what gives mosquitto its pair is root for a moment. */
const MOST_EXPOSED = { cloud: 13, broker: 24 };

/** The linked school as people outside of it meet it. */
class Outside extends School {
  readonly #name: string;
  readonly #front: RequestOptions;

  constructor(name: string, address: string, ca: string) {
    super('/', 443, {}, `https://${name}`);
    this.#name = name;
    this.#front = { protocol: 'https:', host: address, port: 443, servername: name, ca };
  }

  override async request(method: string, path: string, wish: Wish = {}): Promise<Reply> {
    return ask(this.#front, method, path, { ...wish, headers: { Host: this.#name, Origin: this.url, 'X-Forwarded-For': undefined, ...wish.headers } });
  }
}

let cloud: Host & AsyncDisposable;
let host: Host & AsyncDisposable;
let school: Appliance;
let administrator: Person;
let outside: Person;
let chat: string;
let authority: string;

before(async () => {
  [cloud, host] = await Promise.all([
    makeHost('cloud', '10.77.0.20', { withDisk: false }), makeHost('school', '10.77.0.12', { withDisk: false }),
  ]);
  for (const each of [cloud, host]) await each.put('etc/hosts', `127.0.0.1 localhost\n${cloud.address} ${NAME} lyceum.${NAME}\n`);
  await Promise.all([cloud.boot(), host.boot()]);
});

after(async () => {
  await Promise.all([cloud[Symbol.asyncDispose](), host[Symbol.asyncDispose]()]);
});

const urokCloud = (...words: string[]): Promise<string> => cloud.run('urok-cloud', ...words);
const failed = (at: Host): Promise<string> => at.run('systemctl', 'list-units', '--failed', '--plain', '--no-legend');
const stateOf = (): Promise<any> => administrator.get('/api/v1/cloud');

/** The administrator of the school links it, as the console of both says. */
async function link(): Promise<void> {
  const code = (await urokCloud('--link-code', 'lyceum')).trim();
  await host.run('sh', '-c', `echo ${code} | LC_ALL=C.UTF-8 urokctl cloud link https://${NAME} --ca /root/ca.pem`);
}

/** Until both ends have said so to each other. */
async function isInStep(): Promise<void> {
  for (let state = await stateOf(); state.state !== 'live' || state.waiting > 0;) state = await stateOf();
}

/** Of the chat; none while it cannot be had. */
async function texts(person: Person): Promise<string[]> {
  return (await wholeChat(person, chat).catch((error: Error) => {
    assert.match(error.message, / 503 /);
    return [];
  })).map(({ text }) => text);
}

/** As a page does: again with the same key while what it was sent to is away. */
async function insist(person: Person, text: string): Promise<void> {
  const key = randomUUID();
  for (;;) {
    const { status, text: said } = await person.ask('POST', messagesOf(chat), { body: { text }, headers: { 'Idempotency-Key': key } });
    if (status === 201) return;
    assert.equal(status, 503, said);
  }
}

/** One message each way; then both have the same. */
async function areEqual(word: string): Promise<void> {
  await Promise.all([insist(administrator, `из школы ${word}`), insist(outside, `снаружи ${word}`)]);
  for (const [reader, text] of [[administrator, `снаружи ${word}`], [outside, `из школы ${word}`]] as const) {
    while (!(await texts(reader)).includes(text));
  }
  assert.deepEqual((await texts(outside)).sort(), (await texts(administrator)).sort());
}

/** Whether a packet of somebody in urokd's place leaves the machine. */
async function getsOut(): Promise<boolean> {
  const script = `for group in /sys/fs/cgroup/system.slice/urokd.service /sys/fs/cgroup/unified/system.slice/urokd.service; do
    if [ -e $group ]; then echo $$ >$group/cgroup.procs; fi
  done; echo >/dev/udp/${cloud.address}/9`;
  return host.run('bash', '-c', script).then(() => true, (error: any) => {
    assert.match(error.stderr, /Operation not permitted/);
    return false;
  });
}

test(`${release}: the package, two commands, and a cloud with its first school is there`, async () => {
  const [said] = await Promise.all([
    apt(cloud, 'install', '/root/urok.deb', '/root/urok-cloud.deb', 'postgresql', 'mosquitto'),
    apt(host, 'install', '/root/urok.deb', 'mosquitto-clients'),
  ]);
  assert.match(said, /Urok: .*urok-cloud-setup/);
  assert.match(await cloud.run('urok-cloud-setup', NAME), new RegExp(`^The cloud ${NAME} is there`));
  await urokCloud('--add-school', 'lyceum');
  const units = ['urok-cloud.service', 'urok-cloud-broker.path', 'postgresql.service', 'mosquitto.service', 'nginx.service'];
  assert.equal(await cloud.run('systemctl', 'is-active', ...units), 'active\n'.repeat(units.length));
  assert.equal(await cloud.run('systemctl', 'is-enabled', ...units), 'enabled\n'.repeat(units.length));
  assert.equal(await failed(cloud), '');
  assert.equal(await cloud.run('sh', '-c', 'systemctl is-active urokd.service urokd-rest.socket || true'), 'inactive\ninactive\n', 'no school is on this machine');

  authority = await readFile(cloud.inside('/var/lib/urok-cloud/tls/ca.pem'), 'utf8');
  await writeFile(host.inside('/root/ca.pem'), authority);
  const stranger = await ask({ protocol: 'https:', host: cloud.address, port: 443, servername: NAME, ca: authority }, 'GET', '/box/v1/link', { headers: { Host: NAME } });
  assert.equal(stranger.status, 401, stranger.text);
  const page = await new Outside(`lyceum.${NAME}`, cloud.address, authority).request('GET', '/');
  assert.match(page.text, /<div id="root">/);
});

test(`${release}: the command that sets up says the same when it is given again, and changes nothing`, async () => {
  const places = ['/etc/urok', '/etc/mosquitto', '/etc/nginx', '/var/lib/urok-cloud/tls/ca.pem'];
  const sums = (): Promise<string> => cloud.run('sh', '-c', 'find "$@" -type f | sort | xargs cksum; find "$@" -type l | sort', 'sums', ...places);
  const was = await sums();
  assert.match(await cloud.run('urok-cloud-setup', NAME), /is there/);
  assert.equal(await sums(), was);
  await assert.rejects(cloud.run('urok-cloud-setup', 'cloud'), /has no dot/);
});

test(`${release}: the walls of the cloud's units are as high as they were meant to be`, async () => {
  await cloud.run('systemd-analyze', 'security', '--no-pager', `--threshold=${MOST_EXPOSED.cloud}`, 'urok-cloud.service');
  await cloud.run('systemd-analyze', 'security', '--no-pager', `--threshold=${MOST_EXPOSED.broker}`, 'urok-cloud-broker.service');
  const units = (await cloud.run('dpkg', '-L', 'urok-cloud')).split('\n').filter((path) => /\/systemd\/system\/[^/]+\.(service|path)$/.test(path));
  assert.equal(units.length, 3);
  assert.equal(await cloud.run('sh', '-c', 'systemd-analyze verify --man=no "$@" 2>&1', 'verify', ...units), '');
  const running = await values(cloud, 'urok-cloud.service', 'User', 'NoNewPrivileges', 'ProtectSystem', 'NRestarts');
  assert.deepEqual(running, { User: '_urok-cloud', NoNewPrivileges: 'yes', ProtectSystem: 'strict', NRestarts: '0' });
});

test(`${release}: without a link urokd's packets stay in the machine, with it they leave, and a message goes each way`, async () => {
  school = new Appliance(host);
  await school.trust();
  administrator = await school.setUp();
  assert.equal(await getsOut(), false);
  const { choices } = await administrator.get('/api/v1/cloud/choices');
  for (const { name } of choices) {
    const reply = await administrator.ask('PUT', `/api/v1/cloud/choices/${name}`, { body: { allowed: true, order: 'Приказ № 1' } });
    assert.ok(reply.status < 300, reply.text);
  }
  const line = await follow(host, 'urok-line.service');
  await link();
  await line.line(/Finished|Deactivated successfully/);
  await line.kill();
  assert.equal(await getsOut(), true);
  await isInStep();

  const entry = await administrator.ask('POST', '/api/v1/me/cloud-entries', { body: { password: 'длинный пароль 17' } });
  assert.equal(entry.status, 201, entry.text);
  const at = new Outside(`lyceum.${NAME}`, cloud.address, authority);
  const [, code] = /#(.+)$/.exec(entry.body.url)!;
  outside = at.person(await at.request('POST', '/api/v1/sessions', { body: { code } }));
  chat = await chatOf(administrator, 'staff');
  await areEqual('сначала');
});

test(`${release}: whatever of the two is restarted or killed, they are equal again`, async () => {
  for (const [at, ...words] of [
    [cloud, 'restart', 'urok-cloud.service'], [cloud, 'kill', '--kill-whom=main', '--signal=KILL', 'urok-cloud.service'],
    [cloud, 'restart', 'postgresql.service'], [cloud, 'kill', '--kill-whom=main', '--signal=KILL', 'mosquitto.service'],
    [host, 'restart', 'urokd.service'], [host, 'kill', '--kill-whom=main', '--signal=KILL', 'urokd.service'],
  ] as const) {
    await at.run('systemctl', ...words);
    await areEqual(`после ${words.join(' ')}`);
  }
});

test(`${release}: the cloud starts before its database and its broker, and gets well by itself; the school starts anew behind the same wall`, async () => {
  await cloud.run('systemctl', 'disable', '-q', 'postgresql.service', 'mosquitto.service');
  await Promise.all([cloud.reboot(), host.reboot()]);
  await write(administrator, chat, 'пока облака нет');
  assert.equal(await cloud.run('sh', '-c', 'systemctl is-active postgresql.service mosquitto.service urok-cloud.service || true'), 'inactive\ninactive\nactivating\n');
  const journal = await follow(cloud, 'urok-cloud.service');
  await cloud.run('systemctl', 'enable', '-q', '--now', 'postgresql.service');
  await journal.line(/is ready/);
  await journal.line(/broker cannot be reached/);
  await cloud.run('systemctl', 'enable', '-q', '--now', 'mosquitto.service');
  await journal.line(/The box of the school lyceum speaks/);
  await journal.kill();
  assert.equal(await getsOut(), true, 'there is a link');
  await areEqual('после перезагрузки');
  assert.equal(await failed(cloud) + await failed(host), '');
});

/** Another box at the broker, as a client of its own on the school's host. */
async function startBystander(): Promise<Process> {
  await urokCloud('--add-school', 'gymnasium');
  const code = (await urokCloud('--link-code', 'gymnasium')).trim();
  const { csr, key } = await makePapers();
  const origin = '0190c0de-0000-7000-8000-000000000002';
  const linked = await ask({ protocol: 'https:', host: cloud.address, port: 443, servername: NAME, ca: authority }, 'POST', '/box/v1/links',
    { headers: { Host: NAME, Origin: `https://${NAME}` }, body: { code, csr, origin, name: 'Другая', version: '0.1.0' } });
  assert.equal(linked.status, 201, linked.text);
  await Promise.all([writeFile(host.inside('/root/other.pem'), linked.body.certificate), writeFile(host.inside('/root/other.key'), key)]);
  const one = new Process('another box', 'nsenter', ['-t', String(host.init), '-a', 'stdbuf', '-oL', 'mosquitto_sub', '-h', NAME, '-p', '8883', '-d', '-q', '1',
    '--cafile', '/root/ca.pem', '--cert', '/root/other.pem', '--key', '/root/other.key', '-t', `urok/v1/${origin}/down/#`]);
  await one.line(/^Subscribed /);
  return one;
}

test(`${release}: a school that is unlinked at the cloud is put out at once, the others stay, and a new code lets it in`, async () => {
  const bystander = await startBystander();
  const began = performance.now();
  await urokCloud('--unlink', 'lyceum');
  while ((await stateOf()).trouble?.code !== 'refused');
  console.log(`# put out after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await bystander.kill();
  assert.equal(bystander.lines.filter((line) => line.includes('sending CONNECT')).length, 1, bystander.lines.join('\n'));

  await host.run('urokctl', 'cloud', 'unlink', '--yes');
  const back = performance.now();
  await link();
  await isInStep();
  console.log(`# in step again after ${((performance.now() - back) / 1000).toFixed(1)} s`);
  await areEqual('после нового кода');
});

test(`${release}: a school that leaves has its wall closed again, and its certificate opens nothing`, async () => {
  const line = await follow(host, 'urok-line.service');
  const said = await host.run('sh', '-c', 'LC_ALL=C.UTF-8 urokctl cloud unlink --yes');
  assert.match(said, /has revoked its certificate/);
  await line.line(/Finished|Deactivated successfully/);
  await line.kill();
  assert.equal(await getsOut(), false);
  assert.equal((await stateOf()).state, 'none');
  await write(administrator, chat, 'школа идёт дальше');
});

test(`${release}: removed, the package leaves nginx and mosquitto in order, and installed again it goes on`, async () => {
  await apt(cloud, 'remove', 'urok-cloud');
  assert.equal(await cloud.run('sh', '-c', 'nginx -t -q && systemctl restart nginx.service mosquitto.service && systemctl is-active nginx.service mosquitto.service'), 'active\nactive\n');
  await apt(cloud, 'install', '/root/urok-cloud.deb');
  await cloud.run('urok-cloud-setup', NAME);
  const journal = await follow(cloud, 'urok-cloud.service');
  await cloud.run('systemctl', 'restart', 'urok-cloud.service');
  await journal.line(/The broker is reached/);
  await journal.kill();
  assert.match(await urokCloud('--list-schools'), /lyceum/);
  while (!(await texts(outside)).includes('из школы сначала'));
});
