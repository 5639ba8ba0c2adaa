// SPDX-License-Identifier: LGPL-2.1-or-later
// Adding people: one by a form, or many as lines that were pasted.
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, FormItem, Group, Header, NativeSelect, SegmentedControl, SimpleCell, Text, Textarea } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { fieldText } from '../../api/problems';
import { Problem, request } from '../../api/request';
import type { Items, NewPerson, Person, Role } from '../../api/types';
import { useContactErrors } from '../../forms/contacts';
import { dateOf, DateParts } from '../../forms/DateParts';
import { Field, FormError, textOf } from '../../forms/Field';
import { Face } from '../../shell/Face';
import { LinkButton, LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { people } from '../../texts/dates';
import { roleName } from '../../texts/roles';
import { linesOf, MOST } from './lines';

const ROLES: Role[] = ['teacher', 'pupil', 'parent', 'administrator'];

const PARTS: Record<string, ReturnType<typeof msg>> = {
  family_name: msg`фамилия`, given_name: msg`имя`, patronymic: msg`отчество`, login: msg`логин`, email: msg`почта`, phone: msg`телефон`,
};

function useAdd() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (items: NewPerson[]) => request<Items<Person>>('/api/v1/people', { method: 'POST', body: { items } }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['people'] }),
  });
}

type Adding = ReturnType<typeof useAdd>;

function RoleChoice({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  const { t, i18n } = useLingui();
  const id = useId();
  return (
    <FormItem top={t`Роль`} htmlFor={id} bottom={t`Другие роли можно дать потом, на странице человека.`}>
      <NativeSelect id={id} value={role} onChange={(_, value) => onChange(value as Role)}>
        {ROLES.map((one) => <option key={one} value={one}>{roleName(i18n, one)}</option>)}
      </NativeSelect>
    </FormItem>
  );
}

function personOf(form: FormData, role: Role): NewPerson {
  const optional = { patronymic: textOf(form, 'patronymic'), birth_date: dateOf(form, 'birth'), login: textOf(form, 'login'), email: textOf(form, 'email'), phone: textOf(form, 'phone') };
  return {
    family_name: textOf(form, 'family_name'), given_name: textOf(form, 'given_name'), roles: [role],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
  };
}

function One({ add, role }: { add: Adding; role: Role }) {
  const { t, i18n } = useLingui();
  const contactError = useContactErrors(add.error);
  const errorOf = (name: string) => fieldText(i18n, add.error, name);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate([personOf(new FormData(event.currentTarget), role)]);
  };
  return (
    <form noValidate onSubmit={submit}>
      <Field label={t`Фамилия`} name="family_name" autoComplete="off" maxLength={60} error={errorOf('family_name')} />
      <Field label={t`Имя`} name="given_name" autoComplete="off" maxLength={60} error={errorOf('given_name')} />
      <Field optional label={t`Отчество`} name="patronymic" autoComplete="off" maxLength={60} error={errorOf('patronymic')} />
      <DateParts label={t`Дата рождения`} name="birth" error={errorOf('birth_date') && t`Такой даты нет.`} />
      <Field optional label={t`Логин`} name="login" autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={64} hint={t`Подойдёт и почта, и телефон`} error={contactError('login')} />
      <Field optional label={t`Почта`} name="email" type="email" autoComplete="off" maxLength={254} error={contactError('email')} />
      <Field optional label={t`Телефон`} name="phone" type="tel" autoComplete="off" maxLength={30} error={contactError('phone')} />
      <FormError error={add.error} fields={['family_name', 'given_name', 'patronymic', 'birth_date', 'login', 'email', 'phone']} />
      <FormItem><Button size="l" stretched type="submit" loading={add.isPending}>{t`Добавить`}</Button></FormItem>
    </form>
  );
}

/** «Строка 3, логин: такой логин уже занят.» */
function useLineError(error: unknown, numbers: number[]): string | undefined {
  const { t, i18n } = useLingui();
  const [, place, name] = (error instanceof Problem && /^items\.(\d+)\.(\w+)$/.exec(error.field ?? '')) || [];
  if (place === undefined || !name) return undefined;
  const line = numbers[Number(place)] ?? Number(place) + 1;
  const part = PARTS[name] ? i18n._(PARTS[name]) : name;
  return t`Строка ${line}, ${part}: ${fieldText(i18n, error, name) ?? ''}`;
}

function Many({ add, role }: { add: Adding; role: Role }) {
  const { t, i18n } = useLingui();
  const id = useId();
  const [text, setText] = useState('');
  const lines = linesOf(text, role);
  const [sent, setSent] = useState<number[]>([]);
  const wrong = useLineError(add.error, sent);
  const tooMany = lines.length > MOST;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSent(lines.map(({ number }) => number));
    add.mutate(lines.map(({ person }) => person));
  };
  return (
    <form noValidate onSubmit={submit}>
      <FormItem top={t`По одному в строке`} htmlFor={id} status={wrong || tooMany ? 'error' : 'default'} bottomId={`${id}-b`} bottom={t`Фамилия имя отчество; логин; почта; телефон. Нужны только фамилия и имя.`}>
        <Textarea
          id={id}
          rows={8}
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={t`Миронова Софья Игоревна; mironova.s`}
          slotProps={{ textArea: { spellCheck: false, 'aria-describedby': `${id}-b`, 'aria-invalid': wrong || tooMany ? true : undefined } }}
        />
      </FormItem>
      <div role="status"><FormItem><Text className={tooMany ? 'failed' : 'quiet'}>{tooMany ? t`За один раз можно добавить до ${MOST} человек.` : t`Будет добавлено: ${people(i18n, lines.length)}`}</Text></FormItem></div>
      <FormError error={add.error} words={wrong} />
      <FormItem><Button size="l" stretched type="submit" disabled={lines.length === 0 || tooMany} loading={add.isPending}>{t`Добавить`}</Button></FormItem>
    </form>
  );
}

function Added({ added, onMore }: { added: readonly Person[]; onMore: () => void }) {
  const { t, i18n } = useLingui();
  return (
    <>
      <Group mode="plain" header={<Header Component="h2">{t`Готово. Добавлено: ${people(i18n, added.length)}`}</Header>}>
        <SimpleCell multiline>{t`Войти они смогут по коду: откройте человека и нажмите «Помочь войти».`}</SimpleCell>
        <ul className="plain">
          {added.map((person) => <li key={person.id}><LinkCell to={`/people/${person.id}`} multiline before={<Face name={person.display_name} person={person} />}>{person.display_name}</LinkCell></li>)}
        </ul>
      </Group>
      <FormItem><Button size="l" stretched mode="secondary" onClick={onMore}>{t`Добавить ещё`}</Button></FormItem>
      <FormItem><LinkButton size="l" stretched mode="tertiary" to="/people">{t`К людям`}</LinkButton></FormItem>
    </>
  );
}

export default function AddPeoplePage() {
  const { t } = useLingui();
  const [way, setWay] = useState<'one' | 'many'>('one');
  const [role, setRole] = useState<Role>('pupil');
  const add = useAdd();
  return (
    <Page form title={t`Добавить людей`} back={{ to: '/people', label: t`К людям` }}>
      {add.data ? <Added added={add.data.items} onMore={() => add.reset()} /> : (
        <>
          <FormItem>
            <SegmentedControl
              aria-label={t`Сколько человек`}
              name="way"
              value={way}
              onChange={(value) => { setWay(value as 'one' | 'many'); add.reset(); }}
              options={[{ label: t`Одного`, value: 'one' }, { label: t`Сразу многих`, value: 'many' }]}
            />
          </FormItem>
          <RoleChoice role={role} onChange={setRole} />
          {way === 'one' ? <One add={add} role={role} /> : <Many add={add} role={role} />}
        </>
      )}
    </Page>
  );
}
