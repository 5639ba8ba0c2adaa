// SPDX-License-Identifier: LGPL-2.1-or-later
// A parent's children.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon56UsersOutline } from '@vkontakte/icons';
import { childrenQuery } from '../../api/queries';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';

export default function ChildrenPage() {
  const { t } = useLingui();
  const children = useQuery(childrenQuery);
  return (
    <Page title={t`Дети`}>
      <Loaded query={children}>
        {({ items }) => items.length === 0
          ? <Empty icon={<Icon56UsersOutline />} title={t`Детей пока нет`}>{t`Попросите классного руководителя связать ваш профиль с профилем ребёнка.`}</Empty>
          : (
            <ul className="plain">
              {items.map((child) => (
                <li key={child.id}>
                  <LinkCell to={`/children/${child.id}`} multiline before={<Face name={child.display_name} person={child} size={48} />} subtitle={child.class ? t`${child.class.title} класс` : t`Пока без класса`}>{child.display_name}</LinkCell>
                </li>
              ))}
            </ul>
          )}
      </Loaded>
    </Page>
  );
}
