// SPDX-License-Identifier: LGPL-2.1-or-later
// A class: its chats, teachers, pupils with their parents, who has not come in yet.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28MessageOutline, Icon56UsersOutline } from '@vkontakte/icons';
import { Group, Header, RichCell, SimpleCell, Tabs, TabsItem } from '@vkontakte/vkui';
import { useState } from 'react';
import { classQuery } from '../../api/queries';
import type { ChatKind, ClassPupil, SchoolClass, Teacher } from '../../api/types';
import { has, useMe } from '../../session/session';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { roleName } from '../../texts/roles';

type Filter = 'all' | 'away' | 'alone';

const FILTERS: Record<Filter, (pupil: ClassPupil) => boolean> = {
  all: () => true,
  away: (pupil) => pupil.signed_in === false,
  alone: (pupil) => pupil.parents.length === 0,
};

export function Teachers({ teachers }: { teachers: readonly Teacher[] }) {
  const { t, i18n } = useLingui();
  if (teachers.length === 0) return null;
  return (
    <Group mode="plain" header={<Header Component="h2" indicator={teachers.length}>{t`Учителя`}</Header>}>
      <ul className="plain">
        {teachers.map((person) => (
          <li key={person.id}><SimpleCell multiline before={<Face name={person.display_name} person={person} />} subtitle={roleName(i18n, person.as)}>{person.display_name}</SimpleCell></li>
        ))}
      </ul>
    </Group>
  );
}

export function ChatLinks({ chats }: { chats: readonly { id: string; kind: ChatKind }[] }) {
  const { t } = useLingui();
  if (chats.length === 0) return null;
  const names: Record<ChatKind, string> = { class_pupils: t`Чат класса`, class_parents: t`Чат родителей`, staff: t`Чат сотрудников` };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Чаты`}</Header>}>
      <ul className="plain">
        {chats.map((chat) => <li key={chat.id}><LinkCell to={`/chats/${chat.id}`} before={<Icon28MessageOutline />}>{names[chat.kind]}</LinkCell></li>)}
      </ul>
    </Group>
  );
}

function PupilRow({ pupil, staff }: { pupil: ClassPupil; staff: boolean }) {
  const { t } = useLingui();
  if (!staff) return <li><SimpleCell multiline before={<Face name={pupil.display_name} person={pupil} />}>{pupil.display_name}</SimpleCell></li>;
  const parents = pupil.parents.map((p) => p.display_name).join(', ');
  return (
    <li>
      <RichCell multiline before={<Face name={pupil.display_name} person={pupil} size={48} />} subtitle={parents ? t`Родители: ${parents}` : t`Родители не подключены`} extraSubtitle={pupil.signed_in === false ? t`Входа ещё не было` : undefined}>
        {pupil.display_name}
      </RichCell>
    </li>
  );
}

function Pupils({ pupils, staff }: { pupils: readonly ClassPupil[]; staff: boolean }) {
  const { t } = useLingui();
  const [filter, setFilter] = useState<Filter>('all');
  const names: Record<Filter, string> = { all: t`Все`, away: t`Не вошли`, alone: t`Без родителей` };
  const shown = pupils.filter(FILTERS[filter]);
  return (
    <Group mode="plain" header={<Header Component="h2" indicator={pupils.length}>{t`Ученики`}</Header>}>
      {staff && (
        <Tabs layoutFillMode="shrinked">
          {(Object.keys(names) as Filter[]).map((name) => (
            <TabsItem key={name} id={`tab-${name}`} aria-controls="pupils" selected={filter === name} onClick={() => setFilter(name)}>
              {name === 'all' ? names[name] : `${names[name]}: ${pupils.filter(FILTERS[name]).length}`}
            </TabsItem>
          ))}
        </Tabs>
      )}
      <div {...(staff && { id: 'pupils', role: 'tabpanel', 'aria-labelledby': `tab-${filter}`, tabIndex: 0 })}>
        {shown.length > 0
          ? <ul className="plain">{shown.map((pupil) => <PupilRow key={pupil.id} pupil={pupil} staff={staff} />)}</ul>
          : <Empty title={filter === 'all' ? t`В классе пока никого` : t`Таких нет`} />}
      </div>
    </Group>
  );
}

function People({ data }: { data: SchoolClass }) {
  const { t } = useLingui();
  const me = useMe();
  if (data.pupils.length === 0 && data.teachers.length === 0) {
    return <Empty icon={<Icon56UsersOutline />} title={t`В классе пока никого`} />;
  }
  return (
    <>
      <ChatLinks chats={data.chats} />
      <Teachers teachers={data.teachers} />
      <Pupils pupils={data.pupils} staff={has(me, 'teacher', 'administrator')} />
    </>
  );
}

export default function ClassPage({ id }: { id: string }) {
  const { t } = useLingui();
  const me = useMe();
  const found = useQuery(classQuery(id));
  const staff = has(me, 'teacher', 'administrator');
  const back = staff ? { to: '/classes', label: t`К классам` } : has(me, 'parent') ? { to: '/children', label: t`К детям` } : undefined;
  return (
    <Page title={found.data ? t`${found.data.title} класс` : t`Класс`} back={back}>
      <Loaded query={found}>{(data) => <People data={data} />}</Loaded>
    </Page>
  );
}
