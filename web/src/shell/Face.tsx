// SPDX-License-Identifier: LGPL-2.1-or-later
// A person or a chat as a picture, or as a coloured circle with initials; says nothing to a screen reader.
import { Avatar } from '@vkontakte/vkui';
import { useFailed } from '../live/pictures';

const COLOURS = ['blue', 'red', 'green', 'violet', 'orange', 'l-blue'] as const;

/** So many pixels has the small picture; a larger face takes the large one. */
const SMALL_SIDE = 96;

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

type Pictured = { id: string; picture?: string };

function addressOf({ id, picture }: Pictured, size: number): string | undefined {
  if (!picture) return undefined;
  const which = size * devicePixelRatio > SMALL_SIDE ? 'large' : 'small';
  return `/api/v1/people/${id}/picture?size=${which}&v=${picture}`;
}

interface FaceProps {
  name: string;
  size?: 28 | 32 | 36 | 40 | 48 | 72 | 96;
  text?: string;
  person?: Pictured;
}

export function Face({ name, size = 40, text, person }: FaceProps) {
  const address = person && addressOf(person, size);
  // Not everybody who reads somebody's words may see the picture, and it may not have come yet.
  const [failed, onError] = useFailed(address);
  return (
    <span aria-hidden="true">
      <Avatar size={size} src={failed ? undefined : address} loading="lazy" onError={onError} initials={text ?? initials(name)} gradientColor={colourOf(name)} />
    </span>
  );
}
