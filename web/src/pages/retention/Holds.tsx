// SPDX-License-Identifier: LGPL-2.1-or-later
// Legal holds: what stays whatever is set, who placed it, why and when; placing one and lifting it.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, NativeSelect, SimpleCell, Text } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { fieldText } from '../../api/problems';
import { chatsToHoldQuery, legalHoldsQuery } from '../../api/queries';
import { newKey, request } from '../../api/request';
import type { KeptChat, LegalHold } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { useKinds } from './kinds';

function useChatName() {
  const kinds = useKinds();
  return (chat: KeptChat) => [chat.title || kinds[chat.kind], chat.year].filter(Boolean).join(' · ');
}

function PlaceForm({ chats, onPlaced }: { chats: KeptChat[]; onPlaced: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const id = useId();
  const nameOf = useChatName();
  const place = useMutation({
    mutationFn: (body: object) => request<LegalHold>('/api/v1/legal-holds', { method: 'POST', body, key: newKey() }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: legalHoldsQuery.queryKey });
      void cache.invalidateQueries({ queryKey: ['retention'] });
      onPlaced();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    place.mutate({ chat: textOf(form, 'chat'), reason: textOf(form, 'reason') });
  };
  return (
    <form noValidate onSubmit={submit}>
      <Div><Text>{t`Из чата ничего не удалится, пока вы не снимете запрет. Участники об этом не узнают. Запрет на всё, что написал человек, ставится на его странице: «Личные данные и согласия».`}</Text></Div>
      <FormItem top={t`Чат`} htmlFor={id}>
        <NativeSelect id={id} name="chat">{chats.map((chat) => <option key={chat.id} value={chat.id}>{nameOf(chat)}</option>)}</NativeSelect>
      </FormItem>
      <Field label={t`Почему`} name="reason" maxLength={300} hint={t`Например, номер запроса`} error={fieldText(i18n, place.error, 'reason')} />
      <FormError error={place.error} fields={['reason']} />
      <FormItem><Button size="l" stretched type="submit" loading={place.isPending}>{t`Запретить удаление`}</Button></FormItem>
    </form>
  );
}

function Place({ onPlaced }: { onPlaced: () => void }) {
  const chats = useQuery(chatsToHoldQuery);
  return <Loaded query={chats}>{({ items }) => <PlaceForm chats={items} onPlaced={onPlaced} />}</Loaded>;
}

export function HoldRow({ hold, onLift }: { hold: LegalHold; onLift: (hold: LegalHold) => void }) {
  const { t, i18n } = useLingui();
  const nameOf = useChatName();
  const name = hold.chat ? nameOf(hold.chat) : hold.person?.display_name ?? '';
  const by = hold.placed_by?.short_name ?? t`консоль`;
  const placed = moment(i18n, hold.placed_at);
  const lifted = hold.lifted_at ? moment(i18n, hold.lifted_at) : '';
  const liftedBy = hold.lifted_by?.short_name ?? t`консоль`;
  return (
    <li>
      <SimpleCell multiline subtitle={[t`${hold.reason} · ${by}, ${placed}`, lifted && t`снят: ${liftedBy}, ${lifted}`].filter(Boolean).join(' · ')}>{name}</SimpleCell>
      {!hold.lifted_at && <Div><Button size="m" mode="secondary" onClick={() => onLift(hold)} aria-label={t`Снять запрет: ${name}`}>{t`Снять запрет`}</Button></Div>}
    </li>
  );
}

export function useLift(onLifted: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (hold: LegalHold) => request<LegalHold>(`/api/v1/legal-holds/${hold.id}/lifting`, { method: 'PUT', body: {} }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: legalHoldsQuery.queryKey });
      void cache.invalidateQueries({ queryKey: ['retention'] });
      onLifted();
    },
  });
}

export function Holds({ say }: { say: (text: string) => void }) {
  const { t } = useLingui();
  const holds = useQuery(legalHoldsQuery);
  const [placing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<LegalHold | null>(null);
  const lift = useLift(() => {
    setLifting(null);
    say(t`Запрет снят`);
  });
  const placed = () => {
    setPlacing(false);
    say(t`Запрет действует`);
  };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Запрет на удаление`}</Header>}>
      <Div><Text className="quiet">{t`По запросу суда, полиции или для проверки: всё остаётся, какие бы сроки ни были установлены и что бы ни удаляли.`}</Text></Div>
      <Loaded query={holds}>
        {({ items }) => items.length === 0
          ? <Div><Text>{t`Запретов нет.`}</Text></Div>
          : <ul className="plain">{items.map((hold) => <HoldRow key={hold.id} hold={hold} onLift={setLifting} />)}</ul>}
      </Loaded>
      <Div><Button size="l" stretched mode="secondary" onClick={() => setPlacing(true)}>{t`Запретить удаление в чате`}</Button></Div>
      <Dialog id="hold" title={t`Запрет на удаление`} open={placing} onClose={() => setPlacing(false)}><Place onPlaced={placed} /></Dialog>
      <Dialog id="hold-lift" title={t`Снять запрет`} open={lifting !== null} onClose={() => setLifting(null)}>
        <Div><Text>{t`После этого действуют обычные сроки: что старше них, удалится ближайшей ночью.`}</Text></Div>
        <FormError error={lift.error} />
        <FormItem><Button size="l" stretched appearance="negative" loading={lift.isPending} onClick={() => lifting && lift.mutate(lifting)}>{t`Снять запрет`}</Button></FormItem>
      </Dialog>
    </Group>
  );
}
