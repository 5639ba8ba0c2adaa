// SPDX-License-Identifier: LGPL-2.1-or-later
// Young pupils who have no telephone: a list of names and addresses, and each gets a letter.
import { useLingui } from '@lingui/react/macro';
import { plural } from '@lingui/core/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, FormStatus, Group, Header, Text, Textarea } from '@vkontakte/vkui';
import { type FormEvent, useId } from 'react';
import { problemText } from '../../api/problems';
import { classQuery } from '../../api/queries';
import { newKey, Problem, request } from '../../api/request';
import { textOf } from '../../forms/Field';

type Person = { family_name: string; given_name: string; patronymic: string | null; email: string };

/** «Фамилия Имя Отчество почта», a line a pupil; what is no such line has no address or no name. */
function personOf(line: string): Person {
  const words = line.split(/[\s,;]+/).filter(Boolean);
  const email = words.find((word) => word.includes('@')) ?? '';
  const [family_name = '', given_name = '', ...rest] = words.filter((word) => word !== email);
  return { family_name, given_name, patronymic: rest.join(' ') || null, email };
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

export function Letters({ id }: { id: string }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const field = useId();
  const send = useMutation({
    mutationFn: (people: Person[]) =>
      request<{ sent: number }>(`/api/v1/classes/${id}/letters`, { method: 'POST', body: { people, language: i18n.locale }, key: newKey() }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: classQuery(id).queryKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const people = linesOf(textOf(new FormData(form), 'people')).map(personOf);
    if (people.length > 0) send.mutate(people, { onSuccess: () => form.reset() });
  };
  const row = send.error instanceof Problem ? /^people\.(\d+)/.exec(send.error.field ?? '')?.[1] : undefined;
  const sent = send.data?.sent ?? 0;
  return (
    <Group mode="plain" header={<Header Component="h3">{t`Письма ученикам без телефона`}</Header>}>
      <form noValidate onSubmit={submit}>
        <Div><Text>{t`Каждому придёт письмо со ссылкой, по ней ученик придумает пароль. До 40 человек за раз.`}</Text></Div>
        <FormItem top={t`Фамилия, имя и почта`} htmlFor={field} status={row ? 'error' : 'default'} bottom={t`Каждый ученик с новой строки`} bottomId={`${field}-b`}>
          <Textarea id={field} name="people" rows={4} placeholder={t`Миронова Соня sonya@example.org`} slotProps={{ textArea: { 'aria-describedby': `${field}-b` } }} />
        </FormItem>
        {send.error && (
          <FormItem>
            <FormStatus mode="error" className="status" role="alert">
              {row ? t`Строка ${Number(row) + 1}: нужны фамилия, имя и правильная почта. Никого не добавили.` : problemText(i18n, send.error)}
            </FormStatus>
          </FormItem>
        )}
        {sent > 0 && <Div role="status">{t`${plural(sent, { one: 'Отправляется # письмо.', few: 'Отправляется # письма.', many: 'Отправляется # писем.', other: 'Отправляется # письма.' })}`}</Div>}
        <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={send.isPending}>{t`Добавить и отправить`}</Button></FormItem>
      </form>
    </Group>
  );
}
