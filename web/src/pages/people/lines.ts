// SPDX-License-Identifier: LGPL-2.1-or-later
// People as they are pasted: a line each, «Фамилия имя отчество; логин; почта; телефон», or columns of a table.
import type { NewPerson, Role } from '../../api/types';

/** In one request. */
export const MOST = 200;

export type Line = { number: number; person: NewPerson };

const isEmail = (text: string): boolean => text.includes('@') && text.includes('.');
const isPhone = (text: string): boolean => /^\+?[\d\s().-]{10,}$/.test(text);

/** The first value of its own kind is itself; what is neither e-mail nor phone is the login. */
function contactsOf(values: string[]): Partial<NewPerson> {
  const email = values.find(isEmail);
  const phone = values.find(isPhone);
  const login = values.find((value) => value !== email && value !== phone);
  return { ...(login && { login }), ...(email && { email }), ...(phone && { phone }) };
}

export function linesOf(text: string, role: Role): Line[] {
  return text.split('\n').map((line, at) => ({ number: at + 1, values: line.split(/[;\t]/).map((value) => value.trim()) }))
    .filter(({ values }) => values.some(Boolean))
    .map(({ number, values }) => {
      const [family_name = '', given_name = '', ...rest] = values[0]!.split(/\s+/);
      const patronymic = rest.join(' ');
      return { number, person: { family_name, given_name, ...(patronymic && { patronymic }), ...contactsOf(values.slice(1).filter(Boolean)), roles: [role] } };
    });
}
