// SPDX-License-Identifier: LGPL-2.1-or-later
// The scrolling part of a conversation: rows, more of them at both ends, the way back down.
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
import type { Jump } from './reading';
import type { Row } from './rows';
import { useFollowing } from './useFollowing';
import { useSeen } from './useSeen';

const MORE_PX = 600;

interface RowActions {
  onMenu: (message: Message, opener: HTMLElement) => void;
  onAgain: (key: string) => void;
  onDrop: (key: string) => void;
}

interface Props extends RowActions {
  window: MessageWindow;
  rows: Row[];
  unreadBelow: number;
  jump: Jump;
  onOlder: () => Promise<void>;
  onNewer: () => Promise<void>;
  onEnd: () => Promise<void>;
  onSeen: (message: Message) => void;
}

/** Runs a loader, one at a time. */
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

/** A page was put on top: virtua then keeps the first visible row where it is. */
function useShift(rows: readonly Row[]): boolean {
  const firstKey = rows.find((r) => r.kind === 'message')?.key;
  const lastKey = rows.at(-1)?.key;
  const before = useRef({ firstKey, lastKey });
  const shift = before.current.firstKey !== firstKey && before.current.lastKey === lastKey;
  useLayoutEffect(() => {
    before.current = { firstKey, lastKey };
  });
  return shift;
}

function RowView({ row, jump, onMenu, onAgain, onDrop }: { row: Row; jump: Jump } & RowActions) {
  const { t, i18n } = useLingui();
  switch (row.kind) {
    case 'day':
      return <div className="day"><Footnote Component="p">{day(i18n, row.at)}</Footnote></div>;
    case 'unread': {
      const n = row.count;
      return (
        <div className="unread">
          <Footnote Component="p">{t`${plural(n, { one: '# новое сообщение', few: '# новых сообщения', many: '# новых сообщений', other: '# нового сообщения' })}`}</Footnote>
        </div>
      );
    }
    case 'message':
      return <Bubble message={row.message} head={row.head} marked={row.message.id === jump.to} onMenu={onMenu} onJump={jump.jump} />;
    case 'pending':
      return <PendingBubble pending={row.pending} onAgain={onAgain} onDrop={onDrop} />;
  }
}

function DownButton({ unread, onPress }: { unread: number; onPress: () => void }) {
  const { t } = useLingui();
  return (
    <button type="button" className="down" onClick={onPress} aria-label={unread > 0 ? t`Вниз, новых: ${unread}` : t`Вниз`}>
      <Icon24ChevronDown />
      {unread > 0 && <span className="down__count" aria-hidden="true"><Counter size="s" mode="primary" appearance="accent">{unread > 99 ? '99+' : unread}</Counter></span>}
    </button>
  );
}

export function Log({ window, rows, unreadBelow, jump, onOlder, onNewer, onEnd, onSeen, ...actions }: Props) {
  const { t } = useLingui();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const [loadingOlder, loadOlder] = useLoader(onOlder);
  const [loadingNewer, loadNewer] = useLoader(onNewer);
  const following = useFollowing({ scroller, list }, rows, window.newer === null);
  const seeSoon = useSeen(list, rows, onSeen);
  const shift = useShift(rows);
  const { goTo } = following;
  const { to, nth, leave } = jump;

  // Once a jump: what comes in later must not pull the reader back.
  const jumped = useRef('');
  useEffect(() => {
    const wish = to ? `${to} ${nth}` : '';
    const row = wish === jumped.current ? undefined : rows.find((r) => r.kind === 'message' && r.message.id === to);
    if (row) goTo(row);
    if (row || !wish) jumped.current = wish;
  }, [goTo, nth, rows, to]);

  const onScroll = () => {
    const handle = list.current;
    if (!handle || !following.opened.current) return;
    following.onScroll();
    if (handle.scrollOffset < MORE_PX && window.older) loadOlder();
    if (handle.scrollSize - handle.scrollOffset - handle.viewportSize < MORE_PX && window.newer) loadNewer();
    seeSoon();
  };
  const goDown = async () => {
    if (to) leave();
    if (window.newer !== null) await onEnd();
    following.goToEnd();
  };

  return (
    <div className="log-box">
      <div className="log" ref={scroller} tabIndex={0} role="log" aria-live="polite" aria-label={t`Сообщения`} data-region>
        {loadingOlder && <div className="log__busy log__busy_top"><Spinner size="m">{t`Загружается`}</Spinner></div>}
        <div className="log__push" />
        <Virtualizer ref={list} scrollRef={scroller} shift={shift} data={rows} onScroll={onScroll}>
          {(row) => <RowView key={row.key} row={row} jump={jump} {...actions} />}
        </Virtualizer>
        {loadingNewer && <div className="log__busy"><Spinner size="m">{t`Загружается`}</Spinner></div>}
      </div>
      {!following.atEnd && <DownButton unread={unreadBelow} onPress={() => void goDown()} />}
    </div>
  );
}
