// SPDX-License-Identifier: LGPL-2.1-or-later
// Letting somebody in again who lost their access: asked once, then the code as a link, a QR and words, to copy or print.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Text, Title } from '@vkontakte/vkui';
import { request } from '../api/request';
import type { SignInCode } from '../api/types';
import { FormError } from '../forms/Field';
import { CopyLink } from '../shell/CopyLink';
import { Dialog } from '../shell/Dialog';
import { Qr } from '../shell/Qr';
import { moment } from '../texts/dates';

function Code({ code }: { code: SignInCode }) {
  const { t, i18n } = useLingui();
  const where = `${location.host}/sign-in`;
  return (
    <>
      <Div className="slip">
        <Title level="3" Component="p">{code.display_name}</Title>
        <Qr text={code.url} label={t`QR-код для входа: ${code.display_name}`} />
        <Text>{t`Наведите камеру телефона на QR-код. Или откройте ${where}, нажмите «Забыли пароль?» и введите код:`}</Text>
        <p className="slip__code">{code.words}</p>
        <Text className="quiet">{t`Код сработает один раз, до: ${moment(i18n, code.expires_at)}`}</Text>
      </Div>
      <Div className="slip-actions">
        <CopyLink url={code.url} />
        <Button size="l" stretched mode="secondary" onClick={() => print()}>{t`Распечатать`}</Button>
      </Div>
    </>
  );
}

/** The name is in it: whoever presses sees for whom. */
function Question({ name, error, isPending, onYes }: { name: string; error: unknown; isPending: boolean; onYes: () => void }) {
  const { t } = useLingui();
  return (
    <>
      <Div>
        <Text>{t`${name} войдёт по коду и задаст новый пароль. Прежний пароль и ссылки перестанут действовать, все сеансы закроются.`}</Text>
      </Div>
      <FormError error={error} />
      <FormItem><Button size="l" stretched loading={isPending} onClick={onYes}>{t`Дать код`}</Button></FormItem>
    </>
  );
}

export function HelpIn({ person, onClose }: { person: { id: string; display_name: string } | null; onClose: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const ask = useMutation({
    mutationFn: (id: string) => request<SignInCode>(`/api/v1/people/${id}/sign-in-codes`, { method: 'POST', body: {} }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['account'] }),
  });
  // Shown once: it is not there when the dialog opens again.
  const close = () => {
    ask.reset();
    onClose();
  };
  return (
    <Dialog id="help-in" title={t`Помочь войти`} open={person !== null} onClose={close}>
      {person && (ask.data ? <Code code={ask.data} />
        : <Question name={person.display_name} error={ask.error} isPending={ask.isPending} onYes={() => ask.mutate(person.id)} />)}
    </Dialog>
  );
}
