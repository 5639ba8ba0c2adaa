// SPDX-License-Identifier: LGPL-2.1-or-later
// Over plain HTTP a browser keeps no sign-in: the page says where to go instead of looping.
import { useLingui } from '@lingui/react/macro';
import { Icon56LockOutline } from '@vkontakte/icons';
import { Button, Placeholder } from '@vkontakte/vkui';

export function InsecurePage() {
  const { t } = useLingui();
  const secure = `https://${location.hostname}${location.pathname}${location.search}${location.hash}`;
  return (
    <Placeholder icon={<Icon56LockOutline />} title={<h1 className="head">{t`Откройте защищённый адрес`}</h1>} action={
      <div className="stack">
        <Button size="l" stretched Component="a" href={secure}>{t`Открыть https`}</Button>
        <Button size="l" stretched mode="tertiary" Component="a" href="/trust">{t`Браузер предупреждает?`}</Button>
      </div>
    }>
      {t`По этому адресу войти нельзя. Адрес должен начинаться с https.`}
    </Placeholder>
  );
}
