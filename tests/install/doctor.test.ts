// SPDX-License-Identifier: LGPL-2.1-or-later
// urokctl doctor on an installed server, with faults made one by one: each is named, with what to do, and goes when it is mended;
// and systemctl reload, which tells how it ended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apt, release } from '../lib/console.ts';
import { makeHost, type Host } from '../lib/host.ts';

type Item = { id: string; level: string; said: string };

let host: Host & AsyncDisposable;

before(async () => {
  host = await makeHost('school', '10.77.0.12', { withDisk: false });
  await host.boot();
  await apt(host, 'install', '/root/urok.deb');
});

after(() => host[Symbol.asyncDispose]());

const sh = (script: string): Promise<string> => host.run('sh', '-c', script);

/** All that it found, and its status. */
async function doctor(): Promise<{ status: number; items: Item[] }> {
  const said = await sh('LC_ALL=C.UTF-8 urokctl --json doctor; echo "$?"');
  const [answer, status] = said.trim().split('\n');
  return { status: Number(status), items: JSON.parse(answer!).items };
}

async function faults(): Promise<string[]> {
  return (await doctor()).items.filter(({ level }) => level === 'fault').map(({ id, said }) => `${id}: ${said}`);
}

/** Breaks, sees that this and nothing else is a fault, mends, sees that it is gone. */
function fault(what: string, id: RegExp, said: RegExp, breaks: string, mends: string): void {
  test(`${release}: doctor: ${what}`, async () => {
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
fault('a port that another program took', /^port-443$/, /taken by systemd/,
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

test(`${release}: doctor: an odd host name, and no Avahi, are warnings`, async () => {
  await sh('systemctl stop avahi-daemon.socket avahi-daemon.service; hostname SCHOOL17');
  const { items } = await doctor();
  await sh('hostname school; systemctl start avahi-daemon.socket avahi-daemon.service');
  for (const id of ['avahi', 'host-name']) assert.equal(items.find((item) => item.id === id)?.level, 'warning', id);
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
