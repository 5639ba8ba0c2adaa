// SPDX-License-Identifier: LGPL-2.1-or-later
// Roles as switches, each with a last day if wanted: a substitute teacher's goes by itself.
import { useLingui } from '@lingui/react/macro';
import { Button, Checkbox, FormItem, Group, Header, SimpleCell, Switch } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { fieldText } from '../../api/problems';
import type { Account, Role } from '../../api/types';
import { dateOf, DateParts } from '../../forms/DateParts';
import { FormError } from '../../forms/Field';
import { roleName } from '../../texts/roles';
import { useAccountChange } from './useAccount';

const ROLES: Role[] = ['administrator', 'teacher', 'pupil', 'parent'];

function RoleRow({ account, role, on, onSwitch, error }: { account: Account; role: Role; on: boolean; onSwitch: (on: boolean) => void; error?: string }) {
  const { t, i18n } = useLingui();
  const end = account.role_ends.find((one) => one.role === role)?.ends_on;
  const [ends, setEnds] = useState(end !== undefined);
  const name = roleName(i18n, role);
  return (
    <li>
      <SimpleCell Component="label" after={<Switch aria-label={name} checked={on} onChange={(event) => onSwitch(event.target.checked)} />}>{name}</SimpleCell>
      {on && <Checkbox checked={ends} onChange={(event) => setEnds(event.target.checked)} aria-label={t`Временно: ${name}`}>{t`Временно`}</Checkbox>}
      {on && ends && <DateParts label={t`${name}: последний день`} name={`end_${role}`} value={end} error={error} hint={t`После него, в полночь, роль уйдёт сама.`} />}
    </li>
  );
}

export function Roles({ account, say }: { account: Account; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const change = useAccountChange(account.id);
  const [roles, setRoles] = useState<readonly Role[]>(account.roles);
  const wrongDay = fieldText(i18n, change.error, 'ends_on', 'ends') && t`Такого дня нет, или он уже прошёл.`;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const ends = Object.fromEntries(roles.map((role) => [role, dateOf(form, `end_${role}`) || null]));
    change.mutate({ method: 'PUT', path: '/roles', body: { roles, ends } }, { onSuccess: () => say(t`Роли сохранены`) });
  };
  const toggle = (role: Role, on: boolean) => setRoles(ROLES.filter((one) => (one === role ? on : roles.includes(one))));
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Роли`}</Header>}>
      <form noValidate onSubmit={submit}>
        <ul className="plain">
          {ROLES.map((role) => <RoleRow key={role} account={account} role={role} on={roles.includes(role)} onSwitch={(on) => toggle(role, on)} error={wrongDay} />)}
        </ul>
        <FormError error={change.error} words={wrongDay ?? (fieldText(i18n, change.error, 'roles') && roles.length === 0 ? t`Оставьте хотя бы одну роль. Чтобы закрыть вход, закройте доступ ниже.` : undefined)} />
        <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={change.isPending}>{t`Сохранить роли`}</Button></FormItem>
      </form>
    </Group>
  );
}
