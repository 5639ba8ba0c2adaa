// SPDX-License-Identifier: LGPL-2.1-or-later
// A booted host with urokd and nginx as services loses its power while fifty people write over the LAN: after the next
// boot on the same disk everything that was answered is there, once.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { takeChance } from '../lib/chance.ts';
import { chatOf, wholeChat } from '../lib/classroom.ts';
import { compare, Writer } from '../lib/hands.ts';
import { makeHost, type Host } from '../lib/host.ts';
import { nginxConfiguration } from '../lib/nginx.ts';
import { BUILD, PROJECT } from '../lib/places.ts';
import { ask } from '../lib/request.ts';
import { School, type Person } from '../lib/school.ts';

const ADDRESS = '10.77.0.12';
const WRITERS = 50;

const SERVICE = `[Unit]
Description=Urok
[Service]
Type=notify
User=_urok
ExecStart=/usr/lib/urok/urokd --config /etc/urok/urok.conf
RuntimeDirectory=urok
[Install]
WantedBy=multi-user.target
`;
const FRONT = `[Unit]
Description=Urok's front door
After=urokd.service
[Service]
Type=forking
PIDFile=/var/lib/urok-nginx/nginx.pid
ExecStart=/usr/sbin/nginx -c /etc/urok/nginx.conf
[Install]
WantedBy=multi-user.target
`;
const CONFIG = `[school]
public_name=${ADDRESS}
[paths]
data=/var/lib/urok/data
[http]
origins=http://${ADDRESS}
[broadcast]
worker=/usr/lib/urok/urok-broadcast
launcher=children
`;

async function frontConfiguration(): Promise<string> {
  const text = await nginxConfiguration({
    LISTEN: 'listen 80;', USER: 'user _urok _urok;', WEB: '/usr/share/urok/web', RUNTIME: '/run/urok', FILES: '/var/lib/urok/files',
    STATE: '/var/lib/urok-nginx', CONFIG: '/etc/urok/nginx', TRANSPORT_SECURITY: '',
  });
  return text.replace(/^daemon off;$/m, 'daemon on;');
}

/** The school as somebody on the LAN sees it; its console is the host's. */
class SchoolOnHost extends School {
  readonly #host: Host;

  constructor(host: Host) {
    super('/', 80, {});
    this.#host = host;
  }

  override socket(name: 'rest' | 'live' | 'control'): string {
    return this.#host.inside(`run/urok/${name}.sock`);
  }

  /** The same person at another machine, through nginx. */
  onLan(person: Person): Person {
    const headers = { Host: ADDRESS, Origin: `http://${ADDRESS}`, 'X-Forwarded-For': undefined };
    return {
      ...person,
      ask: (method, path, wish = {}) => ask({ host: ADDRESS, port: 80 }, method, path,
        { ...wish, cookie: person.cookie, headers: { ...wish.headers, ...headers } }),
    };
  }
}

async function install(host: Host): Promise<void> {
  await host.chroot('useradd', '--system', '--home-dir', '/var/lib/urok', '_urok');
  for (const program of ['daemon/app/urokd', 'ctl/urokctl', 'workers/broadcast/urok-broadcast']) {
    await host.copy(join(BUILD, program), join('usr/lib/urok', program.split('/').at(-1)!));
  }
  await host.copy(join(PROJECT, 'web/dist'), 'usr/share/urok/web');
  await host.copy(join(PROJECT, 'config/nginx'), 'etc/urok/nginx');
  await host.put('etc/urok/urok.conf', CONFIG);
  await host.put('etc/urok/nginx.conf', await frontConfiguration());
  await host.chroot('mkdir', '/var/lib/urok-nginx', '/var/lib/urok/data', '/var/lib/urok/files');
  await promisify(execFile)(join(BUILD, 'tests/lib/furnish'), [join(host.root, 'var/lib/urok/data')]);
  await host.chroot('chown', '-R', '_urok:', '/var/lib/urok', '/var/lib/urok-nginx');
  await host.unit('urokd', SERVICE);
  await host.unit('urok-nginx', FRONT);
}

test('a host that loses its power under fifty writers has all that it answered when it is back', async () => {
  const chance = takeChance();
  await using host = await makeHost('school', ADDRESS);
  await install(host);
  await host.boot();
  const school = new SchoolOnHost(host);
  const teacher = await school.signIn('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  const writers: Writer[] = [];
  for (let i = 0; i < WRITERS; i += 1) {
    const login = `pupil${1 + i % 20}`;
    writers.push(new Writer(`${login} at ${i}`, school.onLan(await school.signIn(login)), chance, chat));
  }
  const look = async (): Promise<void> => {
    const messages = await wholeChat(teacher, chat);
    compare(messages.map((message) => ({ id: message.id, state: message.deleted ? null : message.text })), writers, true);
  };

  let left = 500 + chance.below(1000);
  let cut: Promise<void> | undefined;
  await Promise.all(writers.map(async (writer) => {
    while (cut === undefined && await writer.move()) {
      left -= 1;
      if (left === 0) cut = host.cutPower();
    }
  }));
  assert.ok(cut, `the host stopped answering: ${host.said}`);
  await cut;

  await host.boot();
  await look();
  for (const writer of writers) assert.ok(await writer.move(), 'what was lost is asked for again');
  await look();
  const verdict = await school.console('POST', '/api/v1/console/log-verification', {});
  assert.equal(verdict.ok, true, JSON.stringify(verdict));
  assert.match(await host.run('systemctl', 'is-active', 'urokd', 'urok-nginx'), /^active\nactive\n$/);
});
