// SPDX-License-Identifier: LGPL-2.1-or-later
// What goes on with a way in that was begun: kept with the tab, or, while a teacher's press is waited for, with the browser.
type Kept = { code: string; ticket: string };

const stores = (): Storage[] => [sessionStorage, localStorage];

export function keepTicket(name: 'pairing' | 'application', kept: Kept, isLong: boolean): void {
  dropTicket(name);
  (isLong ? localStorage : sessionStorage).setItem(`urok.${name}`, JSON.stringify(kept));
}

export function dropTicket(name: 'pairing' | 'application'): void {
  for (const store of stores()) store.removeItem(`urok.${name}`);
}

/** The ticket that was begun by this code. */
export function ticketOf(name: 'pairing' | 'application', code: string): string | undefined {
  for (const store of stores()) {
    const text = store.getItem(`urok.${name}`);
    if (text === null) continue;
    const kept = JSON.parse(text) as Kept;
    if (kept.code === code) return kept.ticket;
  }
  return undefined;
}
