// SPDX-License-Identifier: LGPL-2.1-or-later
// For guardians and children's homes: a child may have more than two parents here, and why.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, FormItem, Group, Header, NativeSelect } from '@vkontakte/vkui';
import { type FormEvent, useId } from 'react';
import { fieldText } from '../../api/problems';
import { request } from '../../api/request';
import type { Account } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';

export function MoreParents({ account, say }: { account: Account; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const id = useId();
  const allow = useMutation({
    mutationFn: (body: object) => request<void>(`/api/v1/people/${account.id}/parents-allowed`, { method: 'PUT', body }),
    onSuccess: () => say(t`Сохранено`),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const target = event.currentTarget;
    const form = new FormData(target);
    allow.mutate({ most: Number(textOf(form, 'most')), reason: textOf(form, 'reason') }, { onSuccess: () => target.reset() });
  };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Сколько родителей может быть`}</Header>}>
      <form noValidate onSubmit={submit}>
        <FormItem top={t`Родителей и опекунов, не больше`} htmlFor={id}>
          <NativeSelect id={id} name="most" defaultValue="3">
            {[2, 3, 4, 5, 6].map((n) => <option key={n} value={n}>{n}</option>)}
          </NativeSelect>
        </FormItem>
        <Field label={t`Почему`} name="reason" maxLength={300} hint={t`Например: опекун по решению суда. Причина останется в журнале.`} error={fieldText(i18n, allow.error, 'reason')} />
        <FormError error={allow.error} fields={['reason']} />
        <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={allow.isPending}>{t`Разрешить`}</Button></FormItem>
      </form>
    </Group>
  );
}
