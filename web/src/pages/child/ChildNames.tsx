// SPDX-License-Identifier: LGPL-2.1-or-later
// The child's names and birth date, to check and correct: what a parent corrects waits for the class teacher's press.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, Text } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { fieldText } from '../../api/problems';
import { namesQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Child, StandingNames } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Loaded } from '../../shell/states';
import { BirthDate, birthDateOf, NameFields, namesOf } from '../invite/fields';

const NAMES = ['family_name', 'given_name', 'patronymic', 'birth_date'] as const;
type Names = Record<(typeof NAMES)[number], string | null>;

/** What was wished and waits, and else what stands. */
function wishedOf(standing: StandingNames): Names {
  const wished = standing.correction?.fields ?? [];
  const of = (name: (typeof NAMES)[number]) => {
    const field = wished.find((each) => each.name === name);
    return field ? field.to : standing[name];
  };
  return { family_name: of('family_name'), given_name: of('given_name'), patronymic: of('patronymic'), birth_date: of('birth_date') };
}

function changesOf(shown: Names, form: FormData): Partial<Names> {
  const now: Names = { ...namesOf(form), birth_date: birthDateOf(form) || null };
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== shown[name as keyof Names]));
}

function Form({ child, standing }: { child: Child; standing: StandingNames }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const shown = wishedOf(standing);
  const change = useMutation({
    mutationFn: (body: Partial<Names>) => request<void>(`/api/v1/people/${child.id}/corrections`, { method: 'POST', body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: namesQuery(child.id).queryKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const changes = changesOf(shown, new FormData(event.currentTarget));
    if (Object.keys(changes).length > 0) change.mutate(changes);
  };
  const isNoDate = fieldText(i18n, change.error, 'birth_date') !== undefined;
  return (
    <form noValidate onSubmit={submit}>
      <NameFields error={change.error} names={{ family_name: shown.family_name ?? '', given_name: shown.given_name ?? '', patronymic: shown.patronymic }} />
      <BirthDate label={t`Дата рождения`} value={shown.birth_date} error={isNoDate ? t`Такого дня нет. Проверьте число, месяц и год.` : undefined} />
      <Div role="status">
        <Text className="quiet">{standing.correction ? t`Исправление ждёт классного руководителя. Пока все видят прежнее.` : t`Исправление увидит классный руководитель.`}</Text>
      </Div>
      <FormError error={change.error} fields={['family_name', 'given_name', 'patronymic', 'birth_date']} />
      <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={change.isPending}>{t`Исправить данные`}</Button></FormItem>
    </form>
  );
}

export function ChildNames({ child }: { child: Child }) {
  const { t } = useLingui();
  const names = useQuery(namesQuery(child.id));
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Данные ребёнка`}</Header>}>
      <div className="narrow"><Loaded query={names}>{(standing) => <Form key={JSON.stringify(standing)} child={child} standing={standing} />}</Loaded></div>
    </Group>
  );
}
