// SPDX-License-Identifier: LGPL-2.1-or-later
// A date in three fields: the browser's own field speaks the browser's language.
import { useLingui } from '@lingui/react/macro';
import { FormItem, FormLayoutGroup, Input, NativeSelect } from '@vkontakte/vkui';
import { useId } from 'react';
import { textOf } from './Field';

const monthNames = (locale: string): string[] =>
  Array.from({ length: 12 }, (_, i) => new Date(2000, i, 1).toLocaleDateString(locale, { month: 'long' }));

/** Fields NAME_day, NAME_month, NAME_year; put together by dateOf(). */
export function DateParts({ label, name, value, error, hint }: { label: string; name: string; value?: string | null; error?: string; hint?: string }) {
  const { t, i18n } = useLingui();
  const id = useId();
  const [year, month, day] = value?.split('-') ?? [];
  const words = error ?? hint;
  const status = error ? 'error' : 'default';
  const invalid = { input: { 'aria-invalid': error ? (true as const) : undefined } };
  return (
    <fieldset className="dates" aria-describedby={words ? `${id}-b` : undefined}>
      <legend className="dates__name">{label}</legend>
      <FormLayoutGroup mode="horizontal">
        <FormItem top={t`День`} htmlFor={`${id}-d`} status={status}>
          <Input id={`${id}-d`} name={`${name}_day`} inputMode="numeric" maxLength={2} defaultValue={day && String(Number(day))} slotProps={invalid} />
        </FormItem>
        <FormItem className="dates__month" top={t`Месяц`} htmlFor={`${id}-m`} status={status}>
          <NativeSelect id={`${id}-m`} name={`${name}_month`} defaultValue={month ?? ''}>
            <option value="">—</option>
            {monthNames(i18n.locale).map((word, i) => <option key={word} value={String(i + 1).padStart(2, '0')}>{word}</option>)}
          </NativeSelect>
        </FormItem>
        <FormItem top={t`Год`} htmlFor={`${id}-y`} status={status}>
          <Input id={`${id}-y`} name={`${name}_year`} inputMode="numeric" maxLength={4} defaultValue={year} slotProps={invalid} />
        </FormItem>
      </FormLayoutGroup>
      {words && <p id={`${id}-b`} className={error ? 'dates__words failed' : 'dates__words quiet'} role={error ? 'alert' : undefined}>{words}</p>}
    </fieldset>
  );
}

/** «2014-05-31»; empty when nothing is filled in. What is half filled in is no date, and the school says so. */
export function dateOf(form: FormData, name: string): string {
  const [day, month, year] = ['day', 'month', 'year'].map((part) => textOf(form, `${name}_${part}`));
  if (!day && !month && !year) return '';
  return `${year!.padStart(4, '0')}-${month || '00'}-${day!.padStart(2, '0')}`;
}
