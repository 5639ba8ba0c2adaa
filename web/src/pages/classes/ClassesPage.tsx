// SPDX-License-Identifier: LGPL-2.1-or-later
// All classes of the school, one's own first; an administrator makes them here, also those of the next year.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28CalendarOutline, Icon56UsersOutline } from '@vkontakte/icons';
import { Button, Div, FormItem, Group, Header, NativeSelect } from '@vkontakte/vkui';
import { useId, useState } from 'react';
import { classesOfQuery, yearsQuery } from '../../api/queries';
import type { ClassRow, SchoolYear } from '../../api/types';
import { has, useMe } from '../../session/session';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { useDialog } from '../../shell/useDialog';
import { pupils } from '../../texts/dates';
import { NewClasses } from './NewClasses';

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

function Classes({ items }: { items: ClassRow[] }) {
  const { t } = useLingui();
  const mine = items.filter((row) => row.mine);
  return (
    <>
      <Rows title={t`Мои классы`} rows={mine} />
      <Rows title={mine.length > 0 ? t`Остальные классы` : t`Все классы`} rows={items.filter((row) => !row.mine)} />
    </>
  );
}

function None({ onAdd }: { onAdd?: () => void }) {
  const { t } = useLingui();
  return (
    <Empty icon={<Icon56UsersOutline />} title={t`Классов ещё нет`} action={onAdd && <Button size="m" onClick={onAdd}>{t`Создать классы`}</Button>}>
      {onAdd ? t`Создайте их по параллелям: сразу 1А, 1Б и 1В. Чаты у классов появятся сами.` : t`Классы создаёт администратор.`}
    </Empty>
  );
}

function YearChoice({ years, year, onChange }: { years: SchoolYear[]; year: SchoolYear | undefined; onChange: (id: string) => void }) {
  const { t } = useLingui();
  const id = useId();
  if (years.length < 2) return null;
  return (
    <FormItem top={t`Учебный год`} htmlFor={id}>
      <NativeSelect id={id} value={year?.id} onChange={(_, value) => onChange(String(value))}>
        {years.map((each) => <option key={each.id} value={each.id}>{each.current ? t`${each.title}, сейчас` : each.title}</option>)}
      </NativeSelect>
    </FormItem>
  );
}

export default function ClassesPage() {
  const { t } = useLingui();
  const administrator = has(useMe(), 'administrator');
  const years = useQuery(yearsQuery).data?.items;
  const [chosen, choose] = useState('');
  const year = years?.find((each) => each.id === chosen) ?? years?.find((each) => each.current);
  const classes = useQuery({ ...classesOfQuery(year?.id ?? ''), enabled: years !== undefined });
  const [adding, add, close] = useDialog('new');
  return (
    <Page title={t`Классы`}>
      {years && <YearChoice years={years} year={year} onChange={choose} />}
      <Loaded query={classes}>
        {({ items }) => (
          <>
            {administrator && items.length > 0 && <Div className="picture__choice"><Button size="m" onClick={() => add()}>{t`Создать классы`}</Button></Div>}
            {items.length === 0 ? <None onAdd={administrator ? () => add() : undefined} /> : <Classes items={items} />}
            {administrator && years && (
              <Dialog id="new-classes" title={year ? t`Новые классы, ${year.title}` : t`Новые классы`} open={adding !== null} onClose={close}>
                <NewClasses year={year} rows={items} onDone={close} />
              </Dialog>
            )}
          </>
        )}
      </Loaded>
      {administrator && years && years.length > 0 && <LinkCell to="/years" before={<Icon28CalendarOutline />} chevron="always">{t`Учебные годы`}</LinkCell>}
    </Page>
  );
}
