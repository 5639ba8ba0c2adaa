// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's memos as PDF, for whoever hands them out.
import { useLingui } from '@lingui/react/macro';
import { Icon28DownloadOutline } from '@vkontakte/icons';
import { Group, Header, SimpleCell } from '@vkontakte/vkui';
import { has, useMe } from '../../session/session';

export function Memos() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const memos = [
    { audience: 'parents', name: t`Памятка для родителей`, about: t`Как подключиться, что отвечать на вопросы, кто поможет` },
    { audience: 'pupils', name: t`Памятка для учеников`, about: t`Как войти и что делать, если не получается` },
  ];
  if (!has(me, 'teacher', 'administrator')) return null;
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Памятки, PDF`}</Header>}>
      <ul className="plain">
        {memos.map(({ audience, name, about }) => (
          <li key={audience}>
            <SimpleCell multiline href={`/api/v1/memos/${audience}.pdf?language=${i18n.locale === 'en' ? 'en' : 'ru'}`} download before={<Icon28DownloadOutline />} subtitle={about}>{name}</SimpleCell>
          </li>
        ))}
      </ul>
    </Group>
  );
}
