// SPDX-License-Identifier: LGPL-2.1-or-later
// «А, Б, В», «абв», «1А 1Б»: the letters of classes as people write them.

/** Each letter once, in capitals; words that stand apart are classes of several letters («ММ»). */
export function lettersOf(text: string, grade: number): string[] {
  const words = text.toLocaleUpperCase().split(/[\s,;.]+/u).map((word) => word.replace(new RegExp(`^${grade}`), '')).filter(Boolean);
  const letters = words.length === 1 ? [...words[0]!] : words;
  return [...new Set(letters)];
}
