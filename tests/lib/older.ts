// SPDX-License-Identifier: LGPL-2.1-or-later
// A school as an older Urok left it (tests/lib/older), in a place of its own; and what has to be in it whatever happened since.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { emptyMachine, type Place } from './carry.ts';
import { PROJECT } from './places.ts';

const run = promisify(execFile);

/** Of the release that wrote it. */
export const OLDER_SCHEMA = 22;

export async function sql(file: string, text: string): Promise<string> {
  return (await run('sqlite3', ['-cmd', '.timeout 5000', file, text], { maxBuffer: 64 * 2 ** 20 })).stdout.trim();
}

/** What people wrote and who they are, by names that both releases have. */
const ROWS = `SELECT origin_seq, hex(hash), kind, body FROM event ORDER BY seq; SELECT id, text, deleted FROM message ORDER BY id;
  SELECT id, display_name, login FROM person ORDER BY id; SELECT class_key, person_key, member_as FROM class_member`;

/** Where the database lies as its last evening left it; its bytes never change. */
export async function unpackOlder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'urok.db'), gunzipSync(await readFile(join(PROJECT, 'tests/lib/older/school.db.gz'))));
  await cp(join(PROJECT, 'tests/lib/older/box.key'), join(folder, 'box.key'));
  return join(folder, 'urok.db');
}

export type Older = {
  place: Place;
  database: string;
  kept: string;
  /** Back to that evening; nothing else is there. */
  reset(): Promise<void>;
  /** The file is whole and all of then is in it: the schema that it has. */
  check(file?: string): Promise<number>;
} & AsyncDisposable;

export async function olderSchool(): Promise<Older> {
  const place = await emptyMachine();
  const [data, kept] = [join(place.folder, 'data'), join(place.folder, 'kept')];
  const database = await unpackOlder(join(place.folder, 'before'));
  const rows = await sql(database, ROWS);
  assert.equal(await sql(database, 'PRAGMA user_version'), String(OLDER_SCHEMA));
  return {
    place, kept, database: join(data, 'urok.db'),
    reset: async () => {
      for (const name of [data, kept, join(place.folder, 'files')]) await rm(name, { recursive: true, force: true });
      await mkdir(kept);
      await unpackOlder(data);
    },
    check: async (file = join(data, 'urok.db')) => {
      assert.equal(await sql(file, 'PRAGMA integrity_check'), 'ok', file);
      assert.equal(await sql(file, ROWS), rows, file);
      return Number(await sql(file, 'PRAGMA user_version'));
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}
