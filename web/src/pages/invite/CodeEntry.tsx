// SPDX-License-Identifier: LGPL-2.1-or-later
// A code from a slip, or one that a child reads out.
import { useLingui } from '@lingui/react/macro';
import { Button, FormItem } from '@vkontakte/vkui';
import type { FormEvent } from 'react';
import { Field, textOf } from '../../forms/Field';
import { LinkButton } from '../../shell/LinkCell';
import { Head } from './Words';

export function CodeEntry({ onCode }: { onCode: (code: string) => void }) {
  const { t } = useLingui();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = textOf(new FormData(event.currentTarget), 'code');
    if (code) onCode(code);
  };
  return (
    <form noValidate onSubmit={submit}>
      <Head title={t`Код приглашения`}>{t`Он напечатан на листке из школы. Или его прочитает ребёнок в своём профиле: 4 знака и 6 цифр.`}</Head>
      <Field label={t`Код`} name="code" autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={60} hint={t`Большие и маленькие буквы, пробелы и чёрточки не важны`} />
      <FormItem><Button size="l" stretched type="submit">{t`Дальше`}</Button></FormItem>
      <FormItem><LinkButton size="l" stretched mode="tertiary" to="/sign-in">{t`Войти с паролем`}</LinkButton></FormItem>
    </form>
  );
}
