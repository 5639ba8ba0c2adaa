// SPDX-License-Identifier: LGPL-2.1-or-later
// Names, birth date, login and contacts of somebody.
import { useLingui } from '@lingui/react/macro';
import { Button, FormItem, Group, Header } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { fieldText } from '../../api/problems';
import type { Account } from '../../api/types';
import { dateOf, DateParts } from '../../forms/DateParts';
import { Field, FormError, textOf } from '../../forms/Field';
import { useContactErrors } from '../../forms/contacts';
import { useAccountChange } from './useAccount';

const TEXTS = ['family_name', 'given_name', 'patronymic', 'email', 'phone'] as const;

/** Only what was changed is sent, so that two administrators do not undo each other. */
function changesOf(account: Account, form: FormData): object {
  const entries: [string, string | null][] = TEXTS.map((name) => [name, textOf(form, name)]);
  entries.push(['birth_date', dateOf(form, 'birth')]);
  if (textOf(form, 'login')) entries.push(['login', textOf(form, 'login')]);
  return Object.fromEntries(entries.filter(([name, value]) => value !== (account[name as keyof Account] ?? '')));
}

export function Data({ account, say }: { account: Account; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const change = useAccountChange(account.id);
  const contactError = useContactErrors(change.error);
  const errorOf = (name: string) => fieldText(i18n, change.error, name);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const body = changesOf(account, new FormData(event.currentTarget));
    if (Object.keys(body).length === 0) say(t`Здесь всё уже сохранено`);
    else change.mutate({ method: 'PATCH', path: '/account', body }, { onSuccess: () => say(t`Сохранено`) });
  };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Данные`}</Header>}>
      <form noValidate onSubmit={submit}>
        <Field label={t`Фамилия`} name="family_name" autoComplete="off" defaultValue={account.family_name} maxLength={60} error={errorOf('family_name')} />
        <Field label={t`Имя`} name="given_name" autoComplete="off" defaultValue={account.given_name} maxLength={60} error={errorOf('given_name')} />
        <Field optional label={t`Отчество`} name="patronymic" autoComplete="off" defaultValue={account.patronymic ?? ''} maxLength={60} error={errorOf('patronymic')} />
        <DateParts label={t`Дата рождения`} name="birth" value={account.birth_date} error={errorOf('birth_date') && t`Такой даты нет.`} />
        <Field optional label={t`Логин`} name="login" autoComplete="off" autoCapitalize="none" spellCheck={false} defaultValue={account.login ?? ''} maxLength={64} hint={t`Подойдёт и почта, и телефон`} error={contactError('login')} />
        <Field optional label={t`Почта`} name="email" type="email" autoComplete="off" defaultValue={account.email ?? ''} maxLength={254} error={contactError('email')} />
        <Field optional label={t`Телефон`} name="phone" type="tel" autoComplete="off" defaultValue={account.phone ?? ''} maxLength={30} hint={t`Почту и телефон видят администраторы; другим их показывает сам человек.`} error={contactError('phone')} />
        <FormError error={change.error} fields={['family_name', 'given_name', 'patronymic', 'birth_date', 'login', 'email', 'phone']} words={contactError('login') ?? contactError('email') ?? contactError('phone')} />
        <FormItem><Button size="l" stretched type="submit" loading={change.isPending}>{t`Сохранить данные`}</Button></FormItem>
      </form>
    </Group>
  );
}
