// SPDX-License-Identifier: LGPL-2.1-or-later
// What the class is called, and its removal when nobody is in it.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Div, FormItem, Group, Header, NativeSelect, Text } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { fieldText } from '../../api/problems';
import { classQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { SchoolClass } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';

const GRADES = Array.from({ length: 12 }, (_, i) => i + 1);

function Rename({ schoolClass, say }: { schoolClass: SchoolClass; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const gradeId = useId();
  const rename = useMutation({
    mutationFn: (body: object) => request<SchoolClass>(`/api/v1/classes/${schoolClass.id}`, { method: 'PATCH', body }),
    onSuccess: (changed) => {
      cache.setQueryData(classQuery(changed.id).queryKey, changed);
      for (const key of ['classes', 'chats']) void cache.invalidateQueries({ queryKey: [key] });
      say(t`Теперь это ${changed.title}`);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    rename.mutate({ grade: Number(form.get('grade')), letter: textOf(form, 'letter') });
  };
  return (
    <form noValidate onSubmit={submit}>
      <FormItem top={t`Параллель`} htmlFor={gradeId}>
        <NativeSelect id={gradeId} name="grade" defaultValue={schoolClass.grade}>
          {GRADES.map((each) => <option key={each} value={each}>{each}</option>)}
        </NativeSelect>
      </FormItem>
      <Field label={t`Буква`} name="letter" defaultValue={schoolClass.letter} maxLength={3} autoComplete="off" error={fieldText(i18n, rename.error, 'letter')} />
      <FormError error={rename.error} fields={['grade', 'letter']} />
      <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={rename.isPending}>{t`Переименовать`}</Button></FormItem>
    </form>
  );
}

function Remove({ schoolClass }: { schoolClass: SchoolClass }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => request<void>(`/api/v1/classes/${schoolClass.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      go('/classes', { replace: true });
      cache.removeQueries({ queryKey: ['class', schoolClass.id] });
      void cache.invalidateQueries({ queryKey: ['classes'] });
    },
  });
  const isEmpty = schoolClass.pupils.length === 0 && schoolClass.teachers.length === 0;
  if (!isEmpty) return <Div><Text className="quiet">{t`Удалить можно класс, в котором никого нет.`}</Text></Div>;
  return (
    <Div>
      <FormError error={remove.error} />
      <Button size="l" stretched mode="tertiary" appearance="negative" loading={remove.isPending} onClick={() => setAsking(true)}>{t`Удалить класс ${schoolClass.title}`}</Button>
      {asking && (
        <Alert
          usePortal
          title={t`Удалить класс ${schoolClass.title}?`}
          description={t`В нём никого нет.`}
          dismissLabel={t`Закрыть`}
          onClosed={() => setAsking(false)}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Удалить`, mode: 'destructive', action: () => remove.mutate() },
          ]}
        />
      )}
    </Div>
  );
}

export function ManageClass({ schoolClass, say }: { schoolClass: SchoolClass; say: (text: string) => void }) {
  const { t } = useLingui();
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Класс`}</Header>}>
      <Rename key={schoolClass.title} schoolClass={schoolClass} say={say} />
      <Remove schoolClass={schoolClass} />
    </Group>
  );
}
