// SPDX-License-Identifier: LGPL-2.1-or-later
// What uses the server's disk, by what it is, how much of it a kind may take, and where each kind's own settings are.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Button, Div, Group, Header, Progress, SimpleCell, Snackbar, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { spaceQuery } from '../../api/queries';
import type { Space } from '../../api/types';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { size } from '../server/facts';
import { Limits } from './Limits';

type Item = Space['items'][number];

function Row({ item, total }: { item: Item; total: number }) {
  const { t, i18n } = useLingui();
  const name = { history: t`История чатов и школы`, files: t`Файлы`, recordings: t`Записи трансляций`, backups: t`Резервные копии`, logs: t`Журналы сервера`, kept: t`Отложено при восстановлении и обновлении` }[item.kind];
  const bytes = size(i18n, item.bytes);
  const words = {
    counted: bytes,
    missing: t`пока ничего нет`,
    unreadable: t`${bytes} и то, что серверу читать нельзя`,
  }[item.state];
  const used = total > 0 ? Math.round((item.bytes / total) * 100) : 0;
  return (
    <li>
      <SimpleCell multiline>
        {name}
        <span className="server__text">{words}</span>
        <Progress className="usage usage_ok" value={used} height={6} aria-label={t`${name}: ${used} % диска`} />
      </SimpleCell>
    </li>
  );
}

function Body({ space, again, busy, say }: { space: Space; again: () => void; busy: boolean; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const when = moment(i18n, space.counted_at);
  const free = space.disk && size(i18n, space.disk.free_bytes);
  const total = space.disk && size(i18n, space.disk.total_bytes);
  return (
    <>
      <Group mode="plain" header={<Header Component="h2" subtitle={t`Посчитано: ${when}`}>{space.disk ? t`Свободно ${free} из ${total}` : t`Диск`}</Header>}>
        <ul className="plain">{space.items.map((item) => <Row key={item.kind} item={item} total={space.disk?.total_bytes ?? 0} />)}</ul>
        <Div><Button size="l" stretched mode="secondary" loading={busy} onClick={again}>{t`Посчитать снова`}</Button></Div>
      </Group>
      <Limits items={space.items} say={say} />
      <Group mode="plain" header={<Header Component="h2">{t`Что можно освободить`}</Header>}>
        <Div><Text className="quiet">{t`Удаляется только по этим правилам и только то, что в них названо.`}</Text></Div>
        <LinkCell to="/school/retention" multiline chevron="always" subtitle={t`Для каждого вида чатов; там же сказано, сколько сообщений удалится`}>{t`Сроки хранения`}</LinkCell>
        <LinkCell to="/server/backups" multiline chevron="always" subtitle={t`Остаются копии за 7 дней, 4 недели и 6 месяцев, прочие удаляются`}>{t`Резервные копии`}</LinkCell>
        <SimpleCell multiline subtitle={t`Их размер ограничивает сама система: SystemMaxUse в /etc/systemd/journald.conf`}>{t`Журналы сервера`}</SimpleCell>
        {space.items.some(({ kind, bytes }) => kind === 'kept' && bytes > 0) && (
          <SimpleCell multiline subtitle={t`Прежние школы удаляют сами, на сервере: какие и где, скажет urokctl doctor. Остальное исчезнет через 30 дней или со следующим обновлением`}>{t`Отложено при восстановлении и обновлении`}</SimpleCell>
        )}
      </Group>
    </>
  );
}

export default function SpacePage() {
  const { t } = useLingui();
  const space = useQuery(spaceQuery);
  const [said, setSaid] = useState('');
  return (
    <Page form title={t`Место на диске`} back={{ to: '/server', label: t`К серверу` }}>
      <Loaded query={space}>{(data) => <Body space={data} again={() => void space.refetch()} busy={space.isFetching} say={setSaid} />}</Loaded>
      {said && <Snackbar onClosed={() => setSaid('')}>{said}</Snackbar>}
    </Page>
  );
}
