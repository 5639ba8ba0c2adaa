// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody let this person in again: who, when, and what to do if nobody asked for it.
import { useLingui } from '@lingui/react/macro';
import { Button, FormItem, FormStatus } from '@vkontakte/vkui';
import type { Me } from '../../api/types';
import { moment } from '../../texts/dates';
import { useChangeMe } from './useChangeMe';

export function Recovered({ me }: { me: Me }) {
  const { t, i18n } = useLingui();
  const change = useChangeMe();
  if (!me.recovered) return null;
  const by = me.recovered.by?.display_name ?? t`тот, кто настраивает сервер`;
  return (
    <FormItem>
      <div role="status">
        <FormStatus title={t`Вам дали код для входа`}>
          {t`${moment(i18n, me.recovered.at)}, ${by}. Прежний пароль больше не действует.`} {me.has_password ? '' : t`Задайте новый ниже.`} {t`Если вы об этом не просили, скажите администратору школы.`}
          <div className="recovered__action"><Button size="m" mode="secondary" loading={change.isPending} onClick={() => change.mutate({ recovery_read: true })}>{t`Понятно`}</Button></div>
        </FormStatus>
      </div>
    </FormItem>
  );
}
