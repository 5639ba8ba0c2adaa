// SPDX-License-Identifier: LGPL-2.1-or-later
// A cheap phone on a slow network, by the DevTools protocol: a quarter of this machine's speed, 1.6 Mbit/s, 150 ms; and what
// came to it over the wire.
import type { Browser, Visitor } from '../../lib/browser.ts';
import type { School } from '../../lib/school.ts';

const SPEED = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const CPU_RATE = 4;

export type Phone = {
  visitor: Visitor;
  /** Bytes on the wire by the browser's type of resource. */
  bytes: Map<string, number>;
  /** Seconds from opening a path to the sight of something. */
  open(path: string, sight: (page: any) => any): Promise<number>;
};

/** With nothing in its cache; somebody is signed in there when a login is given. */
export async function slowPhone(browser: Browser, school: School, login?: string): Promise<Phone> {
  const visitor = await browser.visitor(school, { phone: true });
  const devtools = await visitor.context.newCDPSession(visitor.page);
  if (login !== undefined) {
    await visitor.signIn(login);
    await visitor.page.goto('about:blank');
    await devtools.send('Network.clearBrowserCache');
  }
  const bytes = new Map<string, number>();
  const types = new Map<string, string>();
  devtools.on('Network.responseReceived', ({ requestId, type }: any) => types.set(requestId, type));
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }: any) => {
    const type = types.get(requestId) ?? 'Other';
    bytes.set(type, (bytes.get(type) ?? 0) + encodedDataLength);
  });
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', SPEED);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_RATE });
  const open = async (path: string, sight: (page: any) => any): Promise<number> => {
    const begun = performance.now();
    await visitor.page.goto(school.url + path, { waitUntil: 'commit' });
    await sight(visitor.page).first().waitFor();
    return (performance.now() - begun) / 1000;
  };
  return { visitor, bytes, open };
}

export const kilobytes = (bytes: Map<string, number>): number => [...bytes.values()].reduce((sum, one) => sum + one, 0) / 1000;
