// SPDX-License-Identifier: LGPL-2.1-or-later
// What the school asks consent for: its own words, for whom, required or not.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Div, FormItem, Group, Header, NativeSelect, Snackbar, Text, Textarea } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { fieldText } from '../../api/problems';
import { consentKindsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { ConsentKind } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';

const NEW: ConsentKind = { id: '', purpose: 'other', title: '', text: '', for_pupils: true, required: false, enabled: true, version: 0, given_count: 0 };

function Form({ kind, onSaved }: { kind: ConsentKind; onSaved: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [textId, whomId] = [useId(), useId()];
  const isNew = kind.id === '';
  const save = useMutation({
    mutationFn: (body: object) => request<ConsentKind>(`/api/v1/consent-kinds${isNew ? '' : `/${kind.id}`}`, { method: isNew ? 'POST' : 'PUT', body }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: consentKindsQuery.queryKey });
      void cache.invalidateQueries({ queryKey: ['me'] });
      onSaved();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({
      purpose: kind.purpose, title: textOf(form, 'title'), text: textOf(form, 'text'),
      for_pupils: isNew ? form.get('whom') === 'pupils' : kind.for_pupils,
      enabled: form.has('enabled'), required: form.has('required'), ask_again: form.has('ask_again'),
    });
  };
  const textError = fieldText(i18n, save.error, 'text');
  return (
    <form noValidate onSubmit={submit} aria-label={kind.title || t`Новое согласие`}>
      <Field label={t`Название`} name="title" defaultValue={kind.title} maxLength={120} error={fieldText(i18n, save.error, 'title')} />
      <FormItem top={t`Текст`} htmlFor={textId} status={textError ? 'error' : 'default'} bottom={textError}>
        <Textarea id={textId} name="text" defaultValue={kind.text} maxLength={8000} rows={6} />
      </FormItem>
      {isNew && (
        <FormItem top={t`Кто соглашается`} htmlFor={whomId}>
          <NativeSelect id={whomId} name="whom">
            <option value="pupils">{t`Родители за учеников`}</option>
            <option value="adults">{t`Взрослые за себя`}</option>
          </NativeSelect>
        </FormItem>
      )}
      <Checkbox name="enabled" defaultChecked={kind.enabled}>{t`Просить`}</Checkbox>
      {kind.purpose === 'taking-part' && <Checkbox name="required" defaultChecked={kind.required} description={t`Пока согласия нет, ученик читает, но не пишет`}>{t`Обязательно`}</Checkbox>}
      {kind.version > 0 && <Checkbox name="ask_again" description={t`Прежние согласия перестанут действовать`}>{t`Попросить всех заново`}</Checkbox>}
      <FormError error={save.error} fields={['title', 'text']} />
      <FormItem><Button size="l" stretched type="submit" mode={isNew ? 'secondary' : 'primary'} loading={save.isPending} aria-label={isNew ? undefined : t`Сохранить: ${kind.title}`}>{isNew ? t`Добавить` : t`Сохранить`}</Button></FormItem>
    </form>
  );
}

function Kind({ kind, onSaved }: { kind: ConsentKind; onSaved: () => void }) {
  const { t } = useLingui();
  const state = !kind.enabled ? t`не просим` : kind.required ? t`обязательно` : t`по желанию`;
  const given = t`${plural(kind.given_count, { one: 'дано # согласие', few: 'дано # согласия', many: 'дано # согласий', other: 'дано # согласия' })}`;
  return (
    <Group mode="plain" header={<Header Component="h2">{kind.title}</Header>}>
      <Div><Text className="quiet">{[kind.for_pupils ? t`за учеников` : t`взрослые за себя`, state, given].join(' · ')}</Text></Div>
      <Form key={`${kind.version} ${kind.enabled} ${kind.required}`} kind={kind} onSaved={onSaved} />
    </Group>
  );
}

export default function ConsentKindsPage() {
  const { t } = useLingui();
  const kinds = useQuery(consentKindsQuery);
  const [said, say] = useState<string | null>(null);
  const onSaved = () => say(t`Сохранено`);
  return (
    <Page form title={t`Согласия`} back={{ to: '/school', label: t`К школе` }}>
      <Loaded query={kinds}>
        {({ items }) => (
          <>
            {items.map((kind) => <Kind key={kind.id} kind={kind} onSaved={onSaved} />)}
            <Group mode="plain" header={<Header Component="h2">{t`Новое согласие`}</Header>}>
              <Form key={items.length} kind={NEW} onSaved={onSaved} />
            </Group>
          </>
        )}
      </Loaded>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
