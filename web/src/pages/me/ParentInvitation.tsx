// SPDX-License-Identifier: LGPL-2.1-or-later
// A pupil invites a parent: a link to send, a QR code to show, or ten characters to read out for ten minutes.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, Div, Group, Header, Text, Title } from '@vkontakte/vkui';
import { useState } from 'react';
import { request } from '../../api/request';
import type { IssuedInvitation, Me, ShortCode } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { CopyLink } from '../../shell/CopyLink';
import { Qr } from '../../shell/Qr';
import { useDialog } from '../../shell/useDialog';
import { useLeft } from '../../shell/useLeft';
import { moment } from '../../texts/dates';

const ADDRESS = '/api/v1/me/parent-invitations';
const PARENTS_MAX = 2;

type Issued = IssuedInvitation & { short_code: ShortCode };
type Shown = Issued & { until: number };

function Code({ issued, onNew, loading }: { issued: Shown; onNew: () => void; loading: boolean }) {
  const { t } = useLingui();
  const left = useLeft(issued.until);
  const { locator, digits } = issued.short_code;
  const minutes = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  if (left === 0) {
    return (
      <Div>
        <Text className="quiet">{t`Код больше не действует.`}</Text>
        <Button size="m" mode="secondary" loading={loading} onClick={onNew}>{t`Новый код`}</Button>
      </Div>
    );
  }
  return (
    <Div>
      <Text>{t`Или прочитайте код. Родитель вводит его на странице ${`${location.host}/i`}`}</Text>
      <Title level="1" Component="p" className="code-words">{locator} {digits.slice(0, 3)} {digits.slice(3)}</Title>
      <Text className="quiet"><span role="timer" aria-label={t`Код действует ещё ${minutes}`}>{t`Действует ещё ${minutes}`}</span></Text>
    </Div>
  );
}

function Invitation() {
  const { t, i18n } = useLingui();
  const [shown, setShown] = useState<Shown | null>(null);
  const make = useMutation({
    mutationFn: () => request<Issued>(ADDRESS, { method: 'POST', body: {} }),
    onSuccess: (issued) => setShown({ ...issued, until: performance.now() + issued.short_code.lives_s * 1000 }),
  });
  const takeBack = useMutation({ mutationFn: () => request<void>(ADDRESS, { method: 'DELETE' }), onSuccess: () => setShown(null) });
  if (!shown) {
    return (
      <Div className="stack_wide">
        <Text>{takeBack.isSuccess ? t`Приглашения отменены: прежние ссылки больше не действуют.` : t`По приглашению взрослый станет вашим родителем в «Уроке». Не давайте его никому другому.`}</Text>
        <FormError error={make.error} />
        <Button size="l" stretched loading={make.isPending} onClick={() => make.mutate()}>{t`Создать приглашение`}</Button>
      </Div>
    );
  }
  return (
    <>
      <Div className="stack_wide">
        <Text>{t`Отправьте родителю ссылку. Она сработает один раз, действует до: ${moment(i18n, shown.expires_at)}.`}</Text>
        <CopyLink url={shown.url} />
      </Div>
      <Div className="centre"><Qr text={shown.url} label={t`QR-код приглашения для телефона родителя`} /></Div>
      <Code issued={shown} loading={make.isPending} onNew={() => make.mutate()} />
      <Div>
        <FormError error={make.error ?? takeBack.error} />
        <Button size="l" stretched mode="tertiary" appearance="negative" loading={takeBack.isPending} onClick={() => takeBack.mutate()}>{t`Отменить приглашения`}</Button>
      </Div>
    </>
  );
}

export function ParentInvitation({ me }: { me: Me }) {
  const { t } = useLingui();
  const [value, open, close] = useDialog('parent');
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Приглашение для родителя`}</Header>}>
      <Div>
        {me.parents.length >= PARENTS_MAX
          ? <Text className="quiet">{t`В профиле уже два родителя. Если нужен другой, скажите классному руководителю.`}</Text>
          : <Button size="l" stretched mode="secondary" onClick={() => open()}>{t`Пригласить родителя`}</Button>}
      </Div>
      <Dialog id="parent" title={t`Пригласить родителя`} open={value !== null} onClose={close}><Invitation /></Dialog>
    </Group>
  );
}
