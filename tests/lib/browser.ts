// SPDX-License-Identifier: LGPL-2.1-or-later
// Chromium for tests: each visitor is a browser of their own, watched for what must never happen there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { INSTALLED, NODE_MODULES } from './places.ts';
import type { School } from './school.ts';

const { chromium } = createRequire(join(NODE_MODULES, 'here.js'))('playwright-core');
const AXE = readFileSync(join(NODE_MODULES, 'axe-core/axe.min.js'), 'utf8');
const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** No call of its own to the outside; a picture that moves without a screen. */
const CHROMIUM_WORDS = [
  ...(process.getuid!() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking', '--disable-component-update', '--disable-default-apps', '--disable-sync',
  '--no-first-run', '--disable-domain-reliability', '--disable-client-side-phishing-detection',
];

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export type Looks = {
  phone?: boolean;
  dark?: boolean;
  locale?: string;
  /** Where somebody who is signed in stands at first; without it before the chats. */
  at?: string;
};

/** A page of Playwright's; its types stay in web/. */
export type Page = any;

export class Visitor {
  readonly page: Page;
  readonly context: any;
  readonly faults: string[] = [];
  readonly #school: School;

  constructor(context: any, page: Page, school: School) {
    this.context = context;
    this.page = page;
    this.#school = school;
    // For machines under load: what never comes costs a minute, and only then.
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error: Error) => this.faults.push(`error: ${error.stack}`));
    page.on('console', (message: any) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.faults.push(message.text());
    });
    context.on('request', (request: any) => {
      const { protocol, origin } = new URL(request.url());
      if (!['blob:', 'data:'].includes(protocol) && origin !== school.url) this.faults.push(`asked ${request.url()}`);
    });
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.#school.url + path);
  }

  /** Is let in by a one-time link. The page that opens such links has tests of its own. */
  async signIn(login: string, at = '/chats'): Promise<void> {
    const { cookie } = await this.#school.signIn(login);
    const [, name, value] = /^([^=]+)=(.*)$/.exec(cookie)!;
    const { hostname, protocol } = new URL(this.#school.url);
    await this.context.addCookies([{ name, value, domain: hostname, path: '/', httpOnly: true, secure: protocol === 'https:' || name!.startsWith('__'), sameSite: 'Lax' }]);
    await this.open(at);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  /** A cheap phone or an old PC: everything that the page does takes that many times as long. */
  async slowDown(times: number): Promise<void> {
    const session = await this.context.newCDPSession(this.page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: times });
  }

  /** Dark or light from now on, as the device says; the page stays where it is. */
  async turn(colours: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: colours });
    await this.page.waitForFunction((name: string) => document.querySelector(`[class*="vkui--"][class*="--${name}"]`) !== null, colours);
  }

  /** What axe finds, and whether the page can be scrolled sideways; `colours`: of what only colours can break. */
  async findings(of: 'all' | 'colours' = 'all'): Promise<string[]> {
    // What came under the pointer begins to change a frame later, perhaps while axe looks: it lies where nothing is.
    await this.page.mouse.move(0, 0);
    await this.page.evaluate(AXE);
    return this.page.evaluate(async ({ rules, type }: { rules: string[]; type: string }) => {
      // A colour on its way from one to another is nobody's: what moves comes to its end first, but for what never does.
      const moving = () => document.getAnimations().filter(({ playState, effect }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity);
      for (let still = moving(); still.length > 0; still = moving()) await Promise.allSettled(still.map(({ finished }) => finished));
      const { violations } = await (globalThis as any).axe.run(document, { runOnly: { type, values: rules }, resultTypes: ['violations'] });
      const found = violations.flatMap((v: any) => v.nodes.map((n: any) =>
        `${v.id}: ${n.html.slice(0, 200)} (${n.failureSummary?.slice(0, 300)})`));
      const over = document.documentElement.scrollWidth - innerWidth;
      return over > 0 ? [...found, `${over} px wider than the screen`] : found;
    }, of === 'all' ? { type: 'tag', rules: AXE_RULES } : { type: 'rule', rules: ['color-contrast'] });
  }

  async close(): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}

export class Browser {
  readonly #browser: any;
  readonly #visitors: Visitor[] = [];

  constructor(browser: any) {
    this.#browser = browser;
  }

  async visitor(school: School, looks: Looks = {}): Promise<Visitor> {
    const context = await this.#browser.newContext({
      viewport: looks.phone ? PHONE : DESKTOP,
      colorScheme: looks.dark ? 'dark' : 'light',
      locale: looks.locale ?? 'ru-RU',
      timezoneId: 'Europe/Moscow',
      isMobile: looks.phone ?? false,
      hasTouch: looks.phone ?? false,
      reducedMotion: 'reduce',
    });
    const visitor = new Visitor(context, await context.newPage(), school);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** A visitor who is signed in. */
  async person(school: School, login: string, looks: Looks = {}): Promise<Visitor> {
    const visitor = await this.visitor(school, looks);
    await visitor.signIn(login, looks.at);
    return visitor;
  }

  async close(): Promise<void> {
    try {
      for (const visitor of this.#visitors) await visitor.close();
    } finally {
      await this.#browser.close();
    }
  }
}

/** A test that has no place on an installed server, and why. */
export function atHome(_why: string, name: string, body: () => Promise<void>, limits: { timeout?: number } = {}): void {
  if (!INSTALLED) test(name, limits, body);
}

/** Who was told to trust an installed server and knows where it is. */
const VISITOR_OF_INSTALLED = INSTALLED && { home: INSTALLED.home, words: [`--host-resolver-rules=MAP ${INSTALLED.name}.local ${INSTALLED.address}`] };

/** words: more of its command line; home: where it looks for certificates that its owner trusts. */
export async function openBrowser({ words = [], home }: { words?: string[]; home?: string } = VISITOR_OF_INSTALLED ?? {}): Promise<Browser & AsyncDisposable> {
  const env = { ...process.env, ...(home === undefined ? {} : { HOME: home }) };
  const browser = new Browser(await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...CHROMIUM_WORDS, ...words], env }));
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}
