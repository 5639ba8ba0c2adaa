// SPDX-License-Identifier: LGPL-2.1-or-later
// Two accounts of one human: the other one is found by name, and this one goes.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Div, Group, Header, RichCell, Search, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { peopleQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Person, PersonRow } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { roleNames } from '../../texts/roles';

function Others({ person, onChosen }: { person: Person; onChosen: (other: PersonRow) => void }) {
  const { t, i18n } = useLingui();
  const [search, setSearch] = useState('');
  const found = useInfiniteQuery({ ...peopleQuery(search.trim(), ''), enabled: search.trim().length > 1 });
  const others = (found.data?.pages[0]?.items ?? []).filter(({ id }) => id !== person.id).slice(0, 10);
  return (
    <>
      <Search value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t`Имя, фамилия или логин`} slotProps={{ input: { 'aria-label': t`Второй вход этого человека` } }} clearLabel={t`Очистить`} />
      <Div role="status"><Text className="quiet">{found.data ? t`Найдено: ${plural(others.length, { one: '# человек', few: '# человека', many: '# человек', other: '# человека' })}` : t`${person.display_name}: найдите вход, который останется`}</Text></Div>
      <ul className="plain">
        {others.map((other) => (
          <li key={other.id}><RichCell multiline onClick={() => onChosen(other)} before={<Face name={other.display_name} person={other} size={48} />} subtitle={roleNames(i18n, other.roles)} extraSubtitle={other.login ? t`Логин: ${other.login}` : t`Без логина`}>{other.display_name}</RichCell></li>
        ))}
      </ul>
    </>
  );
}

export function Merge({ person }: { person: Person }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const [other, setOther] = useState<PersonRow | null>(null);
  const merge = useMutation({
    mutationFn: (into: string) => request<Person>(`/api/v1/people/${person.id}/merge`, { method: 'POST', body: { into } }),
    onSuccess: ({ id }) => {
      go(`/people/${id}`, { replace: true });
      void cache.invalidateQueries();
    },
  });
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Один человек, два входа`}</Header>}>
      <Div><Button size="l" stretched mode="secondary" onClick={() => setOpen(true)}>{t`Объединить два входа`}</Button></Div>
      <FormError error={merge.error} />
      <Dialog id="merge" title={t`Объединить два входа`} open={open} onClose={() => setOpen(false)}>
        <Others person={person} onChosen={(chosen) => { setOpen(false); setOther(chosen); }} />
      </Dialog>
      {other && (
        <Alert
          usePortal
          title={t`Оставить вход «${other.display_name}»?`}
          description={t`Вход «${person.display_name}» закроется. Классы, дети, родители и согласия перейдут. Разъединить будет нельзя.`}
          dismissLabel={t`Закрыть`}
          onClosed={() => setOther(null)}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Объединить`, mode: 'destructive', action: () => merge.mutate(other.id) },
          ]}
        />
      )}
    </Group>
  );
}
