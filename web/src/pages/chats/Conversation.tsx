// SPDX-License-Identifier: LGPL-2.1-or-later
// One conversation: its head, its messages, the field to write in, what may be done with a message.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon28UsersOutline, Icon56MessageReadOutline } from '@vkontakte/icons';
import { ActionSheet, ActionSheetItem, Alert, PanelHeader, PanelHeaderButton, Snackbar } from '@vkontakte/vkui';
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { problemText } from '../../api/problems';
import { request } from '../../api/request';
import type { Chat, Message } from '../../api/types';
import { markReadHere } from '../../chats/chat-list';
import { keptFor, useKept } from '../../chats/kept';
import {
  changeInWindow, leaveWindow, loadAround, loadEnd, loadNewer, loadOlder, type MessageWindow, windowQuery,
} from '../../chats/message-window';
import type { Pending } from '../../chats/outbox';
import { has, useSession } from '../../session/session';
import { BackButton, usePageTitle } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { useDialog } from '../../shell/useDialog';
import { useWide } from '../../shell/useMedia';
import { people } from '../../texts/dates';
import { Composer } from './Composer';
import { MembersDialog, ReadersDialog } from './dialogs';
import { Log } from './Log';
import { firstUnreadOf, rowsOf } from './rows';

const NO_PENDING: Pending[] = [];

function Head({ chat, onInfo }: { chat: Chat; onInfo: () => void }) {
  const { t, i18n } = useLingui();
  const wide = useWide();
  const heading = usePageTitle(chat.title);
  return (
    <PanelHeader
      fixed={false}
      delimiter="separator"
      typographyProps={{ Component: 'div' }}
      before={!wide && <BackButton back={{ to: '/chats', label: t`К списку чатов` }} />}
      after={<PanelHeaderButton aria-label={t`Кто в чате`} onClick={onInfo}><Icon28UsersOutline /></PanelHeaderButton>}
    >
      <div className="head-two">
        <h1 className="head" tabIndex={-1} ref={heading}>{chat.title}</h1>
        <p className="head-two__under">{people(i18n, chat.member_count)}</p>
      </div>
    </PanelHeader>
  );
}

/** What was unread when the chat was opened: the divider stays until it is left. */
function useDivider(chat: Chat, window: MessageWindow | undefined): { id: string | null; count: number } {
  const opened = useRef({ readUpTo: chat.read_up_to, unread: chat.unread, id: undefined as string | null | undefined });
  if (window && opened.current.id === undefined) {
    opened.current.id = firstUnreadOf(window.items, opened.current.readUpTo, opened.current.unread);
  }
  return { id: opened.current.id ?? null, count: opened.current.unread };
}

/** Marks as read what was seen; at most one request on its way. */
function useMarkRead(chat: Chat) {
  const cache = useQueryClient();
  const sent = useRef<string | null>(chat.read_up_to);
  const current = useRef(chat);
  current.current = chat;
  return useCallback((message: Message) => {
    const { id, unread } = current.current;
    const window = cache.getQueryData<MessageWindow>(['messages', id]);
    const items = window?.items ?? [];
    const at = items.findIndex((m) => m.id === message.id);
    const before = items.findIndex((m) => m.id === sent.current);
    if (at < 0 || (sent.current === message.id) || (before >= 0 && before > at) || unread === 0) return;
    sent.current = message.id;
    const left = window?.newer === null
      ? items.slice(at + 1).filter((m) => !m.mine).length
      : Math.max(0, unread - items.slice(before + 1, at + 1).filter((m) => !m.mine).length);
    request(`/api/v1/chats/${id}/read`, { method: 'PUT', body: { message: message.id } }).then(
      () => markReadHere(cache, id, message.id, left),
      () => { sent.current = null; },
    );
  }, [cache]);
}

interface MenuState { message: Message; opener: RefObject<HTMLElement> }

export function Conversation({ chat }: { chat: Chat }) {
  const { t, i18n } = useLingui();
  const { me, outbox } = useSession();
  const cache = useQueryClient();
  const [path, go] = useLocation();
  const window = useQuery(windowQuery(cache, chat.id));
  const pendingAll = useKept(outbox.kept);
  const drafts = keptFor<Record<string, string>>(me.id, 'drafts', {});
  const [text, setText] = useState(() => drafts.get()[chat.id] ?? '');
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const [editing, setEditing] = useState<Message | null>(null);
  const [menu, setMenu] = useState<MenuState | null>(null);
  const [deleting, setDeleting] = useState<Message | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [info, openInfo, closeInfo] = useDialog('info');
  const [readers, openReaders, closeReaders] = useDialog('readers');
  const [jumpTo, openJump, closeJump] = useDialog('message');
  const divider = useDivider(chat, window.data);
  const onSeen = useMarkRead(chat);
  const chatId = chat.id;

  useEffect(() => () => leaveWindow(cache, chatId), [cache, chatId]);

  const pending = useMemo(() => pendingAll.filter((p) => p.chatId === chatId), [pendingAll, chatId]);
  const items = window.data?.items;
  const rows = useMemo(
    () => (items ? rowsOf(items, window.data?.newer === null ? pending : NO_PENDING, divider.id, divider.count) : []),
    [items, window.data?.newer, pending, divider.id, divider.count],
  );

  const keep = (value: string) => {
    setText(value);
    if (editing) return;
    const { [chatId]: _, ...others } = drafts.reread();
    drafts.set(value ? { ...others, [chatId]: value } : others);
  };

  const onProblem = (error: unknown) => setSaid(problemText(i18n, error));
  const edit = useMutation({
    mutationFn: ({ id, words }: { id: string; words: string }) =>
      request<Message>(`/api/v1/chats/${chatId}/messages/${id}`, { method: 'PATCH', body: { text: words } }),
    onSuccess: (message) => {
      changeInWindow(cache, chatId, message);
      stopEditing();
    },
    onError: onProblem,
  });
  const remove = useMutation({
    mutationFn: (message: Message) => request<void>(`/api/v1/chats/${chatId}/messages/${message.id}`, { method: 'DELETE' }),
    onSuccess: (_, message) => changeInWindow(cache, chatId, { ...message, deleted: true, text: null }),
    onError: onProblem,
  });

  const stopEditing = () => {
    setEditing(null);
    setReplyTo(null);
    setText(drafts.get()[chatId] ?? '');
  };
  const startEditing = (message: Message) => {
    setReplyTo(null);
    setEditing(message);
    setText(message.text ?? '');
  };
  const send = () => {
    const words = text.trim();
    if (editing) {
      if (words === editing.text) stopEditing();
      else edit.mutate({ id: editing.id, words });
      return;
    }
    const quote = replyTo && { id: replyTo.id, author_name: replyTo.author.short_name, text: replyTo.text?.slice(0, 140) ?? null, deleted: false };
    if (window.data?.newer) loadEnd(cache, chatId).catch(() => undefined);
    outbox.send(chatId, words, quote);
    keep('');
    setReplyTo(null);
  };
  const editLast = () => {
    const last = items?.findLast((m) => m.mine && !m.deleted);
    if (last) startEditing(last);
  };

  const jump = useCallback((id: string) => {
    const there = cache.getQueryData<MessageWindow>(['messages', chatId])?.items.some((m) => m.id === id);
    if (there) openJump(id);
    else loadAround(cache, chatId, id).then(() => openJump(id), (error: unknown) => setSaid(problemText(i18n, error)));
  }, [cache, chatId, i18n, openJump]);

  // A link to a message that is not loaded.
  const linked = useRef(jumpTo);
  useEffect(() => {
    const id = linked.current;
    linked.current = null;
    if (id && items && !items.some((m) => m.id === id)) loadAround(cache, chatId, id).catch(closeJump);
  }, [cache, chatId, closeJump, items]);

  const onMenu = useCallback((message: Message, opener: HTMLElement) => setMenu({ message, opener: { current: opener } }), []);
  const onOlder = useCallback(() => loadOlder(cache, chatId), [cache, chatId]);
  const onNewer = useCallback(() => loadNewer(cache, chatId), [cache, chatId]);
  const onEnd = useCallback(() => {
    if (jumpTo) go(path, { replace: true });
    return loadEnd(cache, chatId);
  }, [cache, chatId, go, jumpTo, path]);
  const onAgain = useCallback((key: string) => outbox.again(key), [outbox]);
  const onDrop = useCallback((key: string) => outbox.drop(key), [outbox]);

  const teaches = me.classes.some((c) => c.id === chat.class?.id && c.as === 'class_teacher');
  const mayRemove = (message: Message) => message.mine || teaches || has(me, 'administrator');

  return (
    <section className="chat" aria-label={chat.title}>
      <Head chat={chat} onInfo={() => openInfo()} />
      <Loaded query={window}>
        {(data) => rows.length === 0
          ? <div className="middle"><Empty icon={<Icon56MessageReadOutline />} title={t`Пока никто не написал`} /></div>
          : <Log window={data} rows={rows} unreadBelow={chat.unread} jumpTo={jumpTo} onOlder={onOlder} onNewer={onNewer} onEnd={onEnd} onSeen={onSeen} onMenu={onMenu} onJump={jump} onAgain={onAgain} onDrop={onDrop} />}
      </Loaded>
      <Composer text={text} onText={keep} replyTo={replyTo} editing={editing} onCancel={stopEditing} onSend={send} onEditLast={editLast} busy={edit.isPending} />

      {menu && (
        <ActionSheet aria-label={t`Действия с сообщением`} onClosed={() => setMenu(null)} toggleRef={menu.opener} placement="bottom-end">
          <ActionSheetItem onClick={() => { setEditing(null); setReplyTo(menu.message); }}>{t`Ответить`}</ActionSheetItem>
          {menu.message.mine && <ActionSheetItem onClick={() => startEditing(menu.message)}>{t`Изменить`}</ActionSheetItem>}
          <ActionSheetItem onClick={() => void navigator.clipboard.writeText(menu.message.text ?? '')}>{t`Копировать`}</ActionSheetItem>
          <ActionSheetItem onClick={() => openReaders(menu.message.id)}>{t`Кто прочитал`}</ActionSheetItem>
          {mayRemove(menu.message) && <ActionSheetItem mode="destructive" onClick={() => setDeleting(menu.message)}>{t`Удалить`}</ActionSheetItem>}
        </ActionSheet>
      )}
      {deleting && (
        <Alert
          title={t`Удалить сообщение?`}
          description={deleting.text?.slice(0, 100)}
          onClosed={() => setDeleting(null)}
          dismissLabel={t`Закрыть`}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Удалить`, mode: 'destructive', action: () => remove.mutate(deleting) },
          ]}
        />
      )}
      <MembersDialog chat={chat} open={info !== null} onClose={closeInfo} />
      <ReadersDialog chatId={chatId} message={readers} onClose={closeReaders} />
      {said && <Snackbar onClosed={() => setSaid(null)}>{said}</Snackbar>}
    </section>
  );
}
