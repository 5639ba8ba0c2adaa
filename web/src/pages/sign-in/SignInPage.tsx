// SPDX-License-Identifier: LGPL-2.1-or-later
// Coming in: login and password, or a one-time link that shows a name and waits for a press.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, FormStatus, Spinner, Text, Title } from '@vkontakte/vkui';
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { signInOf } from '../../api/codes';
import { schoolQuery } from '../../api/queries';
import { NoAnswer, request } from '../../api/request';
import type { Me, MySchools } from '../../api/types';
import { CodeForm } from '../../forms/CodeForm';
import { FormError } from '../../forms/Field';
import { OwnDevice, PasswordForm } from '../../forms/PasswordForm';
import { LinkButton } from '../../shell/LinkCell';
import { Logo } from '../../shell/Logo';
import { usePageTitle } from '../../shell/Page';
import { languageName, setLanguage } from '../../texts/language';

/** Only a path of this site; never an address that a link brought along. */
function backFrom(search: string): string {
  const back = new URLSearchParams(search).get('back') ?? '';
  return /^\/(?![/\\])/.test(back) && !back.startsWith('/sign-in') ? back : '/chats';
}

/** The first entry into the cloud is by a link from one's own school; the next one is by a password of the cloud's. */
async function needsPassword(me: Me): Promise<boolean> {
  if (me.has_password || !me.login) return false;
  return request<MySchools>('/api/v1/me/schools').then(({ at }) => at === 'cloud', () => false);
}

function useSignIn() {
  const cache = useQueryClient();
  const [, go] = useLocation();
  const search = useSearch();
  return useMutation({
    mutationFn: (body: object) => request<Me>('/api/v1/sessions', { method: 'POST', body }),
    onSuccess: async (me) => {
      const back = backFrom(search);
      cache.clear();
      cache.setQueryData(['me'], me);
      go(await needsPassword(me) ? '/me/password' : back, { replace: true });
    },
  });
}

const WithPassword = () => <PasswordForm signIn={useSignIn()} />;

function ForgottenPassword({ onCode, onBack }: { onCode: (code: string) => void; onBack: () => void }) {
  const { t } = useLingui();
  return (
    <>
      <Div>
        <Text>{t`Код для входа даёт ученикам классный руководитель, родителям и учителям администратор школы. Введите его здесь или откройте ссылку, которую вам дали.`}</Text>
      </Div>
      <CodeForm onCode={onCode}>
        <FormItem><Button size="l" stretched mode="tertiary" onClick={onBack}>{t`Войти с паролем`}</Button></FormItem>
      </CodeForm>
    </>
  );
}

function Found({ code, signedInAs, onOther }: { code: string; signedInAs?: Me; onOther: () => void }) {
  const { t } = useLingui();
  const signIn = useSignIn();
  const look = useQuery({
    queryKey: ['sign-in-code', code],
    queryFn: () => signInOf(code),
    retry: (count, error) => error instanceof NoAnswer && count < 3,
    staleTime: Infinity,
    gcTime: 0,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    signIn.mutate({ code, own_device: new FormData(event.currentTarget).has('own_device') });
  };
  const elsewhere = look.data && 'elsewhere' in look.data ? look.data.elsewhere : undefined;
  const name = look.data && 'display_name' in look.data ? look.data.display_name : undefined;
  useEffect(() => {
    // Another page's: loaded whole, as a link is.
    if (elsewhere) location.replace(elsewhere);
  }, [elsewhere]);
  if (look.isPending || elsewhere) return <Div><Spinner size="l">{t`Проверяем ссылку`}</Spinner></Div>;
  if (look.error) {
    return (
      <>
        <FormError error={look.error} />
        <FormItem><Button size="l" stretched mode="secondary" onClick={onOther}>{t`Войти с паролем`}</Button></FormItem>
      </>
    );
  }
  return (
    <form noValidate onSubmit={submit}>
      <Div>
        <Text>{t`Ссылка для входа:`}</Text>
        <Title level="2" Component="p">{name}</Title>
      </Div>
      {signedInAs && signedInAs.display_name !== name && (
        <Div><Text>{t`Сейчас здесь открыт другой профиль: ${signedInAs.display_name}. При входе он закроется.`}</Text></Div>
      )}
      <OwnDevice />
      <FormError error={signIn.error} />
      <FormItem><Button size="l" stretched type="submit" loading={signIn.isPending}>{t`Войти`}</Button></FormItem>
      <FormItem><Button size="l" stretched mode="tertiary" onClick={onOther}>{t`Это не я`}</Button></FormItem>
    </form>
  );
}

export function SignInPage({ signedInAs }: { signedInAs?: Me }) {
  const { t, i18n } = useLingui();
  const heading = usePageTitle(t`Вход`);
  const school = useQuery(schoolQuery).data;
  const search = useSearch();
  const [, go] = useLocation();
  const [code, setCode] = useState(() => decodeURIComponent(location.hash.slice(1)));
  const [forgotten, setForgotten] = useState(false);
  const again = new URLSearchParams(search).has('again');
  const other = school?.languages.find((language) => language !== i18n.locale);
  const forgetCode = () => {
    setCode('');
    setForgotten(false);
    go(signedInAs ? '/chats' : '/sign-in', { replace: true });
  };
  return (
    <div className="page page_form">
      <Div>
        <Logo size={72} />
        <Title level="1" Component="h1" tabIndex={-1} getRootRef={heading}>{school?.name ?? t`Урок`}</Title>
        <Text className="quiet">{t`Чаты, классы и трансляции вашей школы`}</Text>
      </Div>
      {again && !code && <FormItem><div role="status"><FormStatus>{t`Войдите снова, черновик сохранён.`}</FormStatus></div></FormItem>}
      {code ? <Found code={code} signedInAs={signedInAs} onOther={forgetCode} />
        : forgotten ? <ForgottenPassword onCode={setCode} onBack={() => setForgotten(false)} /> : <WithPassword />}
      <Div className="centre">
        {!code && !forgotten && <Button mode="tertiary" size="m" onClick={() => setForgotten(true)}>{t`Забыли пароль?`}</Button>}
        {!code && !forgotten && <LinkButton to="/i" mode="tertiary" size="m">{t`У меня код`}</LinkButton>}
        <LinkButton to="/help" mode="tertiary" size="m">{t`Помощь`}</LinkButton>
        {other && <Button mode="tertiary" size="m" lang={other} onClick={() => void setLanguage(other)}>{languageName(other)}</Button>}
      </Div>
    </div>
  );
}
