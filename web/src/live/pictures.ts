// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures that had not come yet from the other end, school or cloud: when some have, those that failed are asked for again.
import { useSyncExternalStore } from 'react';

let arrivals = 0;
const listeners = new Set<() => void>();

export function picturesCame(): void {
  arrivals += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How often some have come: whoever failed before it may try again. */
export const useArrivals = (): number => useSyncExternalStore(subscribe, () => arrivals);
