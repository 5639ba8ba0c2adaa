// SPDX-License-Identifier: LGPL-2.1-or-later
// One conversation: its head, its messages, the field to write in.
import { useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon28InfoOutline, Icon28UsersOutline, Icon56MessageReadOutline } from '@vkontakte/icons';
import { Button, Div, Footnote, PanelHeader, PanelHeaderButton, Snackbar } from '@vkontakte/vkui';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { problemText } from '../../api/problems';
import { NoAnswer } from '../../api/request';
import type { Chat, Message } from '../../api/types';
import { useKept } from '../../chats/kept';
import { leaveWindow, loadEnd, loadNewer, loadOlder, type MessageWindow, windowQuery } from '../../chats/message-window';
import type { Pending } from '../../chats/outbox';
import { useMe, useSession } from '../../session/session';
import { LinkButton } from '../../shell/LinkCell';
import { BackButton, usePageTitle } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { useDialog } from '../../shell/useDialog';
import { useWide } from '../../shell/useMedia';
import { people } from '../../texts/dates';
import { roleNames } from '../../texts/roles';
import { Composer } from './Composer';
import { Log } from './Log';
import type { MenuAt } from './MessageMenu';
import { useDivider, useJump, useMarkRead } from './reading';
import { type Row, rowsOf } from './rows';
import { useOverlays } from './useOverlays';
import { useWriting } from './useWriting';

const NO_PENDING: Pending[] = [];

function Head({ chat, onInfo }: { chat: Chat; onInfo: () => void }) {
  const { t, i18n } = useLingui();
  const wide = useWide();
  const [, go] = useLocation();
  const heading = usePageTitle(chat.title);
  const under = chat.with ? roleNames(i18n, chat.with.roles) : chat.kind === 'channel' ? t`Канал школы` : people(i18n, chat.member_count);
  const label = chat.kind === 'channel' ? t`О канале` : t`Кто в чате`;
  return (
    <PanelHeader
      fixed={false}
      delimiter="separator"
      typographyProps={{ Component: 'div' }}
      before={!wide && <BackButton back={{ to: '/chats', label: t`К списку чатов` }} />}
      after={chat.with
        ? chat.may_see && <PanelHeaderButton aria-label={t`О человеке`} onClick={() => go(`/people/${chat.with!.id}`)}><Icon28InfoOutline /></PanelHeaderButton>
        : <PanelHeaderButton aria-label={label} onClick={onInfo}>{chat.kind === 'channel' ? <Icon28InfoOutline /> : <Icon28UsersOutline />}</PanelHeaderButton>}
    >
      <div className="head-two">
        <h1 className="head" tabIndex={-1} ref={heading}>{chat.title}</h1>
        <p className="head-two__under">{under}</p>
      </div>
    </PanelHeader>
  );
}

/** Nobody reads a chat unseen. */
function Opened({ onShow }: { onShow: () => void }) {
  const { t } = useLingui();
  return <Div className="opened"><Footnote Component="span">{t`Этот чат читали по жалобе.`}</Footnote> <Button size="s" mode="tertiary" onClick={onShow}>{t`Кто и почему`}</Button></Div>;
}

/** In place of the field, where one only reads. */
function ReadOnly({ chat }: { chat: Chat }) {
  const { t } = useLingui();
  const waits = useMe().waits_for_consent && chat.may_write;
  return (
    <Div className="read-only">
      <Footnote Component="p" className="quiet">
        {waits ? t`Пока нет согласия, здесь можно только читать.` : chat.kind === 'channel' ? t`В этом канале пишут те, кто его ведёт.` : t`Писать сюда больше нельзя. Переписка остаётся.`}
      </Footnote>
      {waits && <LinkButton size="s" mode="secondary" to="/waiting">{t`Что нужно`}</LinkButton>}
    </Div>
  );
}

/** The rows to show; what is on its way stands only behind the end. */
function useRows(chat: Chat, window: MessageWindow | undefined): Row[] {
  const { outbox } = useSession();
  const all = useKept(outbox.kept);
  const divider = useDivider(chat, window);
  return useMemo(() => {
    if (!window) return [];
    const pending = window.newer === null ? all.filter((p) => p.chatId === chat.id) : NO_PENDING;
    return rowsOf(window.items, pending, divider.id, divider.count);
  }, [window, all, chat.id, divider.id, divider.count]);
}

/** The loaders of a window, the same from one rendering to the next. */
function useLoaders(chatId: string) {
  const cache = useQueryClient();
  useEffect(() => () => leaveWindow(cache, chatId), [cache, chatId]);
  return useMemo(() => ({
    onOlder: () => loadOlder(cache, chatId),
    onNewer: () => loadNewer(cache, chatId),
    onEnd: () => loadEnd(cache, chatId),
  }), [cache, chatId]);
}

export function Conversation({ chat }: { chat: Chat }) {
  const { t, i18n } = useLingui();
  const { outbox } = useSession();
  const waits = useMe().waits_for_consent;
  const window = useQuery(windowQuery(useQueryClient(), chat.id));
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const [said, say] = useState<string | null>(null);
  const [info, openInfo, closeInfo] = useDialog('info');
  const [readers, openReaders, closeReaders] = useDialog('readers');
  const [complained, complain, closeComplaint] = useDialog('complain');
  const [openings, showOpenings, closeOpenings] = useDialog('openings');
  const onProblem = useCallback((error: unknown) => say(problemText(i18n, error)), [i18n]);
  const rows = useRows(chat, window.data);
  const loaders = useLoaders(chat.id);
  const jump = useJump(chat.id, onProblem);
  const onSeen = useMarkRead(chat);
  const writing = useWriting(chat.id, window.data, say);
  const isAsked = menu !== null || info !== null || readers !== null || complained !== null || openings !== null;
  const onMissing = useCallback(() => {
    onProblem(new NoAnswer());
    setMenu(null);
    if (info !== null) closeInfo();
    if (readers !== null) closeReaders();
  }, [onProblem, info, readers, closeInfo, closeReaders]);
  const overlays = useOverlays(isAsked, onMissing);
  const onMenu = useCallback((message: Message, opener: HTMLElement) => setMenu({ message, opener: { current: opener } }), []);
  const onAgain = useCallback((key: string) => outbox.again(key), [outbox]);
  const onDrop = useCallback((key: string) => outbox.drop(key), [outbox]);

  return (
    <section className="chat" aria-label={chat.title}>
      <Head chat={chat} onInfo={() => openInfo()} />
      {chat.opened && <Opened onShow={() => showOpenings()} />}
      <Loaded query={window}>
        {(data) => rows.length === 0
          ? <div className="middle"><Empty icon={<Icon56MessageReadOutline />} title={t`Пока никто не написал`} /></div>
          : <Log {...loaders} window={data} rows={rows} unreadBelow={chat.unread} jump={jump} onSeen={onSeen} onMenu={onMenu} onAgain={onAgain} onDrop={onDrop} />}
      </Loaded>
      {chat.may_write && !waits ? <Composer writing={writing} /> : <ReadOnly chat={chat} />}
      {overlays && (
        <>
          <overlays.MessageMenu chat={chat} at={menu} onClosed={() => setMenu(null)} onReply={writing.reply} onEdit={writing.edit} onReaders={openReaders} onComplain={complain} onProblem={onProblem} />
          <overlays.InfoDialog chat={chat} open={info !== null} onClose={closeInfo} />
          <overlays.ComplaintDialog chatId={chat.id} message={complained} onClose={closeComplaint} onSent={() => { closeComplaint(); say(t`Жалоба отправлена.`); }} />
          <overlays.OpeningsDialog chatId={chat.id} open={openings !== null} onClose={closeOpenings} />
          <overlays.ReadersDialog chatId={chat.id} message={readers} onClose={closeReaders} />
        </>
      )}
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </section>
  );
}
