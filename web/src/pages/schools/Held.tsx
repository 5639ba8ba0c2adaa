// SPDX-License-Identifier: LGPL-2.1-or-later
// Why there is nothing to do with a cloud here, and who can change that.
import { useLingui } from '@lingui/react/macro';
import { Icon56LockOutline } from '@vkontakte/icons';
import { Empty } from '../../shell/states';

export function Held({ state }: { state: 'none' | 'held' }) {
  const { t } = useLingui();
  return state === 'none'
    ? <Empty icon={<Icon56LockOutline />} title={t`Школа не соединена с облаком`}>{t`«Урок» работает здесь, в сети школы. Соединить школу с облаком может администратор.`}</Empty>
    : <Empty icon={<Icon56LockOutline />} title={t`Данные людей не покидают школу`}>{t`Администратор школы не разрешил передавать их в облако. Спросите его, если вам это нужно.`}</Empty>;
}
