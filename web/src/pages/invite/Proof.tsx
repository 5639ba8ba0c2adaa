// SPDX-License-Identifier: LGPL-2.1-or-later
// The child's birth date, three tries; then the class teacher's press.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, FormItem } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { Problem, request } from '../../api/request';
import type { Invitation, Pairing } from '../../api/types';
import { FormError } from '../../forms/Field';
import { BirthDate, birthDateOf } from './fields';
import { Head, Notice } from './Words';

type Props = {
  invitation: Invitation; ticket: string; pairing: Pairing; isLooking: boolean;
  onPairing: (next: Pairing) => void; onLook: () => void; onAgain: () => void;
};

function WaitForTeacher({ invitation, isLooking, onLook, onAgain }: Props) {
  const { t } = useLingui();
  return (
    <Notice
      title={t`Ждём классного руководителя`}
      action={(
        <>
          <Button size="l" stretched mode="secondary" loading={isLooking} onClick={onLook}>{t`Проверить`}</Button>
          <Button size="l" stretched mode="tertiary" onClick={onAgain}>{t`Заполнить заново`}</Button>
        </>
      )}
    >
      {t`${invitation.name ?? ''}: нужно одно нажатие классного руководителя, ваша просьба уже на странице класса. Потом откройте эту же ссылку в этом же браузере.`}
    </Notice>
  );
}

export function Proof(props: Props) {
  const { invitation, ticket, pairing, onPairing, onLook } = props;
  const { t } = useLingui();
  const prove = useMutation({
    mutationFn: (birth_date: string) => request<Pairing>('/api/v1/pairings/proofs', { method: 'POST', body: { ticket, birth_date } }),
    onSuccess: onPairing,
    onError: (error) => {
      if (error instanceof Problem && error.status !== 400) onLook();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    prove.mutate(birthDateOf(new FormData(event.currentTarget)));
  };
  if (pairing.state === 'teacher') return <WaitForTeacher {...props} />;
  const isNoDate = prove.error instanceof Problem && prove.error.field === 'birth_date';
  const left = pairing.tries_left;
  const wrong = left < 3 && !prove.isPending
    ? t`Дата не совпала. ${plural(left, { one: 'Осталась # попытка', few: 'Осталось # попытки', many: 'Осталось # попыток', other: 'Осталось # попытки' })}, потом решит классный руководитель.` : undefined;
  return (
    <form noValidate onSubmit={submit}>
      <Head title={t`${invitation.name ?? ''}, ${invitation.class ?? ''}`}>{t`Когда у ребёнка день рождения? Так видно, что ссылка попала к своим.`}</Head>
      <BirthDate label={t`Дата рождения ребёнка`} error={isNoDate ? t`Такого дня нет. Проверьте число, месяц и год.` : wrong} />
      <FormError error={isNoDate ? undefined : prove.error} />
      <FormItem><Button size="l" stretched type="submit" loading={prove.isPending}>{t`Дальше`}</Button></FormItem>
    </form>
  );
}
