// SPDX-License-Identifier: LGPL-2.1-or-later
// Login and password of somebody who has an account; what follows is the page's.
import { useLingui } from '@lingui/react/macro';
import type { UseMutationResult } from '@tanstack/react-query';
import { Button, Checkbox, FormItem } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { Problem } from '../api/request';
import type { Me } from '../api/types';
import { Field, FormError, passwordOf, textOf } from './Field';

export function OwnDevice() {
  const { t } = useLingui();
  return (
    <FormItem>
      <Checkbox name="own_device" description={t`Не выходить 30 дней. На общем компьютере не отмечайте.`}>{t`Это моё устройство`}</Checkbox>
    </FormItem>
  );
}

type SignIn = UseMutationResult<Me, Error, object>;

export function PasswordForm({ signIn }: { signIn: SignIn }) {
  const { t } = useLingui();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ login: textOf(form, 'login'), password: passwordOf(form), own_device: form.has('own_device') });
  };
  const wrong = signIn.error instanceof Problem && signIn.error.reason === 'wrong-password';
  return (
    <form noValidate onSubmit={submit}>
      <Field label={t`Логин`} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} />
      <Field label={t`Пароль`} name="password" type="password" autoComplete="current-password" invalid={wrong} />
      <OwnDevice />
      <FormError error={signIn.error} />
      <FormItem><Button size="l" stretched type="submit" loading={signIn.isPending}>{t`Войти`}</Button></FormItem>
    </form>
  );
}

/** Without e-mail one comes back by a code that a person gives. */
