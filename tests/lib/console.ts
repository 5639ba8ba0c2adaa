// SPDX-License-Identifier: LGPL-2.1-or-later
// What an administrator types on a host that the suite install booted.
import assert from 'node:assert/strict';
import type { Host } from './host.ts';
import { Process } from './process.ts';

/** Of which Debian the hosts are. */
export const release = process.env['UROK_RELEASE'] ?? '';
assert.ok(release, 'UROK_RELEASE is not set: run ./test install');

const ENVIRONMENT = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8', 'HOME=/root'];

/** What apt-get said. Recommendations stay away: the school has to do without them. dpkg does not wait for the disk. */
export async function apt(host: Host, ...words: string[]): Promise<string> {
  return host.run(...ENVIRONMENT, 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c',
    'apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io "$@" 2>&1', 'apt', ...words);
}

const workersOfNginx = async (host: Host): Promise<string[]> =>
  (await host.run('sh', '-c', 'p=$(cat /run/nginx.pid) && cat /proc/$p/task/$p/children')).split(' ').filter(Boolean);

/** What has nginx reload: for a moment workers of before and of now take connections; it is over when none of before is left. */
export async function reloadsNginx(host: Host, act: () => Promise<string>): Promise<string> {
  const before = await workersOfNginx(host);
  assert.notDeepEqual(before, [], 'nginx runs');
  const said = await act();
  while ((await workersOfNginx(host)).some((pid) => before.includes(pid)));
  return said;
}

/** The package where nginx runs already: dpkg has it reload at its end. */
export const installBesideNginx = (host: Host): Promise<string> => reloadsNginx(host, () => apt(host, 'install', '/root/urok.deb'));

/** Tried as a service's user; an answer that is no success rejects. */
export async function asUser(host: Host, user: string, ...words: string[]): Promise<string> {
  return host.run('setpriv', '--reuid', user, '--regid', user, '--init-groups', '--', ...words);
}

/** Properties of a unit. */
export async function values(host: Host, unit: string, ...names: string[]): Promise<Record<string, string>> {
  const text = await host.run('systemctl', 'show', unit, ...names.map((name) => `--property=${name}`));
  return Object.fromEntries(text.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** What a unit says from now on; to be killed. */
export async function follow(host: Host, unit: string): Promise<Process> {
  const shown = await host.run('journalctl', '--quiet', '-n', '1', '-o', 'cat', '--show-cursor');
  const cursor = /^-- cursor: (.*)$/m.exec(shown)![1]!;
  return new Process('journal', 'nsenter', ['-t', String(host.init), '-a', 'journalctl', '-f', '-o', 'cat', '-u', unit, `--after-cursor=${cursor}`]);
}
