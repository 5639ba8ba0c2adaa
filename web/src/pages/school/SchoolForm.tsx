// SPDX-License-Identifier: LGPL-2.1-or-later
// What the school says of itself, as a form: only what was changed is sent, so that two administrators do not undo each other.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, FormItem, FormLayoutGroup, NativeSelect, Text } from '@vkontakte/vkui';
import { type ChangeEvent, type FormEvent, useId } from 'react';
import { fieldText } from '../../api/problems';
import { schoolQuery } from '../../api/queries';
import { Problem, request } from '../../api/request';
import type { Language, School } from '../../api/types';
import { useEdits } from '../../forms/edits';
import { Field, FormError } from '../../forms/Field';
import { LANGUAGES, languageName } from '../../texts/language';
import { zoneOptions } from '../setup/zones';

const TEXTS = ['name', 'full_name', 'address', 'support_email', 'support_phone'] as const;
type TextField = (typeof TEXTS)[number];
type Values = Record<TextField | 'time_zone', string> & { languages: Language[] };

const valuesOf = (school: School): Values => ({
  name: school.name, full_name: school.full_name ?? '', address: school.address ?? '', time_zone: school.time_zone,
  support_email: school.support_email ?? '', support_phone: school.support_phone ?? '', languages: school.languages,
});

/** As the contract has it: an empty text is none. */
function bodyOf(changes: Partial<Values>): object {
  const text = ([name, value]: [string, unknown]) => [name, typeof value === 'string' ? value.trim() || (name === 'name' ? '' : null) : value];
  return Object.fromEntries(Object.entries(changes).map(text));
}

function useFieldErrors(error: unknown) {
  const { t, i18n } = useLingui();
  const own: Record<string, string> = {
    support_email: t`Адрес почты выглядит так: help@school.ru`,
    support_phone: t`Телефон выглядит так: +7 343 123-45-67`,
    languages: t`Оставьте хотя бы один язык.`,
  };
  return (name: string) => {
    const isShape = error instanceof Problem && error.reason === 'invalid' && error.field === name;
    return isShape && own[name] ? own[name] : fieldText(i18n, error, name);
  };
}

function Languages({ chosen, error, onChange }: { chosen: Language[]; error?: string; onChange: (languages: Language[]) => void }) {
  const { t } = useLingui();
  const toggle = (language: Language, on: boolean) => onChange(LANGUAGES.filter((each) => (each === language ? on : chosen.includes(each))));
  return (
    <FormLayoutGroup mode="vertical">
      <FormItem role="group" aria-label={t`Языки страниц`} top={t`Языки страниц`} status={error ? 'error' : 'default'} bottom={error ?? t`Каждый выбирает из них свой в профиле.`}>
        {LANGUAGES.map((language) => (
          <Checkbox key={language} lang={language} checked={chosen.includes(language)} aria-invalid={error ? true : undefined} onChange={(event) => toggle(language, event.target.checked)}>
            {languageName(language)}
          </Checkbox>
        ))}
      </FormItem>
    </FormLayoutGroup>
  );
}

export function SchoolForm({ school, say }: { school: School; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const zoneId = useId();
  const { values, changes, isChanged, edit, forget } = useEdits<Values>('school', valuesOf(school));
  const save = useMutation({
    mutationFn: () => request<School>('/api/v1/school', { method: 'PATCH', body: bodyOf(changes) }),
    onSuccess: (changed) => {
      cache.setQueryData(schoolQuery.queryKey, changed);
      forget();
      say(t`Сохранено`);
    },
  });
  const errorOf = useFieldErrors(save.error);
  const wrong = save.error instanceof Problem ? save.error.field : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isChanged) save.mutate();
    else say(t`Здесь всё уже сохранено`);
  };
  const text = (name: TextField) => ({
    name, value: values[name], error: errorOf(name), onChange: (event: ChangeEvent<HTMLInputElement>) => edit({ [name]: event.target.value }),
  });
  return (
    <form noValidate onSubmit={submit}>
      <Field label={t`Название`} {...text('name')} maxLength={120} hint={t`Как говорят: «Школа № 17». Его увидят все.`} />
      <Field optional label={t`Полное название`} {...text('full_name')} maxLength={300} hint={t`Как в документах. Пойдёт в памятки и письма.`} />
      <Field optional label={t`Адрес`} {...text('address')} maxLength={200} autoComplete="street-address" />
      <Field optional label={t`Почта поддержки школы`} {...text('support_email')} type="email" maxLength={254} hint={t`Её увидят все в разделе «Помощь»`} />
      <Field optional label={t`Телефон поддержки школы`} {...text('support_phone')} type="tel" maxLength={32} hint={t`Он будет там же`} />
      <FormItem top={t`Часовой пояс`} htmlFor={zoneId}>
        <NativeSelect id={zoneId} value={values.time_zone} onChange={(_, value) => edit({ time_zone: String(value) })}>
          {zoneOptions(i18n.locale, school.time_zone).map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
        </NativeSelect>
      </FormItem>
      <Languages chosen={values.languages} error={errorOf('languages')} onChange={(languages) => edit({ languages })} />
      <FormError error={save.error} fields={[...TEXTS, 'time_zone', 'languages']} words={wrong ? errorOf(wrong) : undefined} />
      <div role="status">{isChanged && <FormItem><Text className="quiet">{t`Изменения ещё не сохранены. Они останутся здесь, пока вы не закроете «Урок».`}</Text></FormItem>}</div>
      <FormItem><Button size="l" stretched type="submit" loading={save.isPending}>{t`Сохранить`}</Button></FormItem>
      {isChanged && <FormItem><Button size="l" stretched mode="tertiary" onClick={() => { forget(); save.reset(); }}>{t`Вернуть как было`}</Button></FormItem>}
    </form>
  );
}
