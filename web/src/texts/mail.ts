// SPDX-License-Identifier: LGPL-2.1-or-later
// Why a letter did not arrive, for whoever looks after the school's mail.
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { LetterReason } from '../api/types';

const SENTENCES: Record<LetterReason, MessageDescriptor> = {
  'mail-name-not-found': msg`Имени почтового сервера в сети нет. Проверьте [mail] server в urok.conf.`,
  'mail-no-connection': msg`Почтовый сервер не принимает соединение. Проверьте его имя и порт.`,
  'mail-no-answer': msg`Почтовый сервер не отвечает.`,
  'mail-no-tls': msg`Почтовый сервер не умеет шифровать соединение так, как настроено. Проверьте [mail] security.`,
  'mail-bad-certificate': msg`Сертификат почтового сервера не подтверждён, письмо не отправлено.`,
  'mail-wrong-password': msg`Почтовый сервер не принял логин и пароль.`,
  'mail-sender-refused': msg`Почтовый сервер не принимает письма от адреса школы.`,
  'mail-address-refused': msg`Почтовый сервер не знает такого адреса.`,
  'mail-refused': msg`Почтовый сервер не принял письмо.`,
  'mail-not-done': msg`Письмо не удалось отправить: программа отправки не ответила. Повторите через минуту.`,
  'mail-too-old': msg`Письмо ждало неделю, и почтовый сервер его так и не взял.`,
  'mail-not-set-up': msg`Почтовый сервер не указан. Впишите его в раздел [mail] файла urok.conf.`,
  'mail-password-file': msg`Файл с паролем почты не читается, или его могут читать другие. Проверьте [mail] password_file.`,
  'mail-authority-file': msg`Файл с сертификатом почтового сервера не читается. Проверьте [mail] authority_file.`,
  'jobs-full': msg`Сервер сейчас занят другими письмами.`,
};

/** With the mail server's own number, which its administrator asks for. */
export function mailReason(i18n: I18n, reason: LetterReason, code: number | null): string {
  const words = i18n._(SENTENCES[reason]);
  return code ? `${words} ${i18n._(msg`Ответ сервера: ${code}.`)}` : words;
}
