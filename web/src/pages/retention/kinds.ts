// SPDX-License-Identifier: LGPL-2.1-or-later
// What kinds of chats are called where their messages' time is set.
import { useLingui } from '@lingui/react/macro';
import type { ChatKind } from '../../api/types';

export function useKinds(): Record<ChatKind, string> {
  const { t } = useLingui();
  return {
    staff: t`Учительская`,
    class_pupils: t`Чаты классов`,
    class_parents: t`Чаты родителей`,
    direct: t`Личные чаты`,
    group: t`Группы`,
    channel: t`Каналы`,
  };
}
