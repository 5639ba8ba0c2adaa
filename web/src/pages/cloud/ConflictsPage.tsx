// SPDX-License-Identifier: LGPL-2.1-or-later
// The conflict journal: what was changed at both ends, which one stayed, and how to put the other back.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon56CheckCircleOutline } from '@vkontakte/icons';
import { Div, Group, Header, Text } from '@vkontakte/vkui';
import { cloudConflictsQuery } from '../../api/queries';
import type { CloudConflict, CloudSide } from '../../api/types';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { contestText, kindText } from './words';

function Side({ where, side, stays }: { where: string; side: CloudSide; stays: boolean }) {
  const { t, i18n } = useLingui();
  const who = side.actor_name ?? t`Урок сам`;
  return (
    <div className={stays ? 'side side_stays' : 'side'}>
      <Text>{kindText(i18n, side.kind)}</Text>
      <Text className="quiet">{`${where} · ${who}, ${moment(i18n, side.at)}`}</Text>
      <Text weight="2">{stays ? t`Осталось` : t`Уступило`}</Text>
    </div>
  );
}

function Conflict({ conflict }: { conflict: CloudConflict }) {
  const { t, i18n } = useLingui();
  const { ours, theirs, won, title, how, subject } = conflict;
  const { what, back } = contestText(i18n, how);
  return (
    <Group mode="plain" header={<Header Component="h2" subtitle={moment(i18n, conflict.at)}>{title ?? kindText(i18n, conflict.kind)}</Header>}>
      <Div className="stack_wide">
        <Text>{what}</Text>
        <Side where={t`В школе`} side={ours} stays={won === 'ours'} />
        <Side where={t`В облаке`} side={theirs} stays={won === 'theirs'} />
        <Text className="quiet">{back}</Text>
        {how === 'blocked-while-written' && <LinkButton size="m" mode="secondary" to={`/people/${subject}`}>{t`К странице человека`}</LinkButton>}
      </Div>
    </Group>
  );
}

export default function ConflictsPage() {
  const { t } = useLingui();
  const conflicts = useQuery(cloudConflictsQuery);
  return (
    <Page form title={t`Спорные изменения`} back={{ to: '/server/cloud', label: t`К облаку` }}>
      <Loaded query={conflicts}>
        {({ conflicts: items }) => (items.length === 0
          ? <Empty icon={<Icon56CheckCircleOutline />} title={t`Спорных изменений нет`}>{t`Здесь появится то, что изменили и в школе, и в облаке, пока между ними не было связи: что было, что осталось и как вернуть другое.`}</Empty>
          : (
            <>
              <Div><Text className="quiet">{t`Пока не было связи, это изменили и в школе, и в облаке. Урок на обеих сторонах оставил одно и то же. Слов сообщений здесь нет: администратор не во всех чатах.`}</Text></Div>
              {items.map((one) => <Conflict key={one.event} conflict={one} />)}
            </>
          ))}
      </Loaded>
    </Page>
  );
}
