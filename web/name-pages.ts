// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives each build of the pages a name: in its document and in pages.json, so that a page that is open for days learns of
// another one. The names of its files carry their content, so they say all.
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

function nameOf(files: string[]): string {
  const assets = files.filter((name) => name.startsWith('assets/')).sort();
  return createHash('sha256').update(assets.join('\n')).digest('hex').slice(0, 16);
}

export function namePages(): Plugin {
  return {
    name: 'name-pages',
    enforce: 'post',
    transformIndexHtml(_, { bundle }) {
      return [{ tag: 'meta', attrs: { name: 'urok-pages', content: nameOf(Object.keys(bundle ?? {})) }, injectTo: 'head' }];
    },
    generateBundle(_, bundle) {
      this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify({ pages: nameOf(Object.keys(bundle)) }) });
    },
  };
}
