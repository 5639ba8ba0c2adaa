// SPDX-License-Identifier: LGPL-2.1-or-later
// The configuration of an nginx of a test's own, from the files that ./run and the package use.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from './places.ts';

const file = (name: string): Promise<string> => readFile(join(PROJECT, 'config/nginx', name), 'utf8');

/** config/nginx/urok.conf.in with its places filled in. */
export async function nginxConfiguration(places: Record<string, string>): Promise<string> {
  const parts: Record<string, string> = { HTTP: await file('http.conf.in'), SERVER: await file('server.conf.in'),
    TRUST: places['TLS'] === undefined ? '' : await file('trust.conf.in') };
  const whole = (await file('urok.conf.in')).replace(/@(HTTP|SERVER|TRUST)@/g, (_, key: string) => parts[key]!);
  return whole.replace(/@([A-Z_]+)@/g, (_, key: string) => {
    const value = places[key];
    assert.ok(value !== undefined, `the configuration of nginx has no place ${key}`);
    return value;
  });
}
