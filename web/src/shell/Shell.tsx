// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands around every page: the menu on the left, or the tab bar below.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28HelpCircleOutline, Icon28MenuOutline } from '@vkontakte/icons';
import { Badge, Button, Counter, SplitCol, SplitLayout, Tabbar, TabbarItem, Text, VisuallyHidden } from '@vkontakte/vkui';
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { broadcastsQuery, chatsQuery, cloudLineQuery, schoolQuery, serverLevelQuery } from '../api/queries';
import { unreadTotal } from '../chats/chat-list';
import { useAway } from '../live/connection';
import { useNewerPages } from '../live/pages';
import { has, useMe } from '../session/session';
import { lineText, schoolAwayText } from '../texts/cloud';
import { roleNames } from '../texts/roles';
import { Problem } from '../api/request';
import { ErrorBoundary } from './ErrorBoundary';
import { Face } from './Face';
import { LinkCell } from './LinkCell';
import { Logo } from './Logo';
import { menuOf } from './menu';
import { Failed } from './states';
import { useWide } from './useMedia';
import { useQuiet } from './useQuiet';

const isAt = (path: string, to: string) => path === to || path.startsWith(`${to}/`);

function Unread({ red }: { red?: boolean }) {
  const { t } = useLingui();
  const n = useQuery({ ...chatsQuery, select: (list) => unreadTotal(list.items) }).data ?? 0;
  const quiet = useQuiet();
  if (n === 0 || quiet) return null;
  return (
    <Counter size="s" mode="primary" appearance={red ? 'accent-red' : 'accent'}>
      <span aria-hidden="true">{n > 99 ? '99+' : n}</span>
      <VisuallyHidden>{t`${plural(n, { one: '# непрочитанное', few: '# непрочитанных', many: '# непрочитанных', other: '# непрочитанного' })}`}</VisuallyHidden>
    </Counter>
  );
}

function LiveMark() {
  const { t } = useLingui();
  const on = useQuery({ ...broadcastsQuery, select: (list) => list.now.length > 0 }).data;
  return on ? <Badge mode="prominent">{t`идёт трансляция`}</Badge> : null;
}

/** Something about the server needs its administrator. */
function ServerMark() {
  const { t } = useLingui();
  const level = useQuery({ ...serverLevelQuery, select: (server) => server.level }).data;
  if (level === 'alarm') return <Badge mode="prominent">{t`нужно вмешаться`}</Badge>;
  return level === 'warning' ? <Badge>{t`есть на что посмотреть`}</Badge> : null;
}

export function markOf(to: string, red?: boolean): ReactNode {
  if (to === '/chats') return <Unread red={red} />;
  if (to === '/broadcasts') return <LiveMark />;
  if (to === '/server') return <ServerMark />;
  return undefined;
}

function Menu() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const [path] = useLocation();
  const school = useQuery(schoolQuery).data;
  return (
    <header className="menu">
      <div className="menu__school"><Logo size={32} /><Text weight="2">{school?.name}</Text></div>
      <nav aria-label={t`Главное меню`} className="menu__nav" data-region>
        <ul className="plain">
          {menuOf(me).map(({ to, name, Icon }) => (
            <li key={to}>
              <LinkCell to={to} before={<Icon />} indicator={markOf(to)} aria-current={isAt(path, to) ? 'page' : undefined}>{i18n._(name)}</LinkCell>
            </li>
          ))}
        </ul>
        <div className="menu__end"><CloudLineBar /></div>
        <ul className="plain">
          <li><LinkCell to="/help" before={<Icon28HelpCircleOutline />} aria-current={isAt(path, '/help') ? 'page' : undefined}>{t`Помощь`}</LinkCell></li>
          <li>
            <LinkCell to="/me" multiline before={<Face name={me.display_name} person={me} size={28} />} subtitle={roleNames(i18n, me.roles)} aria-current={isAt(path, '/me') ? 'page' : undefined}>
              {me.short_name}
            </LinkCell>
          </li>
        </ul>
      </nav>
    </header>
  );
}

function Tabs() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const [path] = useLocation();
  const items = menuOf(me).slice(0, 3);
  const elsewhere = !items.some(({ to }) => isAt(path, to));
  return (
    <Tabbar role="navigation" aria-label={t`Главное меню`} data-region>
      {items.map(({ to, name, Icon }) => (
        <TabbarItem key={to} Component={Link} {...({ to } as object)} selected={isAt(path, to)} aria-current={isAt(path, to) ? 'page' : undefined} label={i18n._(name)} indicator={markOf(to, true)}>
          <Icon />
        </TabbarItem>
      ))}
      <TabbarItem Component={Link} {...({ to: '/more' } as object)} selected={elsewhere} aria-current={elsewhere ? 'page' : undefined} label={t`Ещё`}>
        <Icon28MenuOutline />
      </TabbarItem>
    </Tabbar>
  );
}

function OfflineBar() {
  const { t } = useLingui();
  const away = useAway();
  return (
    <div role="status" className={away ? 'offline' : undefined}>
      {away && <Text>{t`Нет связи со школой. Всё, что вы пишете, сохранено.`}</Text>}
    </div>
  );
}

/** What is written stays: drafts and what waits to be sent are kept on the device. */
function NewerBar() {
  const { t } = useLingui();
  const newer = useNewerPages();
  return (
    <div role="status" className={newer ? 'newer' : undefined}>
      {newer && (
        <>
          <Text>{t`Урок обновился.`}</Text>
          <Button mode="tertiary" size="s" onClick={() => location.reload()}>{t`Открыть заново`}</Button>
        </>
      )}
    </div>
  );
}

/** The way between the school and its cloud is down: in the school those who work there read it in passing, in the cloud
 * everybody, whose words get to the school later. Nobody has to do anything. */
function CloudLineBar() {
  const { i18n } = useLingui();
  const me = useMe();
  const line = useQuery(cloudLineQuery).data;
  const atCloud = line?.at === 'cloud';
  const isDown = line !== undefined && line.linked && !line.live && (atCloud || has(me, 'teacher', 'administrator'));
  return <div role="status" className={isDown ? 'cloud-line' : undefined}>{isDown && (atCloud ? schoolAwayText(i18n, line) : lineText(i18n, line))}</div>;
}

/** F6 moves between menu, list, conversation and field. */
function useRegions(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F6') return;
      const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
      if (regions.length === 0) return;
      event.preventDefault();
      const at = regions.findIndex((region) => region.contains(document.activeElement));
      const next = regions[(at + (event.shiftKey ? -1 : 1) + regions.length) % regions.length]!;
      (next.matches('[tabindex], textarea') ? next : next.querySelector<HTMLElement>('textarea, [aria-current], a, button, input'))?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** A fault in the page, or a part of it that could not be loaded: reading it all anew mends both. */
function Guarded({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const failed = <Failed error={new Problem(500, 'internal', '')} onRetry={() => location.reload()} />;
  return <ErrorBoundary place={path} fallback={failed}>{children}</ErrorBoundary>;
}

export function Shell({ list, children, whole }: { list?: ReactNode; children: ReactNode; whole?: boolean }) {
  const wide = useWide();
  const page = (
    <main className={whole ? 'main main_whole' : 'main'}>
      <OfflineBar />
      <NewerBar />
      {!wide && <CloudLineBar />}
      <Guarded>{children}</Guarded>
    </main>
  );
  useRegions();
  if (!wide) {
    return (
      <>
        {page}
        {!whole && <Tabs />}
      </>
    );
  }
  return (
    <SplitLayout>
      <SplitCol width={232} maxWidth={232} className="column"><Menu /></SplitCol>
      {list && <SplitCol width={336} maxWidth={336} className="column">{list}</SplitCol>}
      <SplitCol width="100%" minWidth={0} stretchedOnMobile>
        {page}
      </SplitCol>
    </SplitLayout>
  );
}
