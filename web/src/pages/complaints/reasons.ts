// SPDX-License-Identifier: LGPL-2.1-or-later
// What a complaint may be about.
import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { ComplaintReason } from '../../api/types';

const NAMES = {
  insult: msg`Оскорбление`,
  bullying: msg`Травля`,
  danger: msg`Опасность для жизни или здоровья`,
  sexual: msg`Непристойное`,
  spam: msg`Реклама или обман`,
  other: msg`Другое`,
};

export const REASONS = Object.keys(NAMES) as ComplaintReason[];
export const reasonName = (i18n: I18n, reason: ComplaintReason): string => i18n._(NAMES[reason]);
