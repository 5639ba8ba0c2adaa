// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures that had not come yet from the other end, school or cloud: when some have, those that failed are asked for again.
import { useState, useSyncExternalStore } from 'react';

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

/** Whether what lies there failed, since some came last; and by what it is said that it has. */
export function useFailed(address: string | undefined): [failed: boolean, onError: () => void] {
  const attempt = `${address} ${useSyncExternalStore(subscribe, () => arrivals)}`;
  const [failed, setFailed] = useState<string>();
  return [failed === attempt, () => setFailed(attempt)];
}
