// SPDX-License-Identifier: LGPL-2.1-or-later
// How the school's server is: first what is wrong and what to do now, then the rest, then other schools in the network.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon24CheckCircleOutline, Icon24ErrorCircleOutline, Icon24WarningTriangleOutline } from '@vkontakte/icons';
import { Group, Header, Link, Progress, SimpleCell, Text, Title } from '@vkontakte/vkui';
import { neighboursQuery, serverQuery } from '../../api/queries';
import type { HealthItem, HealthLevel, Neighbour, ServerState } from '../../api/types';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { moment, since } from '../../texts/dates';
import { size, wordsOf } from './facts';

const ICONS = { ok: Icon24CheckCircleOutline, warning: Icon24WarningTriangleOutline, alarm: Icon24ErrorCircleOutline };

/** What has a page of its own. */
const PAGES: Partial<Record<string, string>> = { certificate: '/certificate', backup: '/server/backups', cloud: '/server/cloud' };

function Mark({ level }: { level: HealthLevel }) {
  const { t } = useLingui();
  const Icon = ICONS[level];
  const name = { ok: t`в порядке`, warning: t`внимание`, alarm: t`тревога` }[level];
  return <Icon className={`level level_${level}`} role="img" aria-label={name} aria-hidden={false} />;
}

function Bar({ item, name }: { item: HealthItem; name: string }) {
  const { t } = useLingui();
  const { total_bytes: total, free_bytes: free } = item.values as { total_bytes?: number; free_bytes?: number };
  if (!total || free === undefined) return null;
  const used = Math.round((1 - free / total) * 100);
  return <Progress className={`usage usage_${item.level}`} value={used} height={6} aria-label={t`${name}: занято ${used} %`} />;
}

function Row({ item }: { item: HealthItem }) {
  const { i18n } = useLingui();
  const { name, text, todo } = wordsOf(i18n, item);
  const isDisk = item.id.endsWith('-disk');
  const body = (
    <>
      {name}
      <span className="server__text">{item.since ? `${text} · ${since(i18n, item.since).toLocaleLowerCase(i18n.locale)}` : text}</span>
      {todo && <span className="server__todo">{todo}</span>}
      {isDisk && <Bar item={item} name={name} />}
    </>
  );
  const before = <Mark level={item.level} />;
  return (
    <li>
      {PAGES[item.id]
        ? <LinkCell to={PAGES[item.id]!} multiline before={before} className="server__row">{body}</LinkCell>
        : <SimpleCell multiline before={before} className="server__row">{body}</SimpleCell>}
    </li>
  );
}

function Rows({ title, items }: { title: string; items: HealthItem[] }) {
  if (items.length === 0) return null;
  return (
    <Group header={<Header Component="h2">{title}</Header>}>
      <ul className="plain">{items.map((item) => <Row key={item.id} item={item} />)}</ul>
    </Group>
  );
}

function Summary({ server }: { server: ServerState }) {
  const { t, i18n } = useLingui();
  const people = server.people_online;
  const live = server.broadcasts_live;
  const since = moment(i18n, server.started_at);
  const title = { ok: t`Всё в порядке`, warning: t`Есть на что посмотреть`, alarm: t`Нужно вмешаться` }[server.level];
  return (
    <Group>
      <div className="server__summary" role="status">
        <Mark level={server.level} />
        <div>
          <Title level="2" Component="h2">{title}</Title>
          <Text>{t`${plural(people, { one: '# человек в сети', few: '# человека в сети', many: '# человек в сети', other: '# человека в сети' })}`}{' · '}
            {t`${plural(live, { 0: 'сейчас трансляций нет', one: '# трансляция идёт', few: '# трансляции идут', many: '# трансляций идёт', other: '# трансляции идёт' })}`}</Text>
          <Text className="server__text">{t`Урок ${server.version}, работает с: ${since}. Память: ${size(i18n, server.memory_bytes)}.`}</Text>
        </div>
      </div>
    </Group>
  );
}

function NeighbourRow({ neighbour }: { neighbour: Neighbour }) {
  const { t } = useLingui();
  return (
    <li>
      <SimpleCell multiline subtitle={neighbour.version === null ? neighbour.addresses.join(', ') : t`${neighbour.addresses.join(', ')} · Урок ${neighbour.version}`}>
        <Link href={neighbour.url} target="_blank" rel="noopener noreferrer">{neighbour.name}</Link>
        <span className="server__text">{neighbour.host}</span>
      </SimpleCell>
    </li>
  );
}

function Neighbours() {
  const { t } = useLingui();
  const neighbours = useQuery(neighboursQuery);
  return (
    <Group header={<Header Component="h2">{t`Другие школы в этой сети`}</Header>}>
      <Loaded query={neighbours}>
        {({ items }) => items.length === 0
          ? <SimpleCell multiline subtitle={t`Второй сервер появится здесь сам, как только его включат в той же сети.`}>{t`Других серверов с Уроком не видно`}</SimpleCell>
          : <ul className="plain">{items.map((one) => <NeighbourRow key={`${one.host} ${one.port} ${one.name}`} neighbour={one} />)}</ul>}
      </Loaded>
    </Group>
  );
}

export default function ServerPage() {
  const { t } = useLingui();
  const server = useQuery(serverQuery);
  return (
    <Page title={t`Сервер`}>
      <Loaded query={server}>
        {(data) => (
          <>
            <Summary server={data} />
            <Rows title={t`Требует внимания`} items={[...data.items.filter(({ level }) => level === 'alarm'), ...data.items.filter(({ level }) => level === 'warning')]} />
            <Rows title={t`В порядке`} items={data.items.filter(({ level }) => level === 'ok')} />
          </>
        )}
      </Loaded>
      <Group>
        <ul className="plain">
          <li><LinkCell to="/server/space" chevron="always">{t`Место на диске`}</LinkCell></li>
          <li><LinkCell to="/server/backups" chevron="always">{t`Резервные копии`}</LinkCell></li>
          <li><LinkCell to="/server/cloud" chevron="always">{t`Облако`}</LinkCell></li>
          <li><LinkCell to="/server/carry" chevron="always">{t`Другие здания`}</LinkCell></li>
        </ul>
      </Group>
      <Neighbours />
    </Page>
  );
}
