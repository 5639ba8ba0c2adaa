// SPDX-License-Identifier: LGPL-2.1-or-later
// A code typed by hand, whichever it is: of a slip, of a child's profile, or of somebody who lets in again.
import { useLingui } from '@lingui/react/macro';
import { Button, FormItem } from '@vkontakte/vkui';
import type { FormEvent, ReactNode } from 'react';
import { Field, textOf } from './Field';

export function CodeForm({ onCode, children }: { onCode: (code: string) => void; children: ReactNode }) {
  const { t } = useLingui();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = textOf(new FormData(event.currentTarget), 'code');
    if (code) onCode(code);
  };
  return (
    <form noValidate onSubmit={submit}>
      <Field label={t`Код`} name="code" autoComplete="one-time-code" autoCapitalize="characters" spellCheck={false} maxLength={60} hint={t`Большие и маленькие буквы, пробелы и чёрточки не важны`} />
      <FormItem><Button size="l" stretched type="submit">{t`Дальше`}</Button></FormItem>
      {children}
    </form>
  );
}
