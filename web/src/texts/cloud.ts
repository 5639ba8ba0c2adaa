// SPDX-License-Identifier: LGPL-2.1-or-later
// The line to the school's cloud, in the few words that stand in everybody's frame.
import type { I18n } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import type { CloudLine } from '../api/types';
import { brief } from './dates';

/** «Облако: нет связи с 10:42, ждут отправки 37 изменений» */
export function lineText(i18n: I18n, { waiting, waiting_since }: Pick<CloudLine, 'waiting' | 'waiting_since'>): string {
  const when = waiting_since ? brief(i18n, waiting_since) : '';
  const wait = i18n._(msg`${plural(waiting, { one: 'ждёт отправки # изменение', few: 'ждут отправки # изменения', many: 'ждут отправки # изменений', other: 'ждут отправки # изменения' })}`);
  if (waiting === 0) return when ? i18n._(msg`Облако: нет связи с ${when}`) : i18n._(msg`Облако: нет связи`);
  return when ? i18n._(msg`Облако: нет связи с ${when}, ${wait}`) : i18n._(msg`Облако: нет связи, ${wait}`);
}

/** In the cloud, to who is at home: «Школа не на связи с 10:42. Написанное дойдёт туда позже.» */
export function schoolAwayText(i18n: I18n, { away_since }: Pick<CloudLine, 'away_since'>): string {
  const when = away_since ? brief(i18n, away_since) : '';
  return when
    ? i18n._(msg`Школа не на связи с ${when}. Написанное дойдёт туда позже.`)
    : i18n._(msg`Школа сейчас не на связи. Написанное дойдёт туда позже.`);
}
