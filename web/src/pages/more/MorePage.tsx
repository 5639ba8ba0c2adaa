// SPDX-License-Identifier: LGPL-2.1-or-later
// «Ещё» on a phone: what did not fit into the tab bar.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Icon28DoorArrowRightOutline, Icon28HelpCircleOutline } from '@vkontakte/icons';
import { SimpleCell } from '@vkontakte/vkui';
import { FormError } from '../../forms/Field';
import { signOut, useMe } from '../../session/session';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { menuOf } from '../../shell/menu';
import { markOf } from '../../shell/Shell';
import { Page } from '../../shell/Page';
import { roleNames } from '../../texts/roles';

export default function MorePage() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const leave = useMutation({ mutationFn: () => signOut(me) });
  return (
    <Page title={t`Ещё`}>
      <ul className="plain">
        <li><LinkCell to="/me" multiline before={<Face name={me.display_name} person={me} size={48} />} subtitle={roleNames(i18n, me.roles)}>{me.display_name}</LinkCell></li>
        {menuOf(me).slice(3).map(({ to, name, Icon }) => <li key={to}><LinkCell to={to} before={<Icon />} indicator={markOf(to)}>{i18n._(name)}</LinkCell></li>)}
        <li><LinkCell to="/help" before={<Icon28HelpCircleOutline />}>{t`Помощь`}</LinkCell></li>
        <li><SimpleCell before={<Icon28DoorArrowRightOutline />} onClick={() => leave.mutate()}>{t`Выйти`}</SimpleCell></li>
      </ul>
      <FormError error={leave.error} />
    </Page>
  );
}
