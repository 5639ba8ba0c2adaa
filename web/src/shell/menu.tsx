// SPDX-License-Identifier: LGPL-2.1-or-later
// The items of the menu: roles add items, nobody switches profiles.
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import {
  Icon28ComputerOutline, Icon28DocumentOutline, Icon28LiveOutline, Icon28MessageOutline,
  Icon28ReportOutline, Icon28SchoolOutline, Icon28SettingsOutline, Icon28Users3Outline, Icon28UsersOutline, Icon28VideocamOutline,
} from '@vkontakte/icons';
import type { ComponentType } from 'react';
import type { Me } from '../api/types';
import { has } from '../session/session';

interface MenuItem {
  to: string;
  name: MessageDescriptor;
  Icon: ComponentType;
}

export function menuOf(me: Me): MenuItem[] {
  const items: MenuItem[] = [
    ...(me.waits_for_consent ? [{ to: '/waiting', name: msg`Нужно согласие`, Icon: Icon28DocumentOutline }] : []),
    { to: '/chats', name: msg`Чаты`, Icon: Icon28MessageOutline },
    { to: '/broadcasts', name: msg`Трансляции`, Icon: Icon28LiveOutline },
  ];
  const own = me.classes.find((c) => c.as === 'pupil');
  if (has(me, 'teacher', 'administrator')) items.push({ to: '/classes', name: msg`Классы`, Icon: Icon28SchoolOutline });
  else if (own) items.push({ to: `/classes/${own.id}`, name: msg`Класс`, Icon: Icon28SchoolOutline });
  if (has(me, 'parent')) items.push({ to: '/children', name: msg`Дети`, Icon: Icon28UsersOutline });
  if (has(me, 'teacher') && !has(me, 'administrator') && me.classes.some((c) => c.as === 'class_teacher')) {
    items.push({ to: '/complaints', name: msg`Жалобы`, Icon: Icon28ReportOutline });
  }
  if (has(me, 'administrator')) {
    items.push(
      { to: '/people', name: msg`Люди`, Icon: Icon28Users3Outline },
      { to: '/complaints', name: msg`Жалобы`, Icon: Icon28ReportOutline },
      { to: '/cameras', name: msg`Камеры`, Icon: Icon28VideocamOutline },
      { to: '/school', name: msg`Школа`, Icon: Icon28SettingsOutline },
      { to: '/server', name: msg`Сервер`, Icon: Icon28ComputerOutline },
    );
  }
  return items;
}
