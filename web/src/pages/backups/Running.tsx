// SPDX-License-Identifier: LGPL-2.1-or-later
// A copy that is being made or proven now, with a way to stop it; else the button that makes one.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, Progress, Text } from '@vkontakte/vkui';
import { backupsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Backups } from '../../api/types';
import { FormError } from '../../forms/Field';
import { size } from '../server/facts';
import { isProof, phaseText } from './words';

function useAsk(method: 'POST' | 'DELETE', path: string, body?: object) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => request(path, { method, body }),
    onSettled: () => cache.invalidateQueries({ queryKey: backupsQuery.queryKey }),
  });
}

function Step({ running }: { running: NonNullable<Backups['running']> }) {
  const { t, i18n } = useLingui();
  const stop = useAsk('DELETE', '/api/v1/backups/running');
  const doing = phaseText(i18n, running.phase);
  const percent = running.total > 0 ? Math.min(100, Math.floor((running.done / running.total) * 100)) : null;
  const done = size(i18n, running.done);
  const total = size(i18n, running.total);
  return (
    <Div className="stack_wide">
      <Text role="status">{isProof(running.phase) ? t`Копия проверяется. ${doing}.` : t`Копия делается. ${doing}.`}</Text>
      {percent === null
        ? <Text className="quiet">{t`Сколько это займёт, пока неизвестно. Можно уйти с этой страницы.`}</Text>
        : (
          <>
            <Progress className="usage" value={percent} height={6} aria-label={t`${doing}: ${percent} %`} />
            <Text className="quiet">{t`${done} из ${total}. Можно уйти с этой страницы.`}</Text>
          </>
        )}
      <FormError error={stop.error} />
      <Button size="l" stretched mode="secondary" loading={stop.isPending} onClick={() => stop.mutate()}>{isProof(running.phase) ? t`Прервать проверку` : t`Прервать копирование`}</Button>
    </Div>
  );
}

export function Running({ backups }: { backups: Backups }) {
  const { t } = useLingui();
  const begin = useAsk('POST', '/api/v1/backups', {});
  if (backups.running) return <Step running={backups.running} />;
  return (
    <>
      <FormError error={begin.error} />
      <Div><Button size="l" stretched loading={begin.isPending} onClick={() => begin.mutate()}>{t`Сделать копию сейчас`}</Button></Div>
    </>
  );
}
