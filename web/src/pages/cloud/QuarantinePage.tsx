// SPDX-License-Identifier: LGPL-2.1-or-later
// What came from the cloud and could not be taken: what it is, why, trying it again, and letting go of it.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon56CheckCircleOutline } from '@vkontakte/icons';
import { Button, ButtonGroup, Div, FormItem, RichCell, Snackbar, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { problemText } from '../../api/problems';
import { cloudQuarantineQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { CloudQuarantine } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { kindText } from './words';

type Say = (text: string) => void;

const pathOf = ({ event }: CloudQuarantine): string => `/api/v1/cloud/quarantine/${event}`;

/** «Сообщение, сегодня в 10:42» */
function useName() {
  const { i18n } = useLingui();
  return (one: CloudQuarantine) => `${kindText(i18n, one.kind)}, ${moment(i18n, one.since)}`;
}

function Row({ one, retry, onDiscard }: { one: CloudQuarantine; retry: (one: CloudQuarantine) => void; onDiscard: (one: CloudQuarantine) => void }) {
  const { t, i18n } = useLingui();
  const name = useName()(one);
  const why = one.newer ? t`Ждёт новой версии Урока: обновите сервер.` : one.foreign ? t`Такое меняют только в самой школе, а пришло оно из облака. Если в школе об этом не знают, отбросьте.` : t`Школа не смогла это принять.`;
  return (
    <li>
      <RichCell
        multiline
        subtitle={why}
        extraSubtitle={`${one.actor_name ?? t`Урок сам`}, ${moment(i18n, one.since)}`}
        bottom={!one.newer && !one.foreign && <Text className="quiet">{t`Для того, кто обслуживает сервер: ${one.error}`}</Text>}
        actions={(
          <ButtonGroup mode="horizontal" gap="s" stretched>
            <Button size="s" mode="secondary" aria-label={t`Принять снова: ${name}`} onClick={() => retry(one)}>{t`Принять снова`}</Button>
            <Button size="s" mode="tertiary" appearance="negative" aria-label={t`Отбросить: ${name}`} onClick={() => onDiscard(one)}>{t`Отбросить`}</Button>
          </ButtonGroup>
        )}
      >
        {kindText(i18n, one.kind)}
      </RichCell>
    </li>
  );
}

function Discard({ one, onDone }: { one: CloudQuarantine; onDone: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const name = useName()(one);
  const discard = useMutation({
    mutationFn: () => request(pathOf(one), { method: 'DELETE' }),
    onSuccess: onDone,
    onSettled: () => cache.invalidateQueries({ queryKey: ['cloud'] }),
  });
  return (
    <>
      <Div><Text>{t`${name}: в школе этого не будет, хотя в облаке оно есть. Вернуть его отсюда будет нельзя.`}</Text></Div>
      <FormError error={discard.error} />
      <FormItem><Button size="l" stretched appearance="negative" loading={discard.isPending} aria-label={t`Отбросить: ${name}`} onClick={() => discard.mutate()}>{t`Отбросить`}</Button></FormItem>
    </>
  );
}

function List({ items, say }: { items: CloudQuarantine[]; say: Say }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [asked, ask] = useState<CloudQuarantine | null>(null);
  const retry = useMutation({
    mutationFn: (one: CloudQuarantine) => request(`${pathOf(one)}/retries`, { method: 'POST', body: {} }),
    onSuccess: () => say(t`Принято`),
    onError: (error) => say(problemText(i18n, error)),
    onSettled: () => cache.invalidateQueries({ queryKey: ['cloud'] }),
  });
  if (items.length === 0) {
    return <Empty icon={<Icon56CheckCircleOutline />} title={t`Ничего не отложено`}>{t`Всё, что пришло из облака, школа приняла.`}</Empty>;
  }
  return (
    <>
      <Div><Text className="quiet">{t`Это пришло из облака, но принять его не получилось; остальное принято. Часто помогает новая версия Урока: обновите сервер и примите снова. Отбрасывайте, только если знаете, что это не нужно.`}</Text></Div>
      <ul className="plain" aria-label={t`Отложенное`}>{items.map((one) => <Row key={one.event} one={one} retry={retry.mutate} onDiscard={ask} />)}</ul>
      <Dialog id="cloud-discard" title={t`Отбросить?`} open={asked !== null} onClose={() => ask(null)}>
        {asked && <Discard one={asked} onDone={() => { ask(null); say(t`Отброшено`); }} />}
      </Dialog>
    </>
  );
}

export default function QuarantinePage() {
  const { t } = useLingui();
  const quarantine = useQuery(cloudQuarantineQuery);
  const [said, say] = useState<string | null>(null);
  return (
    <Page form title={t`Отложенное`} back={{ to: '/server/cloud', label: t`К облаку` }}>
      <Loaded query={quarantine}>{({ events }) => <List items={events} say={say} />}</Loaded>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
