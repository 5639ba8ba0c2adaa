// SPDX-License-Identifier: LGPL-2.1-or-later
// What urok-backup is doing, in words; docs/backup.md lists its steps.
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Backups } from '../../api/types';

type Phase = NonNullable<Backups['running']>['phase'];

const PHASES: Record<Phase, MessageDescriptor> = {
  start: msg`Начинаем`,
  database: msg`Копируем базу данных`,
  files: msg`Смотрим, какие файлы новые`,
  copy: msg`Записываем новое`,
  read: msg`Читаем копию`,
  check: msg`Сверяем с тем, что записано`,
  prove: msg`Запускаем школу из копии`,
  send: msg`Отправляем на другой компьютер`,
  exchange: msg`Ставим школу на место`,
};

/** Why a copy, its proof or its journey failed: docs/backup.md lists the reasons. */
const REASONS: Record<string, MessageDescriptor> = {
  'backup-damaged': msg`Копия повреждена: после записи она изменилась или записана не до конца.`,
  'backup-log': msg`История школы в копии не совпадает с записанной.`,
  'backup-database': msg`База данных в копии повреждена.`,
  'backup-start': msg`Школа, собранная из копии, не запускается.`,
  'backup-foreign': msg`Эту копию сделал другой сервер, или это старая копия под новым именем.`,
  'backup-newer': msg`Копию сделала более новая версия Урока, чем на этом сервере.`,
  'backup-key': msg`У сервера нет ключа, который открывает эту копию.`,
  'backup-none': msg`В папке нет ни одной копии.`,
  'backup-no-school': msg`Копировать пока нечего: первый запуск школы не закончен.`,
  'backup-others': msg`В этой папке лежат копии другой школы или другого сервера.`,
  'backup-limit': msg`Достигнут предел, установленный для резервных копий.`,
  'no-space': msg`На диске не хватило места.`,
  'backup-unmounted': msg`Не подключён диск, на котором должны лежать копии или файлы школы.`,
  'backup-disk': msg`Диск или папка на нём не читается или не записывается.`,
  'backup-program': msg`Не запускается нужная программа: на сервере не хватает пакета.`,
  'backup-unsent': msg`Другой компьютер не принял копии: он недоступен или отказал.`,
};

/** A reason that this page does not know is told by its details alone. */
export const reasonText = (i18n: I18n, reason: string | null | undefined): string => i18n._(REASONS[reason ?? ''] ?? msg`Что случилось, сказано в подробностях.`);

/** A step that this page does not know is still one. */
export const phaseText = (i18n: I18n, phase: Phase): string => i18n._((PHASES as Partial<typeof PHASES>)[phase] ?? msg`Идёт работа`);

/** The copy is there, and is put to the test. */
export const isProof = (phase: Phase): boolean => ['read', 'check', 'prove'].includes(phase);
