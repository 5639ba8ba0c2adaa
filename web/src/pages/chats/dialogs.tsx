// SPDX-License-Identifier: LGPL-2.1-or-later
// Dialogs of a conversation: who is in it, who has read a message.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Div, Footnote, Header, SimpleCell } from '@vkontakte/vkui';
import { membersQuery, readersQuery } from '../../api/queries';
import type { Chat, Person } from '../../api/types';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { Failed, Loaded, Loading } from '../../shell/states';
import { people } from '../../texts/dates';
import { roleName } from '../../texts/roles';

const PersonCell = ({ person, note }: { person: Person; note?: string }) => (
  <li><SimpleCell multiline before={<Face name={person.display_name} person={person} />} subtitle={note}>{person.display_name}</SimpleCell></li>
);

function Members({ chat }: { chat: Chat }) {
  const { t, i18n } = useLingui();
  const members = useInfiniteQuery(membersQuery(chat.id));
  if (members.isPending) return <Loading />;
  if (!members.data) return <Failed error={members.error} onRetry={() => void members.refetch()} />;
  return (
    <>
      <Header Component="h3" indicator={chat.member_count}>{chat.title}</Header>
      <ul className="plain">
        {members.data.pages.flatMap((page) => page.items).map((person) => (
          <PersonCell key={person.id} person={person} note={roleName(i18n, person.as)} />
        ))}
      </ul>
      {members.hasNextPage && (
        <Div><Button size="m" stretched mode="secondary" loading={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>{t`Показать ещё`}</Button></Div>
      )}
    </>
  );
}

export function MembersDialog({ chat, open, onClose }: { chat: Chat; open: boolean; onClose: () => void }) {
  const { t } = useLingui();
  return <Dialog id="info" title={t`Кто в чате`} open={open} onClose={onClose}><Members chat={chat} /></Dialog>;
}

function Readers({ chatId, message }: { chatId: string; message: string }) {
  const { t, i18n } = useLingui();
  const readers = useQuery(readersQuery(chatId, message));
  return (
    <Loaded query={readers}>
      {({ items, unread_count }) => (
        <>
          <Div>
            <Footnote Component="p">
              {items.length === 0 ? t`Пока никто не прочитал` : t`Прочитали: ${people(i18n, items.length)}`}
              {unread_count > 0 && t`. Ещё не прочитали: ${plural(unread_count, { one: '# человек', few: '# человека', many: '# человек', other: '# человека' })}`}
            </Footnote>
          </Div>
          <ul className="plain">{items.map((person) => <PersonCell key={person.id} person={person} />)}</ul>
        </>
      )}
    </Loaded>
  );
}

export function ReadersDialog({ chatId, message, onClose }: { chatId: string; message: string | null; onClose: () => void }) {
  const { t } = useLingui();
  return (
    <Dialog id="readers" title={t`Кто прочитал`} open={message !== null} onClose={onClose}>
      {message && <Readers chatId={chatId} message={message} />}
    </Dialog>
  );
}
