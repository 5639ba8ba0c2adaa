// SPDX-License-Identifier: LGPL-2.1-or-later
// By a class's link: somebody new says who they are, and waits for the class teacher.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Div, FormItem, Text } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { fieldText } from '../../api/problems';
import { Problem, request } from '../../api/request';
import type { Invitation, Me } from '../../api/types';
import { FormError, passwordOf, textOf } from '../../forms/Field';
import { LinkButton } from '../../shell/LinkCell';
import { Failed, Loading } from '../../shell/states';
import { BirthDate, birthDateOf, NameFields, namesOf, NewLogin, NewPassword } from './fields';
import { dropTicket, keepTicket, ticketOf } from './tickets';
import { Dead, Head, Notice } from './Words';
import { OthersDevice } from './WrongDevice';

type Applied = { ticket: string; state: string };

function Waiting({ ticket, onAgain }: { ticket: string; onAgain: () => void }) {
  const { t } = useLingui();
  const asked = useQuery({
    queryKey: ['application', ticket],
    queryFn: () => request<{ state: string }>('/api/v1/applications/look', { method: 'POST', body: { ticket } }),
    staleTime: 0,
    refetchOnWindowFocus: true,
    retry: false,
  });
  const again = () => {
    dropTicket('application');
    onAgain();
  };
  if (asked.isPending) return <Loading />;
  if (asked.error && !(asked.error instanceof Problem)) return <Failed error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data?.state === 'accepted') {
    return (
      <Notice title={t`Вас приняли в класс`} action={<LinkButton size="l" stretched to="/sign-in" onClick={() => dropTicket('application')}>{t`Войти`}</LinkButton>}>
        {t`Войдите с логином и паролем, которые вы придумали.`}
      </Notice>
    );
  }
  if (asked.error || asked.data?.state === 'refused') {
    return (
      <Notice title={t`Вас не приняли в этот класс`} action={<Button size="l" stretched onClick={again}>{t`Заполнить ещё раз`}</Button>}>
        {t`Спросите классного руководителя, почему. Возможно, в имени ошибка или это ссылка другого класса.`}
      </Notice>
    );
  }
  return (
    <Notice title={t`Ждём классного руководителя`} action={<Button size="l" stretched mode="secondary" loading={asked.isFetching} onClick={() => void asked.refetch()}>{t`Проверить`}</Button>}>
      {t`Осталось одно нажатие классного руководителя. Потом войдите с вашим логином и паролем. Страницу можно закрыть.`}
    </Notice>
  );
}

function Form({ invitation, onTicket, onCode }: { invitation: Invitation; onTicket: (ticket: string) => void; onCode: () => void }) {
  const { t, i18n } = useLingui();
  const apply = useMutation({
    mutationFn: (body: object) => request<Applied>('/api/v1/applications', { method: 'POST', body }),
    onSuccess: ({ ticket }) => {
      keepTicket('application', { code: invitation.code, ticket }, true);
      onTicket(ticket);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    apply.mutate({ code: invitation.code, ...namesOf(form), birth_date: birthDateOf(form), login: textOf(form, 'login'), password: passwordOf(form) });
  };
  if (apply.error instanceof Problem && apply.error.reason === 'invitation-dead') return <Dead onCode={onCode} />;
  const wrongDate = fieldText(i18n, apply.error, 'birth_date');
  return (
    <form noValidate onSubmit={submit}>
      <Head title={t`${invitation.class ?? ''} класс`}>{t`Расскажите, кто вы. Классный руководитель увидит это и примет вас.`}</Head>
      <NameFields error={apply.error} />
      <BirthDate label={t`Дата рождения`} error={wrongDate && t`Такого дня нет. Проверьте число, месяц и год.`} />
      <NewLogin error={apply.error} hint={t`Буквы и цифры. С ним вы будете входить.`} />
      <NewPassword error={apply.error} />
      <FormError error={apply.error} fields={['family_name', 'given_name', 'patronymic', 'login', 'password']} />
      <FormItem><Button size="l" stretched type="submit" loading={apply.isPending}>{t`Попроситься в класс`}</Button></FormItem>
      <Div><Text className="quiet">{t`Вы родитель? Вам нужна другая ссылка: её даёт ребёнок из своего профиля.`}</Text></Div>
    </form>
  );
}

export function ClassWay({ invitation, me, onCode }: { invitation: Invitation; me?: Me; onCode: () => void }) {
  const { t } = useLingui();
  const [ticket, setTicket] = useState(() => ticketOf('application', invitation.code));
  if (me) return <OthersDevice me={me} code={invitation.code} title={t`Приглашение в ${invitation.class ?? ''} класс`} />;
  if (ticket) return <Waiting ticket={ticket} onAgain={() => setTicket(undefined)} />;
  return <Form invitation={invitation} onTicket={setTicket} onCode={onCode} />;
}
