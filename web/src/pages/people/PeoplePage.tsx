// SPDX-License-Identifier: LGPL-2.1-or-later
// Everybody in the school, for the administrator: search by name or login, by role, by who is blocked or never came in.
import { useLingui } from '@lingui/react/macro';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Icon28DoorArrowRightOutline } from '@vkontakte/icons';
import { Button, Div, FormItem, FormLayoutGroup, NativeSelect, Search } from '@vkontakte/vkui';
import { useId, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { CorrectionsLink } from '../../accounts/CorrectionsLink';
import { peopleQuery, type PeopleState } from '../../api/queries';
import type { PersonRow, Role } from '../../api/types';
import { Face } from '../../shell/Face';
import { LinkButton, LinkCell, LinkRichCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Failed, Loading } from '../../shell/states';
import { usePaused } from '../../shell/usePaused';
import { moment } from '../../texts/dates';
import { roleName, roleNames } from '../../texts/roles';

const STATES: readonly PeopleState[] = ['any', 'never-seen', 'blocked'];
const ROLES: Role[] = ['administrator', 'teacher', 'pupil', 'parent'];

function Row({ person }: { person: PersonRow }) {
  const { t, i18n } = useLingui();
  const classes = person.classes.map((c) => c.title).join(', ');
  return (
    <li>
      <LinkRichCell
        to={`/people/${person.id}`}
        multiline
        overTitle={person.blocked ? <span className="failed">{t`Доступ закрыт`}</span> : undefined}
        before={<Face name={person.display_name} person={person} size={48} />}
        subtitle={[roleNames(i18n, person.roles), classes].filter(Boolean).join(' · ')}
        extraSubtitle={[
          person.login ? t`Логин: ${person.login}` : t`Без логина`,
          person.last_seen_at ? t`Последний вход: ${moment(i18n, person.last_seen_at)}` : t`Входа ещё не было`,
        ].join(' · ')}
      >
        {person.display_name}
      </LinkRichCell>
    </li>
  );
}

export default function PeoplePage() {
  const { t, i18n } = useLingui();
  const [search, setSearch] = useState('');
  const [path, go] = useLocation();
  const query = new URLSearchParams(useSearch());
  const role = ROLES.find((each) => each === query.get('role')) ?? '';
  const state = STATES.find((each) => each === query.get('state')) ?? 'any';
  const narrow = (name: 'role' | 'state', value: string) => {
    if (value && value !== 'any') query.set(name, value);
    else query.delete(name);
    go(query.size ? `${path}?${query}` : path, { replace: true });
  };
  const [roleId, stateId] = [useId(), useId()];
  const pausedSearch = usePaused(search.trim());
  const isNarrowed = pausedSearch !== '' || role !== '' || state !== 'any';
  const found = useInfiniteQuery({ ...peopleQuery(pausedSearch, role, state), placeholderData: keepPreviousData });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t`Люди`}>
      <Div><LinkButton size="l" stretched to="/people/new">{t`Добавить людей`}</LinkButton></Div>
      <Search value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t`Имя, фамилия или логин`} slotProps={{ input: { 'aria-label': t`Поиск людей` } }} clearLabel={t`Очистить`} />
      <FormLayoutGroup mode="horizontal">
        <FormItem top={t`Роль`} htmlFor={roleId}>
          <NativeSelect id={roleId} value={role} onChange={(_, value) => narrow('role', String(value))}>
            <option value="">{t`Все роли`}</option>
            {ROLES.map((r) => <option key={r} value={r}>{roleName(i18n, r)}</option>)}
          </NativeSelect>
        </FormItem>
        <FormItem top={t`Вход`} htmlFor={stateId}>
          <NativeSelect id={stateId} value={state} onChange={(_, value) => narrow('state', String(value))}>
            <option value="any">{t`Не важно`}</option>
            <option value="never-seen">{t`Ещё не входили`}</option>
            <option value="blocked">{t`Доступ закрыт`}</option>
          </NativeSelect>
        </FormItem>
      </FormLayoutGroup>
      <CorrectionsLink />
      <LinkCell to="/people/away" before={<Icon28DoorArrowRightOutline />} chevron="always">{t`Кто ещё не вошёл`}</LinkCell>
      {found.isPending && <Loading />}
      {found.isError && !found.data && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (items.length > 0
        ? <ul className="plain" aria-busy={found.isFetching}>{items.map((person) => <Row key={person.id} person={person} />)}</ul>
        : isNarrowed ? <Empty title={t`Никого не нашлось`}>{t`Проверьте, как написано имя, или выберите другую роль.`}</Empty>
          : <Empty title={t`В школе пока никого`} action={<LinkButton size="m" to="/people/new">{t`Добавить людей`}</LinkButton>}>{t`Добавьте учителей, учеников и родителей.`}</Empty>)}
      {found.hasNextPage && (
        <Div><Button size="l" stretched mode="secondary" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t`Показать ещё`}</Button></Div>
      )}
    </Page>
  );
}
