// SPDX-License-Identifier: LGPL-2.1-or-later
// Lighthouse's accessibility and best practices of a page. It is a package of the bench alone: tests/bench/package.json.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NODE_MODULES, PROJECT } from '../../lib/places.ts';
import { freePort } from '../../lib/school.ts';

const { chromium } = createRequire(join(NODE_MODULES, 'here.js'))('playwright-core');
const CATEGORIES = ['accessibility', 'best-practices'] as const;
const DESKTOP = { mobile: false, width: 1280, height: 800, deviceScaleFactor: 1, disabled: false };
const PHONE = { mobile: true, width: 390, height: 844, deviceScaleFactor: 2, disabled: false };
const QUIET_MS = 500; // a page with a live stream never has an idle network for long

export type Scores = { accessibility: number; practices: number; faults: string[] };

export async function openLighthouse(): Promise<{ judge(url: string, phone: boolean, cookie?: string): Promise<Scores>; close(): Promise<void> }> {
  const { default: lighthouse } = await import(join(PROJECT, 'tests/bench/node_modules/lighthouse/core/index.js'));
  const port = await freePort();
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [`--remote-debugging-port=${port}`, '--disable-background-networking', '--lang=ru', ...(process.getuid!() === 0 ? ['--no-sandbox'] : [])],
  });
  const judge = async (url: string, phone: boolean, cookie?: string): Promise<Scores> => {
    const { lhr } = await lighthouse(url, {
      port, onlyCategories: [...CATEGORIES], logLevel: 'error', formFactor: phone ? 'mobile' : 'desktop',
      screenEmulation: phone ? PHONE : DESKTOP, throttlingMethod: 'provided', disableFullPageScreenshot: true,
      networkQuietThresholdMs: QUIET_MS, cpuQuietThresholdMs: QUIET_MS, maxWaitForLoad: 15_000,
      extraHeaders: cookie === undefined ? undefined : { Cookie: cookie },
    });
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
    const faults = Object.values<any>(lhr.audits).filter(({ score, scoreDisplayMode }) => score !== null && score < 1 && scoreDisplayMode === 'binary');
    return {
      accessibility: lhr.categories.accessibility.score * 100,
      practices: lhr.categories['best-practices'].score * 100,
      faults: faults.map(({ id, details }) => `${id} ${JSON.stringify(details?.items?.slice(0, 2) ?? []).slice(0, 300)}`),
    };
  };
  return { judge, close: () => browser.close() };
}
