// SPDX-License-Identifier: LGPL-2.1-or-later
// Leaves out of the style sheet what is for VKUI's components that nobody uses: it brings all of them as one file, and a cheap
// phone would fetch and read two fifths of it for nothing. A class of VKUI stands as a whole word in the script of its component:
// what no script names cannot be on a page. A token that nothing asks for has no effect.
import { createHash } from 'node:crypto';
import postcss, { type AtRule, type Container, type Root } from 'postcss';
import type { Plugin } from 'vite';

const VKUI_CLASS = /vkui[A-Z]\w*__[\w-]+/g;
const VKUI_DECLARED = /^--vkui/;
const VKUI_TOKEN = /--vkui[\w-]+/g;

/** Alternatives and negations say nothing of what must be there. */
function withoutBrackets(selector: string): string {
  let text = selector;
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(/\([^()]*\)/g, '');
  }
  return text;
}

function isUsed(selector: string, named: Set<string>): boolean {
  return (withoutBrackets(selector).match(VKUI_CLASS) ?? []).every((name) => named.has(name));
}

function removeEmpty(container: Container | undefined): void {
  if (container === undefined || container.type === 'root' || container.nodes?.length !== 0) return;
  const { parent } = container;
  container.remove();
  removeEmpty(parent as Container | undefined);
}

function removeRules(sheet: Root, named: Set<string>): void {
  sheet.walkRules((rule) => {
    const { parent } = rule;
    if (parent?.type === 'atrule' && /keyframes$/.test((parent as AtRule).name)) return;
    const used = rule.selectors.filter((selector) => isUsed(selector, named));
    if (used.length === rule.selectors.length) return;
    if (used.length > 0) {
      rule.selectors = used;
    } else {
      rule.remove();
      removeEmpty(parent as Container | undefined);
    }
  });
}

/** Whether there were any: a token may have been asked for by another that is gone now. */
function removeTokens(sheet: Root, named: Set<string>): boolean {
  const asked = new Set(named);
  let found = false;
  sheet.walkDecls(({ value }) => {
    for (const [name] of value.matchAll(VKUI_TOKEN)) asked.add(name);
  });
  sheet.walkDecls(VKUI_DECLARED, (token) => {
    if (asked.has(token.prop)) return;
    const { parent } = token;
    found = true;
    token.remove();
    removeEmpty(parent);
  });
  return found;
}

/** `scripts` is all that may put a class or a token on a page. */
export function pruneCss(css: string, scripts: string): string {
  const sheet = postcss.parse(css);
  const named = (pattern: RegExp): Set<string> => new Set(scripts.match(pattern));
  removeRules(sheet, named(VKUI_CLASS));
  while (removeTokens(sheet, named(VKUI_TOKEN)));
  return sheet.toString();
}

export function usedCss(): Plugin {
  return {
    name: 'used-css',
    enforce: 'post',
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const scripts = files.map((one) => (one.type === 'chunk' ? one.code : '')).join('\n');
      for (const sheet of files) {
        if (sheet.type !== 'asset' || !sheet.fileName.endsWith('.css')) continue;
        const [whole] = /[^/]+$/.exec(sheet.fileName)!;
        if (scripts.includes(whole)) this.error(`${whole} is named by a script: its name cannot follow its content`);
        sheet.source = pruneCss(String(sheet.source), scripts);
        // Browsers keep it for a year by its name, which has to say what is in it now.
        const name = whole.replace(/-[\w-]{8}\.css$/, `-${createHash('sha256').update(sheet.source).digest('base64url').slice(0, 8)}.css`);
        for (const page of files) {
          if (page.type === 'asset' && page.fileName.endsWith('.html')) page.source = String(page.source).replaceAll(whole, name);
        }
        sheet.fileName = sheet.fileName.replace(whole, name);
      }
    },
  };
}
