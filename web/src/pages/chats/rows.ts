// SPDX-License-Identifier: LGPL-2.1-or-later
// A conversation as rows of a list: day lines, the unread divider, messages, what is on its way.
import type { Message } from '../../api/types';
import type { Pending } from '../../chats/outbox';
import { sameDay } from '../../texts/dates';

const ONE_HEAD_MS = 5 * 60_000;

export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string; count: number }
  | { kind: 'message'; key: string; message: Message; head: boolean }
  | { kind: 'pending'; key: string; pending: Pending };

const oneHead = (before: Message | undefined, message: Message): boolean =>
  before !== undefined && before.author.id === message.author.id &&
  Date.parse(message.sent_at) - Date.parse(before.sent_at) < ONE_HEAD_MS;

/** `unreadAfter`: the last message that was read when the chat was opened. */
export function rowsOf(items: readonly Message[], pending: readonly Pending[], firstUnread: string | null, unreadCount: number): Row[] {
  const rows: Row[] = [];
  items.forEach((message, n) => {
    const before = items[n - 1];
    const newDay = !before || !sameDay(before.sent_at, message.sent_at);
    if (newDay) rows.push({ kind: 'day', key: `day-${message.id}`, at: message.sent_at });
    const divided = message.id === firstUnread;
    if (divided) rows.push({ kind: 'unread', key: 'unread', count: unreadCount });
    rows.push({ kind: 'message', key: message.client_id ?? message.id, message, head: newDay || divided || !oneHead(before, message) });
  });
  const sent = new Set(items.map((m) => m.client_id));
  const waiting = pending.filter((p) => !sent.has(p.key));
  const lastAt = items.at(-1)?.sent_at;
  const first = waiting[0];
  if (first && (!lastAt || !sameDay(lastAt, first.at))) rows.push({ kind: 'day', key: 'day-pending', at: first.at });
  for (const p of waiting) rows.push({ kind: 'pending', key: p.key, pending: p });
  return rows;
}

/** The first message after the one that was read, if it is loaded; own ones do not count. */
export function firstUnreadOf(items: readonly Message[], readUpTo: string | null, unread: number): string | null {
  if (unread === 0) return null;
  const at = readUpTo === null ? -1 : items.findIndex((m) => m.id === readUpTo);
  if (readUpTo !== null && at < 0) {
    // Read up to something that is not loaded: count from the end, where the window reaches it.
    const others = items.filter((m) => !m.mine);
    return others.at(-unread)?.id ?? items[0]?.id ?? null;
  }
  return items.slice(at + 1).find((m) => !m.mine)?.id ?? null;
}
