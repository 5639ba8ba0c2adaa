// SPDX-License-Identifier: LGPL-2.1-or-later
// Fields of the forms on the way in: a birthday in three parts, names, a login and a password.
import { useLingui } from '@lingui/react/macro';
import { Checkbox, FormItem, FormLayoutGroup, Input, NativeSelect } from '@vkontakte/vkui';
import { useId } from 'react';
import { fieldText } from '../../api/problems';
import { Field, textOf } from '../../forms/Field';

export type Errors = { error: unknown };

function months(locale: string): string[] {
  return Array.from({ length: 12 }, (_, i) => new Date(2000, i, 1).toLocaleDateString(locale, { month: 'long' }));
}

/** Day, month, year; put together by birthDateOf(). */
export function BirthDate({ label, value, error }: { label: string; value?: string | null; error?: string }) {
  const { t, i18n } = useLingui();
  const id = useId();
  const [year, month, day] = value?.split('-') ?? [];
  const described = error ? `${id}-b` : undefined;
  const invalid = error ? true : undefined;
  return (
    <fieldset className="plain-set" aria-describedby={described}>
      <legend className="plain-set__name">{label}</legend>
      <FormLayoutGroup mode="horizontal">
        <FormItem top={t`День`} htmlFor={`${id}-d`} status={error ? 'error' : 'default'}>
          <Input id={`${id}-d`} name="birth_day" inputMode="numeric" maxLength={2} defaultValue={day && String(Number(day))} slotProps={{ input: { 'aria-invalid': invalid } }} />
        </FormItem>
        <FormItem top={t`Месяц`} htmlFor={`${id}-m`} status={error ? 'error' : 'default'}>
          <NativeSelect id={`${id}-m`} name="birth_month" defaultValue={month ?? ''}>
            <option value="" />
            {months(i18n.locale).map((name, i) => <option key={name} value={String(i + 1).padStart(2, '0')}>{name}</option>)}
          </NativeSelect>
        </FormItem>
        <FormItem top={t`Год`} htmlFor={`${id}-y`} status={error ? 'error' : 'default'}>
          <Input id={`${id}-y`} name="birth_year" inputMode="numeric" maxLength={4} defaultValue={year} slotProps={{ input: { 'aria-invalid': invalid } }} />
        </FormItem>
      </FormLayoutGroup>
      {error && <p id={described} className="plain-set__error" role="alert">{error}</p>}
    </fieldset>
  );
}

export function birthDateOf(form: FormData): string {
  const [day, month, year] = ['birth_day', 'birth_month', 'birth_year'].map((name) => textOf(form, name));
  return day && month && year ? `${year.padStart(4, '0')}-${month}-${day.padStart(2, '0')}` : '';
}

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

export function OwnDevice() {
  const { t } = useLingui();
  return (
    <FormItem>
      <Checkbox name="own_device" description={t`Не выходить 30 дней. На общем компьютере не отмечайте.`}>{t`Это моё устройство`}</Checkbox>
    </FormItem>
  );
}
