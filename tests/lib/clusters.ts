// SPDX-License-Identifier: LGPL-2.1-or-later
// Brokers of Debian 13 in roots of their own: three nodes in three namespaces, and addresses that move to another node when
// one is gone, as a balancer in front of them would do it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cable, Net, Space } from './net.ts';
import type { Process } from './process.ts';

const run = promisify(execFile);

export type Kind = {
  name: string;
  port: number;
  /** Of MQTT. */
  versions: number[];
  /** Files of a node in its root. */
  files(own: string, all: string[]): Record<string, string>;
  /** What a shell in its root runs as the node's first process. */
  script(own: string): string;
  ready: RegExp;
  /** Said by one of the nodes when clients may come. */
  together: RegExp;
};

export const USER = 'urok';
export const PASSWORD = 'proba';

export const RABBITMQ: Kind = {
  name: 'rabbitmq',
  port: 1883,
  versions: [3, 5],
  files: (own, all) => ({
    'etc/rabbitmq/enabled_plugins': '[rabbitmq_mqtt].\n',
    'etc/rabbitmq/rabbitmq.conf': `cluster_formation.peer_discovery_backend = classic_config
${all.map((each, i) => `cluster_formation.classic_config.nodes.${i + 1} = rabbit@${each}`).join('\n')}
default_user = ${USER}
default_pass = ${PASSWORD}
loopback_users = none
mqtt.listeners.tcp.default = 1883
mqtt.allow_anonymous = false
mqtt.max_session_expiry_interval_seconds = 0
log.console = true
log.file = false
`,
  }),
  script: (own) => `export HOME=/var/lib/rabbitmq LANG=C.UTF-8 RABBITMQ_USE_LONGNAME=true RABBITMQ_NODENAME=rabbit@${own}
mkdir -p /run/rabbitmq /var/lib/rabbitmq && echo UROKSECRETCOOKIE >/var/lib/rabbitmq/.erlang.cookie && chmod 400 /var/lib/rabbitmq/.erlang.cookie
chown -R rabbitmq:rabbitmq /run/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups /usr/lib/rabbitmq/bin/rabbitmq-server
exit 0`, // who changes its user is not killed with its parent: the shell stays the first process
  ready: /Server startup complete/,
  together: /Server startup complete/,
};

export const NATS: Kind = {
  name: 'nats',
  port: 1883,
  versions: [3],
  files: (own, all) => ({
    'etc/nats.conf': `server_name: "${own}"
listen: "0.0.0.0:4222"
jetstream { store_dir: "/var/lib/nats" }
cluster { name: urok, listen: "0.0.0.0:6222", routes: [${all.map((each) => `"nats-route://${each}:6222"`).join(', ')}] }
mqtt { listen: "0.0.0.0:1883" }
accounts { $SYS { users: [{user: sys, password: sys}] }, urok { jetstream: enabled, users: [{user: ${USER}, password: ${PASSWORD}}] } }
`,
  }),
  script: () => 'mkdir -p /var/lib/nats && exec nats-server -c /etc/nats.conf',
  ready: /Server is ready/,
  together: /JetStream cluster new metadata leader/,
};

/** One machine of a cluster. */
export class Node {
  readonly space: Space;
  readonly cable: Cable;
  readonly #root: string;
  readonly #kind: Kind;
  process!: Process;

  constructor(space: Space, cable: Cable, root: string, kind: Kind) {
    this.space = space;
    this.cable = cable;
    this.#root = root;
    this.#kind = kind;
  }

  async lay(base: string, all: string[]): Promise<void> {
    const at = (name: string): string => join(this.#root, name);
    for (const name of ['root', 'upper', 'work']) await mkdir(at(name), { recursive: true });
    await run('mount', ['-t', 'overlay', 'overlay', at('root'), '-o', `lowerdir=${base},upperdir=${at('upper')},workdir=${at('work')}`]);
    for (const [name, text] of Object.entries(this.#kind.files(this.space.address, all))) await writeFile(join(at('root'), name), text);
    await writeFile(join(at('root'), 'node'), `mount -t proc proc /proc\n${this.#kind.script(this.space.address)}\n`);
  }

  /** All of its processes go with the first. */
  begin(): void {
    this.process = this.space.start(this.#kind.name, ['unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', 'chroot', join(this.#root, 'root'), 'sh', '-e', '/node']);
  }

  async start(): Promise<void> {
    this.begin();
    await this.process.line(this.#kind.ready);
  }

  async kill(): Promise<void> {
    await this.process.kill();
    await this.process.ended;
  }

  async remove(): Promise<void> {
    if (this.process?.isRunning) await this.kill();
    await run('umount', [join(this.#root, 'root')]);
  }
}

export class Cluster {
  readonly kind: Kind;
  readonly nodes: Node[] = [];
  readonly #net: Net;

  constructor(net: Net, kind: Kind) {
    this.#net = net;
    this.kind = kind;
  }

  async make(folder: string): Promise<void> {
    const base = process.env['UROK_BROKERS'];
    assert.ok(base, 'UROK_BROKERS is not set: run ./test cloud');
    for (const name of ['n1', 'n2', 'n3']) {
      const [space, cable] = await this.#net.place(name);
      this.nodes.push(new Node(space, cable, join(folder, name), this.kind));
    }
    const all = this.nodes.map(({ space }) => space.address);
    for (const node of this.nodes) await node.lay(base, all);
    for (const node of this.nodes) node.begin();
    await Promise.all(this.nodes.map(({ process: node }) => node.line(this.kind.ready)));
    await Promise.any(this.nodes.map(({ process: node }) => node.line(this.kind.together)));
  }

  /** Who asks for that address comes to this node from now on. */
  async lead(address: string, node: Node): Promise<void> {
    await run('ip', ['-n', this.#net.middle.name, 'route', 'replace', `${address}/32`, 'via', node.space.address]);
    await run('ip', ['-n', node.space.name, 'addr', 'replace', `${address}/32`, 'dev', 'lo']);
  }

  async end(): Promise<void> {
    for (const node of this.nodes) await node.remove();
  }
}
