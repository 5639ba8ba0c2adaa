// SPDX-License-Identifier: LGPL-2.1-or-later
// All classes of the school, one's own first.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon56UsersOutline } from '@vkontakte/icons';
import { Group, Header } from '@vkontakte/vkui';
import { classesQuery } from '../../api/queries';
import type { ClassRow } from '../../api/types';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { pupils } from '../../texts/dates';

function Rows({ title, rows }: { title: string; rows: ClassRow[] }) {
  const { i18n } = useLingui();
  if (rows.length === 0) return null;
  return (
    <Group mode="plain" header={<Header Component="h2">{title}</Header>}>
      <ul className="plain">
        {rows.map((row) => (
          <li key={row.id}>
            <LinkCell to={`/classes/${row.id}`} multiline before={<Face name={row.title} text={row.title} size={48} />} subtitle={[pupils(i18n, row.pupil_count), row.class_teacher?.display_name].filter(Boolean).join(' · ')}>
              {row.title}
            </LinkCell>
          </li>
        ))}
      </ul>
    </Group>
  );
}

export default function ClassesPage() {
  const { t } = useLingui();
  const classes = useQuery(classesQuery);
  return (
    <Page title={t`Классы`}>
      <Loaded query={classes}>
        {({ items }) => items.length === 0 ? <Empty icon={<Icon56UsersOutline />} title={t`Классов ещё нет`}>{t`Классы создаёт администратор.`}</Empty> : (
          <>
            <Rows title={t`Мои классы`} rows={items.filter((row) => row.mine)} />
            <Rows title={items.some((row) => row.mine) ? t`Остальные классы` : t`Все классы`} rows={items.filter((row) => !row.mine)} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
