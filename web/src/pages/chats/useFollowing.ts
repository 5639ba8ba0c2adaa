// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the conversation stands: it opens at the first unread message or the end, follows the end
// while the reader is there, and holds its place otherwise.
//
// Rows are measured when they are shown, on a cheap phone long after they were asked for. So where to stand is an
// aim that is taken again whenever something turned out higher or lower, until nothing moves any more or the
// reader takes over. Scrolling alone says nothing of the reader's wish while an aim is pursued.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ScrollToIndexOpts, VirtualizerHandle } from 'virtua';
import type { Row } from './rows';

const NEAR_PX = 80;
const SETTLED_MS = 1_000;
const TAKES_OVER = ['wheel', 'touchstart', 'touchmove', 'pointerdown', 'keydown'];

export interface Place {
  scroller: RefObject<HTMLDivElement | null>;
  list: RefObject<VirtualizerHandle | null>;
}

export interface Following {
  atEnd: boolean;
  opened: RefObject<boolean>;
  onScroll: () => void;
  goToEnd: () => void;
  goTo: (row: Row) => void;
}

/** A row's key, or the end, whatever row that is by then. */
type Aim = { key: string | 'end'; how: ScrollToIndexOpts } | null;

const END: Aim = { key: 'end', how: { align: 'end' } };

const leftOf = (list: VirtualizerHandle): number => list.scrollSize - list.scrollOffset - list.viewportSize;

export function useFollowing({ scroller, list }: Place, rows: readonly Row[], reachesEnd: boolean): Following {
  const opened = useRef(false);
  const aim = useRef<Aim>(END);
  const moving = useRef<number | undefined>(undefined);
  const offset = useRef(0);
  const near = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const latest = useRef({ rows, reachesEnd });
  latest.current = { rows, reachesEnd };

  const show = useCallback((isNear: boolean) => {
    near.current = isNear;
    setAtEnd(isNear);
  }, []);
  const isWithin = useCallback((px: number): boolean =>
    latest.current.reachesEnd && list.current !== null && leftOf(list.current) <= px, [list]);

  /** Nothing is pursued: the place itself says whether the end is held from now on. */
  const judge = useCallback((px = NEAR_PX) => {
    aim.current = isWithin(px) ? END : null;
    show(isWithin(NEAR_PX));
  }, [isWithin, show]);

  const settle = useCallback(() => {
    clearTimeout(moving.current);
    moving.current = undefined;
  }, []);

  const pursue = useCallback(() => {
    const { current: wish } = aim;
    if (!wish) {
      show(isWithin(NEAR_PX));
      return;
    }
    clearTimeout(moving.current);
    moving.current = setTimeout(() => {
      settle();
      if (aim.current !== END) judge();
    }, SETTLED_MS);
    const all = latest.current.rows;
    const at = wish.key === 'end' ? all.length - 1 : all.findIndex((row) => row.key === wish.key);
    if (at >= 0) list.current?.scrollToIndex(at, wish.how);
    show(wish === END || isWithin(NEAR_PX));
  }, [isWithin, judge, list, settle, show]);

  const goToEnd = useCallback(() => {
    aim.current = END;
    pursue();
  }, [pursue]);
  const goTo = useCallback((row: Row) => {
    aim.current = { key: row.key, how: { align: 'center' } };
    pursue();
  }, [pursue]);

  // The unread divider stands one third from the top.
  useLayoutEffect(() => {
    if (opened.current || !list.current || rows.length === 0) return;
    opened.current = true;
    const divider = rows.find((row) => row.kind === 'unread');
    if (divider) {
      const third = Math.round((scroller.current?.clientHeight ?? 0) / 3);
      aim.current = { key: divider.key, how: { align: 'start', offset: -third } };
    }
    pursue();
  }, [list, pursue, rows, scroller]);

  // What is new at the end scrolls in when the reader is there; one's own always does.
  const lastKey = rows.at(-1)?.key;
  const lastIsOwn = rows.at(-1)?.kind === 'pending';
  useLayoutEffect(() => {
    if (opened.current && latest.current.reachesEnd && (near.current || lastIsOwn)) goToEnd();
  }, [goToEnd, lastIsOwn, lastKey]);

  // Rows were measured, the field grows, the keyboard opens, a phone turns: the aim stays the aim.
  useEffect(() => {
    const { current: box } = scroller;
    if (!box) return;
    const observer = new ResizeObserver(pursue);
    observer.observe(box);
    for (const child of box.children) observer.observe(child);
    return () => observer.disconnect();
  }, [pursue, scroller]);

  useEffect(() => {
    const { current: box } = scroller;
    if (!box) return;
    const takeOver = () => {
      settle();
      if (aim.current !== END) judge();
    };
    for (const name of TAKES_OVER) box.addEventListener(name, takeOver, { passive: true });
    return () => {
      settle();
      for (const name of TAKES_OVER) box.removeEventListener(name, takeOver);
    };
  }, [judge, scroller, settle]);

  const onScroll = useCallback(() => {
    if (!list.current) return;
    const { scrollOffset, viewportSize } = list.current;
    const up = offset.current - scrollOffset;
    offset.current = scrollOffset;
    if (moving.current !== undefined) {
      // What was measured moves the end away, and a little up as well; only who goes far leaves it.
      if (aim.current !== END) show(isWithin(NEAR_PX));
      else if (up > viewportSize) judge();
    } else if (up > 0) {
      // A reader's hand: not held back, however little it has moved so far.
      judge(1);
    } else if (aim.current !== END) {
      judge();
    }
  }, [isWithin, judge, list, show]);

  return { atEnd, opened, onScroll, goToEnd, goTo };
}
