// SPDX-License-Identifier: LGPL-2.1-or-later
// An installed server to which bad things happen, one by one: urokctl doctor names each, with what to do, and it goes when it is
// mended; the journal and `systemctl status` say it too, and what can go on without it goes on. And systemctl reload, which tells
// how it ended.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Appliance } from '../lib/appliance.ts';
import { apt, follow, release } from '../lib/console.ts';
import { makeHost, type Host } from '../lib/host.ts';
import { ask } from '../lib/request.ts';
import type { Person } from '../lib/school.ts';

const run = promisify(execFile);

type Item = { id: string; level: string; said: string };

let host: Host & AsyncDisposable;
let school: Appliance;
let administrator: Person;

before(async () => {
  host = await makeHost('school', '10.77.0.12', { withDisk: false });
  await host.boot();
  await apt(host, 'install', '/root/urok.deb');
  school = new Appliance(host);
  await school.trust();
});

after(() => host[Symbol.asyncDispose]());

const sh = (script: string): Promise<string> => host.run('sh', '-c', script);

/** No person restarts a unit so often: systemd's limit on starts (five in ten seconds) is for each test anew. */
const beginAnew = (): Promise<string> => sh('systemctl reset-failed');

/** All that it found, and its status. */
async function doctor(environment = ''): Promise<{ status: number; items: Item[] }> {
  const said = await sh(`LC_ALL=C.UTF-8 ${environment} urokctl --json doctor; echo "$?"`);
  const [answer, status] = said.trim().split('\n');
  return { status: Number(status), items: JSON.parse(answer!).items };
}

async function faults(): Promise<string[]> {
  return (await doctor()).items.filter(({ level }) => level === 'fault').map(({ id, said }) => `${id}: ${said}`);
}

/** Breaks, sees that this and nothing else is a fault, mends, sees that it is gone. */
function fault(what: string, id: RegExp, said: RegExp, breaks: string, mends: string): void {
  test(`${release}: doctor: ${what}`, async () => {
    await beginAnew();
    await sh(breaks);
    try {
      const { status, items } = await doctor();
      assert.equal(status, 1);
      const found = items.filter((item) => item.level !== 'ok' && id.test(item.id));
      assert.ok(found.some((item) => said.test(item.said)), JSON.stringify(items.filter(({ level }) => level !== 'ok'), null, 1));
    } finally {
      await sh(mends);
    }
    assert.deepEqual((await faults()).filter((one) => id.test(one.split(':')[0]!)), []);
  });
}

test(`${release}: doctor: a fresh server has no fault`, async () => {
  assert.deepEqual(await faults(), []);
  assert.equal((await doctor()).status, 0);
});

fault('urokd that does not run', /^(urokd|unit-urokd)/, /systemctl status urokd/,
  'systemctl stop urokd.service urokd-*.socket', 'systemctl start urokd-rest.socket urokd-live.socket urokd-control.socket urokd.service');
fault('a wrong line of the configuration, by file and line', /^config$/, /conf\.d\/50-x\.conf:2: .*did you mean \[paths\] data/,
  'printf "[paths]\\ndate=/x\\n" >/etc/urok/conf.d/50-x.conf', 'rm /etc/urok/conf.d/50-x.conf');
fault('a port that another program took', /^port-443$/, /taken by systemd, .*systemctl disable --now thief\.socket/,
  `systemctl stop nginx; printf '[Socket]\\nListenStream=443\\nAccept=yes\\n' >/run/systemd/system/thief.socket
   printf '[Service]\\nExecStart=/bin/true\\n' >/run/systemd/system/thief@.service; systemctl daemon-reload; systemctl start thief.socket`,
  'systemctl stop thief.socket; rm /run/systemd/system/thief*; systemctl daemon-reload; systemctl start nginx');
fault('data that others may read', /^place-\/var\/lib\/urok\/data$/, /chmod 0700/, 'chmod 755 /var/lib/urok/data', 'chmod 700 /var/lib/urok/data');
fault('an nginx that refuses its configuration', /^nginx$/, /nginx refuses/,
  'echo nonsense >/etc/nginx/conf.d/x.conf', 'rm /etc/nginx/conf.d/x.conf');
fault('a site that is switched off', /^nginx-site$/, /sites-available\/urok/,
  'mv /etc/nginx/sites-enabled/urok /root/site', 'mv /root/site /etc/nginx/sites-enabled/urok');
fault('no certificate', /^certificate$/, /systemctl start urok-tls/,
  'mv /var/lib/urok-tls/state.json /root/', 'mv /root/state.json /var/lib/urok-tls/');
fault('no rule of polkit', /^polkit$/, /reinstall urok/,
  'mv /usr/share/polkit-1/rules.d/50-urok.rules /root/', 'mv /root/50-urok.rules /usr/share/polkit-1/rules.d/');

/** What can be wrong with the machine below a school. */
type Trouble = {
  breaks: () => Promise<unknown>;
  mends: () => Promise<unknown>;
  /** What doctor says, by the id of its item. */
  doctor: Record<string, RegExp>;
  /** Lines of the journal from then on, by unit. */
  journal?: Record<string, RegExp>;
  /** What `systemctl status urokd` says when urokd cannot run. */
  status?: RegExp;
  /** Urokctl's own environment. */
  environment?: string;
  /** What still works. */
  goesOn: () => Promise<void>;
};

const SOCKETS = ['urokd-rest.socket', 'urokd-live.socket', 'urokd-control.socket', 'urokd-metrics.socket'];

/** Urokd does not run: nginx serves the pages, and says of the rest that it will be back. */
async function pagesAlone(): Promise<void> {
  assert.match((await school.request('GET', '/')).text, /<div id="root">/);
  const reply = await school.request('GET', '/api/v1/school');
  assert.equal(reply.status, 503, reply.text);
  assert.match(reply.text, /starting or being restarted/);
}

const people = async (): Promise<void> => {
  assert.equal((await administrator.get('/api/v1/school')).name, 'Школа № 17');
};

/** A broadcast cannot be started, and that is an alarm; everything else goes on. */
async function allButBroadcasts(): Promise<void> {
  const { items } = await administrator.get('/api/v1/cameras');
  const camera = items[0] ?? JSON.parse(await host.run('urokctl', '--json', 'camera', 'add', '--untried', 'Кабинет 12', 'rtsp://10.77.0.2:554/'));
  const started = await administrator.ask('POST', '/api/v1/broadcasts', { body: { camera: camera.id, title: 'Математика', audience: { school: true } } });
  assert.equal(started.status, 201, started.text);
  await people();
  assert.equal((await administrator.ask('PATCH', `/api/v1/broadcasts/${JSON.parse(started.text).id}`, { body: { state: 'ended' } })).status, 200);
}

function trouble(what: string, { breaks, mends, doctor: says, journal = {}, status, environment, goesOn }: Trouble): void {
  test(`${release}: ${what}`, async () => {
    administrator ??= await school.setUp();
    await beginAnew();
    const journals = await Promise.all(Object.entries(journal).map(async ([unit, line]) => ({ journal: await follow(host, unit), line })));
    try {
      await breaks();
      // What urokd is told over the bus it hears a little later than it was done.
      for (let looks = 1; ; looks += 1) {
        const { items } = await doctor(environment);
        const missing = Object.entries(says).filter(([id, said]) => !items.some((item) => item.id === id && said.test(item.said)));
        if (missing.length === 0) break;
        assert.ok(looks < 20, `${missing.join('; ')}: ${JSON.stringify(items.filter(({ level }) => level !== 'ok'), null, 1)}`);
      }
      if (status !== undefined) assert.match(await sh('systemctl status urokd --no-pager || true'), status);
      await goesOn();
      for (const one of journals) await one.journal.line(one.line);
    } finally {
      for (const one of journals) await one.journal.kill();
      await mends();
    }
    assert.deepEqual(await faults(), []);
    assert.equal(await sh(`systemctl is-active urokd.service nginx.service ${SOCKETS.join(' ')}`), 'active\n'.repeat(2 + SOCKETS.length));
    await people();
  });
}

const UNSET = '@1970-01-01 00:00:10';
const LIES = '/opt/faketime/usr/lib/*/faketime/libfaketime.so.1';

trouble('a clock that was never set stops nothing: time goes on from what urokd knew', {
  breaks: async () => {
    await sh('mkdir -p /opt/faketime /run/systemd/system/urokd.service.d; dpkg -x /var/cache/apt/archives/libfaketime_*.deb /opt/faketime');
    const environment = [`LD_PRELOAD=${(await sh(`ls ${LIES}`)).trim()}`, 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'TZ=UTC', `FAKETIME=${UNSET}`];
    await writeFile(host.inside('run/systemd/system/urokd.service.d/clock.conf'), `[Service]\n${environment.map((one) => `Environment="${one}"\n`).join('')}`);
    await sh('systemctl daemon-reload; systemctl restart urokd');
  },
  mends: () => sh('rm -r /run/systemd/system/urokd.service.d; systemctl daemon-reload; systemctl restart urokd'),
  environment: `env LD_PRELOAD=$(ls ${LIES}) TZ=UTC FAKETIME="${UNSET}"`,
  doctor: { clock: /says 1970: it was never set\. timedatectl/, 'health-clock': /does not believe the clock \(before-build\)/ },
  journal: { urokd: /machine's time 1970-.* is not believed.*urokctl clock confirm/ },
  goesOn: people,
});

trouble('data on a disk that can only be read: urokd says so and stays away, nginx goes on', {
  breaks: () => sh(`mkdir -p /run/ro && mount -t tmpfs tmpfs /run/ro && cp -a /var/lib/urok/data/. /run/ro/ && chown _urok: /run/ro && chmod 700 /run/ro
    mount -o remount,ro /run/ro && mount --bind /run/ro /var/lib/urok/data; systemctl restart urokd 2>/dev/null || true`),
  mends: () => sh('umount /var/lib/urok/data /run/ro; systemctl restart urokd'),
  doctor: { disk: /^\/var\/lib\/urok\/data is on a disk that can only be read.*systemctl restart urokd/, 'unit-urokd.service': /Read-only file system/, urokd: /could not start/ },
  journal: { urokd: /Urok cannot start: .*Read-only file system/ },
  status: /Status: .*Read-only file system/,
  goesOn: pagesAlone,
});

trouble('a /var that can only be read: the same, and the certificate stays what it was', {
  breaks: () => sh('mount --bind /var /var && mount -o remount,bind,ro /var; systemctl restart urokd 2>/dev/null; systemctl restart urok-tls 2>/dev/null || true'),
  mends: () => sh('mount -o remount,bind,rw /var; umount -l /var; systemctl reset-failed; systemctl restart urokd urok-tls'),
  doctor: { disk: /\/var\/log\/nginx is on a disk that can only be read/, 'unit-urokd.service': /Read-only file system/, 'unit-urok-tls.service': /failed/ },
  journal: { urokd: /Urok cannot start: .*Read-only file system/, 'urok-tls': /Read-only file system/ },
  status: /Status: .*Read-only file system/,
  goesOn: pagesAlone,
});

trouble('without IPv6 the school is served over IPv4', {
  // The kernel's settings are read-only in a host that is a container: this is done from outside.
  breaks: () => run('nsenter', ['-t', String(host.init), '--net', 'sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1'])
    .then(() => sh('systemctl restart nginx urokd avahi-daemon')),
  mends: () => run('nsenter', ['-t', String(host.init), '--net', 'sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=0'])
    .then(() => sh('systemctl restart nginx avahi-daemon')),
  doctor: { ipv6: /no IPv6 here; Urok works without it/, 'port-443': /is nginx's/ },
  journal: { nginx: /no IPv6: the school is served over IPv4/, urokd: /announced in the network as/ },
  goesOn: people,
});

trouble('without D-Bus no broadcast starts, and everything else goes on', {
  breaks: () => sh('systemctl stop dbus.socket dbus.service polkit.service; systemctl restart urokd'),
  mends: () => sh('systemctl start dbus.socket dbus.service; systemctl restart avahi-daemon urokd'),
  doctor: { 'd-bus': /There is no D-Bus.*apt install dbus/, 'health-network-name': /not announced in the network: there is no system bus/ },
  journal: { urokd: /there is no system bus/ },
  goesOn: allButBroadcasts,
});

trouble('without polkit no broadcast starts, and everything else goes on', {
  breaks: () => sh('systemctl mask --runtime --now polkit.service'),
  mends: () => sh('systemctl unmask --runtime polkit.service; systemctl restart urokd'),
  doctor: { polkit: /polkit does not answer.*systemctl unmask polkit/ },
  journal: { urokd: /systemd does not start urok-broadcast@.*urokctl doctor/ },
  goesOn: allButBroadcasts,
});

trouble('a polkit that forbids it is an alarm', {
  breaks: () => sh('mv /usr/share/polkit-1/rules.d/50-urok.rules /root/; systemctl restart polkit'),
  mends: () => sh('mv /root/50-urok.rules /usr/share/polkit-1/rules.d/; systemctl restart polkit'),
  doctor: { polkit: /rule that lets urokd start broadcasts is gone.*reinstall/ },
  journal: { urokd: /systemd does not start urok-broadcast@.*urokctl doctor/ },
  goesOn: allButBroadcasts,
});

trouble('without Avahi the school is reached by its address', {
  breaks: () => sh('systemctl stop avahi-daemon.socket avahi-daemon.service'),
  mends: () => sh('systemctl start avahi-daemon.socket avahi-daemon.service'),
  doctor: { avahi: /Avahi does not run.*apt install avahi-daemon/, 'health-network-name': /not announced in the network: Avahi/ },
  journal: { urokd: /not announced in the network: Avahi/ },
  goesOn: people,
});

/** It listens when it has started. */
const OTHER_WEB = `[Service]
Type=forking
ExecStart=/usr/bin/perl -MIO::Socket::INET -e 'my $$s = IO::Socket::INET->new(Listen => 1, ReuseAddr => 1, LocalPort => 443) or die; fork and exit; sleep'
`;

trouble('a port that is taken is told with the unit that has it', {
  breaks: async () => {
    await writeFile(host.inside('run/systemd/system/other-web.service'), OTHER_WEB);
    await sh('systemctl stop nginx; systemctl daemon-reload; systemctl start other-web; systemctl start nginx 2>/dev/null || true');
  },
  mends: () => sh('systemctl stop other-web; rm /run/systemd/system/other-web.service; systemctl daemon-reload; systemctl restart nginx'),
  doctor: { 'port-443': /Port 443 is taken by perl, .*systemctl disable --now other-web\.service/, 'unit-nginx.service': /nginx\.service is failed/, 'health-units': /nginx\.service/ },
  journal: { nginx: /bind\(\) to .*:443 failed/, urokd: /A part of the school's server has failed: nginx\.service/ },
  goesOn: async () => assert.equal((await ask({ socketPath: school.socket('rest') }, 'GET', '/api/v1/school')).status, 200),
});

/** The certificate is for the new name, and the devices that trusted the old one are told. */
async function underName(name: string): Promise<void> {
  const ca = await host.run('cat', '/var/lib/urok-tls/ca.crt');
  const reply = await ask({ ...school.front, ca, servername: name }, 'GET', '/', { headers: { Host: name } });
  assert.match(reply.text, /<div id="root">/);
}

trouble('a host name with capitals is found all the same', {
  breaks: () => sh('hostname SCHOOL17; systemctl restart avahi-daemon urok-tls urokd nginx'),
  mends: () => sh('hostname school; systemctl restart avahi-daemon urok-tls urokd nginx').then(() => school.trust()),
  doctor: { 'host-name': /The host is called «SCHOOL17».*hostnamectl/ },
  journal: { 'urok-tls': /the box has another name/ },
  goesOn: () => underName('school17.local'),
});

const rename = (name: string) => run('nsenter', ['-t', String(host.init), '--uts', 'python3', '-c', `import socket; socket.sethostname("${name}")`]);

trouble('a Cyrillic host name stops nothing', {
  breaks: () => rename('Школа').then(() => sh('systemctl restart avahi-daemon urok-tls urokd nginx')),
  mends: () => rename('school').then(() => sh('systemctl restart avahi-daemon urok-tls urokd nginx')).then(() => school.trust()),
  doctor: { 'host-name': /The host is called «Школа»: small Latin letters/ },
  journal: { 'urok-tls': /the box has another name/ },
  goesOn: () => underName('xn--80atdl2c.local'),
});

trouble('a host name that no machine can have is told beside the one that it has', {
  breaks: () => sh('echo Школа >/etc/hostname'),
  mends: () => sh('echo school >/etc/hostname'),
  doctor: { 'host-name': /\/etc\/hostname calls the host «Школа», .*called «school»/ },
  goesOn: people,
});

trouble('a broken urok.conf: file, line and what was expected, and urokd does not start half', {
  breaks: () => sh('printf "[chats]\nmessages_a_minute=many\nthis is no line\n" >/etc/urok/conf.d/50-x.conf; systemctl restart urokd 2>/dev/null || true'),
  mends: () => sh('rm /etc/urok/conf.d/50-x.conf; systemctl restart urokd'),
  doctor: { config: /50-x\.conf:3: expected/, 'unit-urokd.service': /50-x\.conf:\d/ },
  journal: { urokd: /The configuration is wrong: .*50-x\.conf:\d/ },
  status: /Status: .*50-x\.conf:\d/,
  goesOn: pagesAlone,
});

trouble('an urok.conf that urokd may not read', {
  breaks: () => sh('chmod 600 /etc/urok/urok.conf; systemctl restart urokd 2>/dev/null || true'),
  mends: () => sh('chmod 644 /etc/urok/urok.conf; systemctl restart urokd'),
  doctor: { 'unit-urokd.service': /urok\.conf.*Permission denied/ },
  journal: { urokd: /urok\.conf.*Permission denied/ },
  status: /Status: .*Permission denied/,
  goesOn: pagesAlone,
});

trouble('an nginx that holds less people than the school has', {
  breaks: async () => {
    await sh('sed -i.was "s/worker_connections .*/worker_connections 16;/; s/worker_processes .*/worker_processes 1;/" /etc/nginx/nginx.conf; systemctl reload nginx');
    const items = Array.from({ length: 10 }, (_, n) => ({ family_name: 'Белов', given_name: `Олег${'а'.repeat(n)}`, roles: ['pupil'] }));
    await administrator.post('/api/v1/people', { items });
  },
  mends: () => sh('mv /etc/nginx/nginx.conf.was /etc/nginx/nginx.conf; systemctl reload nginx'),
  doctor: { 'nginx-connections': /nginx holds the open pages of 8 people at once, and there are 11\. .*worker_connections 8192/ },
  goesOn: async () => undefined,
});

test(`${release}: systemctl reload takes a configuration, and fails where it is refused`, async () => {
  await sh('printf "[chats]\\nmessages_a_minute=60\\n" >/etc/urok/conf.d/50-x.conf; systemctl reload urokd');
  assert.match(await host.run('journalctl', '-u', 'urokd', '-o', 'cat'), /read again; changed: \[chats\] messages_a_minute/);
  await sh('printf "[chats]\\nmessages_a_minute=x\\n" >/etc/urok/conf.d/50-x.conf');
  assert.equal((await sh('systemctl reload urokd 2>/dev/null; echo $?')).trim(), '1');
  assert.match(await sh('systemctl status urokd --no-pager'), /Status: .*refused.*50-x\.conf:2/);
  assert.equal(await host.run('systemctl', 'is-active', 'urokd'), 'active\n');
  await sh('rm /etc/urok/conf.d/50-x.conf; systemctl reload urokd');
});
