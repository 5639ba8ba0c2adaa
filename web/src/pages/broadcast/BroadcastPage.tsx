// SPDX-License-Identifier: LGPL-2.1-or-later
// Watching a broadcast, and ending it if it is one's own.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon24ViewOutline, Icon56VideoOutline } from '@vkontakte/icons';
import { Alert, Button, Div, Text, Title } from '@vkontakte/vkui';
import { useCallback, useRef, useState } from 'react';
import { broadcastQuery, schoolQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Broadcast } from '../../api/types';
import { FormError } from '../../forms/Field';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { clock, moment, span } from '../../texts/dates';
import { audienceText } from './audience';
import { Player } from './Player';

/** The school's clock, as far as the answer to GET /school tells it. */
function useServerNow(): () => number {
  const { data, dataUpdatedAt } = useQuery(schoolQuery);
  const offset = useRef(0);
  offset.current = data ? Date.parse(data.server_time) - dataUpdatedAt : 0;
  return useCallback(() => Date.now() + offset.current, []);
}

function Ended({ broadcast }: { broadcast: Broadcast }) {
  const { t, i18n } = useLingui();
  const when = [moment(i18n, broadcast.started_at), broadcast.ended_at && span(i18n, broadcast.started_at, broadcast.ended_at)].filter(Boolean).join(' · ');
  return (
    <div role="status">
      <Empty icon={<Icon56VideoOutline />} title={t`Трансляция закончилась`} action={<LinkButton size="m" to="/broadcasts">{t`К трансляциям`}</LinkButton>}>{when}</Empty>
    </div>
  );
}

function Owner({ broadcast }: { broadcast: Broadcast }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => request<Broadcast>(`/api/v1/broadcasts/${broadcast.id}`, { method: 'PATCH', body: { state: 'ended' } }),
    onSuccess: (ended) => {
      cache.setQueryData(['broadcast', ended.id], ended);
      void cache.invalidateQueries({ queryKey: ['broadcasts'] });
    },
  });
  const n = broadcast.viewers ?? 0;
  return (
    <Div className="owner">
      <Text className="owner__viewers"><Icon24ViewOutline />{t`${plural(n, { one: '# зритель', few: '# зрителя', many: '# зрителей', other: '# зрителя' })}`}</Text>
      <Button size="l" appearance="negative" loading={end.isPending} onClick={() => setAsking(true)}>{t`Завершить`}</Button>
      <FormError error={end.error} />
      {asking && (
        <Alert
          usePortal
          title={t`Завершить трансляцию для всех?`}
          description={broadcast.title}
          dismissLabel={t`Закрыть`}
          onClosed={() => setAsking(false)}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Завершить`, mode: 'destructive', action: () => end.mutate() },
          ]}
        />
      )}
    </Div>
  );
}

function Facts({ broadcast }: { broadcast: Broadcast }) {
  const { t, i18n } = useLingui();
  const audience = useAudienceText(broadcast);
  return (
    <Div>
      <Title level="2" Component="h2">{broadcast.title}</Title>
      <Text className="quiet">{[broadcast.author?.display_name, broadcast.camera?.name].filter(Boolean).join(' · ')}</Text>
      <Text className="quiet">{t`Идёт с ${clock(i18n, broadcast.started_at)}`}{audience && ` · ${t`Смотрят: ${audience}`}`}</Text>
    </Div>
  );
}

function useAudienceText(broadcast: Broadcast): string {
  const { i18n } = useLingui();
  return i18n.locale === 'ru' ? broadcast.audience_text : audienceText(i18n, broadcast.audience);
}

export default function BroadcastPage({ id }: { id: string }) {
  const { t } = useLingui();
  const broadcast = useQuery(broadcastQuery(id));
  const serverNow = useServerNow();
  return (
    <Page wide title={broadcast.data?.title ?? t`Трансляция`} back={{ to: '/broadcasts', label: t`К трансляциям` }}>
      <Loaded query={broadcast}>
        {(data) => data.state === 'ended' || !data.playlist ? <Ended broadcast={data} /> : (
          <>
            <Player playlist={data.playlist} state={data.state} serverNow={serverNow} title={data.title} />
            {data.may_end && <Owner broadcast={data} />}
            <Facts broadcast={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
