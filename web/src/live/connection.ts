// SPDX-License-Identifier: LGPL-2.1-or-later
// Is there a way to the school? Known from the live stream, shown after a short while only.
import { useEffect, useState, useSyncExternalStore } from 'react';

const QUIET_MS = 3_000;

let connected = false;
let everConnected = false;
const listeners = new Set<() => void>();

export function setConnected(now: boolean): void {
  connected = now;
  everConnected ||= now;
  listeners.forEach((listener) => listener());
}

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const isConnected = (): boolean => connected;

const useConnected = (): boolean => useSyncExternalStore(onConnection, isConnected);

/** The first hello has come: what is read from now on misses nothing. */
export const useEverConnected = (): boolean => useSyncExternalStore(onConnection, () => everConnected);

/** True once the connection has been away for three seconds. */
export function useAway(): boolean {
  const here = useConnected();
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (here) {
      setAway(false);
      return;
    }
    const timer = setTimeout(() => setAway(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [here]);
  return away;
}
