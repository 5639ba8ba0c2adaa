// SPDX-License-Identifier: LGPL-2.1-or-later
// What a camera is and how it fares, in plain words.
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { reasonText } from '../../api/problems';
import type { CameraState, Found } from '../../api/types';
import { number } from '../../texts/dates';

const STATES: Record<CameraState, MessageDescriptor> = {
  ok: msg`Работает`,
  lost: msg`Нет связи`,
  unknown: msg`Ещё не проверена`,
  broadcasting: msg`В эфире`,
};

export const stateName = (i18n: I18n, state: CameraState): string => i18n._(STATES[state]);

/** «H.264, 1280×720, 25 кадров в секунду, звук AAC, по UDP» */
export function foundText(i18n: I18n, { video, audio, transport }: Found): string {
  const parts = [video.codec];
  if (video.width) parts.push(`${video.width}×${video.height}`);
  if (video.frame_rate) {
    const rate = number(i18n, video.frame_rate, Number.isInteger(video.frame_rate) ? 0 : 1);
    parts.push(i18n._(msg`${rate} кадров в секунду`));
  }
  const codec = audio?.codec;
  parts.push(codec ? i18n._(msg`звук ${codec}`) : i18n._(msg`без звука`));
  if (transport === 'udp') parts.push(i18n._(msg`по UDP`));
  return parts.join(', ');
}

/** Why a camera that has sound is not heard; nothing when it is. */
function silentText(i18n: I18n, { audio, audible, missing_package: name }: Found): string | undefined {
  if (!audio || audible) return undefined;
  const codec = audio.codec;
  return name
    ? i18n._(msg`Звука не будет: чтобы переделать ${codec}, на сервере не хватает пакета ${name}.`)
    : i18n._(msg`Звука не будет: ${codec} браузеры не играют. Включите в камере AAC или G.711.`);
}

/** Will a browser show it, and if not, why. */
export function playableText(i18n: I18n, found: Found): string {
  if (found.playable) return [i18n._(msg`Браузеры покажут её как есть.`), silentText(i18n, found)].filter(Boolean).join(' ');
  const codec = found.video.codec;
  if (found.not_playable_reason === 'camera-codec') return i18n._(msg`${codec} браузеры не покажут. Включите в камере H.264.`);
  const why = found.not_playable_reason ? reasonText(i18n, found.not_playable_reason) : i18n._(msg`Браузеры её не покажут.`);
  return found.missing_package ? `${why} ${i18n._(msg`Пакет: ${found.missing_package}`)}` : why;
}
