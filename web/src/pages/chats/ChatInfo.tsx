// SPDX-License-Identifier: LGPL-2.1-or-later
// What a chat is and who is in it; for those who look after it, what they may change.
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Icon24MoreVertical } from '@vkontakte/icons';
import { ActionSheet, ActionSheetItem, Alert, Button, ButtonGroup, Div, Footnote, FormItem, FormStatus, Header, IconButton, SimpleCell } from '@vkontakte/vkui';
import { type RefObject, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { problemText } from '../../api/problems';
import { membersQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Chat, ChatPart, Member, Person } from '../../api/types';
import { has, useMe } from '../../session/session';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { Failed, Loading } from '../../shell/states';
import { roleName } from '../../texts/roles';
import { ChangeForm } from './MadeForms';
import { PeoplePicker } from './PeoplePicker';

type Asked = { what: 'leave' | 'close' | 'remove' | 'hand'; person?: Member };

/** Who may change it: as the rules of the school's server have it, which judge in the end. */
function useMayManage(chat: Chat): boolean {
  const me = useMe();
  if (chat.kind === 'group') return chat.as === 'owner' || chat.as === 'moderator';
  return chat.kind === 'channel' && has(me, 'administrator');
}

function useChange(chat: Chat, onDone?: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ path, method, body }: { path: string; method: 'PUT' | 'DELETE'; body?: unknown }) =>
      request<unknown>(`/api/v1/chats/${chat.id}${path}`, { method, body }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['members', chat.id] });
      void cache.invalidateQueries({ queryKey: ['chats'] });
      onDone?.();
    },
  });
}

function PartNote({ member }: { member: Member }) {
  const { t, i18n } = useLingui();
  const parts: Record<ChatPart, string> = { member: '', writer: t`пишет`, moderator: t`модератор`, owner: t`владелец` };
  return <>{[roleName(i18n, member.as), parts[member.part]].filter(Boolean).join(', ')}</>;
}

function MemberMenu({ chat, at, onClosed, onPut, onAsk }: {
  chat: Chat; at: { member: Member; opener: RefObject<HTMLElement> }; onClosed: () => void;
  onPut: (person: string, part: ChatPart) => void; onAsk: (asked: Asked) => void;
}) {
  const { t } = useLingui();
  const { member, opener } = at;
  const owner = chat.as === 'owner';
  const staff = member.roles.includes('teacher') || member.roles.includes('administrator');
  return (
    <ActionSheet aria-label={t`Действия: ${member.display_name}`} onClosed={onClosed} toggleRef={opener} placement="bottom-end">
      {chat.kind === 'channel' && <ActionSheetItem onClick={() => onPut(member.id, 'member')}>{t`Больше не пишет`}</ActionSheetItem>}
      {owner && staff && member.part === 'member' && <ActionSheetItem onClick={() => onPut(member.id, 'moderator')}>{t`Сделать модератором`}</ActionSheetItem>}
      {owner && member.part === 'moderator' && <ActionSheetItem onClick={() => onPut(member.id, 'member')}>{t`Больше не модератор`}</ActionSheetItem>}
      {owner && staff && <ActionSheetItem onClick={() => onAsk({ what: 'hand', person: member })}>{t`Передать группу`}</ActionSheetItem>}
      {chat.kind === 'group' && <ActionSheetItem mode="destructive" onClick={() => onAsk({ what: 'remove', person: member })}>{t`Убрать из группы`}</ActionSheetItem>}
    </ActionSheet>
  );
}

function MemberRow({ member, manages, onMenu }: { member: Member; manages: boolean; onMenu: (member: Member, opener: RefObject<HTMLElement>) => void }) {
  const { t } = useLingui();
  const opener = useRef<HTMLElement>(null);
  return (
    <li>
      <SimpleCell
        multiline
        before={<Face name={member.display_name} person={member} />}
        subtitle={<PartNote member={member} />}
        after={manages && (
          <IconButton getRootRef={opener} label={t`Действия: ${member.display_name}`} aria-haspopup="menu" onClick={() => onMenu(member, opener as RefObject<HTMLElement>)}><Icon24MoreVertical /></IconButton>
        )}
      >
        {member.display_name}
      </SimpleCell>
    </li>
  );
}

function Question({ chat, asked, onClosed, onYes }: { chat: Chat; asked: Asked; onClosed: () => void; onYes: () => void }) {
  const { t } = useLingui();
  const name = asked.person?.display_name ?? '';
  const words = {
    leave: { title: t`Выйти из группы?`, text: t`«${chat.title}» исчезнет из ваших чатов.`, yes: t`Выйти` },
    close: { title: t`Удалить «${chat.title}»?`, text: t`Этот чат исчезнет у всех. Вернуть его нельзя.`, yes: t`Удалить` },
    remove: { title: t`Убрать из группы?`, text: name, yes: t`Убрать` },
    hand: { title: t`Передать группу?`, text: t`Владельцем станет ${name}, вы останетесь модератором.`, yes: t`Передать` },
  }[asked.what];
  return (
    <Alert
      usePortal
      title={words.title}
      description={words.text}
      onClosed={onClosed}
      dismissLabel={t`Закрыть`}
      actions={[
        { title: t`Отмена`, mode: 'cancel' },
        { title: words.yes, mode: asked.what === 'hand' ? 'default' : 'destructive', action: onYes },
      ]}
    />
  );
}

const isStaff = (person: Person): boolean => person.roles.includes('teacher') || person.roles.includes('administrator');

function AddPeople({ chat, known, onDone }: { chat: Chat; known: readonly Member[]; onDone: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [chosen, setChosen] = useState<Person[]>([]);
  const channel = chat.kind === 'channel';
  const adding = useMutation({
    mutationFn: async () => {
      for (const person of chosen) {
        await request(`/api/v1/chats/${chat.id}/members/${person.id}`, { method: 'PUT', body: { part: channel ? 'writer' : 'member' } });
      }
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: ['members', chat.id] });
      void cache.invalidateQueries({ queryKey: ['chats'] });
    },
    onSuccess: onDone,
  });
  const isNew = (person: Person) => !known.some((m) => m.id === person.id) && (!channel || isStaff(person));
  return (
    <>
      <PeoplePicker label={channel ? t`Кто ещё пишет` : t`Кого добавить`} chosen={chosen} onChange={setChosen} fits={isNew} />
      {adding.isError && <FormItem><FormStatus mode="error" className="status" role="alert">{problemText(i18n, adding.error)}</FormStatus></FormItem>}
      <FormItem><Button size="l" stretched disabled={chosen.length === 0} loading={adding.isPending} onClick={() => adding.mutate()}>{t`Добавить`}</Button></FormItem>
    </>
  );
}

function About({ chat }: { chat: Chat }) {
  const { t } = useLingui();
  const names = { staff: t`сотрудники`, parents: t`родители`, pupils: t`ученики` };
  const audience = chat.readers?.map((r) => names[r]).join(', ');
  const classes = chat.classes.map((c) => c.title).join(', ');
  if (!chat.about && !audience) return null;
  return (
    <Div>
      {chat.about && <Footnote Component="p">{chat.about}</Footnote>}
      {audience && <Footnote Component="p" className="quiet">{classes ? t`Читают: ${audience} (${classes})` : t`Читают: ${audience}`}</Footnote>}
    </Div>
  );
}

function Buttons({ chat, onShow, onAsk }: { chat: Chat; onShow: (what: 'change' | 'add') => void; onAsk: (asked: Asked) => void }) {
  const { t } = useLingui();
  const manages = useMayManage(chat);
  if (chat.kind !== 'group' && !manages) return null;
  return (
    <Div>
      <ButtonGroup mode="vertical" stretched>
        {manages && <Button size="m" stretched mode="secondary" onClick={() => onShow('add')}>{chat.kind === 'channel' ? t`Добавить пишущих` : t`Добавить людей`}</Button>}
        {manages && <Button size="m" stretched mode="secondary" onClick={() => onShow('change')}>{t`Изменить`}</Button>}
        {chat.kind === 'group' && <Button size="m" stretched mode="tertiary" onClick={() => onAsk({ what: 'leave' })}>{t`Выйти из группы`}</Button>}
        {(chat.kind === 'channel' ? manages : chat.as === 'owner') && (
          <Button size="m" stretched mode="tertiary" appearance="negative" onClick={() => onAsk({ what: 'close' })}>{chat.kind === 'channel' ? t`Удалить канал` : t`Удалить группу`}</Button>
        )}
      </ButtonGroup>
    </Div>
  );
}

function Overview({ chat, onShow, onGone }: { chat: Chat; onShow: (what: 'change' | 'add') => void; onGone: () => void }) {
  const { t, i18n } = useLingui();
  const me = useMe();
  const members = useInfiniteQuery(membersQuery(chat.id));
  const manages = useMayManage(chat);
  const [menu, setMenu] = useState<{ member: Member; opener: RefObject<HTMLElement> } | null>(null);
  const [asked, ask] = useState<Asked | null>(null);
  const change = useChange(chat);
  const leaving = useChange(chat, onGone);
  const answer = ({ what, person }: Asked) => {
    if (what === 'close') leaving.mutate({ path: '', method: 'DELETE' });
    else if (what === 'leave') leaving.mutate({ path: `/members/${me.id}`, method: 'DELETE' });
    else if (what === 'remove') change.mutate({ path: `/members/${person!.id}`, method: 'DELETE' });
    else change.mutate({ path: `/members/${person!.id}`, method: 'PUT', body: { part: 'owner' } });
  };
  if (members.isPending) return <Loading />;
  if (!members.data) return <Failed error={members.error} onRetry={() => void members.refetch()} />;
  const error = change.error ?? leaving.error;
  return (
    <>
      <About chat={chat} />
      {error !== null && <FormItem><FormStatus mode="error" className="status" role="alert">{problemText(i18n, error)}</FormStatus></FormItem>}
      <Header Component="h3" indicator={chat.kind === 'channel' ? undefined : chat.member_count}>{chat.kind === 'channel' ? t`Кто пишет` : t`Участники`}</Header>
      <ul className="plain">
        {members.data.pages.flatMap((page) => page.items).map((member) => (
          <MemberRow key={member.id} member={member} manages={manages && member.id !== me.id && member.part !== 'owner'} onMenu={(m, opener) => setMenu({ member: m, opener })} />
        ))}
      </ul>
      {members.hasNextPage && (
        <Div><Button size="m" stretched mode="secondary" loading={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>{t`Показать ещё`}</Button></Div>
      )}
      <Buttons chat={chat} onShow={onShow} onAsk={ask} />
      {menu && <MemberMenu key={menu.member.id} chat={chat} at={menu} onClosed={() => setMenu((now) => (now === menu ? null : now))} onAsk={ask} onPut={(person, part) => change.mutate({ path: `/members/${person}`, method: 'PUT', body: { part } })} />}
      {asked && <Question chat={chat} asked={asked} onClosed={() => ask(null)} onYes={() => answer(asked)} />}
    </>
  );
}

function Info({ chat }: { chat: Chat }) {
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [shown, show] = useState<'overview' | 'change' | 'add'>('overview');
  const known = useInfiniteQuery(membersQuery(chat.id)).data?.pages.flatMap((page) => page.items) ?? [];
  const back = () => {
    void cache.invalidateQueries({ queryKey: ['chats'] });
    show('overview');
  };
  if (shown === 'change') return <ChangeForm chat={chat} onDone={back} />;
  if (shown === 'add') return <AddPeople chat={chat} known={known} onDone={back} />;
  return (
    <Overview
      chat={chat}
      onShow={show}
      onGone={() => go('/chats', { replace: true })}
    />
  );
}

export function InfoDialog({ chat, open, onClose }: { chat: Chat; open: boolean; onClose: () => void }) {
  const { t } = useLingui();
  return <Dialog id="info" title={chat.kind === 'channel' ? t`О канале` : t`Кто в чате`} open={open} onClose={onClose}><Info chat={chat} /></Dialog>;
}
