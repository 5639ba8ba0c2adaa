// SPDX-License-Identifier: LGPL-2.1-or-later
// For somebody who has not come in yet: a link, a QR code and a code of their own.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, Div, Text } from '@vkontakte/vkui';
import { request } from '../../api/request';
import type { IssuedInvitation, Person } from '../../api/types';
import { FormError } from '../../forms/Field';
import { CopyLink } from '../../shell/CopyLink';
import { Qr } from '../../shell/Qr';
import { moment } from '../../texts/dates';

export function InvitePerson({ person }: { person: Pick<Person, 'id' | 'display_name'> }) {
  const { t, i18n } = useLingui();
  const make = useMutation({ mutationFn: () => request<IssuedInvitation>(`/api/v1/people/${person.id}/invitations`, { method: 'POST', body: {} }) });
  const issued = make.data;
  return (
    <Div className="stack_wide">
      <Text className="quiet">{t`Человек откроет ссылку, придумает пароль и войдёт. Прежнее приглашение, если оно было, перестанет действовать.`}</Text>
      {issued && (
        <>
          <CopyLink url={issued.url} />
          <div className="centre"><Qr text={issued.url} label={t`QR-код приглашения: ${person.display_name}`} /></div>
          <Text className="quiet">{t`Код: ${issued.slip_code ?? ''}. Действует до: ${moment(i18n, issued.expires_at)}.`}</Text>
        </>
      )}
      <FormError error={make.error} />
      <Button size="l" stretched mode="secondary" loading={make.isPending} onClick={() => make.mutate()}>{issued ? t`Новое приглашение` : t`Создать приглашение`}</Button>
    </Div>
  );
}
