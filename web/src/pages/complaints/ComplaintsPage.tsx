// SPDX-License-Identifier: LGPL-2.1-or-later
// Complaints about messages, for those who handle them; opening a chat takes two administrators.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon56CheckCircleOutline } from '@vkontakte/icons';
import { Button, ButtonGroup, Div, Footnote, FormItem, Group, Header, Input, Text } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { complaintMessagesQuery, complaintsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Complaint, Opening } from '../../api/types';
import { FormError, textOf } from '../../forms/Field';
import { has, useMe } from '../../session/session';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { reasonName } from './reasons';

function useHandling(complaint: Complaint) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ path, method, body }: { path: string; method: 'PUT' | 'POST'; body: unknown }) =>
      request<Complaint>(`/api/v1/complaints/${complaint.id}${path}`, { method, body }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['complaints'] }),
  });
}

function Around({ complaint }: { complaint: Complaint }) {
  const { t, i18n } = useLingui();
  const around = useQuery(complaintMessagesQuery(complaint.id));
  return (
    <Loaded query={around}>
      {({ items, before_changes }) => (
        <section aria-label={t`Переписка вокруг сообщения`}>
          {before_changes.length > 0 && <Div><Footnote Component="p">{t`До изменения или удаления было:`}</Footnote>{before_changes.map((text, n) => <Text key={n} className="bubble__text">{text}</Text>)}</Div>}
          <ul className="plain complaint__around">
            {items.map((m) => {
              const [who, when] = [m.author.short_name, moment(i18n, m.sent_at)];
              return <li key={m.id}><Footnote Component="p" className="quiet">{`${who}, ${when}`}</Footnote><Text className="bubble__text">{m.deleted ? t`Сообщение удалено` : m.text}</Text></li>;
            })}
          </ul>
        </section>
      )}
    </Loaded>
  );
}

function OpeningLine({ complaint, opening }: { complaint: Complaint; opening: Opening }) {
  const { t } = useLingui();
  const me = useMe();
  const [shown, show] = useState(false);
  const handling = useHandling(complaint);
  const [first, second] = [opening.asked_by, opening.confirmed_by];
  const mine = first.id === me.id || second?.id === me.id;
  const name = first.display_name;
  return (
    <Div>
      <Footnote Component="p">{t`${name} просит открыть переписку: ${opening.reason}`}</Footnote>
      {!second && first.id === me.id && <Footnote Component="p" className="quiet">{t`Ждёт согласия другого администратора.`}</Footnote>}
      {!second && first.id !== me.id && <Button size="m" loading={handling.isPending} onClick={() => handling.mutate({ path: `/openings/${opening.id}/confirmation`, method: 'PUT', body: {} })}>{t`Согласиться`}</Button>}
      {second && mine && !shown && <Button size="m" mode="secondary" onClick={() => show(true)}>{t`Читать переписку`}</Button>}
      {shown && <Around complaint={complaint} />}
      <FormError error={handling.error} />
    </Div>
  );
}

function AskOpening({ complaint, onDone }: { complaint: Complaint; onDone: () => void }) {
  const { t } = useLingui();
  const handling = useHandling(complaint);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = textOf(new FormData(event.currentTarget), 'reason');
    handling.mutate({ path: '/openings', method: 'POST', body: { reason } }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={onSubmit}>
      <FormItem top={t`Зачем открыть переписку (это увидят её участники)`} htmlFor={`why-${complaint.id}`} bottom={t`Откроется, когда согласится второй администратор.`}><Input id={`why-${complaint.id}`} name="reason" required maxLength={1000} /></FormItem>
      <FormError error={handling.error} />
      <FormItem><Button type="submit" size="m" loading={handling.isPending}>{t`Попросить согласия`}</Button></FormItem>
    </form>
  );
}

function Handling({ complaint }: { complaint: Complaint }) {
  const { t } = useLingui();
  const me = useMe();
  const [asking, ask] = useState(false);
  const handling = useHandling(complaint);
  const decide = (decision: 'kept' | 'removed') => handling.mutate({ path: '/decision', method: 'PUT', body: { decision } });
  if (asking) return <AskOpening complaint={complaint} onDone={() => ask(false)} />;
  return (
    <Div>
      <ButtonGroup mode="vertical" stretched>
        {!complaint.decision && !complaint.message.deleted && <Button size="m" stretched appearance="negative" loading={handling.isPending} onClick={() => decide('removed')}>{t`Удалить сообщение`}</Button>}
        {!complaint.decision && <Button size="m" stretched mode="secondary" loading={handling.isPending} onClick={() => decide('kept')}>{complaint.message.deleted ? t`Закрыть жалобу` : t`Оставить сообщение`}</Button>}
        {has(me, 'administrator') && !complaint.openings.some((o) => !o.confirmed_by) && <Button size="m" stretched mode="tertiary" onClick={() => ask(true)}>{t`Открыть переписку`}</Button>}
      </ButtonGroup>
      <FormError error={handling.error} />
    </Div>
  );
}

function Card({ complaint }: { complaint: Complaint }) {
  const { t, i18n } = useLingui();
  const { message } = complaint;
  const [author, by, when] = [message.author.display_name, complaint.by.display_name, moment(i18n, complaint.at)];
  const where = complaint.chat.kind === 'direct' ? t`личная переписка` : complaint.chat.title;
  const judge = complaint.decided_by?.display_name ?? '';
  return (
    <Group mode="plain" header={<Header Component="h2">{`${reasonName(i18n, complaint.reason)}: ${where}`}</Header>}>
      <Div>
        <Footnote Component="p" className="quiet">{t`Пишет ${by}, ${when}`}</Footnote>
        {complaint.words && <Text>{complaint.words}</Text>}
        <blockquote className="complaint__message">
          <Footnote Component="p" weight="2">{author}</Footnote>
          <Text className="bubble__text">{message.deleted ? t`Сообщение удалено` : message.text}</Text>
        </blockquote>
        {complaint.decision && <Footnote Component="p">{complaint.decision === 'removed' ? t`Сообщение удаляет ${judge}` : t`Жалобу закрывает ${judge}`}</Footnote>}
      </Div>
      {complaint.openings.map((opening) => <OpeningLine key={opening.id} complaint={complaint} opening={opening} />)}
      <Handling complaint={complaint} />
    </Group>
  );
}

export default function ComplaintsPage() {
  const { t } = useLingui();
  const complaints = useQuery(complaintsQuery);
  return (
    <Page title={t`Жалобы`}>
      <Loaded query={complaints}>
        {({ items }) => (items.length === 0
          ? <Empty icon={<Icon56CheckCircleOutline />} title={t`Жалоб нет`}>{t`Пожаловаться может каждый, кто видит сообщение: в его меню.`}</Empty>
          : items.map((complaint) => <Card key={complaint.id} complaint={complaint} />))}
      </Loaded>
    </Page>
  );
}
