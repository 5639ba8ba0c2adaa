// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of a conversation that is loaded: one unbroken run of messages, which may grow at both ends.
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { request } from '../api/request';
import type { Message } from '../api/types';

export interface MessageWindow {
  items: Message[];
  older: string | null;
  /** null: the window reaches the end, so live messages are added to it. */
  newer: string | null;
}

interface Page {
  items: Message[];
  older_cursor: string | null;
  newer_cursor: string | null;
}

const PAGE = 50;

/** What came while a page was on its way: the answer may be older than the event. */
interface Arrived { chatId: string; message: Message; changed: boolean }
const RECENT_MAX = 300;
const recent: { first: number; list: Arrived[] } = { first: 0, list: [] };

function remember(arrived: Arrived): void {
  recent.list.push(arrived);
  if (recent.list.length > RECENT_MAX) {
    recent.list.shift();
    recent.first += 1;
  }
}

const key = (chatId: string) => ['messages', chatId];

const put = (window: MessageWindow, message: Message): MessageWindow => {
  const at = window.items.findIndex((m) => m.id === message.id);
  if (at < 0) return { ...window, items: [...window.items, message] };
  const items = window.items.slice();
  items[at] = { ...message, client_id: message.client_id ?? items[at]!.client_id };
  return { ...window, items };
};

const replace = (window: MessageWindow, message: Message): MessageWindow =>
  window.items.some((m) => m.id === message.id) ? put(window, message) : window;

/** Deleted words do not live on in the quotes of them. */
const requote = (window: MessageWindow, message: Message): MessageWindow => ({
  ...window,
  items: window.items.map((m) =>
    m.reply_to?.id === message.id
      ? { ...m, reply_to: { ...m.reply_to, deleted: message.deleted, text: message.text?.slice(0, 140) ?? null } }
      : m),
});

async function loadPage(chatId: string, query: string, signal?: AbortSignal): Promise<MessageWindow> {
  const since = recent.first + recent.list.length;
  const page = await request<Page>(`/api/v1/chats/${chatId}/messages?limit=${PAGE}${query}`, { signal });
  let window: MessageWindow = { items: page.items, older: page.older_cursor, newer: page.newer_cursor };
  for (const { message, changed } of recent.list.slice(Math.max(0, since - recent.first)).filter((a) => a.chatId === chatId)) {
    if (changed) window = replace(requote(window, message), message);
    else if (window.newer === null) window = put(window, message);
  }
  return window;
}

/** After a reset: the newest page, joined to what is there if they touch. */
async function reload(old: MessageWindow, chatId: string, signal?: AbortSignal): Promise<MessageWindow> {
  if (old.newer !== null) {
    const middle = old.items[Math.floor(old.items.length / 2)];
    return loadPage(chatId, middle ? `&around=${middle.id}` : '', signal);
  }
  const page = await loadPage(chatId, '', signal);
  const first = page.items[0];
  const joint = first ? old.items.findIndex((m) => m.id === first.id) : -1;
  return joint <= 0 ? page : { ...page, items: [...old.items.slice(0, joint), ...page.items], older: old.older };
}

export const windowQuery = (cache: QueryClient, chatId: string) => queryOptions({
  queryKey: key(chatId),
  staleTime: Infinity,
  queryFn: ({ signal }) => {
    const old = cache.getQueryData<MessageWindow>(key(chatId));
    return old ? reload(old, chatId, signal) : loadPage(chatId, '&around=unread', signal);
  },
});

export async function loadOlder(cache: QueryClient, chatId: string): Promise<void> {
  const before = cache.getQueryData<MessageWindow>(key(chatId))?.older;
  if (!before) return;
  const page = await loadPage(chatId, `&before=${encodeURIComponent(before)}`);
  cache.setQueryData<MessageWindow>(key(chatId), (window) =>
    window && window.older === before
      ? { ...window, items: [...page.items.filter((m) => !window.items.some((o) => o.id === m.id)), ...window.items], older: page.older }
      : window);
}

export async function loadNewer(cache: QueryClient, chatId: string): Promise<void> {
  const after = cache.getQueryData<MessageWindow>(key(chatId))?.newer;
  if (!after) return;
  const page = await loadPage(chatId, `&after=${encodeURIComponent(after)}`);
  cache.setQueryData<MessageWindow>(key(chatId), (window) =>
    window && window.newer === after
      ? { ...window, items: [...window.items, ...page.items.filter((m) => !window.items.some((o) => o.id === m.id))], newer: page.newer }
      : window);
}

export async function loadAround(cache: QueryClient, chatId: string, messageId: string): Promise<void> {
  const page = await loadPage(chatId, `&around=${messageId}`);
  cache.setQueryData<MessageWindow>(key(chatId), page);
}

/** Reads a message again, and those near it, where they are loaded. */
export async function refreshAround(cache: QueryClient, chatId: string, messageId: string): Promise<void> {
  if (!cache.getQueryData<MessageWindow>(key(chatId))) return;
  const page = await loadPage(chatId, `&around=${messageId}`);
  cache.setQueryData<MessageWindow>(key(chatId), (window) =>
    window && page.items.reduce((w, message) => replace(message.id === messageId ? requote(w, message) : w, message), window));
}

export async function loadEnd(cache: QueryClient, chatId: string): Promise<void> {
  const page = await loadPage(chatId, '');
  cache.setQueryData<MessageWindow>(key(chatId), page);
}

export function addToWindow(cache: QueryClient, chatId: string, message: Message): void {
  remember({ chatId, message, changed: false });
  cache.setQueryData<MessageWindow>(key(chatId), (window) =>
    window && (window.newer === null ? put(window, message) : replace(window, message)));
}

export function changeInWindow(cache: QueryClient, chatId: string, message: Message): void {
  remember({ chatId, message, changed: true });
  cache.setQueryData<MessageWindow>(key(chatId), (window) => window && requote(replace(window, message), message));
}

/** Somebody has read everything up to a message: all of mine before it show two ticks. */
export function markReadByOthers(cache: QueryClient, chatId: string, messageId: string): void {
  cache.setQueryData<MessageWindow>(key(chatId), (window) => {
    if (!window) return window;
    const upTo = window.items.findIndex((m) => m.id === messageId);
    // Ids grow with time, so one that is not loaded can still be compared.
    const isRead = (m: Message, at: number) => (upTo >= 0 ? at <= upTo : m.id <= messageId);
    if (!window.items.some((m, at) => m.mine && !m.read && isRead(m, at))) return window;
    return { ...window, items: window.items.map((m, at) => (m.mine && !m.read && isRead(m, at) ? { ...m, read: true } : m)) };
  });
}

/** A window that was left somewhere in the past, or has grown long, is read anew next time. */
export function leaveWindow(cache: QueryClient, chatId: string): void {
  const window = cache.getQueryData<MessageWindow>(key(chatId));
  if (window && (window.newer !== null || window.items.length > 4 * PAGE)) cache.removeQueries({ queryKey: key(chatId) });
}
