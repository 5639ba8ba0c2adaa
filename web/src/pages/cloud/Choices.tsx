// SPDX-License-Identifier: LGPL-2.1-or-later
// What leaves the school for its cloud, kind by kind: all off at first, each allowed under an order that is written down.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, SimpleCell, Text, Textarea } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { cloudChoicesQuery } from '../../api/queries';
import { Problem, request } from '../../api/request';
import type { CloudChoice } from '../../api/types';
import { FormError, textOf } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { choiceText } from './words';

const ORDER_MAX = 500;

function Row({ choice, onAsk }: { choice: CloudChoice; onAsk: (choice: CloudChoice) => void }) {
  const { t, i18n } = useLingui();
  const { name, what } = choiceText(i18n, choice);
  const by = choice.by?.short_name ?? t`консоль`;
  const when = choice.at ? moment(i18n, choice.at) : '';
  const order = choice.order ?? '';
  return (
    <li>
      <SimpleCell multiline>
        {choice.allowed ? t`${name}: уходит` : t`${name}: остаётся в школе`}
        <span className="server__text">{what}</span>
        {choice.allowed && <span className="server__todo">{t`Основание: ${order} · ${by}, ${when}`}</span>}
      </SimpleCell>
      <Div>
        <Button size="m" mode="secondary" onClick={() => onAsk(choice)} aria-label={choice.allowed ? t`Больше не отправлять: ${name}` : t`Разрешить: ${name}`}>
          {choice.allowed ? t`Больше не отправлять` : t`Разрешить`}
        </Button>
      </Div>
    </li>
  );
}

function Ask({ choice, onDone }: { choice: CloudChoice; onDone: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const id = useId();
  const { name, what } = choiceText(i18n, choice);
  const set = useMutation({
    mutationFn: (body: object) => request(`/api/v1/cloud/choices/${choice.name}`, { method: 'PUT', body }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['cloud'] });
      onDone();
    },
  });
  const error = set.error instanceof Problem && set.error.field === 'order' ? t`Заполните это поле.` : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    set.mutate({ allowed: !choice.allowed, order: textOf(new FormData(event.currentTarget), 'order') });
  };
  return (
    <form noValidate onSubmit={submit}>
      <Div><Text>{choice.allowed
        ? t`${name}: новое больше не будет уходить. То, что уже ушло, в облаке останется; чтобы убрать и его, разорвите связь и попросите тех, кто ведёт облако, удалить школу.`
        : t`${name}: уйдёт всё, что есть, и дальше будет уходить сразу. ${what}`}</Text></Div>
      <FormItem top={choice.allowed ? t`Почему` : t`Основание`} htmlFor={id} status={error ? 'error' : 'default'} bottom={error ?? (choice.allowed ? undefined : t`Приказ школы или договор о поручении обработки: номер и дата. Останется в журнале.`)} bottomId={`${id}-b`}>
        <Textarea id={id} name="order" maxLength={ORDER_MAX} rows={2} required slotProps={{ textArea: { 'aria-invalid': error ? true : undefined, 'aria-describedby': `${id}-b` } }} />
      </FormItem>
      <FormError error={set.error} words={error} />
      <FormItem><Button size="l" stretched type="submit" loading={set.isPending}>{choice.allowed ? t`Больше не отправлять` : t`Разрешить`}</Button></FormItem>
    </form>
  );
}

export function Choices() {
  const { t, i18n } = useLingui();
  const choices = useQuery(cloudChoicesQuery);
  const [asked, ask] = useState<CloudChoice | null>(null);
  const name = asked ? choiceText(i18n, asked).name : '';
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Что уходит из школы`}</Header>}>
      <Div><Text className="quiet">{t`Разрешает администратор, по видам, и каждое разрешение с основанием остаётся в журнале. Остальное уходит только числами, по которым слов не узнать: ими облако проверяет, что ничего не пропало.`}</Text></Div>
      <Loaded query={choices}>
        {({ choices: items }) => <ul className="plain" aria-label={t`Что уходит из школы`}>{items.map((choice) => <Row key={choice.name} choice={choice} onAsk={ask} />)}</ul>}
      </Loaded>
      <Dialog id="cloud-choice" title={asked?.allowed ? t`Больше не отправлять: ${name}` : t`Разрешить: ${name}`} open={asked !== null} onClose={() => ask(null)}>
        {asked && <Ask choice={asked} onDone={() => ask(null)} />}
      </Dialog>
    </Group>
  );
}
