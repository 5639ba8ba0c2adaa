// SPDX-License-Identifier: LGPL-2.1-or-later
// A complaint about a message: a reason, words if wanted; and who opened this chat after one.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Div, Footnote, FormItem, Radio, SimpleCell, Textarea } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { openingsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { ComplaintReason } from '../../api/types';
import { FormError, textOf } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { reasonName, REASONS } from '../complaints/reasons';

function ComplaintForm({ chatId, message, onSent }: { chatId: string; message: string; onSent: () => void }) {
  const { t, i18n } = useLingui();
  const [reason, setReason] = useState<ComplaintReason>('insult');
  const sending = useMutation({
    mutationFn: (words: string) => request(`/api/v1/chats/${chatId}/messages/${message}/complaints`, { method: 'POST', body: { reason, words } }),
    onSuccess: onSent,
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    sending.mutate(textOf(new FormData(event.currentTarget), 'words'));
  };
  return (
    <form onSubmit={onSubmit}>
      <Div><Footnote Component="p">{t`Жалобу увидят администраторы школы, а в чате класса и классный руководитель. Автор сообщения её не увидит.`}</Footnote></Div>
      <FormItem Component="fieldset" className="bare" top={t`Что случилось`} topComponent="legend">
        {REASONS.map((name) => (
          <Radio key={name} name="reason" value={name} checked={reason === name} onChange={() => setReason(name)}>{reasonName(i18n, name)}</Radio>
        ))}
      </FormItem>
      <FormItem top={t`Подробности (если хотите)`} htmlFor="complaint-words"><Textarea id="complaint-words" name="words" maxLength={1000} /></FormItem>
      <FormError error={sending.error} />
      <FormItem><Button type="submit" size="l" stretched loading={sending.isPending}>{t`Отправить жалобу`}</Button></FormItem>
    </form>
  );
}

export function ComplaintDialog({ chatId, message, onClose, onSent }: { chatId: string; message: string | null; onClose: () => void; onSent: () => void }) {
  const { t } = useLingui();
  return (
    <Dialog id="complain" title={t`Пожаловаться`} open={message !== null} onClose={onClose}>
      {message && <ComplaintForm chatId={chatId} message={message} onSent={onSent} />}
    </Dialog>
  );
}

function Openings({ chatId }: { chatId: string }) {
  const { t, i18n } = useLingui();
  const openings = useQuery(openingsQuery(chatId));
  return (
    <Loaded query={openings}>
      {({ items }) => (
        <ul className="plain">
          {items.map((o) => {
            const [first, second] = [o.asked_by.display_name, o.confirmed_by?.display_name ?? ''];
            return (
              <li key={o.id}>
                <SimpleCell multiline subtitle={t`Причина: ${o.reason}`} extraSubtitle={o.confirmed_at && moment(i18n, o.confirmed_at)}>{t`Открывали: ${first} и ${second}`}</SimpleCell>
              </li>
            );
          })}
        </ul>
      )}
    </Loaded>
  );
}

export function OpeningsDialog({ chatId, open, onClose }: { chatId: string; open: boolean; onClose: () => void }) {
  const { t } = useLingui();
  return <Dialog id="openings" title={t`Кто читал этот чат`} open={open} onClose={onClose}><Openings chatId={chatId} /></Dialog>;
}
