// SPDX-License-Identifier: LGPL-2.1-or-later
// A class: its chats, teachers, pupils with their parents, who has not come in yet; an administrator seats people here.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28MessageOutline, Icon56UsersOutline } from '@vkontakte/icons';
import { Button, Div, Group, Header, RichCell, SimpleCell, Snackbar, Tabs, TabsItem, Text, Title } from '@vkontakte/vkui';
import { Fragment, type ReactNode, useState } from 'react';
import { CorrectionsLink } from '../../accounts/CorrectionsLink';
import { HelpIn } from '../../accounts/HelpIn';
import { classQuery } from '../../api/queries';
import type { ChatKind, ClassPupil, Person, SchoolClass, Teacher } from '../../api/types';
import { FormError } from '../../forms/Field';
import { WriteButton } from '../../chats/WriteButton';
import { has, useMe } from '../../session/session';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { PersonLink } from '../../shell/PersonLink';
import { Empty, Loaded } from '../../shell/states';
import { useDialog } from '../../shell/useDialog';
import { roleName } from '../../texts/roles';
import { Memos } from '../help/Memos';
import { InvitePerson } from '../invite/InvitePerson';
import { AddMember, type Adding } from './AddMember';
import { Invite } from './Invite';
import { ManageClass } from './ManageClass';
import { MemberButton, MemberMenu, type MenuAt } from './MemberMenu';
import { MovePupil } from './MovePupil';
import { useSeating } from './seating';

type Filter = 'all' | 'away' | 'alone';

const FILTERS: Record<Filter, (pupil: ClassPupil) => boolean> = {
  all: () => true,
  away: (pupil) => pupil.signed_in === false,
  alone: (pupil) => pupil.parents.length === 0,
};

/** What may be done with somebody stands at the end of their row. */
type MenuOf<T> = (person: T) => ReactNode;

export function Teachers({ teachers, menu, ofChild }: { teachers: readonly Teacher[]; menu?: MenuOf<Teacher>; ofChild?: boolean }) {
  const { t, i18n } = useLingui();
  const me = useMe();
  const after = (person: Teacher): ReactNode => menu?.(person) ?? (person.id !== me.id && <WriteButton person={person} teacher={ofChild} />);
  if (teachers.length === 0) return null;
  return (
    <Group mode="plain" header={<Header Component="h2" indicator={teachers.length}>{t`Учителя`}</Header>}>
      <ul className="plain">
        {teachers.map((person) => (
          <li key={person.id}><SimpleCell multiline before={<Face name={person.display_name} person={person} />} subtitle={roleName(i18n, person.as)} after={after(person)}><PersonLink person={person} /></SimpleCell></li>
        ))}
      </ul>
    </Group>
  );
}

export function ChatLinks({ chats }: { chats: readonly { id: string; kind: ChatKind }[] }) {
  const { t } = useLingui();
  if (chats.length === 0) return null;
  // Of a class there are these two.
  const names: Partial<Record<ChatKind, string>> = { class_pupils: t`Чат класса`, class_parents: t`Чат родителей` };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Чаты`}</Header>}>
      <ul className="plain">
        {chats.map((chat) => <li key={chat.id}><LinkCell to={`/chats/${chat.id}`} before={<Icon28MessageOutline />}>{names[chat.kind]}</LinkCell></li>)}
      </ul>
    </Group>
  );
}

interface PupilRowProps {
  pupil: ClassPupil;
  staff: boolean;
  write: boolean;
  menu?: MenuOf<ClassPupil>;
  /** Opens the way in that fits: who never came in is invited, the others get a code. */
  onLetIn?: (pupil: ClassPupil) => void;
}

function Parents({ parents }: { parents: readonly Person[] }) {
  const { t } = useLingui();
  if (parents.length === 0) return t`Родители не подключены`;
  return <>{t`Родители:`} {parents.map((parent, n) => <Fragment key={parent.id}>{n > 0 && ', '}<PersonLink person={parent} /></Fragment>)}</>;
}

function PupilRow({ pupil, staff, write, menu, onLetIn }: PupilRowProps) {
  const { t } = useLingui();
  const after = menu?.(pupil) ?? (write && <WriteButton person={pupil} />);
  const name = pupil.display_name;
  const isAway = pupil.signed_in === false;
  const isOnlyPupil = pupil.roles.length === 1;
  const words = isAway ? t`Пригласить` : t`Помочь войти`;
  const letIn = onLetIn && isOnlyPupil ? <Button size="s" mode="secondary" aria-label={`${words}: ${name}`} onClick={() => onLetIn(pupil)}>{words}</Button> : undefined;
  if (!staff) return <li><SimpleCell multiline before={<Face name={pupil.display_name} person={pupil} />} after={after}><PersonLink person={pupil} /></SimpleCell></li>;
  return (
    <li>
      <RichCell multiline before={<Face name={name} person={pupil} size={48} />} subtitle={<Parents parents={pupil.parents} />} extraSubtitle={isAway ? t`Входа ещё не было` : undefined} actions={letIn} after={after}>
        <PersonLink person={pupil} />
      </RichCell>
    </li>
  );
}

/** Whom of the pupils I may write to: my pupils, classmates, children. The server judges in the end. */
function useMayWrite(classId: string): (pupil: ClassPupil) => boolean {
  const me = useMe();
  const inClass = me.classes.some((c) => c.id === classId);
  return (pupil) => pupil.id !== me.id && (inClass || me.children.some((child) => child.id === pupil.id));
}

interface PupilsProps {
  classId: string;
  pupils: readonly ClassPupil[];
  staff: boolean;
  menu?: MenuOf<ClassPupil>;
  leads?: boolean;
}

function Pupils({ classId, pupils, staff, menu, leads }: PupilsProps) {
  const { t } = useLingui();
  const mayWrite = useMayWrite(classId);
  const [letIn, setLetIn] = useState<ClassPupil | null>(null);
  const isAway = letIn?.signed_in === false;
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
          ? <ul className="plain">{shown.map((pupil) => <PupilRow key={pupil.id} pupil={pupil} staff={staff} write={mayWrite(pupil)} menu={menu} onLetIn={leads ? setLetIn : undefined} />)}</ul>
          : <Empty title={filter === 'all' ? t`В классе пока никого` : t`Таких нет`} />}
      </div>
      {leads === true && <HelpIn person={isAway ? null : letIn} onClose={() => setLetIn(null)} />}
      <Dialog id="invite-person" title={t`Приглашение`} open={isAway} onClose={() => setLetIn(null)}>
        {letIn && <><Div><Title level="3" Component="p">{letIn.display_name}</Title></Div><InvitePerson person={letIn} /></>}
      </Dialog>
    </Group>
  );
}

const WAYS: readonly Adding[] = ['class_teacher', 'pupil', 'teacher'];
/** Where somebody leads the class already. */
const WAYS_LED: readonly Adding[] = ['pupil', 'teacher'];

/** What an administrator adds; beside it stands what else begins at a class. */
function Ways({ data, onAdd }: { data: SchoolClass; onAdd: (as: Adding) => void }) {
  const { t } = useLingui();
  const led = data.teachers.some((each) => each.as === 'class_teacher');
  const names: Record<Adding, string> = { class_teacher: t`Назначить руководителя`, teacher: t`Добавить учителя`, pupil: t`Добавить учеников` };
  return (
    <Div className="picture__choice">
      {(led ? WAYS_LED : WAYS).map((as, n) => <Button key={as} size="m" mode={n === 0 ? 'primary' : 'secondary'} onClick={() => onAdd(as)}>{names[as]}</Button>)}
    </Div>
  );
}

function Dialogs({ data, say }: { data: SchoolClass; say: (text: string) => void }) {
  const { t } = useLingui();
  const [adding, , closeAdding] = useDialog('add');
  const [moving, , closeMoving] = useDialog('move');
  const pupil = data.pupils.find(({ id }) => id === moving);
  const as = WAYS.find((each) => each === adding);
  const titles: Record<Adding, string> = { class_teacher: t`Классный руководитель ${data.title}`, teacher: t`Учителя ${data.title}`, pupil: t`Ученики ${data.title}` };
  return (
    <>
      <Dialog id="add-member" title={titles[as ?? 'pupil']} open={as !== undefined} onClose={closeAdding}>
        {as && <AddMember schoolClass={data} as={as} onDone={closeAdding} />}
      </Dialog>
      <Dialog id="move-pupil" title={t`Перевод в другой класс`} open={pupil !== undefined} onClose={closeMoving}>
        {pupil && (
          <MovePupil
            schoolClass={data} pupil={pupil}
            onMoved={(to) => {
              closeMoving();
              say(t`Теперь в ${to.title}: ${pupil.display_name}`);
            }}
          />
        )}
      </Dialog>
    </>
  );
}

function Managed({ data, say }: { data: SchoolClass; say: (text: string) => void }) {
  const { t } = useLingui();
  const seating = useSeating(data.id);
  const [, add] = useDialog('add');
  const [, move] = useDialog('move');
  const [at, setAt] = useState<MenuAt | null>(null);
  const menu = (person: Person) => <MemberButton person={person} onOpen={setAt} />;
  const isEmpty = data.pupils.length === 0 && data.teachers.length === 0;
  return (
    <>
      {!data.year.current && <Div><Text className="quiet">{t`Это класс ${data.year.title} учебного года.`}</Text></Div>}
      {isEmpty && <Empty icon={<Icon56UsersOutline />} title={t`В классе пока никого`}>{t`Назначьте классного руководителя и добавьте учеников.`}</Empty>}
      <Ways data={data} onAdd={add} />
      <FormError error={seating.error} />
      <ChatLinks chats={data.chats} />
      <Teachers teachers={data.teachers} menu={menu} />
      {!isEmpty && <Pupils classId={data.id} pupils={data.pupils} staff menu={menu} leads />}
      <ManageClass schoolClass={data} say={say} />
      <MemberMenu schoolClass={data} at={at} seating={seating} onClosed={() => setAt(null)} onMove={move} />
      <Dialogs data={data} say={say} />
    </>
  );
}

function People({ data }: { data: SchoolClass }) {
  const { t } = useLingui();
  const me = useMe();
  const leads = data.teachers.some(({ id, as }) => id === me.id && as === 'class_teacher');
  if (data.pupils.length === 0 && data.teachers.length === 0) {
    return <Empty icon={<Icon56UsersOutline />} title={t`В классе пока никого`} />;
  }
  return (
    <>
      {leads && <CorrectionsLink />}
      <ChatLinks chats={data.chats} />
      <Teachers teachers={data.teachers} />
      <Pupils classId={data.id} pupils={data.pupils} staff={has(me, 'teacher', 'administrator')} leads={leads} />
    </>
  );
}

export default function ClassPage({ id }: { id: string }) {
  const { t } = useLingui();
  const me = useMe();
  const found = useQuery(classQuery(id));
  const staff = has(me, 'teacher', 'administrator');
  const [said, say] = useState<string | null>(null);
  const back = staff ? { to: '/classes', label: t`К классам` } : has(me, 'parent') ? { to: '/children', label: t`К детям` } : undefined;
  return (
    <Page title={found.data ? t`${found.data.title} класс` : t`Класс`} back={back}>
      {staff && <Invite id={id} />}
      <Loaded query={found}>{(data) => (has(me, 'administrator') ? <Managed data={data} say={say} /> : <People data={data} />)}</Loaded>
      {found.data && <Memos />}
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
