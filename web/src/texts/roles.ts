// SPDX-License-Identifier: LGPL-2.1-or-later
// What roles are called.
import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { MemberAs, Role } from '../api/types';

const NAMES = {
  administrator: msg`Администратор`,
  teacher: msg`Учитель`,
  class_teacher: msg`Классный руководитель`,
  pupil: msg`Ученик`,
  parent: msg`Родитель`,
};

export const roleName = (i18n: I18n, role: Role | MemberAs): string => i18n._(NAMES[role]);

/** «Учитель, родитель» */
export function roleNames(i18n: I18n, roles: readonly Role[]): string {
  return roles
    .map((role, n) => (n === 0 ? roleName(i18n, role) : roleName(i18n, role).toLocaleLowerCase(i18n.locale)))
    .join(', ');
}
