// SPDX-License-Identifier: LGPL-2.1-or-later
// The chats: a list, and beside it (on a phone: instead of it) one conversation.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon56MessagesOutline } from '@vkontakte/icons';
import { lazy, Suspense } from 'react';
import { chatsQuery } from '../../api/queries';
import { Shell } from '../../shell/Shell';
import { Empty, Failed, Loading, NotFound } from '../../shell/states';
import { useDialog } from '../../shell/useDialog';
import { useWide } from '../../shell/useMedia';
import { ChatList } from './ChatList';
import { Conversation } from './Conversation';

const NewChat = lazy(() => import('./NewChat'));

/** Stands beside the list: what opens inside a column lies under the next one. */
function Making({ open, onClose }: { open: boolean; onClose: () => void }) {
  return open && <Suspense><NewChat open onClose={onClose} /></Suspense>;
}

export function ChatsPage({ id }: { id: string | undefined }) {
  const { t } = useLingui();
  const wide = useWide();
  const chats = useQuery(chatsQuery);
  const [asked, openMaking, closeMaking] = useDialog('new');
  const making = <Making open={asked !== null} onClose={closeMaking} />;
  if (!wide && !id) return <Shell><ChatList onNew={openMaking} />{making}</Shell>;

  const chat = chats.data?.items.find((c) => c.id === id);
  const list = wide ? <ChatList at={id} onNew={openMaking} /> : undefined;
  if (!id) {
    return (
      <Shell list={list} whole>
        <div className="middle"><Empty icon={<Icon56MessagesOutline />} title={t`Выберите чат`} /></div>
        {making}
      </Shell>
    );
  }
  if (!chats.data) {
    return <Shell list={list}>{chats.isError ? <Failed error={chats.error} onRetry={() => void chats.refetch()} /> : <Loading />}</Shell>;
  }
  if (!chat) return <Shell list={list}><NotFound />{making}</Shell>;
  return <Shell list={list} whole><Conversation key={id} chat={chat} />{making}</Shell>;
}
