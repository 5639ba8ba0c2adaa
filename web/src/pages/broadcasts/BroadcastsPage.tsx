// SPDX-License-Identifier: LGPL-2.1-or-later
// What is on now and what was: only what one may watch.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28LiveOutline, Icon28VideoOutline, Icon56VideoOutline } from '@vkontakte/icons';
import { Div, Group, Header } from '@vkontakte/vkui';
import { broadcastsQuery } from '../../api/queries';
import type { Broadcast, BroadcastState } from '../../api/types';
import { has, useMe } from '../../session/session';
import { LinkButton, LinkRichCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { clock, moment, span } from '../../texts/dates';

function NowRow({ broadcast }: { broadcast: Broadcast }) {
  const { t, i18n } = useLingui();
  const lacks: Partial<Record<BroadcastState, string>> = {
    camera_lost: t`Нет картинки с камеры`,
    no_space: t`Нет места на сервере`,
    starting: t`Подключаемся к камере`,
  };
  return (
    <li>
      <LinkRichCell
        to={`/broadcasts/${broadcast.id}`}
        multiline
        before={<span className="thumb thumb_live"><Icon28LiveOutline /></span>}
        overTitle={lacks[broadcast.state] ?? <span className="on-air">{t`ЭФИР`}</span>}
        subtitle={[broadcast.author?.display_name, broadcast.camera?.name].filter(Boolean).join(' · ')}
        extraSubtitle={t`Идёт с ${clock(i18n, broadcast.started_at)}`}
      >
        {broadcast.title}
      </LinkRichCell>
    </li>
  );
}

function PastRow({ broadcast }: { broadcast: Broadcast }) {
  const { i18n } = useLingui();
  return (
    <li>
      <LinkRichCell
        to={`/broadcasts/${broadcast.id}`}
        multiline
        before={<span className="thumb"><Icon28VideoOutline /></span>}
        subtitle={broadcast.author?.display_name}
        extraSubtitle={[moment(i18n, broadcast.started_at), broadcast.ended_at && span(i18n, broadcast.started_at, broadcast.ended_at)].filter(Boolean).join(' · ')}
      >
        {broadcast.title}
      </LinkRichCell>
    </li>
  );
}

export function BroadcastsPage() {
  const { t } = useLingui();
  const me = useMe();
  const broadcasts = useQuery(broadcastsQuery);
  const mayStart = has(me, 'teacher', 'administrator');
  return (
    <Page title={t`Трансляции`}>
      {mayStart && <Div><LinkButton to="/broadcasts/new" size="l">{t`Начать трансляцию`}</LinkButton></Div>}
      <Loaded query={broadcasts}>
        {({ now, past }) => (
          <>
            <Group mode="plain" header={<Header Component="h2">{t`Сейчас`}</Header>}>
              {now.length > 0
                ? <ul className="plain">{now.map((b) => <NowRow key={b.id} broadcast={b} />)}</ul>
                : <Empty icon={<Icon56VideoOutline />} title={t`Сейчас трансляций нет`}>{t`Здесь появятся уроки и события, которые вам можно смотреть.`}</Empty>}
            </Group>
            {past.length > 0 && (
              <Group mode="plain" header={<Header Component="h2">{t`Прошедшие`}</Header>}>
                <ul className="plain">{past.map((b) => <PastRow key={b.id} broadcast={b} />)}</ul>
              </Group>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
