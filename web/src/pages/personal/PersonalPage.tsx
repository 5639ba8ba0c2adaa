// SPDX-License-Identifier: LGPL-2.1-or-later
// What the school keeps of one person, for themselves and for administrators: consents, who looked, a copy, an end.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Button, Div, Group, Header, Text } from '@vkontakte/vkui';
import { consentsQuery } from '../../api/queries';
import type { Consents } from '../../api/types';
import { ConsentList } from '../../personal/Consents';
import { WhoLooked } from '../../personal/WhoLooked';
import { has, useMe } from '../../session/session';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { Erase } from './Erase';
import { Hold } from './Hold';
import { Merge } from './Merge';

function Personal({ all }: { all: Consents }) {
  const { t } = useLingui();
  const me = useMe();
  const { person } = all;
  const other = person.id !== me.id && has(me, 'administrator');
  return (
    <>
      <ConsentList all={all} />
      <Group mode="plain" header={<Header Component="h2">{t`Копия всех данных`}</Header>}>
        <Div><Text className="quiet">{t`Файл со всем, что школа хранит об этом человеке: профиль, классы, свои сообщения, согласия.`}</Text></Div>
        <Div><Button size="l" stretched mode="secondary" Component="a" href={`/api/v1/people/${person.id}/export`} download>{t`Скачать копию`}</Button></Div>
      </Group>
      {person.roles.includes('pupil') && <WhoLooked person={person.id} />}
      {other && <Hold person={person} />}
      {other && <Merge person={person} />}
      {other && <Erase person={person} />}
    </>
  );
}

export default function PersonalPage({ id }: { id?: string }) {
  const { t } = useLingui();
  const me = useMe();
  const found = useQuery(consentsQuery(id ?? me.id));
  const title = id ? found.data?.person.display_name ?? t`Личные данные` : t`Мои данные и согласия`;
  const back = id ? { to: `/people/${id}`, label: t`К человеку` } : { to: '/me', label: t`К профилю` };
  return <Page title={title} back={back}><Loaded query={found}>{(all) => <Personal all={all} />}</Loaded></Page>;
}
