// SPDX-License-Identifier: LGPL-2.1-or-later
// On the page of somebody who has not come in yet: a link and a code of their own.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, Div, Group, Header, Text } from '@vkontakte/vkui';
import { request } from '../../api/request';
import type { Account, IssuedInvitation } from '../../api/types';
import { FormError } from '../../forms/Field';
import { CopyLink } from '../../shell/CopyLink';
import { Qr } from '../../shell/Qr';
import { moment } from '../../texts/dates';

export function InvitePerson({ account }: { account: Account }) {
  const { t, i18n } = useLingui();
  const make = useMutation({ mutationFn: () => request<IssuedInvitation>(`/api/v1/people/${account.id}/invitations`, { method: 'POST', body: {} }) });
  const issued = make.data;
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Приглашение`}</Header>}>
      <Div className="stack_wide">
        <Text className="quiet">{t`Человек откроет ссылку, придумает пароль и войдёт. Прежнее приглашение, если оно было, перестанет действовать.`}</Text>
        {issued && (
          <>
            <CopyLink url={issued.url} />
            <div className="centre"><Qr text={issued.url} label={t`QR-код приглашения: ${account.display_name}`} /></div>
            <Text className="quiet">{t`Код: ${issued.slip_code ?? ''}. Действует до: ${moment(i18n, issued.expires_at)}.`}</Text>
          </>
        )}
        <FormError error={make.error} />
        <Button size="l" stretched mode="secondary" loading={make.isPending} onClick={() => make.mutate()}>{issued ? t`Новое приглашение` : t`Создать приглашение`}</Button>
      </Div>
    </Group>
  );
}
