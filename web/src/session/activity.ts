// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells the daemon that somebody is here, so that the session of a shared PC ends only when idle.
import { request } from '../api/request';

const AT_MOST_EVERY_MS = 60_000;

let lastMs = 0;

/** A key, a pointer, a playing player. */
export function noteActivity(): void {
  const now = performance.now(); // the phone's own time may step back by years
  if (now - lastMs < AT_MOST_EVERY_MS) return;
  lastMs = now;
  request('/api/v1/me/activity', { method: 'POST', body: {} }).catch(() => undefined);
}

export function watchActivity(): () => void {
  const stopping = new AbortController();
  lastMs = performance.now();
  for (const name of ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const) {
    addEventListener(name, noteActivity, { passive: true, signal: stopping.signal });
  }
  return () => stopping.abort();
}
