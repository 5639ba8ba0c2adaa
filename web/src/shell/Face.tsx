// SPDX-License-Identifier: LGPL-2.1-or-later
// A person or a chat as a coloured circle with initials; says nothing to a screen reader.
import { Avatar } from '@vkontakte/vkui';

const COLOURS = ['blue', 'red', 'green', 'violet', 'orange', 'l-blue'] as const;

function colourOf(text: string): (typeof COLOURS)[number] {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return COLOURS[sum % COLOURS.length]!;
}

/** «Соня Миронова»: СМ; «Елена Сергеевна Кравцова»: ЕК */
function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? '';
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

export function Face({ name, size = 40, text }: { name: string; size?: 28 | 32 | 36 | 40 | 48 | 72; text?: string }) {
  return (
    <span aria-hidden="true">
      <Avatar size={size} initials={text ?? initials(name)} gradientColor={colourOf(name)} />
    </span>
  );
}
