// SPDX-License-Identifier: LGPL-2.1-or-later
// The first run: the code from the console, the school, its first administrator.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Icon56CheckCircleOutline } from '@vkontakte/icons';
import { Button, Div, FormItem, NativeSelect, Placeholder, Progress, Text, Title } from '@vkontakte/vkui';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { fieldText } from '../../api/problems';
import { schoolQuery } from '../../api/queries';
import { Problem, request } from '../../api/request';
import type { Me } from '../../api/types';
import { Field, FormError, passwordOf, textOf } from '../../forms/Field';
import { leaveFor } from '../../session/session';
import { usePageTitle } from '../../shell/Page';
import { zoneOptions } from './zones';

const SCHOOL_FIELDS = ['name', 'time_zone', 'support_email'];
const PERSON_FIELDS = ['family_name', 'given_name', 'patronymic', 'login', 'password'];

interface Answers {
  code: string;
  school: { name: string; time_zone: string; support_email: string };
}

const filled = <T extends object>(o: T) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== '')) as T;

/** The step at which a refused answer was given. */
function stepOf(error: unknown): number {
  if (!(error instanceof Problem)) return 3;
  if (error.reason === 'wrong-setup-code' || error.field === 'code') return 1;
  return error.field?.startsWith('school') ? 2 : 3;
}

function Head({ step, title, children }: { step: number; title: string; children: string }) {
  const { t } = useLingui();
  const heading = usePageTitle(title);
  const id = useId();
  useEffect(() => heading.current?.focus(), [heading, step]);
  return (
    <Div>
      <Text id={id} className="quiet">{t`Шаг ${step} из 3`}</Text>
      <Progress value={(step * 100) / 3} aria-labelledby={id} className="setup__progress" />
      <Title level="1" Component="h1" tabIndex={-1} getRootRef={heading}>{title}</Title>
      <Text className="quiet">{children}</Text>
    </Div>
  );
}

function Done({ me }: { me: Me }) {
  const { t } = useLingui();
  const heading = usePageTitle(t`Готово`);
  useEffect(() => heading.current?.focus(), [heading]);
  return (
    <Placeholder
      icon={<Icon56CheckCircleOutline />}
      title={<h1 className="head" tabIndex={-1} ref={heading}>{t`Готово. Что дальше?`}</h1>}
      action={
        <div className="stack">
          <Button size="l" stretched onClick={() => leaveFor('/first-steps')}>{t`К первым шагам`}</Button>
          <Button size="l" stretched mode="tertiary" onClick={() => leaveFor('/chats')}>{t`Открыть «Чаты»`}</Button>
        </div>
      }
    >
      {t`Школа работает. Вы вошли: ${me.display_name}. Добавьте людей и создайте классы: остальное покажут первые шаги.`}
    </Placeholder>
  );
}

export default function SetupPage() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [step, setStep] = useState(1);
  const offered = cache.getQueryData(schoolQuery.queryKey)?.name ?? '';
  const [answers, setAnswers] = useState<Answers>({ code: '', school: { name: offered, time_zone: 'Europe/Moscow', support_email: '' } });
  const [empty, setEmpty] = useState<string[]>([]);
  const form = useRef<HTMLFormElement>(null);
  const zoneId = useId();
  const setUp = useMutation({
    mutationFn: (administrator: object) =>
      request<Me>('/api/v1/setup', { method: 'POST', body: { code: answers.code, school: filled(answers.school), administrator } }),
    onSuccess: () => void cache.cancelQueries(schoolQuery),
    onError: (error) => setStep(stepOf(error)),
  });
  const errorOf = (name: string, ...paths: string[]) =>
    empty.includes(name) ? t`Заполните это поле.` : fieldText(i18n, setUp.error, name, ...paths);

  useEffect(() => {
    if (empty.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [empty]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const missing = [...event.currentTarget.querySelectorAll<HTMLInputElement>('input[required]')].filter((i) => !i.value.trim()).map((i) => i.name);
    setEmpty(missing);
    if (missing.length > 0) return;
    if (step === 1) setAnswers({ ...answers, code: textOf(data, 'code') });
    else if (step === 2) setAnswers({ ...answers, school: { name: textOf(data, 'name'), time_zone: textOf(data, 'time_zone'), support_email: textOf(data, 'support_email') } });
    else {
      setUp.mutate(filled({ ...Object.fromEntries(PERSON_FIELDS.map((f) => [f, textOf(data, f)])), password: passwordOf(data) }));
      return;
    }
    setUp.reset();
    setStep(step + 1);
  };

  if (setUp.data) return <div className="page page_form"><Done me={setUp.data} /></div>;
  return (
    <div className="page page_form">
      <form noValidate onSubmit={submit} ref={form}>
        {step === 1 && (
          <div key="1">
            <Head step={1} title={t`Код из консоли`}>{t`Он напечатан там, где запущен «Урок». Так видно, что школу настраиваете вы.`}</Head>
            <Field label={t`Код`} name="code" defaultValue={answers.code} autoComplete="off" autoCapitalize="none" spellCheck={false} error={setUp.error instanceof Problem && setUp.error.reason === 'wrong-setup-code' ? t`Код не подходит. Возьмите его из консоли, где запущен «Урок».` : errorOf('code')} />
          </div>
        )}
        {step === 2 && (
          <div key="2">
            <Head step={2} title={t`Ваша школа`}>{t`Название увидят все.`}</Head>
            <Field label={t`Название`} name="name" defaultValue={answers.school.name} placeholder={t`Школа № 17`} maxLength={120} error={errorOf('name', 'school.name')} />
            <FormItem top={t`Часовой пояс`} htmlFor={zoneId}>
              <NativeSelect id={zoneId} name="time_zone" defaultValue={answers.school.time_zone}>
                {zoneOptions(i18n.locale).map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
              </NativeSelect>
            </FormItem>
            <Field optional label={t`Почта поддержки школы`} name="support_email" type="email" defaultValue={answers.school.support_email} hint={t`Её увидят все в разделе «Помощь»`} error={errorOf('support_email')} />
          </div>
        )}
        {step === 3 && (
          <div key="3">
            <Head step={3} title={t`Первый администратор`}>{t`Это вы. Администратор добавляет камеры и людей.`}</Head>
            <Field label={t`Фамилия`} name="family_name" autoComplete="family-name" error={errorOf('family_name')} />
            <Field label={t`Имя`} name="given_name" autoComplete="given-name" error={errorOf('given_name')} />
            <Field optional label={t`Отчество`} name="patronymic" autoComplete="additional-name" error={errorOf('patronymic')} />
            <Field label={t`Логин`} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} error={errorOf('login')} />
            <Field label={t`Пароль`} name="password" type="password" autoComplete="new-password" hint={t`От 8 знаков`} error={errorOf('password')} />
          </div>
        )}
        <FormError error={setUp.error} fields={['code', ...SCHOOL_FIELDS, ...PERSON_FIELDS]} />
        <FormItem><Button size="l" stretched type="submit" loading={setUp.isPending}>{step === 3 ? t`Создать школу` : t`Дальше`}</Button></FormItem>
        {step > 1 && <FormItem><Button size="l" stretched mode="tertiary" onClick={() => { setEmpty([]); setStep(step - 1); }}>{t`Назад`}</Button></FormItem>}
      </form>
    </div>
  );
}
