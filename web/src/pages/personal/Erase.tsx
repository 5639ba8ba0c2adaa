// SPDX-License-Identifier: LGPL-2.1-or-later
// Erasing a person: says what goes, asks for the reason and for the name once more.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, Text } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { fieldText } from '../../api/problems';
import { newKey, request } from '../../api/request';
import type { Person } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';

export function Erase({ person }: { person: Person }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const name = person.display_name;
  const erase = useMutation({
    mutationFn: (body: object) => request(`/api/v1/people/${person.id}/erasure`, { method: 'POST', body, key: newKey() }),
    onSuccess: () => {
      go('/people', { replace: true });
      void cache.invalidateQueries();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    erase.mutate({ reason: textOf(form, 'reason'), name: textOf(form, 'name') });
  };
  const errorOf = (field: string) => fieldText(i18n, erase.error, field);
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Стереть данные`}</Header>}>
      <Div><Text className="quiet">{t`Навсегда: имя, вход, семья, фотография и слова сообщений. Чужие сообщения останутся на месте.`}</Text></Div>
      <Div><Button size="l" stretched mode="tertiary" appearance="negative" onClick={() => setOpen(true)}>{t`Стереть: ${name}`}</Button></Div>
      <Dialog id="erase" title={t`Стереть данные`} open={open} onClose={() => setOpen(false)}>
        <form noValidate onSubmit={submit}>
          <Div><Text>{t`${name}: вернуть эти данные не сможет никто, и из резервной копии тоже.`}</Text></Div>
          <Field label={t`Почему`} name="reason" maxLength={300} hint={t`Останется в журнале: без имени человека`} error={errorOf('reason')} />
          <Field label={t`Напишите: ${name}`} name="name" autoComplete="off" error={errorOf('name')} />
          <FormError error={erase.error} fields={['reason', 'name']} />
          <FormItem><Button size="l" stretched appearance="negative" type="submit" loading={erase.isPending}>{t`Стереть навсегда`}</Button></FormItem>
        </form>
      </Dialog>
    </Group>
  );
}
