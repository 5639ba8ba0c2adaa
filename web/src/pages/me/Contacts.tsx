// SPDX-License-Identifier: LGPL-2.1-or-later
// One's phone, e-mail and birthday, and who sees them.
import { useLingui } from '@lingui/react/macro';
import { Button, FormItem, Group, Header, NativeSelect, SimpleCell } from '@vkontakte/vkui';
import { type FormEvent, useId } from 'react';
import type { Me, MeChange, ShownTo } from '../../api/types';
import { useContactErrors } from '../../forms/contacts';
import { Field, FormError, textOf } from '../../forms/Field';
import { has } from '../../session/session';
import { useChangeMe } from './useChangeMe';

function ShownChoice({ label, name, value }: { label: string; name: string; value: ShownTo }) {
  const { t } = useLingui();
  const id = useId();
  return (
    <FormItem top={label} htmlFor={id}>
      <NativeSelect id={id} name={name} defaultValue={value}>
        <option value="nobody">{t`Никому, кроме администраторов`}</option>
        <option value="classes">{t`Моим классам`}</option>
        <option value="everyone">{t`Всем, кто меня видит`}</option>
      </NativeSelect>
    </FormItem>
  );
}

function changesOf(me: Me, form: FormData): MeChange {
  const entries = (['email', 'phone', 'email_shown_to', 'phone_shown_to', 'birthday_shown_to'] as const)
    .filter((name) => form.has(name)).map((name) => [name, textOf(form, name)] as const)
    .filter(([name, value]) => value !== (me[name] ?? ''));
  return Object.fromEntries(entries);
}

export function Contacts({ me, say }: { me: Me; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const change = useChangeMe();
  const errorOf = useContactErrors(change.error);
  const isPupil = has(me, 'pupil');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const changes = changesOf(me, new FormData(event.currentTarget));
    if (Object.keys(changes).length === 0) say(t`Здесь всё уже сохранено`);
    else change.mutate(changes, { onSuccess: () => say(t`Сохранено`) });
  };
  const birthday = me.birth_date && new Date(`${me.birth_date}T12:00:00`).toLocaleDateString(i18n.locale, { day: 'numeric', month: 'long', year: 'numeric' });
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Контакты`}</Header>}>
      <form noValidate onSubmit={submit}>
        <Field optional label={t`Телефон`} name="phone" type="tel" autoComplete="tel" defaultValue={me.phone ?? ''} maxLength={30} hint={isPupil ? t`Его увидят только администраторы школы.` : undefined} error={errorOf('phone')} />
        {!isPupil && <ShownChoice label={t`Кому виден телефон`} name="phone_shown_to" value={me.phone_shown_to} />}
        <Field optional label={t`Почта`} name="email" type="email" autoComplete="email" defaultValue={me.email ?? ''} maxLength={254} hint={isPupil ? t`Её увидят только администраторы школы.` : undefined} error={errorOf('email')} />
        {!isPupil && <ShownChoice label={t`Кому видна почта`} name="email_shown_to" value={me.email_shown_to} />}
        <SimpleCell multiline overTitle={t`Дата рождения`} subtitle={t`Покажем только день и месяц.`}>{birthday ?? t`Школа её не знает`}</SimpleCell>
        <ShownChoice label={t`Кому виден день рождения`} name="birthday_shown_to" value={me.birthday_shown_to} />
        <FormError error={change.error} words={errorOf('phone') ?? errorOf('email')} />
        <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={change.isPending}>{t`Сохранить контакты`}</Button></FormItem>
      </form>
    </Group>
  );
}
