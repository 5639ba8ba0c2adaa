// SPDX-License-Identifier: LGPL-2.1-or-later
// A legal hold of one person, on the page of their data: all that they wrote stays.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, Text } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { fieldText } from '../../api/problems';
import { legalHoldsQuery } from '../../api/queries';
import { newKey, request } from '../../api/request';
import type { LegalHold, Person } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { HoldRow, useLift } from '../retention/Holds';

export function Hold({ person }: { person: Person }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const holds = useQuery(legalHoldsQuery).data?.items.filter((hold) => hold.person?.id === person.id) ?? [];
  const held = holds.some(({ lifted_at }) => lifted_at === null);
  const [open, setOpen] = useState(false);
  const name = person.display_name;
  const lift = useLift(() => undefined);
  const place = useMutation({
    mutationFn: (body: object) => request<LegalHold>('/api/v1/legal-holds', { method: 'POST', body, key: newKey() }),
    onSuccess: () => {
      setOpen(false);
      void cache.invalidateQueries({ queryKey: legalHoldsQuery.queryKey });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    place.mutate({ person: person.id, reason: textOf(new FormData(event.currentTarget), 'reason') });
  };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Запрет на удаление`}</Header>}>
      <Div><Text className="quiet">{t`По запросу суда, полиции или для проверки: всё, что человек написал, и его личные чаты остаются. Он об этом не узнает.`}</Text></Div>
      {holds.length > 0 && <ul className="plain">{holds.map((hold) => <HoldRow key={hold.id} hold={hold} onLift={(one) => lift.mutate(one)} />)}</ul>}
      <FormError error={lift.error} />
      {!held && <Div><Button size="l" stretched mode="secondary" onClick={() => setOpen(true)}>{t`Запретить удаление`}</Button></Div>}
      <Dialog id="hold" title={t`Запрет на удаление`} open={open} onClose={() => setOpen(false)}>
        <form noValidate onSubmit={submit}>
          <Div><Text>{t`${name}: ничего из написанного не удалится, и стереть эти данные будет нельзя, пока запрет не снят.`}</Text></Div>
          <Field label={t`Почему`} name="reason" maxLength={300} hint={t`Например, номер запроса`} error={fieldText(i18n, place.error, 'reason')} />
          <FormError error={place.error} fields={['reason']} />
          <FormItem><Button size="l" stretched type="submit" loading={place.isPending}>{t`Запретить удаление`}</Button></FormItem>
        </form>
      </Dialog>
    </Group>
  );
}
