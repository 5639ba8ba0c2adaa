// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of chats as the live stream changes it: the newest on top, counters of the unread.
import type { QueryClient } from '@tanstack/react-query';
import type { Chat, Items, Message } from '../api/types';

const KEY = ['chats'];

function change(cache: QueryClient, chatId: string, changed: (chat: Chat) => Chat): boolean {
  const list = cache.getQueryData<Items<Chat>>(KEY);
  const chat = list?.items.find((c) => c.id === chatId);
  if (!list || !chat) return false;
  cache.setQueryData<Items<Chat>>(KEY, { items: list.items.map((c) => (c === chat ? changed(c) : c)) });
  return true;
}

export function bumpChat(cache: QueryClient, chatId: string, message: Message): void {
  const reading = cache.isFetching({ queryKey: KEY }) > 0;
  const known = change(cache, chatId, (chat) => {
    // The answer to a post may come after the stream has told of it, and of newer ones.
    if (chat.last_message && chat.last_message.id >= message.id) return chat;
    return { ...chat, last_message: message, unread: message.mine ? chat.unread : chat.unread + 1 };
  });
  if (!known || reading) {
    void cache.invalidateQueries({ queryKey: KEY });
    return;
  }
  cache.setQueryData<Items<Chat>>(KEY, (list) => {
    const chat = list?.items.find((c) => c.id === chatId);
    return list && chat ? { items: [chat, ...list.items.filter((c) => c !== chat)] } : list;
  });
}

export function changeInChatList(cache: QueryClient, chatId: string, message: Message): void {
  change(cache, chatId, (chat) => (chat.last_message?.id === message.id ? { ...chat, last_message: message } : chat));
}

export function dropChat(cache: QueryClient, chatId: string): void {
  cache.setQueryData<Items<Chat>>(KEY, (list) => list && { items: list.items.filter((c) => c.id !== chatId) });
  cache.removeQueries({ queryKey: ['messages', chatId] });
}

/** I have read up to a message; `left` is what is unread behind it. */
export function markReadHere(cache: QueryClient, chatId: string, messageId: string, left: number): void {
  change(cache, chatId, (chat) => ({ ...chat, read_up_to: messageId, unread: left }));
}

/** Was it this page that read so far? */
export function isReadHere(cache: QueryClient, chatId: string, messageId: string): boolean {
  return cache.getQueryData<Items<Chat>>(KEY)?.items.find((c) => c.id === chatId)?.read_up_to === messageId;
}

export const unreadTotal = (chats: readonly Chat[]): number => chats.reduce((sum, chat) => sum + chat.unread, 0);
