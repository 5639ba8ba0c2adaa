// SPDX-License-Identifier: LGPL-2.1-or-later
// One's own profile: data, language, theme, password, devices, leaving.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon28DocumentOutline } from '@vkontakte/icons';
import { Button, Div, FormItem, Group, Header, SegmentedControl, SimpleCell, Snackbar, Text, Textarea } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { fieldText, problemText } from '../../api/problems';
import { schoolQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Language, Me, Theme } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { has, signOut, useMe } from '../../session/session';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { setTheme } from '../../shell/theme';
import { languageName, setLanguage } from '../../texts/language';
import { roleNames } from '../../texts/roles';
import { Contacts } from './Contacts';
import { OtherSchools } from './OtherSchools';
import { ParentInvitation } from './ParentInvitation';
import { Picture } from './Picture';
import { QuietHours } from './QuietHours';
import { Recovered } from './Recovered';
import { useChangeMe } from './useChangeMe';
import { Sessions } from './Sessions';

type Say = (text: string) => void;

function OwnData({ me, say }: { me: Me; say: Say }) {
  const { t, i18n } = useLingui();
  const change = useChangeMe();
  const aboutId = useId();
  const isPupil = has(me, 'pupil');
  const wished = me.correction?.fields.filter(({ name }) => name !== 'birth_date') ?? [];
  // What waits already is what one sees in the form: the wish, not what it replaces.
  const nameOf = (name: 'family_name' | 'given_name' | 'patronymic') => {
    const wish = wished.find((field) => field.name === name);
    return (wish ? wish.to : me[name]) ?? '';
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const names = { family_name: textOf(form, 'family_name'), given_name: textOf(form, 'given_name'), patronymic: textOf(form, 'patronymic') };
    change.mutate({ ...names, about: textOf(form, 'about') }, { onSuccess: (now) => say(now.correction ? t`Исправление увидит классный руководитель` : t`Сохранено`) });
  };
  const errorOf = (name: string) => fieldText(i18n, change.error, name);
  return (
    <form noValidate onSubmit={submit}>
      <Field label={t`Фамилия`} name="family_name" defaultValue={nameOf('family_name')} maxLength={60} autoComplete="family-name" error={errorOf('family_name')} />
      <Field label={t`Имя`} name="given_name" defaultValue={nameOf('given_name')} maxLength={60} autoComplete="given-name" error={errorOf('given_name')} />
      <Field optional label={t`Отчество`} name="patronymic" defaultValue={nameOf('patronymic')} maxLength={60} autoComplete="additional-name" error={errorOf('patronymic')} />
      {isPupil && <Div role="status"><Text className="quiet">{wished.length > 0 ? t`Новое имя ждёт классного руководителя. Пока все видят прежнее.` : t`Новое имя появится, когда его одобрит классный руководитель.`}</Text></Div>}
      <FormItem top={t`О себе`} htmlFor={aboutId}>
        <Textarea id={aboutId} name="about" defaultValue={me.about} maxLength={300} placeholder={t`Например, когда вам удобно отвечать`} />
      </FormItem>
      <FormError error={change.error} fields={['family_name', 'given_name', 'patronymic', 'about']} />
      <FormItem><Button size="l" stretched type="submit" loading={change.isPending}>{t`Сохранить`}</Button></FormItem>
    </form>
  );
}

function Looks({ me }: { me: Me }) {
  const { t, i18n } = useLingui();
  const offered = useQuery(schoolQuery).data?.languages ?? [];
  const change = useChangeMe();
  const chooseLanguage = (language: Language) => {
    void setLanguage(language);
    change.mutate({ language });
  };
  const chooseTheme = (theme: Theme) => {
    setTheme(theme);
    change.mutate({ theme });
  };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Вид`}</Header>}>
      {offered.length > 1 && (
        <FormItem top={t`Язык`}>
          <SegmentedControl
            aria-label={t`Язык`}
            name="language"
            value={i18n.locale as Language}
            onChange={chooseLanguage}
            options={offered.map((language) => ({ label: <span lang={language}>{languageName(language)}</span>, value: language }))}
          />
        </FormItem>
      )}
      <FormItem top={t`Тема`}>
        <SegmentedControl
          aria-label={t`Тема`}
          name="theme"
          value={me.theme}
          onChange={chooseTheme}
          options={[{ label: t`Светлая`, value: 'light' }, { label: t`Тёмная`, value: 'dark' }, { label: t`Как в системе`, value: 'auto' }]}
        />
      </FormItem>
      <FormError error={change.error} />
    </Group>
  );
}

function Password({ me, say }: { me: Me; say: Say }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const set = useMutation({
    mutationFn: (body: object) => request<void>('/api/v1/me/password', { method: 'PUT', body }),
    onSuccess: () => {
      say(t`Пароль сохранён`);
      void cache.invalidateQueries({ queryKey: ['me'] });
      void cache.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const target = event.currentTarget;
    const form = new FormData(target);
    const body = { new: String(form.get('new')), ...(me.has_password && { current: String(form.get('current')) }) };
    set.mutate(body, { onSuccess: () => target.reset() });
  };
  const wrong = fieldText(i18n, set.error, 'current');
  return (
    <Group mode="plain" header={<Header Component="h2">{me.has_password ? t`Смена пароля` : t`Пароль`}</Header>}>
      <form noValidate onSubmit={submit}>
        <input type="text" name="username" autoComplete="username" value={me.login ?? ''} readOnly hidden />
        {me.login ? <SimpleCell overTitle={t`Логин`}>{me.login}</SimpleCell> : <Div><Text className="quiet">{t`Логина у вас нет: вы входите по ссылке.`}</Text></Div>}
        {me.has_password && <Field label={t`Текущий пароль`} name="current" type="password" autoComplete="current-password" error={wrong && t`Пароль не подходит. Проверьте раскладку.`} />}
        <Field label={t`Новый пароль`} name="new" type="password" autoComplete="new-password" hint={t`От 8 знаков. Другие сеансы закроются.`} error={fieldText(i18n, set.error, 'new')} />
        <FormError error={set.error} fields={['new']} />
        <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={set.isPending}>{t`Сохранить пароль`}</Button></FormItem>
      </form>
    </Group>
  );
}

function Family({ me }: { me: Me }) {
  const { t } = useLingui();
  return (
    <>
      {me.children.length > 0 && (
        <Group mode="plain" header={<Header Component="h2">{t`Дети`}</Header>}>
          <ul className="plain">
            {me.children.map((child) => (
              <li key={child.id}><LinkCell to={`/children/${child.id}`} multiline before={<Face name={child.display_name} person={child} />} subtitle={child.class ? t`${child.class.title} класс` : undefined}>{child.display_name}</LinkCell></li>
            ))}
          </ul>
        </Group>
      )}
      {me.parents.length > 0 && (
        <Group mode="plain" header={<Header Component="h2">{t`Родители`}</Header>}>
          <ul className="plain">
            {me.parents.map((p) => <li key={p.id}><SimpleCell multiline before={<Face name={p.display_name} person={p} />}>{p.display_name}</SimpleCell></li>)}
          </ul>
        </Group>
      )}
    </>
  );
}

export default function MePage() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const [said, say] = useState<string | null>(null);
  const leave = useMutation({ mutationFn: () => signOut(me), onError: (error) => say(problemText(i18n, error)) });
  const classes = me.classes.map((c) => c.title).join(', ');
  return (
    <Page form title={t`Профиль`}>
      <Recovered me={me} />
      <Picture me={me} subtitle={[roleNames(i18n, me.roles), classes].filter(Boolean).join(' · ')} say={say} />
      <OwnData key={`${me.family_name} ${me.given_name} ${me.patronymic} ${me.correction?.id}`} me={me} say={say} />
      <Contacts key={JSON.stringify([me.email, me.phone])} me={me} say={say} />
      <Family me={me} />
      <OtherSchools />
      {has(me, 'pupil') && <ParentInvitation me={me} />}
      <Looks me={me} />
      <QuietHours me={me} say={say} />
      <Password me={me} say={say} />
      <Sessions say={say} />
      <LinkCell to="/me/data" before={<Icon28DocumentOutline />} chevron="always">{t`Мои данные и согласия`}</LinkCell>
      <Div><Button size="l" stretched mode="tertiary" appearance="negative" loading={leave.isPending} onClick={() => leave.mutate()}>{t`Выйти`}</Button></Div>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
