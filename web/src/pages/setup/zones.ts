// SPDX-License-Identifier: LGPL-2.1-or-later
// The time zones of Russia, as the browser calls them.
const ZONES = [
  'Europe/Kaliningrad', 'Europe/Moscow', 'Europe/Samara', 'Asia/Yekaterinburg', 'Asia/Omsk', 'Asia/Novosibirsk',
  'Asia/Krasnoyarsk', 'Asia/Irkutsk', 'Asia/Yakutsk', 'Asia/Vladivostok', 'Asia/Magadan', 'Asia/Kamchatka',
];

export function zoneName(zone: string, locale: string): string {
  const part = (style: 'longGeneric' | 'shortOffset') =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: style }).formatToParts(new Date())
      .find((p) => p.type === 'timeZoneName')?.value ?? zone;
  return `${part('longGeneric')}, ${part('shortOffset')}`;
}

export function zoneOptions(locale: string): { value: string; label: string }[] {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const all = ZONES.includes(here) || !here.includes('/') ? ZONES : [...ZONES, here];
  return all.map((value) => ({ value, label: zoneName(value, locale) }));
}
