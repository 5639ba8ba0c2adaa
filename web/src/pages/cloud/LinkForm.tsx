// SPDX-License-Identifier: LGPL-2.1-or-later
// A school that has no cloud: what one is, what would leave the school, and how it is linked.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, Text, Textarea } from '@vkontakte/vkui';
import { type FormEvent, useId } from 'react';
import { fieldText } from '../../api/problems';
import { Problem, request } from '../../api/request';
import { Field, FormError, passwordOf, textOf } from '../../forms/Field';
import { OwnPassword, usePasswordFault } from '../../forms/OwnPassword';

export function About() {
  const { t } = useLingui();
  return (
    <Group mode="plain">
      <Div><Text>{t`Облако нужно тем, кто не в школе: родители и ученики пишут в чаты из дома, и те же сообщения видны в школе. Когда Интернета нет, школа работает как всегда, а когда он вернётся, обе стороны сравняются сами.`}</Text></Div>
      <Div><Text>{t`Связать школу с облаком ещё не значит что-то отдать. Что уходит из школы, вы разрешаете потом, по видам. Пока не разрешено, слов и имён облако не получает.`}</Text></Div>
      <Div><Text className="quiet">{t`Без облака всё, что есть в Уроке, работает в сети школы целиком.`}</Text></Div>
    </Group>
  );
}

/** isLinking: somebody asked for it, here or on another page; what was typed stays. */
export function LinkForm({ isLinking }: { isLinking: boolean }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const id = useId();
  const link = useMutation({
    mutationFn: (body: object) => request('/api/v1/cloud/link', { method: 'PUT', body }),
    onSettled: () => cache.invalidateQueries({ queryKey: ['cloud'] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const typed = textOf(form, 'address');
    const authority = textOf(form, 'authority');
    link.mutate({
      address: typed && !/^\w+:\/\//.test(typed) ? `https://${typed}` : typed,
      code: textOf(form, 'code'),
      password: passwordOf(form),
      ...(authority ? { authority: `${authority}\n` } : {}),
    });
  };
  const errorOf = (name: string) => fieldText(i18n, link.error, name);
  const fault = usePasswordFault(link.error);
  const isBad = link.error instanceof Problem && link.error.reason === 'invalid' && link.error.field === 'address';
  const address = isBad ? t`Адрес выглядит так: https://cloud.example` : errorOf('address');
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Связать школу с облаком`}</Header>}>
      <form noValidate onSubmit={submit}>
        <Div><Text>{t`Адрес и код даёт тот, кто ведёт облако: обычно управление образования. Код сработает один раз.`}</Text></Div>
        <Field label={t`Адрес облака`} name="address" inputMode="url" autoComplete="off" placeholder="https://cloud.example" maxLength={200} error={address} />
        <Field label={t`Код`} name="code" autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={64} error={errorOf('code')} />
        <details className="help__question" open={errorOf('authority') ? true : undefined}>
          <summary><Text Component="span">{t`У облака свой центр сертификации`}</Text></summary>
          <FormItem top={t`Его сертификат (PEM)`} htmlFor={id} status={errorOf('authority') ? 'error' : 'default'} bottom={errorOf('authority') ?? t`Если его дали вместе с кодом. У остальных облаков это поле пустое.`} bottomId={`${id}-b`}>
            <Textarea id={id} name="authority" rows={3} placeholder="-----BEGIN CERTIFICATE-----" slotProps={{ textArea: { 'aria-describedby': `${id}-b`, spellCheck: false } }} />
          </FormItem>
        </details>
        <OwnPassword error={link.error} hint={t`Чтобы этого не сделал другой за вашим компьютером.`} />
        <FormError error={link.error} fields={['address', 'code', 'authority']} words={isBad ? address : fault} />
        <div role="status">{(link.isPending || isLinking) && <Div><Text className="quiet">{t`Связываем школу с облаком. Это несколько секунд.`}</Text></Div>}</div>
        <FormItem><Button size="l" stretched type="submit" loading={link.isPending || isLinking}>{t`Связать с облаком`}</Button></FormItem>
      </form>
    </Group>
  );
}
