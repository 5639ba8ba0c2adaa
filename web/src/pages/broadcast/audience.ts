// SPDX-License-Identifier: LGPL-2.1-or-later
// An audience in words, where the daemon's own (Russian) ones do not fit.
import type { I18n } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import type { Audience } from '../../api/types';
import { listing } from '../../texts/dates';

export function audienceText(i18n: I18n, audience: Audience): string {
  const words: string[] = [];
  const classes = audience.classes?.length ?? 0;
  const parents = audience.parents_of?.length ?? 0;
  if (audience.school) words.push(i18n._(msg`вся школа`));
  if (audience.staff) words.push(i18n._(msg`сотрудники`));
  if (classes > 0) words.push(i18n._(msg`${plural(classes, { one: '# класс', few: '# класса', many: '# классов', other: '# класса' })}`));
  if (parents > 0) words.push(i18n._(msg`родители ${plural(parents, { one: '# класса', few: '# классов', many: '# классов', other: '# класса' })}`));
  return listing(i18n, words);
}
