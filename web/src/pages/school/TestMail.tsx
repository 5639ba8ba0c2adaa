// SPDX-License-Identifier: LGPL-2.1-or-later
// Does the school's e-mail work? One letter to one address, and what the mail server said of it.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, FormItem, FormStatus, Group, Header } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { fieldText } from '../../api/problems';
import { request } from '../../api/request';
import type { MailOutcome } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { mailReason } from '../../texts/mail';

function Outcome({ outcome, address }: { outcome: MailOutcome; address: string }) {
  const { t, i18n } = useLingui();
  const { sent, reason, server_code: code } = outcome;
  const words = reason ? mailReason(i18n, reason, code) : t`Почтовый сервер принял письмо для ${address}. Проверьте ящик, и папку со спамом тоже.`;
  return (
    <FormItem>
      <FormStatus mode={sent ? 'default' : 'error'} className="status" role="status" title={sent ? t`Отправлено` : undefined}>
        {words}
      </FormStatus>
    </FormItem>
  );
}

export function TestMail() {
  const { t, i18n } = useLingui();
  const test = useMutation({
    mutationFn: (address: string) => request<MailOutcome>('/api/v1/server/test-mail', { method: 'POST', body: { address } }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    test.mutate(textOf(new FormData(event.currentTarget), 'address'));
  };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Проверка почты`}</Header>}>
      <form noValidate onSubmit={submit}>
        <Field label={t`Кому отправить письмо`} name="address" type="email" autoComplete="email" maxLength={254} hint={t`Придёт одно письмо о том, что почта работает.`} error={fieldText(i18n, test.error, 'address') && t`Адрес выглядит так: name@example.org`} />
        <FormError error={fieldText(i18n, test.error, 'address') ? null : test.error} />
        {test.data && !test.isPending && <Outcome outcome={test.data} address={test.variables} />}
        <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={test.isPending}>{t`Отправить письмо`}</Button></FormItem>
      </form>
    </Group>
  );
}
