// SPDX-License-Identifier: LGPL-2.1-or-later
// What was unread when the chat was opened, what has been seen since, and jumping to a message.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../../api/request';
import type { Chat, Message } from '../../api/types';
import { markReadHere } from '../../chats/chat-list';
import { loadAround, type MessageWindow } from '../../chats/message-window';
import { useDialog } from '../../shell/useDialog';
import { firstUnreadOf } from './rows';

/** The divider stays where it was until the chat is left. */
export function useDivider(chat: Chat, window: MessageWindow | undefined): { id: string | null; count: number } {
  const opened = useRef({ readUpTo: chat.read_up_to, unread: chat.unread, id: undefined as string | null | undefined });
  if (window && opened.current.id === undefined) {
    opened.current.id = firstUnreadOf(window.items, opened.current.readUpTo, opened.current.unread);
  }
  return { id: opened.current.id ?? null, count: opened.current.unread };
}

const others = (messages: readonly Message[]) => messages.filter((m) => !m.mine).length;

/** Marks as read what was seen; the same or an earlier message is not sent again. */
export function useMarkRead(chat: Chat): (message: Message) => void {
  const cache = useQueryClient();
  const sent = useRef<string | null>(chat.read_up_to);
  const current = useRef(chat);
  current.current = chat;
  return useCallback((message: Message) => {
    const { id, unread } = current.current;
    const window = cache.getQueryData<MessageWindow>(['messages', id]);
    const items = window?.items ?? [];
    const at = items.findIndex((m) => m.id === message.id);
    const before = items.findIndex((m) => m.id === sent.current);
    if (at < 0 || before >= at || unread === 0) return;
    sent.current = message.id;
    const left = window?.newer === null ? others(items.slice(at + 1)) : Math.max(0, unread - others(items.slice(before + 1, at + 1)));
    request(`/api/v1/chats/${id}/read`, { method: 'PUT', body: { message: message.id } }).then(
      () => markReadHere(cache, id, message.id, left),
      () => { sent.current = null; },
    );
  }, [cache]);
}

export interface Jump {
  to: string | null;
  /** Counts the presses, as the same message may be jumped to again. */
  nth: number;
  /** Shows a message, also one that is not loaded. */
  jump: (id: string) => void;
  leave: () => void;
}

/** The message that the address names is shown and marked. */
export function useJump(chatId: string, onProblem: (error: unknown) => void): Jump {
  const cache = useQueryClient();
  const [to, open, leave] = useDialog('message');
  const [nth, setNth] = useState(0);
  const jump = useCallback((id: string) => {
    setNth((n) => n + 1);
    const there = cache.getQueryData<MessageWindow>(['messages', chatId])?.items.some((m) => m.id === id);
    if (there) open(id);
    else loadAround(cache, chatId, id).then(() => open(id), onProblem);
  }, [cache, chatId, onProblem, open]);

  // A link that was opened, not pressed here.
  const linked = useRef(to);
  useEffect(() => {
    const id = linked.current;
    linked.current = null;
    if (id) loadAround(cache, chatId, id).catch(leave);
  }, [cache, chatId, leave]);
  return { to, nth, jump, leave };
}
