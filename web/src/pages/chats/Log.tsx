// SPDX-License-Identifier: LGPL-2.1-or-later
// The scrolling part of a conversation: opens at the first unread, holds its place, follows the end,
// loads more at both ends, and says what has been seen.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Icon24ChevronDown } from '@vkontakte/icons';
import { Counter, Footnote, Spinner } from '@vkontakte/vkui';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Message } from '../../api/types';
import type { MessageWindow } from '../../chats/message-window';
import { day } from '../../texts/dates';
import { Bubble, PendingBubble } from './Bubble';
import type { Row } from './rows';

const NEAR_PX = 80;
const MORE_PX = 600;
const SEEN_MS = 1_000;

interface Props {
  window: MessageWindow;
  rows: Row[];
  unreadBelow: number;
  jumpTo: string | null;
  onOlder: () => Promise<void>;
  onNewer: () => Promise<void>;
  onEnd: () => Promise<void>;
  onSeen: (message: Message) => void;
  onMenu: (message: Message, opener: HTMLElement) => void;
  onJump: (id: string) => void;
  onAgain: (key: string) => void;
  onDrop: (key: string) => void;
}

/** Runs one loader at a time. */
function useLoader(load: () => Promise<void>): [boolean, () => void] {
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const run = useCallback(() => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    load()
      .catch(() => undefined)
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  }, [load]);
  return [busy, run];
}

const messageAt = (rows: Row[], index: number): Message | null => {
  for (let n = Math.min(index, rows.length - 1); n >= 0; n -= 1) {
    const row = rows[n]!;
    if (row.kind === 'message') return row.message;
  }
  return null;
};

export function Log(props: Props) {
  const { window: loaded, rows, unreadBelow, jumpTo, onSeen, onMenu, onJump, onAgain, onDrop } = props;
  const { t, i18n } = useLingui();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const opened = useRef(false);
  const following = useRef(true);
  const height = useRef(0);
  const [atEnd, setAtEnd] = useState(true);
  const [loadingOlder, older] = useLoader(props.onOlder);
  const [loadingNewer, newer] = useLoader(props.onNewer);
  const latest = useRef({ rows, loaded });
  latest.current = { rows, loaded };

  // A page put on top shifts the list; virtua keeps the first visible row where it is.
  const firstKey = rows.find((r) => r.kind === 'message')?.key;
  const lastKey = rows.at(-1)?.key;
  const before = useRef({ firstKey, lastKey });
  const shift = before.current.firstKey !== firstKey && before.current.lastKey === lastKey;
  useLayoutEffect(() => {
    before.current = { firstKey, lastKey };
  });

  const seen = useCallback(() => {
    const handle = list.current;
    if (!handle || document.visibilityState !== 'visible' || !document.hasFocus()) return;
    const bottom = handle.findItemIndex(handle.scrollOffset + handle.viewportSize - 8);
    const message = messageAt(latest.current.rows, bottom);
    if (message) onSeen(message);
  }, [onSeen]);

  const timer = useRef<number | undefined>(undefined);
  const seeSoon = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(seen, SEEN_MS);
  }, [seen]);
  useEffect(() => {
    const again = () => seeSoon();
    addEventListener('focus', again);
    document.addEventListener('visibilitychange', again);
    return () => {
      removeEventListener('focus', again);
      document.removeEventListener('visibilitychange', again);
      clearTimeout(timer.current);
    };
  }, [seeSoon]);

  // Opening: the unread divider one third from the top, else the end.
  useLayoutEffect(() => {
    const handle = list.current;
    if (opened.current || !handle || rows.length === 0) return;
    opened.current = true;
    const divider = rows.findIndex((r) => r.kind === 'unread');
    if (divider >= 0) {
      following.current = false;
      handle.scrollToIndex(divider, { align: 'start', offset: -Math.round((scroller.current?.clientHeight ?? 600) / 3) });
    } else handle.scrollToIndex(rows.length - 1, { align: 'end' });
    seeSoon();
  }, [rows, seeSoon]);

  // New rows at the end scroll in when the reader is there; own ones always do.
  const last = rows.at(-1);
  const lastOwn = last?.kind === 'pending';
  useLayoutEffect(() => {
    if (!opened.current || !list.current) return;
    if (loaded.newer === null && (following.current || lastOwn)) {
      list.current.scrollToIndex(rows.length - 1, { align: 'end' });
      following.current = true;
    }
    seeSoon();
    // Only what stands last matters here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [lastKey]);

  useEffect(() => {
    if (!jumpTo || !list.current) return;
    const at = latest.current.rows.findIndex((r) => r.kind === 'message' && r.message.id === jumpTo);
    if (at >= 0) {
      following.current = false;
      list.current.scrollToIndex(at, { align: 'center' });
    }
  }, [jumpTo, loaded]);

  const onScroll = useCallback(() => {
    const handle = list.current;
    if (!handle || !opened.current) return;
    const left = handle.scrollSize - handle.scrollOffset - handle.viewportSize;
    const { loaded: now } = latest.current;
    // A box that changed its size moves the end away; that is no wish of the reader's.
    if (scroller.current?.clientHeight === height.current) {
      following.current = left <= NEAR_PX && now.newer === null;
      setAtEnd(following.current);
    }
    if (handle.scrollOffset < MORE_PX && now.older) older();
    if (left < MORE_PX && now.newer) newer();
    seeSoon();
  }, [newer, older, seeSoon]);

  // The composer grows, the keyboard opens, a phone turns: the end stays the end.
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const observer = new ResizeObserver(() => {
      height.current = box.clientHeight;
      if (following.current && list.current) list.current.scrollToIndex(latest.current.rows.length - 1, { align: 'end' });
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  const goDown = async () => {
    if (loaded.newer !== null) {
      opened.current = false;
      await props.onEnd();
    }
    following.current = true;
    list.current?.scrollToIndex(latest.current.rows.length - 1, { align: 'end' });
  };

  const render = (row: Row) => {
    switch (row.kind) {
      case 'day':
        return <div key={row.key} className="day"><Footnote Component="p">{day(i18n, row.at)}</Footnote></div>;
      case 'unread':
        return (
          <div key={row.key} className="unread">
            <Footnote Component="p">{t`${plural(row.count, { one: '# новое сообщение', few: '# новых сообщения', many: '# новых сообщений', other: '# нового сообщения' })}`}</Footnote>
          </div>
        );
      case 'message':
        return <Bubble key={row.key} message={row.message} head={row.head} marked={row.message.id === jumpTo} onMenu={onMenu} onJump={onJump} />;
      case 'pending':
        return <PendingBubble key={row.key} pending={row.pending} onAgain={onAgain} onDrop={onDrop} />;
    }
  };

  return (
    <div className="log-box">
      <div className="log" ref={scroller} tabIndex={0} role="log" aria-live="polite" aria-label={t`Сообщения`} data-region>
        {loadingOlder && <div className="log__busy log__busy_top"><Spinner size="m">{t`Загружается`}</Spinner></div>}
        <div className="log__push" />
        <Virtualizer ref={list} scrollRef={scroller} shift={shift} data={rows} onScroll={onScroll}>{render}</Virtualizer>
        {loadingNewer && <div className="log__busy"><Spinner size="m">{t`Загружается`}</Spinner></div>}
      </div>
      {!atEnd && (
        <button type="button" className="down" onClick={() => void goDown()} aria-label={unreadBelow > 0 ? t`Вниз, новых: ${unreadBelow}` : t`Вниз`}>
          <Icon24ChevronDown />
          {unreadBelow > 0 && <span className="down__count" aria-hidden="true"><Counter size="s" mode="primary" appearance="accent">{unreadBelow > 99 ? '99+' : unreadBelow}</Counter></span>}
        </button>
      )}
    </div>
  );
}
