// SPDX-License-Identifier: LGPL-2.1-or-later
// One child, as a parent sees it: class, chats, teachers, the other parent, what is written of the child.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28SchoolOutline } from '@vkontakte/icons';
import { Group, Header, SimpleCell } from '@vkontakte/vkui';
import { childrenQuery } from '../../api/queries';
import type { Child } from '../../api/types';
import { useMe } from '../../session/session';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { PersonLink } from '../../shell/PersonLink';
import { Loaded, NotFoundText } from '../../shell/states';
import { Consents } from '../../personal/Consents';
import { WhoLooked } from '../../personal/WhoLooked';
import { ChatLinks, Teachers } from '../class/ClassPage';
import { ChildNames } from './ChildNames';

function About({ child }: { child: Child }) {
  const { t } = useLingui();
  const me = useMe();
  const others = child.parents.filter((p) => p.id !== me.id);
  return (
    <>
      {child.class && (
        <Group mode="plain" header={<Header Component="h2">{t`Класс`}</Header>}>
          <ul className="plain"><li><LinkCell to={`/classes/${child.class.id}`} before={<Icon28SchoolOutline />}>{t`${child.class.title} класс`}</LinkCell></li></ul>
        </Group>
      )}
      <Teachers teachers={child.teachers} ofChild />
      <ChatLinks chats={child.chats} />
      {others.length > 0 && (
        <Group mode="plain" header={<Header Component="h2">{t`Другой родитель`}</Header>}>
          <ul className="plain">
            {others.map((p) => <li key={p.id}><SimpleCell multiline before={<Face name={p.display_name} person={p} />}><PersonLink person={p} /></SimpleCell></li>)}
          </ul>
        </Group>
      )}
      <ChildNames child={child} />
      <Consents person={child.id} />
      <WhoLooked person={child.id} />
    </>
  );
}

export default function ChildPage({ id }: { id: string }) {
  const { t } = useLingui();
  const children = useQuery(childrenQuery);
  const child = children.data?.items.find((c) => c.id === id);
  return (
    <Page title={child?.display_name ?? t`Ребёнок`} back={{ to: '/children', label: t`К детям` }}>
      <Loaded query={children}>{() => (child ? <About child={child} /> : <NotFoundText />)}</Loaded>
    </Page>
  );
}
