// SPDX-License-Identifier: LGPL-2.1-or-later
// Why there is nothing to do with a cloud here, and who can change that.
import { useLingui } from '@lingui/react/macro';
import { Icon56LockOutline } from '@vkontakte/icons';
import type { MySchools } from '../../api/types';
import { has, useMe } from '../../session/session';
import { LinkButton } from '../../shell/LinkCell';
import { Empty } from '../../shell/states';

export function Held({ state, at }: { state: 'none' | 'held'; at: MySchools['at'] }) {
  const { t } = useLingui();
  const me = useMe();
  const action = at === 'school' && has(me, 'administrator') ? <LinkButton size="m" to="/server/cloud">{t`Открыть «Облако»`}</LinkButton> : undefined;
  return state === 'none'
    ? <Empty icon={<Icon56LockOutline />} title={t`Школа не соединена с облаком`} action={action}>{t`«Урок» работает здесь, в сети школы. Соединить школу с облаком может администратор.`}</Empty>
    : <Empty icon={<Icon56LockOutline />} title={t`Данные людей не покидают школу`} action={action}>{t`Администратор школы не разрешил передавать их в облако. Спросите его, если вам это нужно.`}</Empty>;
}
