// SPDX-License-Identifier: LGPL-2.1-or-later
// School years: which one it is, their dates, and the next one before it begins.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, Snackbar, Text } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { yearsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { SchoolYear } from '../../api/types';
import { FormError } from '../../forms/Field';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { nextYear, type YearDraft } from './year';
import { YEAR_FIELDS, YearFields, yearOf } from './YearFields';

function YearForm({ year, id, button, onSaved }: { year: YearDraft; id?: string; button: string; onSaved: (year: SchoolYear) => void }) {
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: (body: YearDraft) => request<SchoolYear>(id ? `/api/v1/school-years/${id}` : '/api/v1/school-years', { method: id ? 'PATCH' : 'POST', body }),
    onSuccess: (saved) => {
      void cache.invalidateQueries({ queryKey: ['classes'] });
      onSaved(saved);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(yearOf(new FormData(event.currentTarget)));
  };
  return (
    <form noValidate onSubmit={submit}>
      <YearFields year={year} error={save.error} />
      <FormError error={save.error} fields={YEAR_FIELDS} />
      <FormItem><Button size="l" stretched mode={id ? 'secondary' : 'primary'} type="submit" loading={save.isPending}>{button}</Button></FormItem>
    </form>
  );
}

function RemoveYear({ year, onRemoved }: { year: SchoolYear; onRemoved: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => request(`/api/v1/school-years/${year.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['classes'] });
      onRemoved();
    },
  });
  return (
    <>
      <FormError error={remove.error} />
      <Div><Button size="l" stretched mode="tertiary" appearance="negative" loading={remove.isPending} onClick={() => remove.mutate()}>{t`Удалить ${year.title}`}</Button></Div>
    </>
  );
}

function Years({ years, say }: { years: SchoolYear[]; say: (text: string) => void }) {
  const { t } = useLingui();
  const next = nextYear(years);
  const counted = (n: number) => t`${plural(n, { one: '# класс', few: '# класса', many: '# классов', other: '# класса' })}`;
  return (
    <>
      {years.map((year) => (
        <Group key={year.id} mode="plain" header={<Header Component="h2" subtitle={[year.current ? t`идёт сейчас` : '', counted(year.class_count)].filter(Boolean).join(' · ')}>{year.title}</Header>}>
          <YearForm key={`${year.title} ${year.from_date} ${year.to_date}`} id={year.id} year={year} button={t`Сохранить ${year.title}`} onSaved={() => say(t`Сохранено`)} />
          <LinkCell to={`/years/${year.id}/promotion`} chevron="always" multiline subtitle={t`Что станет с каждым классом прошлого года`}>{t`Перевести классы в ${year.title}`}</LinkCell>
          {year.class_count === 0 && <RemoveYear year={year} onRemoved={() => say(t`Год ${year.title} удалён`)} />}
        </Group>
      ))}
      <Group mode="plain" header={<Header Component="h2">{years.length > 0 ? t`Следующий год` : t`Первый год`}</Header>}>
        <Div><Text className="quiet">{t`Его классы можно создать заранее. Годом школы он станет в день, когда начнётся.`}</Text></Div>
        <YearForm key={next.title} year={next} button={t`Добавить учебный год`} onSaved={(year) => say(t`Год ${year.title} добавлен`)} />
      </Group>
    </>
  );
}

export default function YearsPage() {
  const { t } = useLingui();
  const years = useQuery(yearsQuery);
  const [said, say] = useState<string | null>(null);
  return (
    <Page form title={t`Учебные годы`} back={{ to: '/classes', label: t`К классам` }}>
      <Loaded query={years}>{({ items }) => <Years years={items} say={say} />}</Loaded>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
