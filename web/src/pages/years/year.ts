// SPDX-License-Identifier: LGPL-2.1-or-later
// School years as people think of them: from the first of September to the end of May.
import type { SchoolYear } from '../../api/types';

export interface YearDraft {
  title: string;
  from_date: string;
  to_date: string;
}

const yearFrom = (autumn: number): YearDraft => ({
  title: `${autumn}/${String(autumn + 1).slice(2)}`, from_date: `${autumn}-09-01`, to_date: `${autumn + 1}-05-31`,
});

/** The one after the newest; without any, the one of today: from June on the next one is being prepared. */
export function nextYear(years: readonly SchoolYear[], today = new Date()): YearDraft {
  const newest = years.map((year) => Number(year.from_date.slice(0, 4))).sort((a, b) => b - a)[0];
  if (newest !== undefined) return yearFrom(newest + 1);
  return yearFrom(today.getMonth() >= 5 ? today.getFullYear() : today.getFullYear() - 1);
}
