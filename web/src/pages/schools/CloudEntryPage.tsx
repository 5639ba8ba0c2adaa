// SPDX-License-Identifier: LGPL-2.1-or-later
// The way from one's own school into its pages in the cloud: the password here, then a link for one entry.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Div, FormItem, Text } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { mySchoolsQuery } from '../../api/queries';
import { request } from '../../api/request';
import { FormError, passwordOf } from '../../forms/Field';
import { OwnPassword, usePasswordFault } from '../../forms/OwnPassword';
import { useMe } from '../../session/session';
import { CopyLink } from '../../shell/CopyLink';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Qr } from '../../shell/Qr';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { Held } from './Held';

type Entry = { url: string; expires_at: string };

function Way({ entry }: { entry: Entry }) {
  const { t, i18n } = useLingui();
  return (
    <>
      <Div className="stack_wide">
        <Text>{t`Откройте ссылку на своём телефоне или компьютере и задайте там пароль для облака. Она сработает один раз, действует до: ${moment(i18n, entry.expires_at)}. Никому её не отправляйте.`}</Text>
        <CopyLink url={entry.url} />
      </Div>
      <Div className="centre"><Qr text={entry.url} label={t`QR-код для входа в облако с телефона`} /></Div>
      <Div><Text className="quiet">{t`Потом открывайте вне школы этот адрес: ${new URL(entry.url).host}`}</Text></Div>
    </>
  );
}

function Ask() {
  const { t } = useLingui();
  const me = useMe();
  const make = useMutation({ mutationFn: (password: string) => request<Entry>('/api/v1/me/cloud-entries', { method: 'POST', body: { password } }) });
  const fault = usePasswordFault(make.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate(passwordOf(new FormData(event.currentTarget)));
  };
  if (make.data) return <Way entry={make.data} />;
  if (!me.has_password) {
    return (
      <Div className="stack_wide">
        <Text>{t`Сначала задайте себе пароль в этой школе.`}</Text>
        <LinkButton size="l" stretched to="/me">{t`Открыть профиль`}</LinkButton>
      </Div>
    );
  }
  return (
    <form noValidate onSubmit={submit}>
      <Div><Text>{t`Дома и с телефона школа открывается в облаке. Туда ведёт ссылка на один вход, пароль в облаке будет свой. Если вы там уже были, прежний пароль облака перестанет действовать.`}</Text></Div>
      <OwnPassword label={t`Ваш пароль здесь, в школе`} error={make.error} />
      <FormError error={make.error} words={fault} />
      <FormItem><Button size="l" stretched type="submit" loading={make.isPending}>{t`Получить ссылку`}</Button></FormItem>
    </form>
  );
}

export default function CloudEntryPage() {
  const { t } = useLingui();
  const query = useQuery(mySchoolsQuery());
  return (
    <Page form title={t`«Урок» вне школы`} back={{ to: '/me', label: t`К профилю` }}>
      <Loaded query={query}>{({ state, at }) => (state === 'open' ? <Ask /> : <Held state={state} at={at} />)}</Loaded>
    </Page>
  );
}
