// SPDX-License-Identifier: LGPL-2.1-or-later
// What is found of the server, in words: what it is, and what to do now. docs/health.md lists the items.
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { HealthItem } from '../../api/types';
import { day, listing, number } from '../../texts/dates';
import { reasonText } from '../backups/words';

export type Words = { name: string; text: string; todo?: string };

const NAMES: Record<HealthItem['id'], MessageDescriptor> = {
  database: msg`База данных`,
  clock: msg`Часы`,
  'network-name': msg`Имя в сети`,
  'data-disk': msg`Место для данных`,
  'parts-disk': msg`Место для трансляций`,
  'media-disk': msg`Место для записей`,
  disks: msg`Исправность дисков`,
  power: msg`Питание`,
  memory: msg`Память`,
  units: msg`Службы`,
  certificate: msg`Сертификат`,
  backup: msg`Резервная копия`,
  'space-limits': msg`Пределы места`,
  cloud: msg`Облако`,
  'media-tools': msg`Поддержка камер`,
};

type Told = [text: MessageDescriptor, todo?: MessageDescriptor];

/** Bytes as disks are sold: «4,2 ГБ». */
export function size(i18n: I18n, bytes: number): string {
  const units = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const at = bytes >= 1e12 ? 3 : bytes >= 1e9 ? 2 : bytes >= 1e6 ? 1 : 0;
  const value = bytes / [1e3, 1e6, 1e9, 1e12][at]!;
  return value.toLocaleString(i18n.locale, { style: 'unit', unit: units[at]!, maximumFractionDigits: value < 10 && at > 1 ? 1 : 0 });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

function diskWords(i18n: I18n, state: string, values: HealthItem['values'], id: HealthItem['id']): Told {
  const left = size(i18n, count(values.free_bytes));
  const whole = size(i18n, count(values.total_bytes));
  const path = text(values.path);
  const room = msg`Свободно ${left} из ${whole}`;
  if (state === 'unreadable') return [msg`Не удалось узнать, сколько места осталось (${path}).`, msg`Попросите того, кто обслуживает сервер, проверить этот диск.`];
  if (id === 'parts-disk') return [room, msg`Здесь лежат только идущие трансляции. Завершите лишние, место освободится само.`];
  if (id === 'media-disk') return [room, msg`Удалите ненужные записи или отведите им больший диск.`];
  return [room, state === 'full'
    ? msg`Сервер больше не сможет принимать сообщения и файлы. Освободите место на диске (${path}).`
    : msg`Освободите место на диске (${path}) или поставьте больший.`];
}

function nameWords(state: string, values: HealthItem['values']): Told {
  const name = text(values.name);
  const host = text(values.host);
  switch (state) {
    case 'announced': return [msg`Школу находят в сети как «${name}» (${host})`];
    case 'off': return [msg`Школа не объявляет себя в сети: так задано в настройках сервера`];
    case 'starting': return [msg`Школа объявляет себя в сети`];
    case 'collision': return [
      msg`Это имя занял другой компьютер в сети. Сейчас школа видна как «${name}» (${host}).`,
      msg`Если в сети два сервера с одним названием школы, измените одно из них. Если занято имя компьютера, дайте серверу другое.`,
    ];
    case 'absent': return [msg`Школа не видна в сети по имени: служба Avahi не запущена`, msg`Запустите на сервере avahi-daemon. По адресу школа открывается и так.`];
    default: return [msg`Не удалось объявить школу в сети`, msg`Перезапустите на сервере avahi-daemon. По адресу школа открывается и так.`];
  }
}

function powerWords(i18n: I18n, state: string, values: HealthItem['values']): Told {
  const percent = typeof values.percent === 'number' ? number(i18n, values.percent) : '';
  const left = percent === '' ? msg`Сервер работает от батареи` : msg`Сервер работает от батареи, заряд ${percent} %`;
  switch (state) {
    case 'mains': return [msg`Сервер работает от розетки`];
    case 'unknown': return [msg`Батареи у сервера нет`];
    case 'low': return [left, msg`Скоро сервер выключится. Верните питание от розетки или завершите трансляции.`];
    default: return [left, msg`Проверьте розетку и источник бесперебойного питания.`];
  }
}

function disksWords(i18n: I18n, state: string, values: HealthItem['values']): Told {
  const disks = Array.isArray(values.disks) ? (values.disks as { name: string; verdict: string }[]) : [];
  const bad = listing(i18n, disks.filter(({ verdict }) => verdict === 'failing').map(({ name }) => name));
  switch (state) {
    case 'fine': return [msg`Диски сообщают, что исправны`];
    case 'unwatched': return [msg`Диски этого сервера о себе не сообщают`];
    case 'failing': return [msg`Диск сообщает, что скоро откажет: ${bad}`, msg`Сегодня же сделайте копию данных школы и замените диск.`];
    default: return [msg`Давно не было сведений о дисках`, msg`Попросите того, кто обслуживает сервер, проверить службу urok-health.`];
  }
}

function certificateWords(i18n: I18n, state: string, values: HealthItem['values']): Told {
  const ends = text(values.ends_at) ? day(i18n, text(values.ends_at)) : '';
  switch (state) {
    case 'fine': return [msg`Действует до: ${ends}`];
    case 'ending': return [msg`Скоро закончится: ${ends}`, msg`Свой сертификат сервер обновит сам. Если его принесла школа, замените его.`];
    case 'ended': return [msg`Срок закончился: ${ends}. Браузеры предупреждают об опасности.`, msg`Замените сертификат. Что делать, сказано на его странице.`];
    default: return [msg`Не удалось узнать, до какого дня он действует`, msg`Попросите того, кто обслуживает сервер, проверить службу urok-tls.`];
  }
}

function backupWords(i18n: I18n, state: string, values: HealthItem['values']): Told {
  const made = text(values.made_at) ? day(i18n, text(values.made_at)) : '';
  const detail = text(values.detail);
  const reason = reasonText(i18n, text(values.reason));
  switch (state) {
    case 'waiting': return [msg`Первая будет сделана ночью`];
    case 'made': return [msg`Сделана: ${made}`];
    case 'proven': return [msg`Сделана и проверена: ${made}`];
    case 'keyless': return [
      msg`Ключ восстановления не напечатан: если этот сервер выйдет из строя, копию не открыть`,
      msg`Напечатайте его на странице «Резервные копии» и храните не на сервере.`,
    ];
    case 'late': return [msg`Два дня не было резервной копии`, msg`Включайте сервер на ночь или сделайте копию сейчас на странице «Резервные копии».`];
    case 'stale': return [msg`Два дня ни одну копию не удалось проверить`, msg`Посмотрите страницу «Резервные копии». Проверить на сервере: urokctl backup verify`];
    case 'damaged': return [
      msg`Повреждены на диске и не вошли в последнюю копию файлы: ${detail}`,
      msg`Попросите того, кто обслуживает сервер, проверить диск и сохранить старую копию на другом диске: в ней эти файлы могут быть целы.`,
    ];
    case 'unchecked': return [msg`Последнюю копию не удалось проверить. ${reason}`, msg`Устраните причину и проверьте её на сервере: urokctl backup verify`];
    case 'unproven': return [msg`Из последней копии школу не восстановить. ${reason}`, msg`Сделайте другую на странице «Резервные копии».`];
    case 'unsent': return [msg`Копии не дошли до другого компьютера. ${reason}`, msg`Устраните причину и выполните на сервере: systemctl start urok-backup-send`];
    default: return [msg`Последняя копия не удалась. ${reason}`, msg`Устраните причину и сделайте другую на странице «Резервные копии».`];
  }
}

function cloudWords(i18n: I18n, state: string, values: HealthItem['values']): Told {
  const until = text(values.certificate_until) ? day(i18n, text(values.certificate_until)) : '';
  const waiting = number(i18n, count(values.waiting));
  switch (state) {
    case 'live': return [msg`На связи`];
    case 'waiting': return [msg`Связи нет, ждёт отправки: ${waiting}`];
    case 'healing': return [msg`Сервер восстановлен из копии и забирает из облака более позднюю историю`];
    case 'away': return [msg`Связи с облаком нет уже час, ждёт отправки: ${waiting}`, msg`Проверьте интернет. Что не так, сказано на странице «Облако».`];
    case 'quarantine': return [msg`Часть изменений из облака не применилась`, msg`Посмотрите их на странице «Облако».`];
    case 'ending': return [msg`Сертификат сервера для облака действует до ${until} и не продлён`, msg`Обычно он продлевается сам: проверьте связь на странице «Облако».`];
    case 'ended': return [msg`Сертификат сервера для облака истёк ${until}`, msg`Отключите школу от облака и подключите снова: страница «Облако».`];
    default: return [msg`Связь с облаком остановлена`, msg`Что случилось, сказано на странице «Облако».`];
  }
}

function told(i18n: I18n, { id, state, values }: HealthItem): Told {
  const names = listing(i18n, texts(id === 'units' ? values.failed : values.packages));
  const left = size(i18n, count(values.available_bytes));
  const whole = size(i18n, count(values.total_bytes));
  switch (id) {
    case 'data-disk': case 'parts-disk': case 'media-disk': return diskWords(i18n, state, values, id);
    case 'network-name': return nameWords(state, values);
    case 'power': return powerWords(i18n, state, values);
    case 'disks': return disksWords(i18n, state, values);
    case 'backup': return backupWords(i18n, state, values);
    case 'cloud': return cloudWords(i18n, state, values);
    case 'certificate': return certificateWords(i18n, state, values);
    case 'database':
      if (state === 'damaged') return [msg`База данных повреждена: её можно только читать`, msg`Ничего не удаляйте. Сделайте копию данных и восстановите последнюю резервную.`];
      if (state === 'uncheckable') return [msg`Ночью базу данных не удалось проверить`, msg`Проверьте её вручную: urokctl database check`];
      return [state === 'whole' ? msg`Проверена и цела` : msg`Проверяется каждую ночь`];
    case 'clock':
      return state === 'doubted' ? [msg`Сервер не верит своим часам`, msg`Поставьте на сервере верное время. Если оно верное, подтвердите: urokctl clock confirm`] : [msg`Время верное`];
    case 'memory':
      if (state === 'short') return [msg`Мало свободной памяти: ${left} из ${whole}`, msg`Закройте на сервере лишние программы или добавьте память.`];
      return [state === 'fine' ? msg`Доступно ${left} из ${whole}` : msg`Сколько памяти свободно, неизвестно`];
    case 'units':
      if (state === 'failed') return [msg`Не работает: ${names}`, msg`Попросите того, кто обслуживает сервер, посмотреть журнал этой службы.`];
      return [state === 'fine' ? msg`Все службы работают` : msg`О службах ничего не известно`];
    case 'space-limits':
      if (state === 'fine') return [msg`До установленных пределов далеко`];
      return [
        state === 'full' ? msg`Предел достигнут: новое не принимается` : msg`Скоро будет достигнут установленный предел`,
        msg`Откройте «Место на диске»: освободите место или увеличьте предел.`,
      ];
    case 'media-tools':
      return state === 'missing'
        ? [msg`Некоторые камеры не показать: не установлено ${names}`, msg`Установите эти пакеты на сервере, если у ваших камер H.265 или звук G.711.`]
        : [msg`Всё, что нужно камерам, установлено`];
  }
}

/** A newer server may know of more than this page: then its own words are shown. */
export function wordsOf(i18n: I18n, item: HealthItem): Words {
  const name = NAMES[item.id] as MessageDescriptor | undefined;
  if (name === undefined) return { name: item.id, text: item.state };
  const [said, todo] = told(i18n, item);
  return { name: i18n._(name), text: i18n._(said), todo: item.level !== 'ok' && todo ? i18n._(todo) : undefined };
}
