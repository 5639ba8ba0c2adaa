// SPDX-License-Identifier: LGPL-2.1-or-later
// Compresses what was built, once and as small as gzip can, for nginx's gzip_static: compressed at each request it would be a
// sixth larger, since nginx has to be quick then.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const TEXT = /\.(js|css|html|svg)$/;
const LEAST_BYTES = 512;

export function gzipFiles(): Plugin {
  return {
    name: 'gzip-files',
    enforce: 'post',
    async writeBundle({ dir }, bundle) {
      for (const { fileName } of Object.values(bundle)) {
        const path = join(dir!, fileName);
        const bytes = TEXT.test(fileName) ? await readFile(path) : Buffer.alloc(0);
        if (bytes.length >= LEAST_BYTES) await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
      }
    },
  };
}
