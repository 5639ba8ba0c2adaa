// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands on every step of the way in: the school, a heading, a sentence, the way out.
import { useLingui } from '@lingui/react/macro';
import { Button, Div, Text, Title } from '@vkontakte/vkui';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { schoolQuery } from '../../api/queries';
import { LinkButton } from '../../shell/LinkCell';
import { usePageTitle } from '../../shell/Page';
import { setLanguage } from '../../texts/language';

export function Head({ title, children }: { title: string; children?: ReactNode }) {
  const heading = usePageTitle(title);
  const school = useQuery(schoolQuery).data;
  return (
    <Div>
      <Text className="quiet">{school?.name}</Text>
      <Title level="1" Component="h1" tabIndex={-1} getRootRef={heading}>{title}</Title>
      {children && <Text Component="p" className="invite__words">{children}</Text>}
    </Div>
  );
}

export function Foot() {
  const { t, i18n } = useLingui();
  const other = i18n.locale === 'ru' ? 'en' : 'ru';
  return (
    <Div className="centre">
      <LinkButton to="/help" mode="tertiary" size="m">{t`Помощь`}</LinkButton>
      <Button mode="tertiary" size="m" lang={other} onClick={() => void setLanguage(other)}>{other === 'en' ? 'English' : 'Русский'}</Button>
    </Div>
  );
}

/** Nothing to do on this step but to go elsewhere. */
export function Notice({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <>
      <Head title={title}>{children}</Head>
      {action && <Div className="stack_wide">{action}</Div>}
    </>
  );
}

export function Dead({ onCode }: { onCode: () => void }) {
  const { t } = useLingui();
  const email = useQuery(schoolQuery).data?.support_email;
  return (
    <Notice
      title={t`Ссылка уже не действует`}
      action={(
        <>
          <Button size="l" stretched mode="secondary" onClick={onCode}>{t`Ввести код`}</Button>
          <LinkButton size="l" stretched mode="tertiary" to="/sign-in">{t`Войти с паролем`}</LinkButton>
        </>
      )}
    >
      {t`Возможно, по ней уже вошли, её отменили или прошёл срок. Попросите новую у того, кто её дал: у ребёнка, классного руководителя или администратора школы.`}
      {email && ` ${t`Почта школы: ${email}`}`}
    </Notice>
  );
}
