// SPDX-License-Identifier: LGPL-2.1-or-later
// What the school is called and where it answers.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { SimpleCell } from '@vkontakte/vkui';
import { schoolQuery } from '../../api/queries';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { zoneName } from '../setup/zones';

export default function SchoolPage() {
  const { t, i18n } = useLingui();
  const school = useQuery(schoolQuery);
  return (
    <Page title={t`Школа`}>
      <Loaded query={school}>
        {(data) => (
          <ul className="plain">
            <li><SimpleCell multiline overTitle={t`Название`}>{data.name}</SimpleCell></li>
            <li><SimpleCell multiline overTitle={t`Часовой пояс`}>{zoneName(data.time_zone, i18n.locale)}</SimpleCell></li>
            <li><SimpleCell multiline overTitle={t`Почта поддержки`}>{data.support_email ?? t`Не указана`}</SimpleCell></li>
          </ul>
        )}
      </Loaded>
    </Page>
  );
}
