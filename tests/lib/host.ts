// SPDX-License-Identifier: LGPL-2.1-or-later
// A booted Debian host on the LAN that tests/hosts/hosts.sh made: a root of its own above the shared base, its data on
// a disk of its own, and a power cut after which only what was flushed to that disk is there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Process } from './process.ts';

const exec = promisify(execFile);

function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run ./test hosts`);
  return value;
}

const run = async (...[program, ...words]: string[]): Promise<string> =>
  (await exec(program!, words, { maxBuffer: 2 ** 26 })).stdout;

/** Told on the host's console when all that it starts by itself has started. */
const UP = 'the host is up';
const UP_UNIT = `[Unit]
Description=Tells that all has started
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/echo ${UP}
StandardOutput=tty
TTYPath=/dev/console
[Install]
WantedBy=default.target
`;

/** withDisk: /var/lib/urok is a disk of its own, of which a power cut takes what was not flushed; else it is made by whoever wants it. */
export type HostOptions = { withDisk?: boolean };

/** The status of an nspawn whose host asked to be started again. */
const REBOOT = 133;

/** Where control groups are by which systemd holds and walls its services: one place, or two on a machine with both kinds. */
const GROUPS = existsSync('/sys/fs/cgroup/cgroup.controllers') ? ['/sys/fs/cgroup'] : ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];

export class Host {
  readonly name: string;
  readonly address: string;
  /** Where the host's files are while it is down. */
  readonly root: string;
  readonly #folder: string;
  /** What is mounted at /var/lib/urok: an ext4 that does not write by itself while a test lasts. */
  readonly #disk: string;
  #nspawn: Process | undefined;
  #init = 0;
  readonly #withDisk: boolean;

  constructor(name: string, address: string, folder: string, { withDisk = true }: HostOptions) {
    this.name = name;
    this.address = address;
    this.#folder = folder;
    this.#withDisk = withDisk;
    this.root = join(folder, 'root');
    this.#disk = join(folder, 'disk');
  }

  get #namespace(): string {
    return `${given('UROK_HOST_LAN')}-${this.name}`;
  }

  async make(): Promise<void> {
    for (const name of ['root', 'upper', 'work']) await mkdir(join(this.#folder, name));
    await run('mount', '-t', 'overlay', 'overlay', this.root, '-o',
      `lowerdir=${given('UROK_HOST_BASE')},upperdir=${this.#folder}/upper,workdir=${this.#folder}/work`);
    if (this.#withDisk) await this.#makeDisk();
    await this.put('etc/hostname', `${this.name}\n`);
    await this.unit('host-up', UP_UNIT);
    await this.#join();
  }

  async #makeDisk(): Promise<void> {
    await writeFile(this.#disk, '');
    await truncate(this.#disk, 256 * 2 ** 20);
    await run('mkfs.ext4', '-q', this.#disk);
    await this.#mountDisk();
  }

  async #mountDisk(): Promise<void> {
    await mkdir(join(this.root, 'var/lib/urok'), { recursive: true });
    await run('mount', '-o', 'loop,commit=3600', this.#disk, join(this.root, 'var/lib/urok'));
  }

  /** A wire to the LAN's bridge. */
  async #join(): Promise<void> {
    const [lan, own] = [`${given('UROK_HOST_LAN')}-lan`, this.#namespace];
    await run('ip', 'netns', 'add', own);
    await run('ip', '-n', own, 'link', 'set', 'lo', 'up');
    await run('ip', 'link', 'add', this.name, 'netns', lan, 'type', 'veth', 'peer', 'name', 'host0', 'netns', own);
    await run('ip', '-n', lan, 'link', 'set', this.name, 'master', 'br0', 'up');
    await run('ip', '-n', own, 'addr', 'add', `${this.address}/24`, 'dev', 'host0');
    await run('ip', '-n', own, 'link', 'set', 'host0', 'up');
  }

  /** A file of the host, while it is down. */
  async put(path: string, text: string): Promise<void> {
    await mkdir(join(this.root, path, '..'), { recursive: true });
    await writeFile(join(this.root, path), text);
  }

  async copy(from: string, to: string): Promise<void> {
    await cp(from, join(this.root, to), { recursive: true });
  }

  /** A service that the host starts by itself. */
  async unit(name: string, text: string): Promise<void> {
    await this.put(`etc/systemd/system/${name}.service`, text);
    await this.chroot('systemctl', 'enable', `${name}.service`);
  }

  /** Something done to its files while it is down. */
  async chroot(...words: string[]): Promise<string> {
    return run('chroot', this.root, ...words);
  }

  async boot(): Promise<void> {
    // In a group of its own: two hosts in one would end and wall each other's services.
    const groups = GROUPS.map((place) => join(place, this.#namespace));
    for (const group of groups) await mkdir(group, { recursive: true });
    this.#nspawn = new Process(this.name, 'sh', ['-c', `for group in ${groups.join(' ')}; do echo $$ >$group/cgroup.procs || exit; done; exec "$@"`, 'sh',
      'systemd-nspawn', '--quiet', '-D', this.root, '--boot', `--machine=${this.#namespace}`,
      `--network-namespace-path=/run/netns/${this.#namespace}`, '--register=no', '--keep-unit', '--console=read-only',
      // As on a machine of its own: units may have a network namespace, and walls that the kernel holds by programs. The host's
      // own network is one that the test made.
      '--capability=CAP_NET_ADMIN,CAP_BPF', '--system-call-filter=bpf']);
    await this.#nspawn.line(new RegExp(UP));
    this.#init = await this.#findInit();
    assert.ok(this.#init > 0, 'the one child of nspawn is the host\'s init');
  }

  /** As an administrator does it; back when all has started again. */
  async reboot(): Promise<void> {
    await this.run('systemctl', 'reboot');
    assert.equal(await this.#nspawn!.ended, REBOOT, this.said);
    await this.boot();
  }

  async #findInit(): Promise<number> {
    const { pid } = this.#nspawn!;
    return Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '0'));
  }

  /** The process that is the host's first. */
  get init(): number {
    return this.#init;
  }

  /** A path as the running host sees it. */
  inside(path: string): string {
    return join(`/proc/${this.#init}/root`, path);
  }

  /** Runs a command in the running host. */
  async run(...words: string[]): Promise<string> {
    return run('nsenter', '-t', String(this.#init), '-a', ...words);
  }

  /** Its console's last words. */
  get said(): string {
    return this.#nspawn?.lines.slice(-40).join('\n') ?? '';
  }

  /** Every process is gone at once, and of its data what it had not flushed. */
  async cutPower(): Promise<void> {
    process.kill(this.#init, 'SIGKILL');
    await this.#nspawn!.ended;
    const left = `${this.#disk}.left`;
    // What the kernel still holds for the disk must not reach it: the disk is copied before it is let go.
    // Now and then it writes by itself what is old: then the copy may be half of that, and is made again.
    for (let tries = 5; ; tries -= 1) {
      await copyFile(this.#disk, left);
      const isWhole = await run('cmp', this.#disk, left).then(() => true, () => false);
      if (isWhole) break;
      assert.ok(tries > 0, 'the disk is written to all the time');
    }
    await run('umount', join(this.root, 'var/lib/urok'));
    await rename(left, this.#disk);
    await this.#mountDisk();
  }

  async remove(): Promise<void> {
    if (this.#nspawn?.isRunning) {
      // Without its nspawn an init would go on.
      process.kill(await this.#findInit() || this.#nspawn.pid, 'SIGKILL');
      await this.#nspawn.ended;
    }
    await run('umount', join(this.root, 'var/lib/urok')).catch(() => undefined);
    await run('umount', this.root);
    await run('ip', 'netns', 'del', this.#namespace);
    await rm(this.#folder, { recursive: true });
    for (const place of GROUPS) await run('find', join(place, this.#namespace), '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';');
  }
}

/** `await using host = await makeHost('school', '10.77.0.12')`: there, not booted; its files are ready to be laid. */
export async function makeHost(name: string, address: string, options: HostOptions = {}): Promise<Host & AsyncDisposable> {
  const host = new Host(name, address, await mkdtemp(join(given('UROK_HOST_FOLDER'), 'host-')), options);
  await host.make();
  return Object.assign(host, { [Symbol.asyncDispose]: () => host.remove() });
}
