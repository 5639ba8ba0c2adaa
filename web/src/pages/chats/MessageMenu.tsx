// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be done with a message, and the question before it is deleted.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ActionSheet, ActionSheetItem, Alert } from '@vkontakte/vkui';
import { type RefObject, useState } from 'react';
import { request } from '../../api/request';
import type { Chat, Me, Message } from '../../api/types';
import { changeInWindow } from '../../chats/message-window';
import { has, useMe } from '../../session/session';

export interface MenuAt {
  message: Message;
  opener: RefObject<HTMLElement>;
}

interface Props {
  chat: Chat;
  at: MenuAt | null;
  onClosed: () => void;
  onReply: (message: Message) => void;
  onEdit: (message: Message) => void;
  onReaders: (id: string) => void;
  onComplain: (id: string) => void;
  onProblem: (error: unknown) => void;
}

const mayDelete = (me: Me, chat: Chat, message: Message): boolean =>
  message.mine || chat.as === 'moderator' || chat.as === 'owner' || (has(me, 'administrator') && chat.kind !== 'direct') || me.classes.some((c) => c.id === chat.class?.id && c.as === 'class_teacher');

/** Nobody reads who reads a channel; those who write it see numbers. */
const mayCount = (me: Me, chat: Chat): boolean => chat.kind !== 'channel' || chat.as !== 'member' || has(me, 'administrator');

export function MessageMenu({ chat, at, onClosed, onReply, onEdit, onReaders, onComplain, onProblem }: Props) {
  const { t } = useLingui();
  const me = useMe();
  const cache = useQueryClient();
  const [deleting, setDeleting] = useState<Message | null>(null);
  const remove = useMutation({
    mutationFn: (message: Message) => request<void>(`/api/v1/chats/${chat.id}/messages/${message.id}`, { method: 'DELETE' }),
    onSuccess: (_, message) => changeInWindow(cache, chat.id, { ...message, deleted: true, text: null }),
    onError: onProblem,
  });
  const message = at?.message;
  return (
    <>
      {at && message && (
        <ActionSheet aria-label={t`Действия с сообщением`} onClosed={onClosed} toggleRef={at.opener} placement="bottom-end">
          {chat.may_write && <ActionSheetItem onClick={() => onReply(message)}>{t`Ответить`}</ActionSheetItem>}
          {message.mine && chat.may_write && <ActionSheetItem onClick={() => onEdit(message)}>{t`Изменить`}</ActionSheetItem>}
          <ActionSheetItem onClick={() => void navigator.clipboard.writeText(message.text ?? '')}>{t`Копировать`}</ActionSheetItem>
          {mayCount(me, chat) && <ActionSheetItem onClick={() => onReaders(message.id)}>{t`Кто прочитал`}</ActionSheetItem>}
          {!message.mine && <ActionSheetItem onClick={() => onComplain(message.id)}>{t`Пожаловаться`}</ActionSheetItem>}
          {mayDelete(me, chat, message) && <ActionSheetItem mode="destructive" onClick={() => setDeleting(message)}>{t`Удалить`}</ActionSheetItem>}
        </ActionSheet>
      )}
      {deleting && (
        <Alert
          usePortal
          title={t`Удалить сообщение?`}
          description={deleting.text?.slice(0, 100)}
          onClosed={() => setDeleting(null)}
          dismissLabel={t`Закрыть`}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Удалить`, mode: 'destructive', action: () => remove.mutate(deleting) },
          ]}
        />
      )}
    </>
  );
}
