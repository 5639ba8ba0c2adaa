// SPDX-License-Identifier: LGPL-2.1-or-later
// Over plain HTTP a browser keeps no sign-in: the page says where to go instead of looping.
import { useLingui } from '@lingui/react/macro';
import { Icon56LockOutline } from '@vkontakte/icons';
import { Button, Placeholder } from '@vkontakte/vkui';

export function InsecurePage() {
  const { t } = useLingui();
  const secure = `https://${location.hostname}${location.pathname}${location.search}${location.hash}`;
  return (
    <Placeholder icon={<Icon56LockOutline />} title={<h1 className="head">{t`Откройте защищённый адрес`}</h1>} action={<Button size="l" Component="a" href={secure}>{t`Открыть https`}</Button>}>
      {t`По этому адресу войти нельзя. Адрес должен начинаться с https.`}
    </Placeholder>
  );
}
