// SPDX-License-Identifier: LGPL-2.1-or-later
// Where one is signed in, and ending it.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Group, Header, RichCell } from '@vkontakte/vkui';
import { problemText } from '../../api/problems';
import { sessionsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Session } from '../../api/types';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';

function Row({ session, say }: { session: Session; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const end = useMutation({
    mutationFn: () => request<void>(`/api/v1/sessions/${session.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      say(t`Сеанс закрыт`);
      // Until the list is there without it, nobody can press once more.
      return cache.invalidateQueries({ queryKey: ['sessions'] });
    },
    onError: (error) => say(problemText(i18n, error)),
  });
  const device = session.device || t`Неизвестное устройство`;
  return (
    <li>
      <RichCell
        multiline
        overTitle={session.current ? t`Этот сеанс` : undefined}
        subtitle={session.own_device ? t`Своё устройство` : t`Общее устройство`}
        extraSubtitle={t`Последний раз: ${moment(i18n, session.last_seen_at)}`}
        after={session.current ? undefined : <Button size="s" mode="secondary" loading={end.isPending} aria-label={t`Закрыть сеанс: ${device}`} onClick={() => end.mutate()}>{t`Закрыть`}</Button>}
      >
        {device}
      </RichCell>
    </li>
  );
}

export function Sessions({ say }: { say: (text: string) => void }) {
  const { t } = useLingui();
  const sessions = useQuery(sessionsQuery);
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Где вы вошли`}</Header>}>
      <Loaded query={sessions}>
        {({ items }) => <ul className="plain">{items.map((session) => <Row key={session.id} session={session} say={say} />)}</ul>}
      </Loaded>
    </Group>
  );
}
