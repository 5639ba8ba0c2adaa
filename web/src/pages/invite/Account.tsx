// SPDX-License-Identifier: LGPL-2.1-or-later
// Who the parent is: an account that is made at the end, or one that is there already.
import { useLingui } from '@lingui/react/macro';
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, FormItem, SegmentedControl } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { request } from '../../api/request';
import { meQuery } from '../../api/queries';
import type { Invitation, Me } from '../../api/types';
import { FormError, passwordOf, textOf } from '../../forms/Field';
import { PasswordForm } from '../../forms/PasswordForm';
import { NameFields, namesOf, NewLogin, NewPassword } from './fields';
import { Head } from './Words';

type Begin = UseMutationResult<unknown, Error, object | undefined>;

function NewAccount({ begin }: { begin: Begin }) {
  const { t } = useLingui();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    begin.mutate({ ...namesOf(form), login: textOf(form, 'login'), password: passwordOf(form) });
  };
  return (
    <form noValidate onSubmit={submit}>
      <NameFields error={begin.error} />
      <NewLogin error={begin.error} hint={t`Почта, телефон или придуманный логин. Другие его не увидят.`} />
      <NewPassword error={begin.error} />
      <FormError error={begin.error} fields={['family_name', 'given_name', 'patronymic', 'login', 'password']} />
      <FormItem><Button size="l" stretched type="submit" loading={begin.isPending}>{t`Дальше`}</Button></FormItem>
    </form>
  );
}

function KnownAccount() {
  const cache = useQueryClient();
  const signIn = useMutation({
    mutationFn: (body: object) => request<Me>('/api/v1/sessions', { method: 'POST', body }),
    onSuccess: (me) => cache.setQueryData(meQuery.queryKey, me),
  });
  return <PasswordForm signIn={signIn} />;
}

export function Account({ invitation, begin }: { invitation: Invitation; begin: Begin }) {
  const { t } = useLingui();
  const [which, setWhich] = useState<'new' | 'known'>('new');
  return (
    <>
      <Head title={t`${invitation.name ?? ''}, ${invitation.class ?? ''}`}>{t`Приглашение для родителя. Скажите, кто вы; данные ребёнка будут дальше.`}</Head>
      <FormItem>
        <SegmentedControl
          aria-label={t`Есть ли у вас аккаунт`}
          name="account"
          value={which}
          onChange={(value) => setWhich(value as 'new' | 'known')}
          options={[{ label: t`Я здесь впервые`, value: 'new' }, { label: t`У меня есть логин`, value: 'known' }]}
        />
      </FormItem>
      {which === 'new' ? <NewAccount begin={begin} /> : <KnownAccount />}
    </>
  );
}
