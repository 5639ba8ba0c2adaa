// SPDX-License-Identifier: LGPL-2.1-or-later
// A message counts as read when it has been visible in a focused tab for a second.
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Message } from '../../api/types';
import type { Row } from './rows';

const SEEN_MS = 1_000;
const EDGE_PX = 8;

function messageUpTo(rows: readonly Row[], index: number): Message | null {
  for (let n = Math.min(index, rows.length - 1); n >= 0; n -= 1) {
    const row = rows[n]!;
    if (row.kind === 'message') return row.message;
  }
  return null;
}

/** Returns what to call when something moved. */
export function useSeen(list: RefObject<VirtualizerHandle | null>, rows: readonly Row[], onSeen: (message: Message) => void): () => void {
  const latest = useRef(rows);
  latest.current = rows;
  const timer = useRef<number | undefined>(undefined);

  const look = useCallback(() => {
    const handle = list.current;
    if (!handle || document.visibilityState !== 'visible' || !document.hasFocus()) return;
    const bottom = handle.findItemIndex(handle.scrollOffset + handle.viewportSize - EDGE_PX);
    const message = messageUpTo(latest.current, bottom);
    if (message) onSeen(message);
  }, [list, onSeen]);

  const lookSoon = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(look, SEEN_MS);
  }, [look]);

  const lastKey = rows.at(-1)?.key;
  useEffect(lookSoon, [lookSoon, lastKey]);
  useEffect(() => {
    addEventListener('focus', lookSoon);
    document.addEventListener('visibilitychange', lookSoon);
    return () => {
      removeEventListener('focus', lookSoon);
      document.removeEventListener('visibilitychange', lookSoon);
      clearTimeout(timer.current);
    };
  }, [lookSoon]);
  return lookSoon;
}
