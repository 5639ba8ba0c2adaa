// SPDX-License-Identifier: LGPL-2.1-or-later
// Hours in which the counter of new messages keeps still.
import { useLingui } from '@lingui/react/macro';
import { Button, FormItem, FormLayoutGroup, Group, Header, Input, SimpleCell, Switch } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { fieldText } from '../../api/problems';
import type { Me } from '../../api/types';
import { FormError, textOf } from '../../forms/Field';
import { useChangeMe } from './useChangeMe';

const USUAL = { from: '21:00', to: '07:00' };

/** Whole, however the field shows it: «7:5» is none. */
const clockOf = (text: string): string => text.replace(/^(\d):/, '0$1:').replace('.', ':');

export function QuietHours({ me, say }: { me: Me; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const [fromId, toId] = [useId(), useId()];
  const change = useChangeMe();
  const [on, setOn] = useState(me.quiet_hours !== null);
  const hours = me.quiet_hours ?? USUAL;
  const wrong = fieldText(i18n, change.error, 'quiet_hours') && t`Время выглядит так: 21:00. Начало и конец должны различаться.`;
  const toggle = (wanted: boolean) => {
    setOn(wanted);
    if (!wanted && me.quiet_hours) change.mutate({ quiet_hours: null }, { onSuccess: () => say(t`Тихие часы выключены`) });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    change.mutate({ quiet_hours: { from: clockOf(textOf(form, 'from')), to: clockOf(textOf(form, 'to')) } }, { onSuccess: () => say(t`Сохранено`) });
  };
  const status = wrong ? 'error' : 'default';
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Тихие часы`}</Header>}>
      <SimpleCell Component="label" multiline after={<Switch aria-label={t`Не отвлекать`} checked={on} onChange={(event) => toggle(event.target.checked)} />} subtitle={t`Счётчик новых сообщений в это время не появляется. Сами сообщения придут.`}>{t`Не отвлекать`}</SimpleCell>
      {on && (
        <form noValidate onSubmit={submit}>
          <FormLayoutGroup mode="horizontal">
            <FormItem top={t`С`} htmlFor={fromId} status={status}><Input id={fromId} name="from" inputMode="numeric" maxLength={5} defaultValue={hours.from} slotProps={{ input: { 'aria-invalid': wrong ? true : undefined } }} /></FormItem>
            <FormItem top={t`До`} htmlFor={toId} status={status}><Input id={toId} name="to" inputMode="numeric" maxLength={5} defaultValue={hours.to} slotProps={{ input: { 'aria-invalid': wrong ? true : undefined } }} /></FormItem>
          </FormLayoutGroup>
          <FormError error={change.error} words={wrong} />
          <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={change.isPending}>{t`Сохранить тихие часы`}</Button></FormItem>
        </form>
      )}
    </Group>
  );
}
