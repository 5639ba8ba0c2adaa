// SPDX-License-Identifier: LGPL-2.1-or-later
// Says that names wait for one's press, while some do.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28EditOutline } from '@vkontakte/icons';
import { Counter } from '@vkontakte/vkui';
import { correctionsQuery } from '../api/queries';
import { LinkCell } from '../shell/LinkCell';

export function CorrectionsLink() {
  const { t } = useLingui();
  const count = useQuery(correctionsQuery).data?.items.length ?? 0;
  if (count === 0) return null;
  return <LinkCell to="/corrections" before={<Icon28EditOutline />} indicator={<Counter mode="primary" appearance="accent">{count}</Counter>}>{t`Исправления имён`}</LinkCell>;
}
