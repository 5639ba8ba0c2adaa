// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens between the school and its cloud, in words: kinds of changes, what went wrong, and what to do now.
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import type { CloudState } from '../../api/types';

export const changes = (i18n: I18n, n: number): string =>
  i18n._(msg`${plural(n, { one: '# изменение', few: '# изменения', many: '# изменений', other: '# изменения' })}`);

type Told = { text: string; todo?: string };

const TROUBLES: Record<string, [text: MessageDescriptor, todo?: MessageDescriptor]> = {
  'name-not-found': [msg`Имени облака в Интернете не нашлось.`, msg`Если Интернет в школе есть, проверьте настройки сети на сервере.`],
  'no-connection': [msg`До облака не достучаться.`, msg`Если Интернет в школе есть, позвоните тем, кто ведёт облако.`],
  lost: [msg`Связь с облаком оборвалась. Урок пробует снова.`],
  'bad-certificate': [msg`Сертификат облака или этой школы не подходит.`, msg`Проверьте время на сервере. Если оно верное, позвоните тем, кто ведёт облако.`],
  refused: [msg`Облако не приняло этот сервер.`, msg`Спросите тех, кто ведёт облако, не отвязали ли они школу.`],
  sync: [msg`Записи школы и облака противоречат друг другу.`, msg`Ничего не потеряно. Не перезапускайте и не восстанавливайте сервер; скажите тому, кто его обслуживает: urokctl cloud status`],
  'certificate-ended': [msg`Сертификат этой школы для облака закончился.`, msg`Разорвите связь и свяжите школу снова с новым кодом: то, что ждёт отправки, уйдёт тогда.`],
  'not-renewed': [msg`Сертификат этой школы для облака не удалось обновить. Урок пробует снова.`, msg`Если до его конца меньше недели, позвоните тем, кто ведёт облако.`],
  'link-unreadable': [msg`То, что связывает школу с облаком, на сервере не читается.`, msg`Скажите тому, кто его обслуживает: urokctl cloud status`],
};

/** What this page does not know it says in the daemon's own words. */
export function troubleText(i18n: I18n, trouble: NonNullable<CloudState['trouble']>): Told {
  const known = TROUBLES[trouble.code];
  if (!known) return { text: trouble.text };
  return { text: i18n._(known[0]), todo: known[1] && i18n._(known[1]) };
}

type Choice = { name: MessageDescriptor; what: MessageDescriptor };

const CHOICES: Record<string, Choice> = {
  school: { name: msg`Школа`, what: msg`Название, логотип, куда обращаться, учебные годы.` },
  people: { name: msg`Люди`, what: msg`Имена, роли, кто чей родитель. Без них в облаке никто не войдёт. Паролей среди них нет.` },
  pictures: { name: msg`Фотографии и логотип`, what: msg`Фотографии людей и логотип школы, сами картинки тоже. Без них в облаке вместо фотографии видны буквы имени.` },
  classes: { name: msg`Классы`, what: msg`Классы и кто в них учится. Без них в облаке не будет чатов классов.` },
  chats: { name: msg`Чаты`, what: msg`Какие чаты есть и кто в них. Самих сообщений среди этого нет.` },
  messages: { name: msg`Сообщения`, what: msg`Все сообщения: классов, родителей, личные, групп и каналов.` },
  consents: { name: msg`Согласия`, what: msg`Кто и на что согласился.` },
  complaints: { name: msg`Жалобы`, what: msg`Кто на что пожаловался и что решила школа.` },
  keeping: { name: msg`Сроки хранения`, what: msg`Сколько хранятся сообщения, и запреты на удаление.` },
  requests: { name: msg`Изменения из дома`, what: msg`Учителя и родители меняют из облака свой профиль и группы, подтверждают заявки. Делает это сервер школы по своим правилам; администраторам так нельзя.` },
  broadcasts: { name: msg`Трансляции`, what: msg`Что, когда и для кого шло. Самой картинки среди этого нет: она остаётся в школе.` },
};

export function choiceText(i18n: I18n, { name, kinds }: { name: string; kinds: string[] }): { name: string; what: string } {
  const known = CHOICES[name];
  return known ? { name: i18n._(known.name), what: i18n._(known.what) } : { name, what: kinds.join(', ') };
}

/** From the narrow to the wide: the first that fits says what it is. */
const KINDS: [start: string, name: MessageDescriptor][] = [
  ['person.added', msg`Новый человек`],
  ['person.roles', msg`Роли человека`],
  ['person.role', msg`Роли человека`],
  ['person.blocked', msg`Доступ человека`],
  ['person.contact', msg`Телефон или почта человека`],
  ['person.picture', msg`Фотография человека`],
  ['person.birth', msg`Дата рождения`],
  ['person.login', msg`Логин`],
  ['person.parent', msg`Родитель ребёнка`],
  ['person.correction', msg`Исправление имени`],
  ['person.erased', msg`Стирание данных`],
  ['person.', msg`Данные человека`],
  ['child.', msg`Данные ребёнка`],
  ['consent.', msg`Согласие`],
  ['class.member', msg`Кто в классе`],
  ['class.', msg`Класс`],
  ['year.', msg`Учебный год`],
  ['chat.message.edited', msg`Исправление сообщения`],
  ['chat.message.blanked', msg`Удаление сообщения`],
  ['chat.message', msg`Сообщение`],
  ['chat.member.removed', msg`Человека убрали из чата`],
  ['chat.closed', msg`Чат закрыли`],
  ['chat.member', msg`Кто в чате`],
  ['chat.', msg`Чат`],
  ['complaint.', msg`Жалоба`],
  ['school.logo', msg`Логотип школы`],
  ['school.', msg`Данные школы`],
  ['retention.', msg`Срок хранения`],
  ['hold.', msg`Запрет на удаление`],
  ['camera.', msg`Камера`],
  ['broadcast.', msg`Трансляция`],
  ['sync.', msg`Что уходит в облако`],
];

export const kindText = (i18n: I18n, kind: string): string => {
  const known = KINDS.find(([start]) => kind.startsWith(start));
  return known ? i18n._(known[1]) : kind;
};

type Contest = { what: MessageDescriptor; back: MessageDescriptor };

/** docs/sync-protocol.md, 7: what may be changed at both ends, which one wins, and how the other comes back. */
const CONTESTS: Record<string, Contest> = {
  'edited-twice': {
    what: msg`Одно сообщение исправили с двух сторон. Осталось то, что исправлено позже.`,
    back: msg`Если верно было другое, пусть автор исправит сообщение ещё раз.`,
  },
  'deleted-while-edited': {
    what: msg`Сообщение удалили, пока его исправляли. Оно удалено.`,
    back: msg`Слова не вернуть. Если они нужны, пусть автор напишет их снова.`,
  },
  'deleted-while-answered': {
    what: msg`На сообщение ответили, пока его удаляли. Ответ остался, а вместо сообщения стоит, что оно удалено.`,
    back: msg`Делать ничего не нужно. Если ответ теперь непонятен, автор может его исправить.`,
  },
  'closed-while-written': {
    what: msg`В чат написали, пока его закрывали. Чат закрыт, и написанного никто не видит.`,
    back: msg`Если закрыли зря, создайте чат снова и попросите автора написать туда.`,
  },
  'removed-while-written': {
    what: msg`Человек написал в чат, пока его оттуда убирали. Сообщение осталось, человека в чате нет.`,
    back: msg`Если убрали зря, верните человека в чат: он станет в нём обычным участником. Если лишнее сообщение, удалите его.`,
  },
  'blocked-while-written': {
    what: msg`Человек написал, пока ему закрывали доступ. Доступ закрыт, сообщение осталось.`,
    back: msg`Если доступ закрыли зря, откройте его снова.`,
  },
  'erased-while-written': {
    what: msg`Человек написал, пока его данные стирали. Данные стёрты, от сообщения осталось пустое место.`,
    back: msg`Вернуть это нельзя: стёртое стирается на обеих сторонах.`,
  },
};

export function contestText(i18n: I18n, how: string): { what: string; back: string } {
  const known = CONTESTS[how];
  return known ? { what: i18n._(known.what), back: i18n._(known.back) } : { what: how, back: '' };
}

const FILE_TROUBLES: Record<string, MessageDescriptor> = {
  'cloud-no-answer': msg`Облако не отвечает. Делать ничего не нужно: попробуем ещё раз сами.`,
  'cloud-no-space': msg`В облаке кончилось место для файлов школы. Скажите тем, кто его ведёт.`,
  'cloud-refused': msg`Облако не принимает файлы от этого сервера. Скажите тем, кто его ведёт.`,
  'no-space': msg`На диске этого сервера нет места. Освободите его на странице «Место на диске».`,
  'file-wrong': msg`Пришёл повреждённый файл. Делать ничего не нужно: попробуем ещё раз сами.`,
};

export function fileTroubleText(i18n: I18n, code: string): string | undefined {
  const known = FILE_TROUBLES[code];
  return known && i18n._(known);
}
