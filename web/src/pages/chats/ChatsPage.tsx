// SPDX-License-Identifier: LGPL-2.1-or-later
// The chats: a list, and beside it (on a phone: instead of it) one conversation.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon56MessagesOutline } from '@vkontakte/icons';
import { chatsQuery } from '../../api/queries';
import { Shell } from '../../shell/Shell';
import { Empty, Failed, Loading, NotFound } from '../../shell/states';
import { useWide } from '../../shell/useMedia';
import { ChatList } from './ChatList';
import { Conversation } from './Conversation';

export function ChatsPage({ id }: { id: string | undefined }) {
  const { t } = useLingui();
  const wide = useWide();
  const chats = useQuery(chatsQuery);
  if (!wide && !id) return <Shell><ChatList /></Shell>;

  const chat = chats.data?.items.find((c) => c.id === id);
  const list = wide ? <ChatList at={id} /> : undefined;
  if (!id) {
    return (
      <Shell list={list} whole>
        <div className="middle"><Empty icon={<Icon56MessagesOutline />} title={t`Выберите чат`} /></div>
      </Shell>
    );
  }
  if (!chats.data) {
    return <Shell list={list}>{chats.isError ? <Failed error={chats.error} onRetry={() => void chats.refetch()} /> : <Loading />}</Shell>;
  }
  if (!chat) return <Shell list={list}><NotFound /></Shell>;
  return <Shell list={list} whole><Conversation key={id} chat={chat} /></Shell>;
}
