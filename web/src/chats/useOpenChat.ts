// SPDX-License-Identifier: LGPL-2.1-or-later
// Goes to the chat with somebody: opens it, or finds it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { request } from '../api/request';
import type { Chat, Items } from '../api/types';

/** A chat that was just made stands in the list before its page asks for it. */
export function useShowChat(): (chat: Chat) => void {
  const cache = useQueryClient();
  const [, go] = useLocation();
  return (chat) => {
    cache.setQueryData<Items<Chat>>(['chats'], (list) => list && {
      items: list.items.some((c) => c.id === chat.id) ? list.items : [chat, ...list.items],
    });
    void cache.invalidateQueries({ queryKey: ['chats'] });
    go(`/chats/${chat.id}`);
  };
}

export function useOpenChat() {
  const show = useShowChat();
  return useMutation({
    mutationFn: (person: string) => request<Chat>('/api/v1/chats', { method: 'POST', body: { with: person } }),
    onSuccess: show,
  });
}
