// SPDX-License-Identifier: LGPL-2.1-or-later
// Does the school's e-mail work? One letter to one address, and what the mail server said of it.
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, FormItem, FormStatus, Group, Header } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { fieldText } from '../../api/problems';
import { request } from '../../api/request';
import type { MailOutcome, MailReason } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';

const SENTENCES: Record<MailReason, MessageDescriptor> = {
  'mail-name-not-found': msg`Имени почтового сервера в сети нет. Проверьте [mail] server в urok.conf.`,
  'mail-no-connection': msg`Почтовый сервер не принимает соединение. Проверьте его имя и порт.`,
  'mail-no-answer': msg`Почтовый сервер не отвечает.`,
  'mail-no-tls': msg`Почтовый сервер не умеет шифровать соединение так, как настроено. Проверьте [mail] security.`,
  'mail-bad-certificate': msg`Сертификат почтового сервера не подтверждён, письмо не отправлено.`,
  'mail-wrong-password': msg`Почтовый сервер не принял логин и пароль.`,
  'mail-sender-refused': msg`Почтовый сервер не принимает письма от адреса школы.`,
  'mail-address-refused': msg`Почтовый сервер не знает такого адреса.`,
  'mail-refused': msg`Почтовый сервер не принял письмо.`,
  'mail-not-done': msg`Письмо не удалось отправить: программа отправки не ответила. Повторите через минуту.`,
};

function Outcome({ outcome, address }: { outcome: MailOutcome; address: string }) {
  const { t, i18n } = useLingui();
  const { sent, reason, server_code: code } = outcome;
  const words = reason ? i18n._(SENTENCES[reason]) : t`Почтовый сервер принял письмо для ${address}. Проверьте ящик, и папку со спамом тоже.`;
  return (
    <FormItem>
      <FormStatus mode={sent ? 'default' : 'error'} className="status" role="status" title={sent ? t`Отправлено` : undefined}>
        {!sent && code ? `${words} ${t`Ответ сервера: ${code}.`}` : words}
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
