// SPDX-License-Identifier: LGPL-2.1-or-later
// A code from a slip, or one that a child reads out.
import { useLingui } from '@lingui/react/macro';
import { FormItem } from '@vkontakte/vkui';
import { CodeForm } from '../../forms/CodeForm';
import { LinkButton } from '../../shell/LinkCell';
import { Head } from './Words';

export function CodeEntry({ onCode }: { onCode: (code: string) => void }) {
  const { t } = useLingui();
  return (
    <>
      <Head title={t`Код из школы`}>{t`Он напечатан на листке, его дал классный руководитель или администратор. Или его прочитает ребёнок в своём профиле: 4 знака и 6 цифр.`}</Head>
      <CodeForm onCode={onCode}>
        <FormItem><LinkButton size="l" stretched mode="tertiary" to="/sign-in">{t`Войти с паролем`}</LinkButton></FormItem>
      </CodeForm>
    </>
  );
}
