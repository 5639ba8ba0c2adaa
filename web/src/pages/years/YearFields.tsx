// SPDX-License-Identifier: LGPL-2.1-or-later
// Title and dates of a school year, as fields of a form.
import { useLingui } from '@lingui/react/macro';
import { fieldText } from '../../api/problems';
import { dateOf, DateParts } from '../../forms/DateParts';
import { Field, textOf } from '../../forms/Field';
import type { YearDraft } from './year';

export const YEAR_FIELDS = ['title', 'from_date', 'to_date'] as const;

export const yearOf = (form: FormData): YearDraft => ({
  title: textOf(form, 'title'), from_date: dateOf(form, 'from_date'), to_date: dateOf(form, 'to_date'),
});

export function YearFields({ year, error }: { year: YearDraft; error: unknown }) {
  const { t, i18n } = useLingui();
  const errorOf = (name: string) => fieldText(i18n, error, name);
  return (
    <>
      <Field label={t`Учебный год`} name="title" defaultValue={year.title} maxLength={40} error={errorOf('title')} />
      <DateParts label={t`Начинается`} name="from_date" value={year.from_date} error={errorOf('from_date')} />
      <DateParts label={t`Заканчивается`} name="to_date" value={year.to_date} error={errorOf('to_date')} />
    </>
  );
}
