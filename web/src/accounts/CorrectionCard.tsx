// SPDX-License-Identifier: LGPL-2.1-or-later
// A name that waits: what was, what is wished, which letters are not what they seem, and two buttons.
import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, ButtonGroup, Div, Text, Title } from '@vkontakte/vkui';
import { request } from '../api/request';
import type { Correction } from '../api/types';
import { FormError } from '../forms/Field';
import { moment } from '../texts/dates';

type Field = Correction['fields'][number];

const NAMES = {
  family_name: msg`Фамилия`, given_name: msg`Имя`, patronymic: msg`Отчество`, birth_date: msg`Дата рождения`,
};

const DOUBTS = {
  'mixed-scripts': msg`Отмеченные буквы из другого алфавита: на вид те же, но поиск по имени не найдёт.`,
  'other-script': msg`Всё слово другим алфавитом.`,
  'odd-characters': msg`Отмеченные знаки не буквы.`,
};

const dateText = (i18n: I18n, date: string): string =>
  new Date(`${date}T12:00:00`).toLocaleDateString(i18n.locale, { day: 'numeric', month: 'long', year: 'numeric' });

function wordsOf(i18n: I18n, { name }: Field, value: string | null): string {
  if (!value) return i18n._(msg`нет`);
  return name === 'birth_date' ? dateText(i18n, value) : value;
}

/** The letters of a doubt stand out, for the eye and for a screen reader. */
function Marked({ text, places }: { text: string; places: readonly number[] }) {
  const marked = new Set(places);
  return <>{[...text].map((letter, i) => (marked.has(i) ? <mark key={i} className="doubt">{letter}</mark> : letter))}</>;
}

function Line({ field }: { field: Field }) {
  const { t, i18n } = useLingui();
  const { doubts } = field;
  return (
    <div className="wish">
      <Text className="quiet">{i18n._(NAMES[field.name])}</Text>
      <Text>
        <s>{wordsOf(i18n, field, field.from)}</s>{' → '}
        <b>{doubts ? <Marked text={wordsOf(i18n, field, field.to)} places={doubts.at} /> : wordsOf(i18n, field, field.to)}</b>
      </Text>
      {doubts && <Text className="failed">{t`Проверьте.`} {i18n._(DOUBTS[doubts.why])}</Text>}
    </div>
  );
}

export function useDecide(onDone?: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: 'approved' | 'rejected' }) =>
      request<void>(`/api/v1/corrections/${id}`, { method: 'PUT', body: { decision } }),
    onSuccess: onDone,
    // Also when somebody else was faster.
    onSettled: () => {
      for (const key of ['corrections', 'account', 'class', 'people', 'me']) void cache.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function CorrectionCard({ correction, subtitle }: { correction: Correction; subtitle?: string }) {
  const { t, i18n } = useLingui();
  const decide = useDecide();
  const name = correction.person.display_name;
  const by = correction.by && correction.by.id !== correction.person.id ? t`Просит ${correction.by.display_name}` : undefined;
  return (
    <Div>
      <Title level="3" Component="h2">{name}</Title>
      <Text className="quiet">{[subtitle, by, moment(i18n, correction.proposed_at)].filter(Boolean).join(' · ')}</Text>
      {correction.fields.map((field) => <Line key={field.name} field={field} />)}
      <FormError error={decide.error} />
      <ButtonGroup mode="horizontal" gap="m">
        <Button size="m" loading={decide.isPending && decide.variables.decision === 'approved'} aria-label={t`Принять исправление: ${name}`} onClick={() => decide.mutate({ id: correction.id, decision: 'approved' })}>{t`Принять`}</Button>
        <Button size="m" mode="secondary" loading={decide.isPending && decide.variables.decision === 'rejected'} aria-label={t`Отклонить исправление: ${name}`} onClick={() => decide.mutate({ id: correction.id, decision: 'rejected' })}>{t`Отклонить`}</Button>
      </ButtonGroup>
    </Div>
  );
}
