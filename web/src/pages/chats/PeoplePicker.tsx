// SPDX-License-Identifier: LGPL-2.1-or-later
// Chooses people for a chat: a search by name, and those who are chosen already.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Icon24Dismiss } from '@vkontakte/icons';
import { Checkbox, Footnote, FormItem, IconButton, Search, SimpleCell } from '@vkontakte/vkui';
import { useState } from 'react';
import { correspondentsQuery } from '../../api/queries';
import type { Person } from '../../api/types';
import { Face } from '../../shell/Face';
import { Failed, Loading } from '../../shell/states';
import { usePaused } from '../../shell/usePaused';
import { roleNames } from '../../texts/roles';

interface FoundProps {
  wish: 'direct' | 'group';
  fits?: (person: Person) => boolean;
  /** Shows nobody before a name is typed. */
  quiet?: boolean;
  children: (person: Person) => React.ReactNode;
}

/** A search and the rows that it finds. */
export function FoundPeople({ wish, fits = () => true, quiet, children }: FoundProps) {
  const { t } = useLingui();
  const [search, setSearch] = useState('');
  const found = useQuery({ ...correspondentsQuery(usePaused(search.trim()), wish), placeholderData: keepPreviousData });
  const hidden = quiet && search.trim() === '';
  const items = hidden ? [] : found.data?.items.filter(fits) ?? [];
  return (
    <>
      <Search value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t`Фамилия или имя`} slotProps={{ input: { 'aria-label': t`Поиск людей` } }} clearLabel={t`Очистить`} />
      {found.isPending && <Loading />}
      {found.isError && !found.data && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && items.length === 0 && !hidden && <FormItem><Footnote>{search ? t`Никого не нашлось. Проверьте, как написано имя.` : t`Пока писать некому.`}</Footnote></FormItem>}
      <ul className="plain" aria-busy={found.isFetching}>{items.map((person) => <li key={person.id}>{children(person)}</li>)}</ul>
      {found.data?.more && !hidden && <FormItem><Footnote>{t`Нашлось больше. Напишите имя полнее.`}</Footnote></FormItem>}
    </>
  );
}

interface PickerProps {
  label: string;
  chosen: readonly Person[];
  onChange: (chosen: Person[]) => void;
  fits?: (person: Person) => boolean;
}

export function PeoplePicker({ label, chosen, onChange, fits }: PickerProps) {
  const { t, i18n } = useLingui();
  const without = (person: Person) => chosen.filter((p) => p.id !== person.id);
  return (
    <section aria-label={label}>
      <FormItem top={chosen.length === 0 ? label : `${label}: ${t`${plural(chosen.length, { one: '# человек', few: '# человека', many: '# человек', other: '# человека' })}`}`} noPadding={false}>
        {chosen.length > 0 && (
          <ul className="plain">
            {chosen.map((person) => (
              <li key={person.id}>
                <SimpleCell before={<Face name={person.display_name} person={person} size={28} />} after={<IconButton label={t`Убрать: ${person.display_name}`} onClick={() => onChange(without(person))}><Icon24Dismiss /></IconButton>}>{person.display_name}</SimpleCell>
              </li>
            ))}
          </ul>
        )}
      </FormItem>
      <FoundPeople wish="group" fits={fits} quiet>
        {(person) => (
          <Checkbox
            checked={chosen.some((p) => p.id === person.id)}
            onChange={(event) => onChange(event.target.checked ? [...chosen, person] : without(person))}
            description={roleNames(i18n, person.roles)}
          >
            {person.display_name}
          </Checkbox>
        )}
      </FoundPeople>
    </section>
  );
}
