// SPDX-License-Identifier: LGPL-2.1-or-later
// The child's data, to check and correct; the consents, each its own; and the press that links.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, Checkbox, Div, FormItem, SimpleCell, Text } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { fieldText } from '../../api/problems';
import { Problem, request } from '../../api/request';
import type { Me, PairedChild, Pairing, WantedConsent } from '../../api/types';
import { FormError } from '../../forms/Field';
import { BirthDate, birthDateOf, NameFields, namesOf } from './fields';
import { OwnDevice } from '../../forms/PasswordForm';
import { dropTicket } from './tickets';
import { useArrival } from './useArrival';
import { Head, Notice } from './Words';

type Props = { ticket: string; pairing: Pairing; me?: Me; onChanged: () => void; onCancelled: () => void };

function Consent({ consent }: { consent: WantedConsent }) {
  const { t } = useLingui();
  return (
    <FormItem>
      <Checkbox name={`consent-${consent.kind}`}>{consent.required ? t`${consent.title} (без этого ребёнок не сможет писать)` : consent.title}</Checkbox>
      <details className="consent"><Text Component="summary">{t`Прочитать текст`}</Text><Text className="consent__text">{consent.text}</Text></details>
    </FormItem>
  );
}

const changesOf = (child: PairedChild, form: FormData) => {
  const now = { ...namesOf(form), birth_date: birthDateOf(form) };
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== (child[name as keyof PairedChild] ?? (name === 'birth_date' ? '' : null))));
};

/** The answer may come late or not at all: what became of it is asked then. */
function useConfirm({ ticket, pairing, me, onChanged }: Props) {
  const arrive = useArrival();
  return useMutation({
    mutationFn: (body: object) => request<Me | undefined>('/api/v1/pairings/confirmations', { method: 'POST', body: { ticket, ...body } }),
    onSuccess: (now) => {
      dropTicket('pairing');
      return arrive(me ? undefined : now, `/children/${pairing.child!.id}`);
    },
    onError: (error) => {
      if (!(error instanceof Problem) || ['childs-device', 'other-session', 'invitation-dead', 'conflict'].includes(error.reason)) onChanged();
    },
  });
}

export function CheckChild(props: Props) {
  const { t, i18n } = useLingui();
  const { ticket, pairing, me, onCancelled } = props;
  const child = pairing.child!;
  const confirm = useConfirm(props);
  const refuse = useMutation({
    mutationFn: () => request<void>('/api/v1/pairings/refusals', { method: 'POST', body: { ticket } }),
    onSuccess: () => dropTicket('pairing'),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const consents = pairing.consents.filter(({ kind }) => form.has(`consent-${kind}`)).map(({ kind, version }) => ({ kind, version }));
    confirm.mutate({ child: changesOf(child, form), consents, ...(!me && { own_device: form.has('own_device') }) });
  };
  if (refuse.isSuccess) {
    return (
      <Notice title={t`Приглашение отменено`} action={<Button size="l" stretched mode="secondary" onClick={onCancelled}>{t`Ввести другой код`}</Button>}>
        {t`По этой ссылке больше никто не войдёт. Ссылку на своего ребёнка возьмите в его профиле.`}
      </Notice>
    );
  }
  return (
    <form noValidate onSubmit={submit}>
      <Head title={t`Проверьте данные ребёнка`}>{t`Если в имени ошибка, исправьте: исправление увидит классный руководитель.`}</Head>
      {child.class && <SimpleCell overTitle={t`Класс`}>{child.class}</SimpleCell>}
      <NameFields error={confirm.error} names={child} />
      <BirthDate label={t`Дата рождения`} value={child.birth_date} error={fieldText(i18n, confirm.error, 'birth_date') && t`Такого дня нет. Проверьте число, месяц и год.`} />
      {pairing.consents.map((consent) => <Consent key={consent.kind} consent={consent} />)}
      {!me && <OwnDevice />}
      <FormError error={confirm.error ?? refuse.error} fields={['family_name', 'given_name', 'patronymic']} />
      <FormItem><Button size="l" stretched type="submit" loading={confirm.isPending}>{t`Да, это мой ребёнок`}</Button></FormItem>
      <Div><Button size="l" stretched mode="tertiary" appearance="negative" loading={refuse.isPending} onClick={() => refuse.mutate()}>{t`Это не мой ребёнок`}</Button></Div>
    </form>
  );
}
