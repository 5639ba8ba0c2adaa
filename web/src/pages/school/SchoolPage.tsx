// SPDX-License-Identifier: LGPL-2.1-or-later
// What the school is called, its logo, its time, and where people turn when they need help.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import {
  Icon28CheckCircleOutline, Icon28DocumentOutline, Icon28HistoryBackwardOutline, Icon28LockOutline, Icon28MailOutline,
} from '@vkontakte/icons';
import { Snackbar } from '@vkontakte/vkui';
import { useState } from 'react';
import { schoolQuery } from '../../api/queries';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { SchoolForm } from './SchoolForm';
import { SchoolLogo } from './SchoolLogo';
import { TestMail } from './TestMail';

export default function SchoolPage() {
  const { t } = useLingui();
  const school = useQuery(schoolQuery);
  const [said, say] = useState<string | null>(null);
  return (
    <Page form title={t`Школа`}>
      <Loaded query={school}>
        {(data) => (
          <>
            <SchoolLogo school={data} say={say} />
            <SchoolForm school={data} say={say} />
          </>
        )}
      </Loaded>
      <TestMail />
      <LinkCell to="/letters" before={<Icon28MailOutline />} chevron="always">{t`Письма`}</LinkCell>
      <LinkCell to="/first-steps" before={<Icon28CheckCircleOutline />} chevron="always">{t`Первые шаги`}</LinkCell>
      <LinkCell to="/school/consents" before={<Icon28DocumentOutline />} chevron="always">{t`Согласия`}</LinkCell>
      <LinkCell to="/school/retention" before={<Icon28HistoryBackwardOutline />} chevron="always">{t`Сроки хранения`}</LinkCell>
      <LinkCell to="/certificate" before={<Icon28LockOutline />} chevron="always">{t`Сертификат`}</LinkCell>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
