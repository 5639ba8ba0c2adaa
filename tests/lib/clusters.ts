// SPDX-License-Identifier: LGPL-2.1-or-later
// Brokers of Debian 13 in roots of their own: three nodes in three namespaces, and addresses that move to another node when
// one is gone, as a balancer in front of them would do it.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Authority } from './authority.ts';
import type { Cable, Net, Space } from './net.ts';
import { PROJECT } from './places.ts';
import type { Process } from './process.ts';

const run = promisify(execFile);

export type Kind = {
  name: string;
  /** Of MQTT. */
  versions: number[];
  /** Where its certificates lie: ca.pem, broker.pem, broker.key. */
  papers: string;
  /** Files of a node in its root; `users`: who may come. */
  files(own: string, all: string[], users: string): Promise<Record<string, string>>;
  /** Of config/: makes `users` of boxes' origins. */
  admits: string;
  /** What a shell in its root runs as the node's first process. */
  script(own: string): string;
  ready: RegExp;
  /** Said by one of the nodes when clients may come. */
  together: RegExp;
  /** Tells a running cluster of more boxes. */
  tell(nodes: Node[], users: string): Promise<void>;
};

export const PORT = 8883;

const shipped = (name: string): Promise<string> => readFile(join(PROJECT, 'config', name), 'utf8');

const NAMES = (own: string): string => `export HOME=/var/lib/rabbitmq LANG=C.UTF-8 RABBITMQ_USE_LONGNAME=true RABBITMQ_NODENAME=rabbit@${own}`;
const AS_RABBIT = 'setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups';

export const RABBITMQ: Kind = {
  name: 'rabbitmq',
  versions: [3, 5],
  papers: 'etc/rabbitmq/urok',
  admits: 'rabbitmq/urok-definitions',
  files: async (own, all, users) => ({
    'etc/rabbitmq/enabled_plugins': '[rabbitmq_mqtt].\n',
    'etc/rabbitmq/rabbitmq.conf': `cluster_formation.peer_discovery_backend = classic_config
${all.map((each, i) => `cluster_formation.classic_config.nodes.${i + 1} = rabbit@${each}`).join('\n')}
load_definitions = /etc/rabbitmq/boxes.json
log.console = true
log.file = false
${await shipped('rabbitmq/urok-rabbitmq.conf')}`,
    'etc/rabbitmq/boxes.json': users,
  }),
  script: (own) => `${NAMES(own)}
mkdir -p /run/rabbitmq /var/lib/rabbitmq && echo UROKSECRETCOOKIE >/var/lib/rabbitmq/.erlang.cookie && chmod 400 /var/lib/rabbitmq/.erlang.cookie
chown -R rabbitmq:rabbitmq /run/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq /etc/rabbitmq/urok
${AS_RABBIT} /usr/lib/rabbitmq/bin/rabbitmq-server
exit 0`, // who changes its user is not killed with its parent: the shell stays the first process
  ready: /Server startup complete/,
  together: /Server startup complete/,
  tell: async ([node], users) => {
    await node!.write('etc/rabbitmq/boxes.json', users);
    await node!.shell(`${NAMES(node!.space.address)}\n${AS_RABBIT} /usr/lib/rabbitmq/bin/rabbitmqctl import_definitions /etc/rabbitmq/boxes.json`);
  },
};

export const NATS: Kind = {
  name: 'nats',
  versions: [3],
  papers: 'etc/nats/urok',
  admits: 'nats/urok-users',
  files: async (own, all, users) => ({
    'etc/nats/nats.conf': `server_name: "${own}"
listen: "0.0.0.0:4222"
jetstream { store_dir: "/var/lib/nats" }
cluster { name: urok, listen: "0.0.0.0:6222", routes: [${all.map((each) => `"nats-route://${each}:6222"`).join(', ')}] }
include "urok-nats.conf"
`,
    'etc/nats/urok-nats.conf': await shipped('nats/urok-nats.conf'),
    'etc/nats/urok/boxes.conf': users,
  }),
  script: () => 'mkdir -p /var/lib/nats && exec nats-server -c /etc/nats/nats.conf',
  ready: /Server is ready/,
  together: /JetStream cluster new metadata leader/,
  tell: async (nodes, users) => {
    for (const node of nodes) {
      const from = node.process.lines.length;
      await node.write('etc/nats/urok/boxes.conf', users);
      process.kill(await node.first(), 'SIGHUP');
      await node.process.line(/Reloaded server configuration/, from);
    }
  },
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

  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.#root, 'root', name)), { recursive: true });
    await writeFile(join(this.#root, 'root', name), text);
  }

  /** In its root, beside what runs there. */
  async shell(script: string): Promise<string> {
    return this.space.run('unshare', '--mount', 'chroot', join(this.#root, 'root'), 'sh', '-ec', `mount -t proc proc /proc\n${script}`);
  }

  /** The node's first process, as this machine counts them. */
  async first(): Promise<number> {
    const { pid } = this.process;
    return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim());
  }

  async lay(base: string, all: string[], server: Record<string, string>, users: string): Promise<void> {
    const at = (name: string): string => join(this.#root, name);
    for (const name of ['root', 'upper', 'work']) await mkdir(at(name), { recursive: true });
    await run('mount', ['-t', 'overlay', 'overlay', at('root'), '-o', `lowerdir=${base},upperdir=${at('upper')},workdir=${at('work')}`]);
    for (const [name, text] of Object.entries(await this.#kind.files(this.space.address, all, users))) await this.write(name, text);
    for (const [name, file] of Object.entries(server)) await this.write(join(this.#kind.papers, name), await readFile(file, 'utf8'));
    await this.write('node', `mount -t proc proc /proc\n${this.#kind.script(this.space.address)}\n`);
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

  #users(boxes: string[]): string {
    return execFileSync(join(PROJECT, 'config', this.kind.admits), { input: boxes.map((box) => `${box}\n`).join(''), encoding: 'utf8' });
  }

  /** These boxes may come from now on. */
  async admit(...boxes: string[]): Promise<void> {
    await this.kind.tell(this.nodes, this.#users(boxes));
  }

  /** With a certificate for what clients call it. */
  async make(folder: string, authority: Authority, addresses: string[], boxes: string[]): Promise<void> {
    const base = process.env['UROK_BROKERS'];
    assert.ok(base, 'UROK_BROKERS is not set: run ./test cloud');
    for (const name of ['n1', 'n2', 'n3']) {
      const [space, cable] = await this.#net.place(name);
      this.nodes.push(new Node(space, cable, join(folder, name), this.kind));
    }
    const all = this.nodes.map(({ space }) => space.address);
    const { certificate, key } = await authority.issue('broker', { addresses });
    const server = { 'ca.pem': authority.certificate, 'broker.pem': certificate, 'broker.key': key };
    for (const node of this.nodes) await node.lay(base, all, server, this.#users(boxes));
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
