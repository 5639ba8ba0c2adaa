// SPDX-License-Identifier: LGPL-2.1-or-later
// What is being written in a chat: a new message, an answer or a change, with its draft kept.
import { useLingui } from '@lingui/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { problemText } from '../../api/problems';
import { request } from '../../api/request';
import type { Message, Quote } from '../../api/types';
import { keptFor } from '../../chats/kept';
import { changeInWindow, loadEnd, type MessageWindow } from '../../chats/message-window';
import { useSession } from '../../session/session';

const QUOTE_MAX = 140;

const quoteOf = (message: Message): Quote => ({
  id: message.id,
  author_name: message.author.short_name,
  text: message.text?.slice(0, QUOTE_MAX) ?? null,
  deleted: false,
});

export interface Writing {
  text: string;
  setText: (text: string) => void;
  replyTo: Message | null;
  editing: Message | null;
  busy: boolean;
  reply: (message: Message) => void;
  edit: (message: Message) => void;
  editLast: () => void;
  cancel: () => void;
  send: () => void;
}

export function useWriting(chatId: string, window: MessageWindow | undefined, say: (text: string) => void): Writing {
  const { i18n } = useLingui();
  const { me, outbox } = useSession();
  const cache = useQueryClient();
  const drafts = keptFor<Record<string, string>>(me.id, 'drafts', {});
  const [text, setShown] = useState(() => drafts.get()[chatId] ?? '');
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const [editing, setEditing] = useState<Message | null>(null);

  const keep = (value: string) => {
    setShown(value);
    const { [chatId]: _, ...others } = drafts.reread();
    drafts.set(value ? { ...others, [chatId]: value } : others);
  };
  const cancel = () => {
    setEditing(null);
    setReplyTo(null);
    setShown(drafts.get()[chatId] ?? '');
  };
  const change = useMutation({
    mutationFn: ({ id, words }: { id: string; words: string }) =>
      request<Message>(`/api/v1/chats/${chatId}/messages/${id}`, { method: 'PATCH', body: { text: words } }),
    onSuccess: (message) => {
      changeInWindow(cache, chatId, message);
      cancel();
    },
    onError: (error) => say(problemText(i18n, error)),
  });
  const edit = (message: Message) => {
    setReplyTo(null);
    setEditing(message);
    setShown(message.text ?? '');
  };
  return {
    text,
    setText: editing ? setShown : keep,
    replyTo,
    editing,
    busy: change.isPending,
    edit,
    cancel,
    reply: (message) => {
      if (editing) cancel();
      setReplyTo(message);
    },
    editLast: () => {
      const last = window?.items.findLast((m) => m.mine && !m.deleted);
      if (last) edit(last);
    },
    send: () => {
      const words = text.trim();
      if (editing && words === editing.text) cancel();
      else if (editing) change.mutate({ id: editing.id, words });
      else {
        if (window?.newer) loadEnd(cache, chatId).catch(() => undefined);
        outbox.send(chatId, words, replyTo && quoteOf(replyTo));
        keep('');
        setReplyTo(null);
      }
    },
  };
}
