// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands in place of content: it loads, it failed, there is none yet, there is no such page.
import { useLingui } from '@lingui/react/macro';
import { Icon56ErrorOutline, Icon56GhostOutline } from '@vkontakte/icons';
import { Button, Placeholder, Spinner } from '@vkontakte/vkui';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { problemText } from '../api/problems';
import { Problem } from '../api/request';
import { LinkButton } from './LinkCell';
import { PageHeader } from './Page';

export function Loading() {
  const { t } = useLingui();
  return <div className="loading"><Spinner size="l">{t`Загружается`}</Spinner></div>;
}

export function Empty({ icon, title, children, action }: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Placeholder icon={icon} title={title} action={action}>{children}</Placeholder>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t, i18n } = useLingui();
  return (
    <div role="alert">
      <Placeholder icon={<Icon56ErrorOutline />} title={problemText(i18n, error)} action={<Button size="m" onClick={onRetry}>{t`Повторить`}</Button>} />
    </div>
  );
}

export function NotFoundText() {
  const { t } = useLingui();
  return (
    <Placeholder icon={<Icon56GhostOutline />} title={t`Такой страницы нет`} action={<LinkButton size="m" to="/chats">{t`Открыть «Чаты»`}</LinkButton>}>
      {t`Возможно, её убрали или она не для вас. Откройте «Чаты».`}
    </Placeholder>
  );
}

export function NotFound() {
  const { t } = useLingui();
  return (
    <>
      <PageHeader title={t`Нет такой страницы`} />
      <NotFoundText />
    </>
  );
}

/** Shows a query: its data, or what stands in place of them. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined && !(query.error instanceof Problem && query.error.status === 404)) return <>{children(query.data)}</>;
  if (query.error instanceof Problem && [400, 403, 404].includes(query.error.status)) return <NotFoundText />;
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}
