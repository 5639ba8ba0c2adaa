// SPDX-License-Identifier: LGPL-2.1-or-later
// GStreamer as it is on a machine that lacks a package.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder of the plugins that are there where gstreamer1.0-plugins-bad was not installed, and what leads a program to it. */
export async function pluginsWithoutBad(): Promise<{ place: string; environment: Record<string, string> }> {
  const { stdout } = await run('dpkg', ['-L', 'gstreamer1.0-plugins-bad']);
  const bad = stdout.split('\n').filter((file) => /\/gstreamer-1\.0\/libgst\w+\.so$/.test(file));
  assert.ok(bad.length > 50, 'the bad set is installed here');
  const system = dirname(bad[0]!);
  const names = new Set(bad.map((file) => basename(file)));
  const place = await mkdtemp('/dev/shm/urok-plugins-');
  for (const name of await readdir(system)) {
    if (/\.so$/.test(name) && !names.has(name)) await symlink(join(system, name), join(place, name));
  }
  return { place, environment: { GST_PLUGIN_SYSTEM_PATH_1_0: place, GST_REGISTRY_1_0: join(place, 'registry.bin') } };
}
