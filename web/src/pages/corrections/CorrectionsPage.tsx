// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that wait for the class teacher or an administrator.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon56CheckCircleOutline } from '@vkontakte/icons';
import { Separator } from '@vkontakte/vkui';
import { CorrectionCard } from '../../accounts/CorrectionCard';
import { correctionsQuery } from '../../api/queries';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';

export default function CorrectionsPage() {
  const { t } = useLingui();
  const found = useQuery(correctionsQuery);
  return (
    <Page title={t`Исправления имён`} back={{ to: '/classes', label: t`К классам` }}>
      <Loaded query={found}>
        {({ items }) => (items.length > 0
          ? <ul className="plain">{items.map((item) => <li key={item.id}><CorrectionCard correction={item} subtitle={item.class ? t`${item.class.title} класс` : undefined} /><Separator /></li>)}</ul>
          : <Empty icon={<Icon56CheckCircleOutline />} title={t`Всё решено`}>{t`Здесь появятся имена, которые ученики и родители просят исправить.`}</Empty>)}
      </Loaded>
    </Page>
  );
}
