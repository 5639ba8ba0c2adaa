// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the conversation stands: it opens at the first unread message or the end, follows the end
// while the reader is there, and holds its place otherwise.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from './rows';

const NEAR_PX = 80;

export interface Place {
  scroller: RefObject<HTMLDivElement | null>;
  list: RefObject<VirtualizerHandle | null>;
}

export interface Following {
  atEnd: boolean;
  opened: RefObject<boolean>;
  /** The reader scrolled: is the end still followed? */
  onScroll: () => void;
  goToEnd: () => void;
  goTo: (index: number) => void;
}

export function useFollowing({ scroller, list }: Place, rows: readonly Row[], reachesEnd: boolean): Following {
  const opened = useRef(false);
  const following = useRef(true);
  const height = useRef(0);
  const [atEnd, setAtEnd] = useState(true);
  const latest = useRef({ count: rows.length, reachesEnd });
  latest.current = { count: rows.length, reachesEnd };

  const goToEnd = useCallback(() => {
    following.current = true;
    list.current?.scrollToIndex(latest.current.count - 1, { align: 'end' });
  }, [list]);
  const goTo = useCallback((index: number) => {
    following.current = false;
    list.current?.scrollToIndex(index, { align: 'center' });
  }, [list]);

  // The unread divider stands one third from the top.
  useLayoutEffect(() => {
    if (opened.current || !list.current || rows.length === 0) return;
    opened.current = true;
    const divider = rows.findIndex((r) => r.kind === 'unread');
    if (divider < 0) goToEnd();
    else {
      following.current = false;
      list.current.scrollToIndex(divider, { align: 'start', offset: -Math.round((scroller.current?.clientHeight ?? 0) / 3) });
    }
  }, [goToEnd, list, rows, scroller]);

  // What is new at the end scrolls in when the reader is there; one's own always does.
  const lastKey = rows.at(-1)?.key;
  const lastIsOwn = rows.at(-1)?.kind === 'pending';
  useLayoutEffect(() => {
    if (opened.current && latest.current.reachesEnd && (following.current || lastIsOwn)) goToEnd();
  }, [goToEnd, lastIsOwn, lastKey]);

  // The field grows, the keyboard opens, a phone turns: the end stays the end.
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const observer = new ResizeObserver(() => {
      height.current = box.clientHeight;
      if (following.current) goToEnd();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [goToEnd, scroller]);

  const onScroll = useCallback(() => {
    const handle = list.current;
    // A box that changed its size moves the end away; that is no wish of the reader's.
    if (!handle || scroller.current?.clientHeight !== height.current) return;
    const left = handle.scrollSize - handle.scrollOffset - handle.viewportSize;
    following.current = left <= NEAR_PX && latest.current.reachesEnd;
    setAtEnd(following.current);
  }, [list, scroller]);

  return { atEnd, opened, onScroll, goToEnd, goTo };
}
