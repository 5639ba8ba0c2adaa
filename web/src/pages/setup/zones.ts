// SPDX-License-Identifier: LGPL-2.1-or-later
// The time zones of Russia, as the browser calls them.
const ZONES = [
  'Europe/Kaliningrad', 'Europe/Moscow', 'Europe/Samara', 'Asia/Yekaterinburg', 'Asia/Omsk', 'Asia/Novosibirsk',
  'Asia/Krasnoyarsk', 'Asia/Irkutsk', 'Asia/Yakutsk', 'Asia/Vladivostok', 'Asia/Magadan', 'Asia/Kamchatka',
];

function zoneName(zone: string, locale: string): string {
  const part = (style: 'longGeneric' | 'shortOffset') =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: style }).formatToParts(new Date())
      .find((p) => p.type === 'timeZoneName')?.value ?? zone;
  return `${part('longGeneric')}, ${part('shortOffset')}`;
}

/** Those of Russia, and the one that is set already or the browser's own. */
export function zoneOptions(locale: string, also = Intl.DateTimeFormat().resolvedOptions().timeZone): { value: string; label: string }[] {
  const all = ZONES.includes(also) || !also.includes('/') ? ZONES : [...ZONES, also];
  return all.map((value) => ({ value, label: zoneName(value, locale) }));
}
