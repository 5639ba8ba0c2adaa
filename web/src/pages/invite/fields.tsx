// SPDX-License-Identifier: LGPL-2.1-or-later
// Fields of the forms on the way in: a birthday in three parts, names, a login and a password.
import { useLingui } from '@lingui/react/macro';
import { fieldText } from '../../api/problems';
import { dateOf, DateParts } from '../../forms/DateParts';
import { Field, textOf } from '../../forms/Field';

export type Errors = { error: unknown };

/** Day, month, year; put together by birthDateOf(). */
export const BirthDate = (props: { label: string; value?: string | null; error?: string }) => <DateParts name="birth" {...props} />;

export const birthDateOf = (form: FormData): string => dateOf(form, 'birth');

export type Names = { family_name?: string; given_name?: string; patronymic?: string | null };

export function NameFields({ error, names = {} }: Errors & { names?: Names }) {
  const { t, i18n } = useLingui();
  const errorOf = (name: string) => fieldText(i18n, error, name);
  return (
    <>
      <Field label={t`Фамилия`} name="family_name" maxLength={60} autoComplete="off" defaultValue={names.family_name} error={errorOf('family_name')} />
      <Field label={t`Имя`} name="given_name" maxLength={60} autoComplete="off" defaultValue={names.given_name} error={errorOf('given_name')} />
      <Field optional label={t`Отчество`} name="patronymic" maxLength={60} autoComplete="off" defaultValue={names.patronymic ?? ''} error={errorOf('patronymic')} />
    </>
  );
}

export const namesOf = (form: FormData) => ({
  family_name: textOf(form, 'family_name'),
  given_name: textOf(form, 'given_name'),
  patronymic: textOf(form, 'patronymic') || null,
});

export function NewPassword({ error }: Errors) {
  const { t, i18n } = useLingui();
  return <Field label={t`Придумайте пароль`} name="password" type="password" autoComplete="new-password" hint={t`От 8 знаков, лучше несколько слов`} error={fieldText(i18n, error, 'password')} />;
}

export function NewLogin({ error, hint }: Errors & { hint: string }) {
  const { t, i18n } = useLingui();
  return <Field label={t`Логин`} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={64} hint={hint} error={fieldText(i18n, error, 'login')} />;
}
