// SPDX-License-Identifier: LGPL-2.1-or-later
// How somebody comes in: a one-time code, open sessions, and closing the door.
import { useLingui } from '@lingui/react/macro';
import { Alert, Button, Div, Group, Header, RichCell, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { HelpIn } from '../../accounts/HelpIn';
import type { Account, Session } from '../../api/types';
import { FormError } from '../../forms/Field';
import { useMe } from '../../session/session';
import { moment } from '../../texts/dates';
import { useAccountChange } from './useAccount';

type Say = (text: string) => void;

function SessionRow({ account, session, say }: { account: Account; session: Session; say: Say }) {
  const { t, i18n } = useLingui();
  const end = useAccountChange(account.id);
  const device = session.device || t`Неизвестное устройство`;
  const close = () => end.mutate({ method: 'DELETE', path: `/sessions/${session.id}` }, { onSuccess: () => say(t`Сеанс закрыт`) });
  return (
    <li>
      <RichCell
        multiline
        subtitle={session.own_device ? t`Своё устройство` : t`Общее устройство`}
        extraSubtitle={t`Последний раз: ${moment(i18n, session.last_seen_at)}`}
        after={<Button size="s" mode="secondary" loading={end.isPending} aria-label={t`Закрыть сеанс: ${device}`} onClick={close}>{t`Закрыть`}</Button>}
      >
        {device}
      </RichCell>
      <FormError error={end.error} />
    </li>
  );
}

function Block({ account, say }: { account: Account; say: Say }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const change = useAccountChange(account.id);
  const name = account.display_name;
  const block = () => change.mutate({ method: 'PUT', path: '/block', body: {} }, { onSuccess: () => say(t`Доступ закрыт`) });
  const open = () => change.mutate({ method: 'DELETE', path: '/block' }, { onSuccess: () => say(t`Доступ открыт`) });
  return (
    <Div>
      <FormError error={change.error} />
      {account.blocked_since
        ? <Button size="l" stretched mode="secondary" loading={change.isPending} onClick={open}>{t`Открыть доступ`}</Button>
        : <Button size="l" stretched mode="tertiary" appearance="negative" loading={change.isPending} aria-label={t`Закрыть доступ: ${name}`} onClick={() => setAsking(true)}>{t`Закрыть доступ`}</Button>}
      {asking && (
        <Alert
          usePortal
          title={t`Закрыть доступ: ${name}?`}
          description={t`Все сеансы закроются сейчас, ссылки и коды перестанут действовать. Данные и сообщения останутся.`}
          dismissLabel={t`Закрыть`}
          onClosed={() => setAsking(false)}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Закрыть доступ`, mode: 'destructive', action: block },
          ]}
        />
      )}
    </Div>
  );
}

export function Access({ account, say }: { account: Account; say: Say }) {
  const { t } = useLingui();
  const me = useMe();
  const [helping, setHelping] = useState(false);
  const own = me.id === account.id;
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Вход`}</Header>}>
      {account.sessions.length > 0
        ? <ul className="plain">{account.sessions.map((session) => <SessionRow key={session.id} account={account} session={session} say={say} />)}</ul>
        : <Div><Text className="quiet">{t`Открытых сеансов нет.`}</Text></Div>}
      {own ? <Div><Text className="quiet">{t`Это вы. Пароль и сеансы меняют в профиле; доступ вам закроет только другой администратор.`}</Text></Div> : (
        <>
          {!account.blocked_since && <Div><Button size="l" stretched mode="secondary" onClick={() => setHelping(true)}>{t`Помочь войти`}</Button></Div>}
          <Block account={account} say={say} />
          <HelpIn person={helping ? account : null} onClose={() => setHelping(false)} />
        </>
      )}
    </Group>
  );
}
