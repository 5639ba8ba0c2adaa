// SPDX-License-Identifier: LGPL-2.1-or-later
// One's own picture: chosen, sent with its progress, replaced, removed.
import { useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { Div, SimpleCell, Text } from '@vkontakte/vkui';
import type { Me } from '../../api/types';
import { PictureChoice } from '../../forms/PictureChoice';
import { has } from '../../session/session';
import { Face } from '../../shell/Face';

export function Picture({ me, subtitle, say }: { me: Me; subtitle: string; say: (text: string) => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const words = {
    choose: t`Выбрать картинку`, replace: t`Заменить картинку`, file: t`Файл с картинкой`, saved: t`Картинка сохранена`, removed: t`Картинка убрана`,
  };
  const keep = (changed: Me) => {
    cache.setQueryData(['me'], changed);
    for (const key of ['chats', 'messages', 'people']) void cache.invalidateQueries({ queryKey: [key] });
  };
  return (
    <>
      <SimpleCell multiline before={<Face name={me.display_name} person={me} size={96} />} subtitle={subtitle}>{me.display_name}</SimpleCell>
      {has(me, 'pupil') && !me.picture && <Div><Text className="quiet">{t`Для своей картинки нужно согласие родителя на фотографию. Родитель даёт его на странице ребёнка.`}</Text></Div>}
      <PictureChoice<Me> address="/api/v1/me/picture" path="/api/v1/me" has={Boolean(me.picture)} words={words} keep={keep} say={say} />
    </>
  );
}
