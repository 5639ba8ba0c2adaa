// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds somebody by name and seats them: one press a person, the list stays for the next.
import { useLingui } from '@lingui/react/macro';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Button, Div, RichCell, Search, Text } from '@vkontakte/vkui';
import { useEffect, useRef, useState } from 'react';
import { peopleQuery } from '../../api/queries';
import type { PersonRow, SchoolClass } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Face } from '../../shell/Face';
import { LinkButton } from '../../shell/LinkCell';
import { Empty, Failed, Loading } from '../../shell/states';
import { usePaused } from '../../shell/usePaused';
import { type Seat, useSeating } from './seating';

export type Adding = Seat['as'];

interface RowProps {
  person: PersonRow;
  schoolClass: SchoolClass;
  as: Adding;
  busy: boolean;
  onSeat: (seat: Seat) => void;
}

/** Where a pupil sits already this year: the move names it. Of who teaches as well it is not known which class is the seat. */
const seatElsewhere = (person: PersonRow, { id, year }: SchoolClass) =>
  year.current && !person.roles.includes('teacher') ? person.classes.find((each) => each.id !== id) : undefined;

function Row({ person, schoolClass, as, busy, onSeat }: RowProps) {
  const { t } = useLingui();
  const members = [...schoolClass.pupils.map(({ id }) => ({ id, as: 'pupil' })), ...schoolClass.teachers];
  const here = members.find(({ id }) => id === person.id);
  const elsewhere = as === 'pupil' ? seatElsewhere(person, schoolClass) : undefined;
  const teacher = as === 'class_teacher' ? schoolClass.teachers.find((each) => each.as === 'class_teacher') : undefined;
  const isDone = here && (here.as === as || as === 'teacher');
  const words = elsewhere ? t`Перевести из ${elsewhere.title}` : as === 'class_teacher' ? t`Назначить` : t`Добавить`;
  return (
    <li>
      <RichCell
        multiline
        before={<Face name={person.display_name} person={person} size={48} />}
        subtitle={person.classes.map((each) => each.title).join(', ') || (as === 'pupil' ? t`Без класса` : undefined)}
        after={isDone ? <Text className="quiet">{t`уже в классе`}</Text> : (
          <Button size="s" mode="secondary" loading={busy} aria-label={`${words}: ${person.display_name}`} onClick={() => onSeat({ person: person.id, as, from: elsewhere?.id, instead: teacher?.id })}>
            {words}
          </Button>
        )}
      >
        {person.display_name}
      </RichCell>
    </li>
  );
}

function Nobody({ as, isSearch }: { as: Adding; isSearch: boolean }) {
  const { t } = useLingui();
  if (isSearch) return <Empty title={t`Никого не нашлось`}>{t`Проверьте, как написано имя.`}</Empty>;
  return (
    <Empty title={as === 'pupil' ? t`Учеников в школе ещё нет` : t`Учителей в школе ещё нет`} action={<LinkButton size="m" to="/people">{t`Добавить людей`}</LinkButton>}>
      {t`Сначала добавьте людей, потом их можно будет найти здесь.`}
    </Empty>
  );
}

export function AddMember({ schoolClass, as, onDone }: { schoolClass: SchoolClass; as: Adding; onDone: () => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const search = usePaused(typed.trim());
  const found = useInfiniteQuery({ ...peopleQuery(search, as === 'pupil' ? 'pupil' : 'teacher'), placeholderData: keepPreviousData });
  const { seat, busy, error } = useSeating(schoolClass.id, () => {
    if (as === 'class_teacher') onDone();
  });
  useEffect(() => field.current?.focus(), []);
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Search value={typed} onChange={(event) => setTyped(event.target.value)} getRef={field} placeholder={t`Имя, фамилия или логин`} slotProps={{ input: { 'aria-label': as === 'pupil' ? t`Поиск учеников` : t`Поиск учителей` } }} clearLabel={t`Очистить`} />
      <FormError error={error} />
      {found.isPending && <Loading />}
      {found.isError && !found.data && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (items.length > 0
        ? <ul className="plain" aria-busy={found.isFetching}>{items.map((person) => <Row key={person.id} person={person} schoolClass={schoolClass} as={as} busy={busy === person.id} onSeat={seat} />)}</ul>
        : <Nobody as={as} isSearch={search !== ''} />)}
      {found.hasNextPage && (
        <Div><Button size="l" stretched mode="secondary" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t`Показать ещё`}</Button></Div>
      )}
      <Div><Button size="l" stretched onClick={onDone}>{t`Готово`}</Button></Div>
    </>
  );
}
