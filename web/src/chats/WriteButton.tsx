// SPDX-License-Identifier: LGPL-2.1-or-later
// «Написать» beside a person.
import { useLingui } from '@lingui/react/macro';
import { Icon24MessageOutline } from '@vkontakte/icons';
import { Button, Caption } from '@vkontakte/vkui';
import { problemText } from '../api/problems';
import type { Person } from '../api/types';
import { useWide } from '../shell/useMedia';
import { useOpenChat } from './useOpenChat';

export function WriteButton({ person, teacher }: { person: Person; teacher?: boolean }) {
  const { t, i18n } = useLingui();
  const wide = useWide();
  const opening = useOpenChat();
  const label = teacher ? t`Написать учителю` : t`Написать`;
  return (
    <span className="write-button">
      <Button size="s" mode="secondary" before={<Icon24MessageOutline width={16} height={16} />} aria-label={`${label}: ${person.display_name}`} loading={opening.isPending} onClick={() => opening.mutate(person.id)}>
        {teacher && wide ? label : t`Написать`}
      </Button>
      {opening.isError && <Caption role="alert" className="failed">{problemText(i18n, opening.error)}</Caption>}
    </span>
  );
}
