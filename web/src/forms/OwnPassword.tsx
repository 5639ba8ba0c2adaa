// SPDX-License-Identifier: LGPL-2.1-or-later
// The own password once more, before what nobody may do at a PC that was left open.
import { useLingui } from '@lingui/react/macro';
import { fieldText } from '../api/problems';
import { useMe } from '../session/session';
import { Field } from './Field';

/** What stands at the field when `error` is about the password; undefined: it is not. */
export function usePasswordFault(error: unknown): string | undefined {
  const { t, i18n } = useLingui();
  return fieldText(i18n, error, 'password') && t`Пароль не подходит. Проверьте раскладку.`;
}

/** Within a form; its name there is `password`. The login is there for whoever keeps passwords. */
export function OwnPassword({ error, label, hint }: { error: unknown; label?: string; hint?: string }) {
  const { t } = useLingui();
  const me = useMe();
  return (
    <>
      <input type="text" name="username" autoComplete="username" value={me.login ?? ''} readOnly hidden />
      <Field label={label ?? t`Ваш пароль`} name="password" type="password" autoComplete="current-password" hint={hint} error={usePasswordFault(error)} />
    </>
  );
}
