// SPDX-License-Identifier: LGPL-2.1-or-later
// A root with this machine's programs and a dpkg of its own, in which a small package named urok is installed, upgraded and
// taken back by Urok's own scripts: what of a package needs no booted host.
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Said } from './backup.ts';
import { BUILD, PROJECT } from './places.ts';
import { UNSHARE } from './small-disk.ts';

const run = promisify(execFile);

/** Where Urok's own lie the folders are real, and hold links to what the machine has there. */
const MAKE = `
cd "$0"
mkdir -p machine usr/lib usr/share var/lib/dpkg/info var/lib/dpkg/updates var/lib/dpkg/triggers var/lib/apt/lists/partial var/cache/apt/archives/partial \
  var/log/apt etc/apt/apt.conf.d etc/apt/preferences.d etc/apt/sources.list.d etc/dpkg/dpkg.cfg.d etc/urok tmp proc dev
for name in bin sbin lib64; do [ ! -e /usr/$name ] || ln -s /machine/usr/$name usr/$name; done
for name in bin sbin lib lib64; do ln -s usr/$name $name; done
for name in lib share; do for path in /usr/$name/*; do [ "\${path##*/}" = urok ] || ln -s "/machine$path" "usr/$name/"; done; done
cp /etc/passwd /etc/group etc/
[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache etc/
: >var/lib/dpkg/status
`;
const CONFFILES = ['etc/urok/urok.conf', 'etc/urok/other.conf'];
const ENTER = 'mount --rbind / "$0/machine" && mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"';

export class DpkgRoot implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<DpkgRoot> {
    const folder = await mkdtemp(join(tmpdir(), 'urok-dpkg-'));
    await run('sh', ['-ec', MAKE, folder]);
    return new DpkgRoot(folder);
  }

  inside(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async run(...words: string[]): Promise<Said> {
    const [program, ...rest] = [...UNSHARE, 'sh', '-ec', ENTER, this.folder, ...words];
    return new Promise((resolve) => {
      const child = execFile(program!, rest, { env: { PATH: '/usr/sbin:/usr/bin', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' } },
        (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code ?? -1), out, err }));
      child.stdin!.end();
    });
  }

  urokctl(...words: string[]): Promise<Said> {
    return this.run(join('/machine', BUILD, 'ctl/urokctl'), ...words);
  }

  async version(): Promise<string> {
    return (await this.run('dpkg-query', '-W', '-f', '${Version}', 'urok')).out;
  }

  /** Urok's prerm and what it calls; `preinst`: what that release's own says. Its path inside. */
  async pack(version: string, preinst = 'exit 0'): Promise<string> {
    const tree = this.inside('tmp', `urok-${version}`);
    const put = async (name: string, text: string): Promise<void> => {
      await mkdir(dirname(join(tree, name)), { recursive: true });
      await writeFile(join(tree, name), text);
    };
    await put('DEBIAN/control', `Package: urok\nVersion: ${version}\nArchitecture: all\nMaintainer: Urok <urok@example.org>\nDescription: a small one\n`);
    await put('DEBIAN/conffiles', CONFFILES.map((file) => `/${file}\n`).join(''));
    await put('DEBIAN/preinst', `#!/bin/sh\n${preinst}\n`);
    for (const file of CONFFILES) await put(file, `# of ${version}\n`);
    await put(`usr/share/urok/web/assets/${version}.js`, version);
    await mkdir(join(tree, 'usr/lib/urok'), { recursive: true });
    await copyFile(join(PROJECT, 'packaging/debian/urok.prerm'), join(tree, 'DEBIAN/prerm'));
    await copyFile(join(PROJECT, 'units/urok-upgrade'), join(tree, 'usr/lib/urok/urok-upgrade'));
    for (const name of ['DEBIAN/preinst', 'DEBIAN/prerm', 'usr/lib/urok/urok-upgrade']) await chmod(join(tree, name), 0o755);
    await run('tar', ['--owner=0', '--group=0', '-C', tree, '-cf', join(tree, 'usr/share/urok/conffiles.tar'), ...CONFFILES]);
    await run('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '-b', tree, `${tree}.deb`]);
    return `/tmp/urok-${version}.deb`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
