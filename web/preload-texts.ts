// SPDX-License-Identifier: LGPL-2.1-or-later
// Lets the browser fetch the Russian texts, which most people read, beside the script instead of after it.
import type { Plugin } from 'vite';

export function preloadTexts(): Plugin {
  return {
    name: 'preload-texts',
    transformIndexHtml(_, { bundle }) {
      const texts = Object.values(bundle ?? {}).find((one) => one.type === 'chunk' && one.name === 'ru');
      if (texts === undefined) return [];
      return [{ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${texts.fileName}` }, injectTo: 'head' }];
    },
  };
}
