// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong with a login, an e-mail or a phone, in words that show a right one.
import { useLingui } from '@lingui/react/macro';
import { fieldText } from '../api/problems';
import { Problem } from '../api/request';

export function useContactErrors(error: unknown): (name: 'login' | 'email' | 'phone') => string | undefined {
  const { t, i18n } = useLingui();
  const words = {
    login: t`Логин: от 3 знаков, буквы, цифры и . _ - @ +`,
    email: t`Почта выглядит так: anna@school.ru`,
    phone: t`Телефон выглядит так: +7 900 123-45-67`,
  };
  return (name) => {
    const found = fieldText(i18n, error, name);
    return found && error instanceof Problem && error.reason === 'invalid' ? words[name] : found;
  };
}
