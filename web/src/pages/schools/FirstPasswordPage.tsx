// SPDX-License-Identifier: LGPL-2.1-or-later
// After the first entry into the cloud by a link: a password of the cloud's own.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, SimpleCell, Text } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { Redirect, useLocation } from 'wouter';
import { fieldText } from '../../api/problems';
import { request } from '../../api/request';
import { Field, FormError } from '../../forms/Field';
import { useMe } from '../../session/session';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';

export default function FirstPasswordPage() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const set = useMutation({
    mutationFn: (password: string) => request<void>('/api/v1/me/password', { method: 'PUT', body: { new: password } }),
    onSuccess: async () => {
      go('/chats', { replace: true });
      await cache.invalidateQueries({ queryKey: ['me'] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    set.mutate(String(new FormData(event.currentTarget).get('new')));
  };
  if (me.has_password && !set.isSuccess) return <Redirect to="/me" replace />;
  return (
    <Page form title={t`Пароль для облака`}>
      <Div><Text>{t`Вы в облаке своей школы. Задайте пароль, чтобы входить сюда снова. В самой школе остаётся прежний.`}</Text></Div>
      <form noValidate onSubmit={submit}>
        <input type="text" name="username" autoComplete="username" value={me.login ?? ''} readOnly hidden />
        <SimpleCell overTitle={t`Логин`}>{me.login}</SimpleCell>
        <Field label={t`Новый пароль`} name="new" type="password" autoComplete="new-password" hint={t`От 8 знаков.`} error={fieldText(i18n, set.error, 'new')} />
        <FormError error={set.error} fields={['new']} />
        <FormItem><Button size="l" stretched type="submit" loading={set.isPending}>{t`Сохранить пароль`}</Button></FormItem>
      </form>
      <Div><LinkButton size="l" stretched mode="tertiary" to="/chats">{t`Позже`}</LinkButton></Div>
    </Page>
  );
}
