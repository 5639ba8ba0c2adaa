// SPDX-License-Identifier: LGPL-2.1-or-later
// What the school is called, its time, and where people write when they need help.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon28LockOutline } from '@vkontakte/icons';
import { Button, FormItem, NativeSelect, Snackbar } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { fieldText } from '../../api/problems';
import { schoolQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { School } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { zoneOptions } from '../setup/zones';
import { TestMail } from './TestMail';

function SchoolForm({ school, onSaved }: { school: School; onSaved: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const zoneId = useId();
  const save = useMutation({
    mutationFn: (body: object) => request<School>('/api/v1/school', { method: 'PATCH', body }),
    onSuccess: (changed) => {
      cache.setQueryData(schoolQuery.queryKey, changed);
      onSaved();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({ name: textOf(form, 'name'), time_zone: textOf(form, 'time_zone'), support_email: textOf(form, 'support_email') || null });
  };
  const errorOf = (name: string) => fieldText(i18n, save.error, name);
  return (
    <form noValidate onSubmit={submit}>
      <Field label={t`Название`} name="name" defaultValue={school.name} maxLength={120} hint={t`Название увидят все.`} error={errorOf('name')} />
      <FormItem top={t`Часовой пояс`} htmlFor={zoneId}>
        <NativeSelect id={zoneId} name="time_zone" defaultValue={school.time_zone}>
          {zoneOptions(i18n.locale, school.time_zone).map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
        </NativeSelect>
      </FormItem>
      <Field optional label={t`Почта поддержки школы`} name="support_email" type="email" defaultValue={school.support_email ?? ''} hint={t`Её увидят все в разделе «Помощь»`} error={errorOf('support_email')} />
      <FormError error={save.error} fields={['name', 'time_zone', 'support_email']} />
      <FormItem><Button size="l" stretched type="submit" loading={save.isPending}>{t`Сохранить`}</Button></FormItem>
    </form>
  );
}

export default function SchoolPage() {
  const { t } = useLingui();
  const school = useQuery(schoolQuery);
  const [said, setSaid] = useState<string | null>(null);
  return (
    <Page form title={t`Школа`}>
      <Loaded query={school}>{(data) => <SchoolForm school={data} onSaved={() => setSaid(t`Сохранено`)} />}</Loaded>
      <TestMail />
      <LinkCell to="/certificate" before={<Icon28LockOutline />} chevron="always">{t`Сертификат`}</LinkCell>
      {said && <Snackbar onClosed={() => setSaid(null)}>{said}</Snackbar>}
    </Page>
  );
}
