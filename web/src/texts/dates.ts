// SPDX-License-Identifier: LGPL-2.1-or-later
// Dates, times, lengths and numbers as people read them.
import type { I18n } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';

const dayOf = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
const DAY_MS = 86_400_000;

/** «14:02» */
export const clock = (i18n: I18n, at: string): string =>
  new Date(at).toLocaleTimeString(i18n.locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** «Сегодня», «Вчера», «20 ноября», «20 ноября 2025» */
export function day(i18n: I18n, at: string, now = new Date()): string {
  const date = new Date(at);
  const ago = Math.round((dayOf(now) - dayOf(date)) / DAY_MS);
  if (ago === 0) return i18n._(msg`Сегодня`);
  if (ago === 1) return i18n._(msg`Вчера`);
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString(i18n.locale, { day: 'numeric', month: 'long', year }).replace(/\s?г\.$/, '');
}

export const sameDay = (a: string, b: string): boolean => dayOf(new Date(a)) === dayOf(new Date(b));

/** In a list: the time today, else the day, short. */
export function brief(i18n: I18n, at: string, now = new Date()): string {
  const date = new Date(at);
  const ago = Math.round((dayOf(now) - dayOf(date)) / DAY_MS);
  if (ago === 0) return clock(i18n, at);
  if (ago === 1) return i18n._(msg`Вчера`).toLocaleLowerCase(i18n.locale);
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString(i18n.locale, { day: 'numeric', month: 'short', year }).replace(/\s?г\.$/, '');
}

/** «сегодня в 14:02», «20 ноября в 14:02» */
export function moment(i18n: I18n, at: string): string {
  const date = day(i18n, at);
  // A month keeps its capital in English.
  const word = /\d/.test(date) ? date : date.toLocaleLowerCase(i18n.locale);
  const time = clock(i18n, at);
  return i18n._(msg`${word} в ${time}`);
}

/** «45 мин», «1 ч 5 мин» */
export function span(i18n: I18n, from: string, to: string): string {
  const minutes = Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return i18n._(msg`${minutes} мин`);
  return rest === 0 ? i18n._(msg`${hours} ч`) : i18n._(msg`${hours} ч ${rest} мин`);
}

export const number = (i18n: I18n, value: number, digits = 0): string =>
  value.toLocaleString(i18n.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** «5А, 5Б и 6В» */
export const listing = (i18n: I18n, words: string[]): string =>
  new Intl.ListFormat(i18n.locale, { type: 'conjunction' }).format(words);

export const people = (i18n: I18n, n: number): string =>
  i18n._(msg`${plural(n, { one: '# человек', few: '# человека', many: '# человек', other: '# человека' })}`);

export const pupils = (i18n: I18n, n: number): string =>
  i18n._(msg`${plural(n, { one: '# ученик', few: '# ученика', many: '# учеников', other: '# ученика' })}`);

/** «с 14:02», «с 20 ноября» */
export function since(i18n: I18n, at: string): string {
  const date = new Date(at);
  const when = dayOf(date) === dayOf(new Date())
    ? clock(i18n, at)
    : date.toLocaleDateString(i18n.locale, { day: 'numeric', month: 'long' });
  return i18n._(msg`С ${when}`);
}

/** «14 марта 2015» of a day without a time. */
export const birthday = (i18n: I18n, date: string): string =>
  new Date(`${date}T12:00`).toLocaleDateString(i18n.locale, { day: 'numeric', month: 'long', year: 'numeric' }).replace(/\s?г\.$/, '');
