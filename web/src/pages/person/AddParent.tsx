// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator links parent and child by hand: who it is, and why; the reason stays in the log.
import { useLingui } from '@lingui/react/macro';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, Footnote, FormItem, Search, SimpleCell, Text } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { fieldText } from '../../api/problems';
import { peopleQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Account, PersonRow } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Face } from '../../shell/Face';
import { Failed, Loading } from '../../shell/states';
import { usePaused } from '../../shell/usePaused';
import { roleNames } from '../../texts/roles';

function Find({ fits, onChoose }: { fits: (person: PersonRow) => boolean; onChoose: (person: PersonRow) => void }) {
  const { t, i18n } = useLingui();
  const [search, setSearch] = useState('');
  const wanted = usePaused(search.trim());
  const found = useInfiniteQuery({ ...peopleQuery(wanted, ''), enabled: wanted !== '', placeholderData: keepPreviousData });
  const items = wanted === '' ? [] : found.data?.pages.flatMap((page) => page.items).filter(fits) ?? [];
  return (
    <>
      <Div><Text>{t`Найдите взрослого, который уже есть в школе. Нового родителя приглашает сам ребёнок, или добавьте его на странице «Люди».`}</Text></Div>
      <Search autoFocus value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t`Имя, фамилия или логин`} slotProps={{ input: { 'aria-label': t`Поиск родителя` } }} clearLabel={t`Очистить`} />
      {wanted !== '' && found.isPending && <Loading />}
      {found.isError && !found.data && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {wanted !== '' && found.data && items.length === 0 && <FormItem><Footnote>{t`Никого не нашлось. Проверьте, как написано имя.`}</Footnote></FormItem>}
      <ul className="plain" aria-busy={found.isFetching}>
        {items.map((person) => (
          <li key={person.id}>
            <SimpleCell multiline before={<Face name={person.display_name} person={person} />} subtitle={roleNames(i18n, person.roles)} onClick={() => onChoose(person)}>{person.display_name}</SimpleCell>
          </li>
        ))}
      </ul>
    </>
  );
}

export function AddParent({ child, onDone }: { child: Account; onDone: (parent: PersonRow) => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [parent, choose] = useState<PersonRow | null>(null);
  const link = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => request<void>(`/api/v1/people/${child.id}/parents/${id}`, { method: 'PUT', body: { reason } }),
    onSuccess: () => {
      for (const key of ['account', 'class', 'children', 'people']) void cache.invalidateQueries({ queryKey: [key] });
    },
  });
  if (!parent) {
    const linked = new Set(child.parents.map(({ id }) => id));
    return <Find fits={(person) => !person.roles.includes('pupil') && !linked.has(person.id)} onChoose={choose} />;
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    link.mutate({ id: parent.id, reason: textOf(new FormData(event.currentTarget), 'reason') }, { onSuccess: () => onDone(parent) });
  };
  return (
    <form noValidate onSubmit={submit}>
      <Div><Text>{t`${parent.display_name} станет родителем: ${child.display_name}. Родитель видит класс ребёнка, его учителей и чат родителей.`}</Text></Div>
      <Field autoFocus label={t`Почему`} name="reason" maxLength={300} hint={t`Например: заявление на бумаге. Причина останется в журнале.`} error={fieldText(i18n, link.error, 'reason')} />
      <FormError error={link.error} fields={['reason']} />
      <FormItem><Button size="l" stretched type="submit" loading={link.isPending}>{t`Сделать родителем`}</Button></FormItem>
      <FormItem><Button size="l" stretched mode="tertiary" onClick={() => choose(null)}>{t`Выбрать другого`}</Button></FormItem>
    </form>
  );
}
