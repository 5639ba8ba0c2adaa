// SPDX-License-Identifier: LGPL-2.1-or-later
// Does the school serve newer pages than this one? Asked when the stream has come back: an upgrade breaks it.
import { useSyncExternalStore } from 'react';

const own = document.querySelector<HTMLMetaElement>('meta[name="urok-pages"]')?.content;

let areNewer = false;
const listeners = new Set<() => void>();

export async function lookForNewerPages(): Promise<void> {
  if (areNewer || own === undefined) return;
  // An older school's answer is its document, which is no JSON: then nothing is known.
  const answer = await fetch('/pages.json', { cache: 'no-store' });
  const { pages } = (await answer.json()) as { pages?: string };
  areNewer = answer.ok && pages !== undefined && pages !== own;
  if (areNewer) listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useNewerPages = (): boolean => useSyncExternalStore(subscribe, () => areNewer);
