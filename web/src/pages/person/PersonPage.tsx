// SPDX-License-Identifier: LGPL-2.1-or-later
// A person, as an administrator sees them: data, roles, access, family.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28BlockOutline, Icon28DocumentOutline } from '@vkontakte/icons';
import { Group, Header, SimpleCell, Snackbar } from '@vkontakte/vkui';
import { useState } from 'react';
import { CorrectionCard } from '../../accounts/CorrectionCard';
import { accountQuery } from '../../api/queries';
import type { Account } from '../../api/types';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { roleNames } from '../../texts/roles';
import { InvitePerson } from '../invite/InvitePerson';
import { MoreParents } from '../invite/MoreParents';
import { Access } from './Access';
import { Data } from './Data';
import { Family } from './Family';
import { Roles } from './Roles';

function Head({ account }: { account: Account }) {
  const { t, i18n } = useLingui();
  const classes = account.classes.map((c) => c.title).join(', ');
  return (
    <>
      <SimpleCell
        multiline
        before={<Face name={account.display_name} person={account} size={72} />}
        subtitle={[roleNames(i18n, account.roles) || t`Без роли`, classes].filter(Boolean).join(' · ')}
        extraSubtitle={account.last_seen_at ? t`Последний вход: ${moment(i18n, account.last_seen_at)}` : t`Входа ещё не было`}
      >
        {account.display_name}
      </SimpleCell>
      {account.blocked_since && (
        <SimpleCell multiline className="failed" before={<Icon28BlockOutline />} subtitle={t`Войти нельзя ни паролем, ни по ссылке`}>
          {t`Доступ закрыт ${moment(i18n, account.blocked_since)}`}
        </SimpleCell>
      )}
    </>
  );
}

function Person({ account, say }: { account: Account; say: (text: string) => void }) {
  const { t } = useLingui();
  return (
    <>
      <Head account={account} />
      {account.correction && (
        <Group mode="plain" header={<Header Component="h2">{t`Просят исправить`}</Header>}>
          <CorrectionCard correction={account.correction} />
        </Group>
      )}
      <Data key={`${account.family_name} ${account.given_name} ${account.patronymic} ${account.birth_date}`} account={account} say={say} />
      <Roles key={JSON.stringify([account.roles, account.role_ends])} account={account} say={say} />
      {!account.has_password && !account.last_seen_at && !account.blocked_since && <Group mode="plain" header={<Header Component="h2">{t`Приглашение`}</Header>}><InvitePerson person={account} /></Group>}
      <Family account={account} say={say} />
      {account.roles.includes('pupil') && <MoreParents account={account} say={say} />}
      <Access account={account} say={say} />
      <LinkCell to={`/people/${account.id}/data`} before={<Icon28DocumentOutline />} chevron="always">{t`Личные данные и согласия`}</LinkCell>
    </>
  );
}

export default function PersonPage({ id }: { id: string }) {
  const { t } = useLingui();
  const found = useQuery(accountQuery(id));
  const [said, say] = useState<string | null>(null);
  return (
    <Page form title={found.data?.display_name ?? t`Человек`} back={{ to: '/people', label: t`К людям` }}>
      <Loaded query={found}>{(account) => <Person account={account} say={say} />}</Loaded>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
