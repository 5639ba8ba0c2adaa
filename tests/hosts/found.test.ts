// SPDX-License-Identifier: LGPL-2.1-or-later
// Found on the network: urokd with its own unit and sandbox, beside a real Avahi, on booted hosts of one LAN. What others
// see, what happens when a name is taken, when Avahi or the daemon ends, and what the host's own state is told as.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test as plainTest } from 'node:test';
import { makeHost, type Host } from '../lib/host.ts';
import { BUILD, PROJECT } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { School, type Person } from '../lib/school.ts';

const SOCKETS = ['rest', 'live', 'control', 'metrics'].map((name) => `urokd-${name}.socket`);
const OFFICIAL = 'Государственное бюджетное общеобразовательное учреждение «Школа № 17»';

type Machine = Host & AsyncDisposable;

let first: Machine;
let second: Machine;
let school: School;
let administrator: Person;
let browse: Process;
/** What avahi-browse on the second host said, over all its lives, and how much of that it said in this one. */
const seen: string[] = [];
let taken = 0;

/** The daemon as the package lays it, without nginx. */
async function lay(host: Host, publicName: string): Promise<void> {
  await host.put('etc/hostname', `${host.name}\n`);
  await host.put('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n`);
  await host.copy(join(BUILD, 'daemon/app/urokd'), 'usr/sbin/urokd');
  for (const unit of ['urokd.service', ...SOCKETS]) await host.copy(join(PROJECT, 'units', unit), `etc/systemd/system/${unit}`);
  for (const place of ['sysusers', 'tmpfiles']) await host.copy(join(PROJECT, 'units', `${place}.conf`), `usr/lib/${place}.d/urok.conf`);
  await host.put('etc/urok/urok.conf', `[school]\npublic_name=${publicName}\n[http]\norigins=https://${publicName}:8443\n`);
  await host.chroot('systemd-sysusers');
  await host.chroot('systemctl', 'enable', 'urokd.service', ...SOCKETS);
}

/** Follows what a command of the host says. */
const follow = (host: Host, ...words: string[]): Process => new Process(words[0]!, 'nsenter', ['-t', String(host.init), '-a', ...words]);

const journalOf = (host: Host, unit = 'urokd'): Process => follow(host, 'journalctl', '--follow', '--lines=all', '--output=cat', `--unit=${unit}`);

/** What urokd says from now on. */
async function journalFrom(host: Host): Promise<Process> {
  const shown = await host.run('journalctl', '--quiet', '--lines=1', '--output=cat', '--show-cursor');
  return follow(host, 'journalctl', '--follow', '--output=cat', '--unit=urokd', `--after-cursor=${/^-- cursor: (.*)$/m.exec(shown)![1]!}`);
}

/** The school of a host as a test speaks to it: past nginx, over the daemon's own socket. */
class Neighbour extends School {
  readonly #host: Host;

  constructor(host: Host) {
    super('', 443, {});
    this.#host = host;
  }

  override socket(name: 'rest' | 'live' | 'control' | 'metrics'): string {
    return this.#host.inside(`/run/urok/${name}.sock`);
  }
}

before(async () => {
  first = await makeHost('first', '10.77.0.21');
  second = await makeHost('second', '10.77.0.22');
  await lay(first, 'first.local');
  await lay(second, 'second.local');
  await Promise.all([first.boot(), second.boot()]);
  school = new Neighbour(first);
  look();
});
after(async () => {
  await browse?.kill();
  await first?.[Symbol.asyncDispose]();
  await second?.[Symbol.asyncDispose]();
});

/** avahi-browse -p writes what is no ASCII letter as \\DDD, byte by byte. */
const plain = (text: string): string =>
  Buffer.from(text.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code))).replace(/\\(.)/g, '$1'), 'latin1').toString();

function look(): void {
  browse = follow(second, 'stdbuf', '-oL', 'avahi-browse', '--parsable', '--resolve', '--no-db-lookup', '_urok._tcp');
  taken = 0;
}

function takeSeen(): number {
  seen.push(...browse.lines.slice(taken));
  taken = browse.lines.length;
  return seen.length;
}

/** The next line of avahi-browse on the second host that is so, from a place in what it said on. */
async function sight(isSo: (line: string) => boolean, from = 0): Promise<string> {
  for (let at = from; ; at += 1) {
    while (takeSeen() <= at) await browse.line(/./, taken);
    const line = seen[at]!;
    // It asks for a service once: what did not answer in time is never asked for again by the same one.
    if (line.startsWith('Failed to resolve')) {
      console.log(`# ${line}`);
      await browse.kill();
      look();
    }
    const words = line.split(';').map((word, i) => (i === 3 ? plain(word) : word)).join(';');
    if (isSo(words)) return words;
  }
}

/** Whatever fails here, fails between two machines: how each saw it is told, also when a test ran out of time. */
function test(name: string, body: () => Promise<void>): void {
  plainTest(name, async ({ signal }) => {
    signal.addEventListener('abort', tellBoth);
    try {
      await body();
    } catch (error) {
      tellBoth();
      throw error;
    } finally {
      signal.removeEventListener('abort', tellBoth);
    }
  });
}

function tellBoth(): void {
  takeSeen();
  console.log(`avahi-browse on second:\n${seen.join('\n')}`);
  const commands = [['journalctl', '--no-pager', '--output=short-precise', '--unit=urokd', '--unit=avahi-daemon', '--unit=dbus'], ['ip', 'address'], ['avahi-browse', '-art']];
  for (const host of [first, second]) {
    for (const words of commands) console.log(`${host.name}: ${words[0]}\n${ask(host, words)}`);
  }
}

/** At once: a test whose time is over is not waited for. */
function ask(host: Host, words: string[]): string {
  try {
    return execFileSync('nsenter', ['-t', String(host.init), '-a', 'timeout', '10', ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? String(error);
  }
}

const itemOf = async (who: Person, id: string): Promise<any> => (await who.get('/api/v1/server')).items.find((item: any) => item.id === id);

/** What the daemon knows of its name in the network comes by and by after its start. */
async function stateBecomes(who: Person, state: string): Promise<void> {
  const stream = await who.live();
  while ((await itemOf(who, 'network-name')).state !== state) await stream.next('server');
  await stream.close();
}

test('before it is set up a server is found under its machine\'s name', async () => {
  await sight((line) => line.startsWith('=') && line.includes('IPv4') && line.includes(';Урок (first);'));
});

test('a school is found by its name, cut to what fits, with port, path, version and id', async () => {
  administrator = await school.setUp();
  const { status } = await administrator.ask('PATCH', '/api/v1/school', { body: { name: OFFICIAL } });
  assert.equal(status, 200);
  const line = await sight((one) => one.startsWith('=') && one.includes('IPv4') && one.includes(';Государственное'));
  const [, , , name, type, domain, host, address, port, txt] = line.split(';');
  assert.deepEqual([type, domain, host, address, port], ['_urok._tcp', 'local', 'first.local', '10.77.0.21', '8443']);
  assert.ok(Buffer.byteLength(name!) <= 63 && OFFICIAL.startsWith(name!), name);
  assert.match(txt!, /"path=\/"/);
  assert.match(txt!, /"version=\d+\.\d+\.\d+"/);
  assert.match(txt!, /"id=[0-9a-f-]{36}"/);
  assert.ok(txt!.includes(`"name=${OFFICIAL}"`) || plain(txt!).includes(`name=${OFFICIAL}`), txt);
  const web = await second.run('avahi-browse', '-rpt', '_https._tcp');
  assert.ok(plain(web).includes(name!) && web.includes(';8443;'), web);
  const item = await itemOf(administrator, 'network-name');
  assert.deepEqual([item.level, item.state, item.values.name, item.values.host], ['ok', 'announced', name, 'first.local']);
});

test('another building is listed for administrators, and oneself is not', async () => {
  const stream = await administrator.live();
  const other = new Neighbour(second);
  const theirs = await other.setUp();
  await theirs.ask('PATCH', '/api/v1/school', { body: { name: 'Школа № 4' } });
  let items: any[] = [];
  // Avahi tells of each protocol's address by itself.
  const isWhole = ({ name, version, addresses }: any): boolean =>
    name === 'Школа № 4' && version !== null && addresses.includes('10.77.0.22');
  while (!items.some(isWhole)) {
    await stream.next('server');
    ({ items } = await administrator.get('/api/v1/server/neighbours'));
  }
  const { addresses: _, school_id: id, version, ...rest } = items.find(({ name }) => name === 'Школа № 4')!;
  assert.deepEqual(rest, { name: 'Школа № 4', host: 'second.local', port: 8443, path: '/', url: 'https://second.local:8443/' });
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(version, (await administrator.get('/api/v1/server')).version);
  assert.ok(items.every(({ host }) => host !== 'first.local'), JSON.stringify(items));
  await stream.close();
});

test('a name that another school has is an alarm, and is taken back when it is free', async () => {
  const journal = journalOf(second);
  const other = new Neighbour(second);
  const theirs = await other.signIn('orlova');
  const stream = await theirs.live();
  await theirs.ask('PATCH', '/api/v1/school', { body: { name: 'Лицей № 8' } });
  await journal.line(/announced in the network as «Лицей № 8»/);
  await administrator.ask('PATCH', '/api/v1/school', { body: { name: 'Лицей № 8' } });
  const own = journalOf(first);
  await own.line(/Two machines want one name in the network: «Лицей № 8» is taken, so this school is announced as «Лицей № 8 #2»/);
  const item = await itemOf(administrator, 'network-name');
  assert.deepEqual([item.level, item.state, item.values.name], ['alarm', 'collision', 'Лицей № 8 #2']);
  const alarm = await first.run('journalctl', '--output=json', '--unit=urokd', '--grep=Two machines want one name');
  assert.match(JSON.parse(alarm.trim().split('\n').at(-1)!).MESSAGE_ID, /^[0-9a-f]{32}$/);
  await theirs.ask('PATCH', '/api/v1/school', { body: { name: 'Школа № 4' } });
  await own.line(/is this machine's alone again/);
  assert.equal((await itemOf(administrator, 'network-name')).state, 'announced');
  await stream.close();
  await journal.kill();
  await own.kill();
});

test('Avahi ends and comes back: the school is announced again, and the journal says both', async () => {
  const journal = journalOf(first);
  await first.run('systemctl', 'stop', 'avahi-daemon.service', 'avahi-daemon.socket');
  await journal.line(/not announced in the network: Avahi \(the package avahi-daemon\) does not run/);
  const item = await itemOf(administrator, 'network-name');
  assert.deepEqual([item.level, item.state, item.values.name], ['warning', 'absent', null]);
  assert.deepEqual(await administrator.get('/api/v1/server/neighbours'), { items: [] });
  const from = takeSeen();
  const said = journal.lines.length;
  await first.run('systemctl', 'start', 'avahi-daemon.service');
  await journal.line(/announced in the network as «Лицей № 8»/, said);
  await sight((line) => line.startsWith('=') && line.includes(';Лицей № 8;'), from);
  await journal.kill();
});

test('a machine whose name is taken is an alarm: Avahi gave it another', async () => {
  const journal = await journalFrom(first);
  const stream = await administrator.live();
  await stream.next('hello');
  await first.run('avahi-set-host-name', 'second');
  await journal.line(/Two machines want one name in the network: /);
  let item = await itemOf(administrator, 'network-name');
  while (item.values.host !== 'second-2.local') {
    await stream.next('server');
    item = await itemOf(administrator, 'network-name');
  }
  assert.deepEqual([item.level, item.state], ['alarm', 'collision']);
  assert.match(item.values.detail, /made for first\.local, but this machine is known as second-2\.local/);
  await first.run('avahi-set-host-name', 'first');
  await journal.line(/is this machine's alone again/);
  await stream.close();
  await journal.kill();
});

test('a unit that failed is an alarm, and is over when it goes', async () => {
  const journal = journalOf(first);
  assert.deepEqual(await itemOf(administrator, 'units'), { id: 'units', level: 'ok', state: 'fine', since: null, values: { failed: [] } });
  await mkdir(first.inside('/run/systemd/system'), { recursive: true });
  await writeFile(first.inside('/run/systemd/system/urok-broadcast@.service'), '[Service]\nExecStart=/bin/false\n');
  await first.run('systemctl', 'daemon-reload');
  await first.run('systemctl', 'start', '--wait', 'urok-broadcast@kabinet-12.service').catch(() => undefined); // it fails
  const item = await itemOf(administrator, 'units');
  assert.deepEqual([item.level, item.state, item.values.failed], ['alarm', 'failed', ['urok-broadcast@kabinet-12.service']]);
  await journal.line(/A part of the school's server has failed: urok-broadcast@kabinet-12\.service/);
  await first.run('systemctl', 'reset-failed');
  assert.equal((await itemOf(administrator, 'units')).state, 'fine');
  await journal.line(/It is over: A part of the school's server has failed/);
  await journal.kill();
});

test('in its sandbox the daemon still sees memory, disks and power', async () => {
  const { items } = await school.console('GET', '/api/v1/console/health');
  const stateOf = (id: string): string => items.find((item: any) => item.id === id).state;
  assert.equal(stateOf('memory'), 'fine');
  assert.ok(['fine', 'filling', 'full'].includes(stateOf('data-disk')), 'the host\'s disk is a small one');
  assert.ok(['mains', 'unknown', 'battery', 'low'].includes(stateOf('power')));
});

test('the entry goes when the daemon is killed, and when it ends', async () => {
  const watch = follow(second, 'stdbuf', '-oL', 'avahi-browse', '--parsable', '--no-db-lookup', '_urok._tcp');
  const entry = (sign: string): RegExp => new RegExp(`^\\${sign};host0;IPv4;\\\\208\\\\155`); // «Л», as avahi-browse writes it
  await watch.line(entry('+'));
  await first.run('systemctl', 'kill', '--kill-whom=main', '--signal=KILL', 'urokd.service');
  await watch.line(entry('-'));
  const gone = watch.lines.length;
  await watch.line(entry('+'), gone);
  await first.run('systemctl', 'stop', 'urokd.service', ...SOCKETS);
  await watch.line(entry('-'), gone);
  await watch.kill();
});

test('without Avahi and without a bus the daemon serves, and says so once', async () => {
  await first.run('systemctl', 'stop', 'avahi-daemon.service', 'avahi-daemon.socket');
  await first.run('systemctl', 'start', 'urokd.service', ...SOCKETS);
  await stateBecomes(await school.signIn('orlova'), 'absent');
  await first.run('mkdir', '-p', '/run/systemd/system/urokd.service.d');
  await first.run('sh', '-c', 'printf "[Service]\\nEnvironment=DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/none\\n" >/run/systemd/system/urokd.service.d/no-bus.conf');
  await first.run('systemctl', 'daemon-reload');
  await first.run('systemctl', 'restart', 'urokd.service');
  const who = await school.signIn('orlova');
  await stateBecomes(who, 'absent');
  assert.equal((await itemOf(who, 'units')).state, 'unknown');
  // The journal may tell of the daemon before this one late: only this one's lines count.
  const life = (await first.run('systemctl', 'show', '--property=InvocationID', '--value', 'urokd.service')).trim();
  await first.run('journalctl', '--sync');
  const own = (await first.run('journalctl', '--output=cat', `_SYSTEMD_INVOCATION_ID=${life}`)).split('\n');
  const absent = own.filter((line) => line.includes('not announced'));
  assert.equal(absent.length, 1, own.join('\n'));
  assert.match(absent[0]!, /there is no system bus/);
});
