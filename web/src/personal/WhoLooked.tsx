// SPDX-License-Identifier: LGPL-2.1-or-later
// Who looked at a pupil's data, for the parents and the administrators.
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Div, Group, Header, SimpleCell, Text } from '@vkontakte/vkui';
import { looksQuery } from '../api/queries';
import { Face } from '../shell/Face';
import { Failed, Loading } from '../shell/states';
import { moment } from '../texts/dates';
import { roleNames } from '../texts/roles';

export function WhoLooked({ person }: { person: string }) {
  const { t, i18n } = useLingui();
  const found = useInfiniteQuery(looksQuery(person));
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const purposes: Record<string, string> = { profile: t`страница ребёнка`, class: t`список класса`, export: t`копия данных` };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Кто смотрел данные`}</Header>}>
      {found.isPending && <Loading />}
      {found.isError && !found.data && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && items.length === 0 && <Div><Text className="quiet">{t`Пока никто, кроме семьи. Записи хранятся не меньше года.`}</Text></Div>}
      <ul className="plain">
        {items.map(({ at, person: who, purpose }) => {
          const name = who?.display_name ?? t`Администратор сервера`;
          return (
            <li key={`${at} ${who?.id} ${purpose}`}>
              <SimpleCell multiline before={<Face name={name} person={who ?? undefined} />} subtitle={[who && roleNames(i18n, who.roles), purposes[purpose] ?? purpose, moment(i18n, at)].filter(Boolean).join(' · ')}>{name}</SimpleCell>
            </li>
          );
        })}
      </ul>
      {found.hasNextPage && <Div><Button size="m" stretched mode="secondary" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t`Показать ещё`}</Button></Div>}
    </Group>
  );
}
