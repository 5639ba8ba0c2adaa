// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of chats: what is new in each, drafts, search by title.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28AddOutline, Icon56MessagesOutline } from '@vkontakte/icons';
import { Caption, Counter, PanelHeader, PanelHeaderButton, Search, VisuallyHidden } from '@vkontakte/vkui';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { chatsQuery } from '../../api/queries';
import type { Chat } from '../../api/types';
import { keptFor, useKept } from '../../chats/kept';
import { useMe } from '../../session/session';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { PageHeader } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { useWide } from '../../shell/useMedia';
import { brief } from '../../texts/dates';

function LastLine({ chat, draft }: { chat: Chat; draft: string | undefined }) {
  const { t } = useLingui();
  if (draft) return <><span className="draft">{t`Черновик:`}</span> {draft}</>;
  const last = chat.last_message;
  if (!last) return <>{t`Пока никто не написал`}</>;
  const text = last.deleted ? t`Сообщение удалено` : last.text;
  return <>{last.mine ? t`Вы` : last.author.short_name}: {text}</>;
}

function Row({ chat, current, draft }: { chat: Chat; current: boolean; draft: string | undefined }) {
  const { t, i18n } = useLingui();
  const n = chat.unread;
  return (
    <li>
      <LinkCell
        to={`/chats/${chat.id}`}
        aria-current={current ? 'page' : undefined}
        before={<Face name={chat.title} size={48} text={chat.class?.title} person={chat.with ?? undefined} />}
        subtitle={<LastLine chat={chat} draft={draft} />}
        after={
          <span className="chat-row__end">
            {chat.last_message && <Caption className="quiet">{brief(i18n, chat.last_message.sent_at)}</Caption>}
            {n > 0 && (
              <Counter size="s" mode="primary" appearance="accent">
                <span aria-hidden="true">{n > 99 ? '99+' : n}</span>
                <VisuallyHidden>{t`${plural(n, { one: '# непрочитанное', few: '# непрочитанных', many: '# непрочитанных', other: '# непрочитанного' })}`}</VisuallyHidden>
              </Counter>
            )}
          </span>
        }
      >
        {chat.title}
      </LinkCell>
    </li>
  );
}

/** Ctrl+K goes to the search, Alt+Up and Alt+Down to another chat. */
function useKeys(chats: readonly Chat[], at: string | undefined, focusSearch: () => void): void {
  const [, go] = useLocation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.code === 'KeyK') {
        event.preventDefault();
        focusSearch();
      } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        const here = chats.findIndex((c) => c.id === at);
        const next = chats[here + (event.key === 'ArrowUp' ? -1 : 1)];
        if (next) {
          event.preventDefault();
          go(`/chats/${next.id}`);
        }
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [at, chats, focusSearch, go]);
}

const NONE: Chat[] = [];

export function ChatList({ at, onNew }: { at?: string; onNew: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const wide = useWide();
  const chats = useQuery(chatsQuery);
  const drafts = useKept(keptFor<Record<string, string>>(me.id, 'drafts', {}));
  const [search, setSearch] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const [focusSearch] = useState(() => () => field.current?.focus());
  useKeys(chats.data?.items ?? NONE, at, focusSearch);

  const wanted = search.trim().toLocaleLowerCase();
  const title = t`Чаты`;
  const newChat = <PanelHeaderButton aria-label={t`Новый чат`} onClick={() => onNew()}><Icon28AddOutline /></PanelHeaderButton>;
  return (
    <section className={wide ? 'list-column' : undefined} aria-label={t`Список чатов`}>
      {at ? <ListHeader title={title} after={newChat} /> : <PageHeader title={title} after={newChat} />}
      <Search getRef={field} value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t`Поиск по названию`} slotProps={{ input: { 'aria-label': t`Поиск чата по названию` } }} clearLabel={t`Очистить`} />
      <div className={wide ? 'list-column__scroll' : undefined} {...(wide && { tabIndex: 0, role: 'region', 'aria-label': t`Чаты` })} data-region>
        <Loaded query={chats}>
          {({ items }) => {
            const found = items.filter((c) => c.title.toLocaleLowerCase().includes(wanted));
            if (items.length === 0) return <Empty icon={<Icon56MessagesOutline />} title={t`Чатов пока нет`}>{t`Чаты появятся, когда вас добавят в класс. Кому можно писать, видно по кнопке «Новый чат».`}</Empty>;
            if (found.length === 0) return <Empty title={t`Такого чата нет`}>{t`Проверьте название.`}</Empty>;
            return (
              <ul className="plain">
                {found.map((chat) => <Row key={chat.id} chat={chat} current={chat.id === at} draft={chat.id === at ? undefined : drafts[chat.id]} />)}
              </ul>
            );
          }}
        </Loaded>
      </div>
    </section>
  );
}

function ListHeader({ title, after }: { title: string; after: ReactNode }) {
  return (
    <PanelHeader fixed={false} delimiter="separator" typographyProps={{ Component: 'div' }} after={after}><h2 className="head">{title}</h2></PanelHeader>
  );
}
