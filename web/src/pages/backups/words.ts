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

/** A step that this page does not know is still one. */
export const phaseText = (i18n: I18n, phase: Phase): string => i18n._((PHASES as Partial<typeof PHASES>)[phase] ?? msg`Идёт работа`);

/** The copy is there, and is put to the test. */
export const isProof = (phase: Phase): boolean => ['read', 'check', 'prove'].includes(phase);
