// SPDX-License-Identifier: LGPL-2.1-or-later
// The invitation is open in a browser where somebody else is signed in, a child above all: nothing is used up here.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, Div, Text } from '@vkontakte/vkui';
import { request } from '../../api/request';
import type { Me } from '../../api/types';
import { forget } from '../../chats/kept';
import { FormError } from '../../forms/Field';
import { LinkButton } from '../../shell/LinkCell';
import { Qr } from '../../shell/Qr';
import { Head } from './Words';

const here = (code: string): string => `${location.origin}/i#${code}`;

/** Ends this browser's session alone, and comes back to the same invitation. */
export function SignOutAndGoOn({ me, code }: { me: Me; code: string }) {
  const { t } = useLingui();
  const leave = useMutation({
    mutationFn: () => request<void>('/api/v1/sessions/current', { method: 'DELETE' }),
    onSuccess: () => {
      forget(me.id);
      history.replaceState(null, '', here(code));
      location.reload();
    },
  });
  return (
    <>
      <FormError error={leave.error} />
      <Button size="l" stretched mode="secondary" loading={leave.isPending} onClick={() => leave.mutate()}>{t`Выйти и продолжить`}</Button>
    </>
  );
}

export function ChildsDevice({ me, code }: { me: Me; code: string }) {
  const { t } = useLingui();
  return (
    <>
      <Head title={t`Здесь открыт профиль ребёнка: ${me.display_name}`}>
        {t`Приглашение для родителя. Откройте его на телефоне родителя: наведите камеру.`}
      </Head>
      <Div className="centre"><Qr text={here(code)} label={t`QR-код приглашения для телефона родителя`} /></Div>
      <Div className="stack_wide">
        <Text className="quiet">{t`Телефона рядом нет? Профиль ребёнка можно закрыть на этом устройстве; на других он останется открыт.`}</Text>
        <SignOutAndGoOn me={me} code={code} />
        <LinkButton size="l" stretched mode="tertiary" to="/chats">{t`Вернуться`}</LinkButton>
      </Div>
    </>
  );
}

export function OthersDevice({ me, code, title }: { me: Me; code: string; title: string }) {
  const { t } = useLingui();
  return (
    <>
      <Head title={title}>{t`Сейчас здесь открыт другой профиль: ${me.display_name}. Чтобы войти по приглашению, из него нужно выйти.`}</Head>
      <Div className="stack_wide">
        <SignOutAndGoOn me={me} code={code} />
        <LinkButton size="l" stretched mode="tertiary" to="/chats">{t`Вернуться`}</LinkButton>
      </Div>
    </>
  );
}
