// SPDX-License-Identifier: LGPL-2.1-or-later
// The conflict journal: what was changed at both ends, which one stayed, and how to put the other back.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon56CheckCircleOutline } from '@vkontakte/icons';
import { Button, ButtonGroup, Div, Group, Header, Snackbar, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { Link } from 'wouter';
import { chatsQuery, cloudConflictsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { CloudConflict, CloudSide } from '../../api/types';
import { FormError } from '../../forms/Field';
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

type Say = (text: string) => void;

/** Who wrote. Of two corrections both did. */
const loserOf = ({ won, ours, theirs }: CloudConflict): CloudSide => (won === 'ours' ? theirs : ours);

/** One press gives back what the other end took, by the rules of the chat and of the people. */
function Back({ conflict, say }: { conflict: CloudConflict; say: Say }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const { chat, back } = conflict;
  const { actor, actor_name } = loserOf(conflict);
  const isMember = back === 'member';
  const name = actor_name ?? '';
  const give = useMutation({
    mutationFn: () => (isMember
      ? request(`/api/v1/chats/${chat}/members/${actor}`, { method: 'PUT', body: { part: 'member' } })
      : request(`/api/v1/people/${actor}/block`, { method: 'DELETE' })),
    onSuccess: () => say(isMember ? t`${name} снова в чате` : t`${name}: доступ открыт`),
    onSettled: () => cache.invalidateQueries(),
  });
  return (
    <>
      <Button size="m" loading={give.isPending} aria-label={isMember ? t`Вернуть в чат: ${name}` : t`Открыть доступ: ${name}`} onClick={() => give.mutate()}>{isMember ? t`Вернуть в чат` : t`Открыть доступ`}</Button>
      <FormError error={give.error} />
    </>
  );
}

/** The chat opens to who is in it; an administrator is not in every one. */
function Place({ conflict }: { conflict: CloudConflict }) {
  const { t } = useLingui();
  const chats = useQuery(chatsQuery).data?.items;
  const { how, chat, subject, title } = conflict;
  if (how === 'blocked-while-written') {
    return <LinkButton size="m" mode="secondary" to={`/people/${loserOf(conflict).actor}`}>{t`К странице человека`}</LinkButton>;
  }
  if (!chat || !chats || how === 'erased-while-written') return null;
  const at = how === 'closed-while-written' ? '' : `?message=${subject}`;
  if (chats.some(({ id }) => id === chat)) return <LinkButton size="m" mode="secondary" to={`/chats/${chat}${at}`} aria-label={title ? t`Открыть в чате: ${title}` : undefined}>{t`Открыть в чате`}</LinkButton>;
  if (how === 'closed-while-written') return null;
  return <Text className="quiet">{how === 'removed-while-written' ? t`Вас в этом чате нет. Вернуть человека или удалить сообщение может тот, кто чат ведёт.` : t`Вас в этом чате нет. Исправить сообщение может только тот, кто его написал.`}</Text>;
}

function Conflict({ conflict, say }: { conflict: CloudConflict; say: Say }) {
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
        <ButtonGroup mode="vertical" align="left" gap="s">
          {conflict.back && <Back conflict={conflict} say={say} />}
          <Place conflict={conflict} />
        </ButtonGroup>
      </Div>
    </Group>
  );
}

export default function ConflictsPage() {
  const { t } = useLingui();
  const conflicts = useQuery(cloudConflictsQuery);
  const [said, say] = useState<string | null>(null);
  return (
    <Page form title={t`Спорные изменения`} back={{ to: '/server/cloud', label: t`К облаку` }}>
      <Loaded query={conflicts}>
        {({ conflicts: items }) => (items.length === 0
          ? <Empty icon={<Icon56CheckCircleOutline />} title={t`Спорных изменений нет`}>{t`Здесь появится то, что изменили и в школе, и в облаке, пока между ними не было связи: что было, что осталось и как вернуть другое.`}</Empty>
          : (
            <>
              <Div><Text className="quiet">{t`Пока не было связи, это изменили и в школе, и в облаке. Урок на обеих сторонах оставил одно и то же. Слов сообщений здесь нет: администратор не во всех чатах.`}</Text></Div>
              {items.map((one) => <Conflict key={one.event + one.how} conflict={one} say={say} />)}
            </>
          ))}
      </Loaded>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
