// SPDX-License-Identifier: LGPL-2.1-or-later
// What an administrator may do with somebody in a class; the question before a removal names both.
import { useLingui } from '@lingui/react/macro';
import { Icon24MoreHorizontal } from '@vkontakte/icons';
import { ActionSheet, ActionSheetItem, Alert, IconButton } from '@vkontakte/vkui';
import { type RefObject, useRef, useState } from 'react';
import type { Person, SchoolClass } from '../../api/types';
import type { Seating } from './seating';

export interface MenuAt {
  person: Person;
  opener: RefObject<HTMLElement | null>;
}

/** At the end of a row; the menu itself is the page's, as nothing in a row may lie over the others. */
export function MemberButton({ person, onOpen }: { person: Person; onOpen: (at: MenuAt) => void }) {
  const { t } = useLingui();
  const opener = useRef<HTMLElement>(null);
  const name = person.display_name;
  return <IconButton getRootRef={opener} label={t`Действия: ${name}`} onClick={() => onOpen({ person, opener })}><Icon24MoreHorizontal /></IconButton>;
}

interface Props {
  schoolClass: SchoolClass;
  at: MenuAt | null;
  seating: Seating;
  onClosed: () => void;
  onMove: (pupil: string) => void;
}

export function MemberMenu({ schoolClass, at, seating, onClosed, onMove }: Props) {
  const { t } = useLingui();
  const [removing, setRemoving] = useState<Person | null>(null);
  const { title, teachers } = schoolClass;
  const name = (removing ?? at?.person)?.display_name ?? '';
  const as = (person: Person | undefined) => teachers.find(({ id }) => id === person?.id)?.as;
  const person = at?.person;
  return (
    <>
      {at && person && (
        <ActionSheet aria-label={t`Действия: ${name}`} onClosed={onClosed} toggleRef={at.opener} placement="bottom-end">
          {as(person) === 'teacher' && (
            <ActionSheetItem onClick={() => seating.seat({ person: person.id, as: 'class_teacher', instead: teachers.find((each) => each.as === 'class_teacher')?.id })}>
              {t`Сделать классным руководителем`}
            </ActionSheetItem>
          )}
          {as(person) === 'class_teacher' && <ActionSheetItem onClick={() => seating.seat({ person: person.id, as: 'teacher' })}>{t`Оставить учителем класса`}</ActionSheetItem>}
          {!as(person) && <ActionSheetItem onClick={() => onMove(person.id)}>{t`Перевести в другой класс`}</ActionSheetItem>}
          <ActionSheetItem mode="destructive" onClick={() => setRemoving(person)}>{t`Убрать из класса`}</ActionSheetItem>
        </ActionSheet>
      )}
      {removing && (
        <Alert
          usePortal
          title={t`Убрать из класса ${title}: ${name}?`}
          description={as(removing) ? t`Чаты этого класса для учителя закроются.` : t`Чаты этого класса закроются для ученика и для родителей.`}
          dismissLabel={t`Закрыть`}
          onClosed={() => setRemoving(null)}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Убрать`, mode: 'destructive', action: () => seating.unseat(removing.id) },
          ]}
        />
      )}
    </>
  );
}
