// SPDX-License-Identifier: LGPL-2.1-or-later
// By one's own invitation: a password, a login where there is none, and in.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, FormItem, SimpleCell } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { Problem, request } from '../../api/request';
import type { Invitation, Me } from '../../api/types';
import { FormError, passwordOf, textOf } from '../../forms/Field';
import { LinkButton } from '../../shell/LinkCell';
import { NewLogin, NewPassword } from './fields';
import { OwnDevice } from '../../forms/PasswordForm';
import { useArrival } from './useArrival';
import { Dead, Head, Notice } from './Words';
import { OthersDevice } from './WrongDevice';

function Form({ invitation, onCode }: { invitation: Invitation; onCode: () => void }) {
  const { t } = useLingui();
  const arrive = useArrival();
  const accept = useMutation({
    mutationFn: (body: object) => request<Me>('/api/v1/invitations/acceptances', { method: 'POST', body }),
    onSuccess: (me) => arrive(me, '/chats'),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    accept.mutate({
      code: invitation.code, password: passwordOf(form), own_device: form.has('own_device'), ...(!invitation.login && { login: textOf(form, 'login') }),
    });
  };
  if (accept.error instanceof Problem && accept.error.reason === 'invitation-dead') return <Dead onCode={onCode} />;
  return (
    <form noValidate onSubmit={submit}>
      <Head title={invitation.name ?? ''}>
        {invitation.class ? t`Вас приглашают в ${invitation.class} класс. Придумайте пароль, и вы войдёте.` : t`Вас приглашают в школу. Придумайте пароль, и вы войдёте.`}
      </Head>
      {invitation.login ? (
        <>
          <input type="text" name="username" autoComplete="username" value={invitation.login} readOnly hidden />
          <SimpleCell overTitle={t`Ваш логин`}>{invitation.login}</SimpleCell>
        </>
      ) : <NewLogin error={accept.error} hint={t`Буквы и цифры. С ним вы будете входить.`} />}
      <NewPassword error={accept.error} />
      <OwnDevice />
      <FormError error={accept.error} fields={['login', 'password']} />
      <FormItem><Button size="l" stretched type="submit" loading={accept.isPending}>{t`Войти в школу`}</Button></FormItem>
    </form>
  );
}

export function PersonWay({ invitation, me, onCode }: { invitation: Invitation; me?: Me; onCode: () => void }) {
  const { t } = useLingui();
  if (invitation.here === 'subject') {
    return <Notice title={t`Вы уже вошли`} action={<LinkButton size="l" stretched to="/chats">{t`Открыть «Чаты»`}</LinkButton>}>{t`Это ваше приглашение, а ваш профиль здесь открыт.`}</Notice>;
  }
  if (me) return <OthersDevice me={me} code={invitation.code} title={t`Приглашение для: ${invitation.name ?? ''}`} />;
  return <Form invitation={invitation} onCode={onCode} />;
}
