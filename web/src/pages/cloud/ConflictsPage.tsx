// SPDX-License-Identifier: LGPL-2.1-or-later
// The conflict journal: what was changed at both ends, which one stayed, and how to put the other back.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon56CheckCircleOutline } from '@vkontakte/icons';
import { Div, Group, Header, Text } from '@vkontakte/vkui';
import { Link } from 'wouter';
import { chatsQuery, cloudConflictsQuery } from '../../api/queries';
import type { CloudConflict, CloudSide } from '../../api/types';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { contestText, kindText } from './words';

/** Who did it leads to their page: what did not stay is put back by them, or after a word with them. */
function Side({ where, side, stays }: { where: string; side: CloudSide; stays: boolean }) {
  const { t, i18n } = useLingui();
  const when = moment(i18n, side.at);
  return (
    <li className={stays ? 'side side_stays' : 'side'}>
      <Text weight="2">{stays ? t`${where}: осталось это` : t`${where}: это уступило`}</Text>
      <Text>{kindText(i18n, side.kind)}</Text>
      <Text className="quiet">
        {side.actor_name ? <Link to={`/people/${side.actor}`} className="person-link">{side.actor_name}</Link> : t`Урок сам`}
        {', '}
        {when}
      </Text>
    </li>
  );
}

/** The chat opens to who is in it; an administrator is not in every one. */
function Place({ conflict }: { conflict: CloudConflict }) {
  const { t } = useLingui();
  const chats = useQuery(chatsQuery).data?.items;
  const { how, chat, subject, title } = conflict;
  if (how === 'blocked-while-written') {
    const who = (conflict.won === 'ours' ? conflict.theirs : conflict.ours).actor;
    return <LinkButton size="m" mode="secondary" to={`/people/${who}`}>{t`К странице человека`}</LinkButton>;
  }
  if (!chat || !chats || how === 'erased-while-written') return null;
  const at = how === 'closed-while-written' ? '' : `?message=${subject}`;
  if (chats.some(({ id }) => id === chat)) return <LinkButton size="m" mode="secondary" to={`/chats/${chat}${at}`} aria-label={title ? t`Открыть в чате: ${title}` : undefined}>{t`Открыть в чате`}</LinkButton>;
  return how === 'closed-while-written' ? null : <Text className="quiet">{t`Вас в этом чате нет. Исправить может тот, кто писал, или тот, кто чат ведёт.`}</Text>;
}

function Conflict({ conflict }: { conflict: CloudConflict }) {
  const { t, i18n } = useLingui();
  const { ours, theirs, won, title, how } = conflict;
  const { what, back } = contestText(i18n, how);
  return (
    <Group mode="plain" header={<Header Component="h2" multiline subtitle={moment(i18n, conflict.at)}>{title ?? kindText(i18n, conflict.kind)}</Header>}>
      <Div className="stack_wide">
        <Text>{what}</Text>
        <ul className="plain stack_wide">
          <Side where={t`В школе`} side={ours} stays={won === 'ours'} />
          <Side where={t`В облаке`} side={theirs} stays={won === 'theirs'} />
        </ul>
        <Text><b>{t`Как вернуть другое.`}</b>{' '}{back}</Text>
        <Place conflict={conflict} />
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
