// SPDX-License-Identifier: LGPL-2.1-or-later
// A problem as a sentence: what happened and what to do now.
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import { Problem } from './request';
import type { Reason } from './types';

const SENTENCES: Partial<Record<Reason, MessageDescriptor>> = {
  'not-found': msg`Этого здесь нет. Возможно, это удалили.`,
  forbidden: msg`На это нет прав. Обратитесь к администратору школы.`,
  'wrong-password': msg`Логин или пароль не подходит. Проверьте раскладку.`,
  'code-used': msg`Ссылка уже не действует. Попросите новую.`,
  'weak-password': msg`Такой пароль легко подобрать. Возьмите длиннее: от 8 знаков, лучше несколько слов.`,
  'login-taken': msg`Такой логин уже занят. Выберите другой.`,
  'already-set-up': msg`Школа уже настроена. Войдите.`,
  'wrong-setup-code': msg`Код не подходит. Возьмите его из консоли, где запущен «Урок».`,
  'too-large': msg`Слишком много данных. Сократите.`,
  'too-long': msg`Слишком длинно. Сократите.`,
  empty: msg`Заполните это поле.`,
  'missing-field': msg`Заполните это поле.`,
  conflict: msg`Пока вы писали, это изменилось. Обновите страницу.`,
  busy: msg`Сервер занят. Повторите через минуту.`,
  unavailable: msg`Сервер школы сейчас не отвечает. Повторите через минуту.`,
  'no-space': msg`На диске школы нет места. Скажите администратору.`,
  'camera-bad-address': msg`Адрес должен начинаться с rtsp:// или rtsps://, без логина и пароля внутри.`,
  'camera-forbidden-address': msg`Этот адрес не из сети школы. Разрешить его может тот, кто настраивает сервер.`,
  'camera-name-not-found': msg`Такого имени в сети нет. Проверьте адрес.`,
  'camera-refused': msg`Камера не принимает соединение. Проверьте адрес и порт.`,
  'camera-no-answer': msg`Камера не отвечает. Проверьте питание и кабель.`,
  'camera-wrong-password': msg`Камера не приняла пароль. Введите пароль самой камеры.`,
  'camera-no-such-path': msg`У камеры нет такого пути. Проверьте конец адреса, после порта.`,
  'camera-codec': msg`Видео этой камеры браузеры не покажут. Включите в камере H.264.`,
  'camera-plugin-missing': msg`На сервере не хватает пакета, чтобы показать эту камеру.`,
  'camera-no-video': msg`Камера ответила, но картинки не прислала.`,
  'camera-in-use': msg`Камера занята трансляцией. Сначала завершите её.`,
  'broadcast-ended': msg`Трансляция закончилась.`,
  'jobs-full': msg`Сервер занят другими файлами. Повторите через минуту.`,
  'not-a-picture': msg`Это не картинка. Выберите фотографию в JPEG, PNG или WebP.`,
  'picture-heic': msg`Картинки HEIC школа не принимает. На iPhone: Настройки → Камера → Форматы → «Наиболее совместимый», или сохраните фото как JPEG.`,
  'picture-format': msg`Такой вид картинок школа не принимает. Сохраните её как JPEG или PNG.`,
  'picture-broken': msg`Картинка повреждена или скачана не до конца. Выберите другую.`,
  'picture-animated': msg`Картинка движется. Выберите неподвижную.`,
  'picture-too-large': msg`В картинке слишком много точек. Уменьшите её: хватит 1000 × 1000.`,
  'picture-not-done': msg`Картинку не удалось обработать. Повторите или выберите другую.`,
  'picture-in-work': msg`Прошлая картинка ещё обрабатывается. Подождите немного.`,
  'picture-needs-consent': msg`Сначала на фото должен согласиться родитель: на странице ребёнка.`,
  'consent-missing': msg`Пока нет согласия, писать нельзя. Кто его даёт, сказано в «Нужно согласие».`,
  'consent-text-changed': msg`Текст только что изменили. Прочитайте новый.`,
  'wrong-name': msg`Имя не совпадает. Напишите его как над полем.`,
  'reason-names-person': msg`Напишите причину без имени: она останется в журнале.`,
  'legal-hold': msg`Эти данные хранит запрет на удаление. Сначала снимите его: «Сроки хранения».`,
  'held-already': msg`Запрет уже действует.`,
  'too-many-holds': msg`Запретов уже слишком много. Снимите те, что не нужны.`,
  'merge-roles': msg`Ученика можно объединить только с учеником.`,
  'merge-family': msg`Это родитель и ребёнок, а не один человек.`,
  'mail-not-set-up': msg`Почта не настроена. Её настраивают на сервере, в разделе [mail] файла urok.conf.`,
  'mail-password-file': msg`Файл с паролем почты не читается, или его могут читать другие. Подробнее: urokctl mail test.`,
  'mail-authority-file': msg`Файл с удостоверяющим центром почты не читается. Подробнее: urokctl mail test.`,
  'years-overlap': msg`Эти дни уже входят в другой учебный год. Поправьте даты.`,
  'too-many-years': msg`Учебных годов уже слишком много.`,
  'no-year-before': msg`Перед этим учебным годом нет другого.`,
  'year-over': msg`Этот учебный год уже прошёл.`,
  'year-begun': msg`Учебный год уже начался: его классы остаются.`,
  'year-not-empty': msg`В этом учебном году есть классы. Сначала удалите их.`,
  'class-exists': msg`Такой класс в этом году уже есть.`,
  'too-many-classes': msg`В этом году больше классов создать нельзя.`,
  'class-not-empty': msg`В классе кто-то есть. Сначала переведите или уберите всех.`,
  'class-full': msg`В классе больше нет мест.`,
  'sits-elsewhere': msg`Этот ученик уже сидит в другом классе этого года. Переведите его оттуда.`,
  'class-teacher-there': msg`Классный руководитель здесь уже есть. Назначьте нового вместо него.`,
  'pupil-moved': msg`Этого ученика уже перевели. Обновите страницу.`,
  'class-teacher-changed': msg`Классный руководитель уже другой. Обновите страницу.`,
  'last-administrator': msg`Это последний администратор школы. Сначала сделайте администратором ещё кого-нибудь, без срока.`,
  blocked: msg`Доступ закрыт школой. Обратитесь к администратору.`,
  'own-account': msg`Себе доступ не закрывают. Это может сделать другой администратор.`,
  'pupils-contact': msg`Телефон и почту ученика видят только администраторы.`,
  'chat-read-only': msg`Писать сюда больше нельзя. Переписка остаётся.`,
  'channel-read-only': msg`В этом канале пишут те, кто его ведёт.`,
  'foreign-parent': msg`Где есть ученики, там могут быть родители только этих учеников.`,
  'may-not-write': msg`Этому человеку вы писать не можете. Ученикам пишут одноклассники, свои учителя и родители.`,
  'too-many-chats': msg`Чатов слишком много. Удалите те, что не нужны.`,
  'too-many-members': msg`Столько людей чат не вместит.`,
  'invitation-dead': msg`Ссылка уже не действует. Попросите новую.`,
  'codes-closed': msg`В школе много раз ввели неверный код, и ввод закрыт на 10 минут. Ссылка и QR-код действуют.`,
  'came-in-already': msg`Этот человек уже входил. Если пароль потерян, восстановите доступ.`,
  'childs-device': msg`Здесь открыт профиль ученика. Откройте ссылку на своём телефоне или выйдите из этого профиля.`,
  'other-session': msg`Пока страница была открыта, здесь сменился профиль. Обновите страницу.`,
  'already-linked': msg`Этот ребёнок уже есть в вашем профиле.`,
  'nobody-to-invite': msg`Все уже вошли: печатать некому.`,
  'parents-full': msg`У ребёнка уже два родителя. Обратитесь к классному руководителю.`,
  'too-many-complaints': msg`Ваши прошлые жалобы ещё рассматривают. Подождите.`,
  'second-person': msg`Согласиться должен другой администратор.`,
  'not-opened': msg`Переписка не открыта. Её открывают два администратора вместе, на семь дней.`,
  'backup-running': msg`Копия уже делается. Дождитесь её или прервите.`,
  'wrong-ending': msg`Эти знаки не с этого листа. Посмотрите на конец ключа.`,
  'no-cloud': msg`Школа не соединена с облаком.`,
  'cloud-held': msg`Администратор школы не разрешил передавать данные людей в облако.`,
  'cloud-away': msg`Облако сейчас не отвечает. Повторите позже.`,
  'at-the-cloud': msg`Вы уже в облаке.`,
  'not-there-yet': msg`Облако вас ещё не знает. Повторите через несколько минут.`,
  'no-password': msg`Сначала задайте себе пароль: «Профиль», «Пароль».`,
  'code-wrong': msg`Код не подходит: он введён с ошибкой, уже использован или ему больше 10 минут. Возьмите новый.`,
  'own-school': msg`Это код этой же школы. Введите его в другой.`,
  'other-kind': msg`Профиль ученика соединяется только с профилем ученика.`,
  'school-twice': msg`В одной из этих школ у вас уже есть другой профиль. Сначала уберите прежнюю связь.`,
  unauthenticated: msg`Войдите снова, черновик сохранён.`,
};

export function reasonText(i18n: I18n, reason: Reason): string {
  return i18n._(SENTENCES[reason] ?? msg`Не получилось. Повторите.`);
}

export function problemText(i18n: I18n, error: unknown): string {
  if (!(error instanceof Problem)) return i18n._(msg`Нет связи со школой. Повторите.`);
  if (error.reason === 'too-many-tries') {
    const minutes = Math.max(1, Math.ceil((error.retryAfterS ?? 300) / 60));
    return i18n._(msg`Много попыток. Подождите ${plural(minutes, { one: '# минуту', few: '# минуты', many: '# минут', other: '# минуты' })}.`);
  }
  return reasonText(i18n, error.reason);
}

/** The text for one field of a form, or undefined. */
export function fieldText(i18n: I18n, error: unknown, ...fields: string[]): string | undefined {
  if (!(error instanceof Problem) || !error.field) return undefined;
  const last = error.field.split('.').at(-1) ?? '';
  return fields.includes(error.field) || fields.includes(last) ? problemText(i18n, error) : undefined;
}
