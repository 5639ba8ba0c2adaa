// SPDX-License-Identifier: LGPL-2.1-or-later
// One's accounts in other schools: a code of one is typed in the other, and the first says yes.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon56LinkCircleOutline } from '@vkontakte/icons';
import { Alert, Button, ButtonGroup, Div, FormItem, FormStatus, Group, Header, RichCell, Text, Title } from '@vkontakte/vkui';
import { type FormEvent, useEffect, useState } from 'react';
import { fieldText } from '../../api/problems';
import { mySchoolsQuery, schoolQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { OtherSchool } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { useLeft } from '../../shell/useLeft';
import { moment } from '../../texts/dates';
import { Held } from './Held';

const ADDRESS = '/api/v1/me/schools';

function useStep(school: OtherSchool) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (method: 'PUT' | 'DELETE') => request<void>(`${ADDRESS}/${school.id}`, { method, ...(method === 'PUT' && { body: {} }) }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['me', 'schools'] }),
  });
}

/** Somebody typed this account's code in another school. */
function Question({ school }: { school: OtherSchool }) {
  const { t } = useLingui();
  const step = useStep(school);
  return (
    <FormItem>
      <div role="status">
        <FormStatus className="status" title={t`Это вы?`}>
          {t`Ваш код ввели в школе: ${school.name}. Если это сделали не вы, ответьте «Нет».`}
          <div className="recovered__action">
            <ButtonGroup mode="horizontal" gap="m">
              <Button size="m" loading={step.isPending && step.variables === 'PUT'} disabled={step.isPending} aria-label={t`Да, это я: ${school.name}`} onClick={() => step.mutate('PUT')}>{t`Да, это я`}</Button>
              <Button size="m" mode="secondary" loading={step.isPending && step.variables === 'DELETE'} disabled={step.isPending} aria-label={t`Нет: ${school.name}`} onClick={() => step.mutate('DELETE')}>{t`Нет`}</Button>
            </ButtonGroup>
          </div>
        </FormStatus>
      </div>
      <FormError error={step.error} />
    </FormItem>
  );
}

function Remove({ school }: { school: OtherSchool }) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const step = useStep(school);
  return (
    <>
      <Button size="m" mode="tertiary" appearance="negative" loading={step.isPending} aria-label={t`Убрать: ${school.name}`} onClick={() => setAsking(true)}>{t`Убрать`}</Button>
      <FormError error={step.error} />
      {asking && (
        <Alert
          usePortal
          title={t`Убрать: ${school.name}?`}
          description={t`Школы больше не покажут вам друг друга. Профиль в каждой из них останется. Соединить их снова можно новым кодом.`}
          dismissLabel={t`Закрыть`}
          onClosed={() => setAsking(false)}
          actions={[{ title: t`Отмена`, mode: 'cancel' }, { title: t`Убрать`, mode: 'destructive', action: () => step.mutate('DELETE') }]}
        />
      )}
    </>
  );
}

function Row({ school }: { school: OtherSchool }) {
  const { t } = useLingui();
  const children = school.children.map((child) => (child.class ? t`${child.name}, ${child.class} класс` : child.name));
  const words = {
    joined: children.length > 0 ? children.join('; ') : t`Детей у вас там нет`,
    asking: t`Теперь ответьте «Да, это я» в профиле той школы`,
    past: t`Вы оттуда ушли`,
    asked: '',
  }[school.state];
  return (
    <li>
      <RichCell
        multiline
        subtitle={words}
        actions={(
          <ButtonGroup mode="horizontal" gap="s">
            {school.state !== 'past' && <Button size="m" mode="secondary" Component="a" href={school.address} aria-label={t`Открыть: ${school.name}`}>{t`Открыть`}</Button>}
            <Remove school={school} />
          </ButtonGroup>
        )}
      >
        {school.name}
      </RichCell>
    </li>
  );
}

type Code = { code: string; until: number };

function OwnCode({ shown, onNew, loading }: { shown: Code; onNew: () => void; loading: boolean }) {
  const { t } = useLingui();
  const left = useLeft(shown.until);
  const minutes = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  if (left === 0) {
    return (
      <>
        <Text className="quiet">{t`Код больше не действует.`}</Text>
        <Button size="l" stretched mode="secondary" loading={loading} onClick={onNew}>{t`Новый код`}</Button>
      </>
    );
  }
  return (
    <>
      <Text>{t`Войдите в другую школу, откройте «Профиль», «Другие школы» и введите этот код. Потом вернитесь сюда и ответьте «Да, это я».`}</Text>
      <Title level="1" Component="p" className="code-words">{shown.code.slice(0, 4)} {shown.code.slice(4, 8)} {shown.code.slice(8)}</Title>
      <Text className="quiet"><span role="timer" aria-label={t`Код действует ещё ${minutes}`}>{t`Действует ещё ${minutes}`}</span></Text>
    </>
  );
}

function MakeCode({ shown, onShown }: { shown: Code | null; onShown: (code: Code) => void }) {
  const { t } = useLingui();
  const school = useQuery(schoolQuery).data;
  const make = useMutation({
    mutationFn: () => request<{ code: string; lives_s: number }>(`${ADDRESS}/codes`, { method: 'POST', body: {} }),
    onSuccess: ({ code, lives_s }) => onShown({ code, until: performance.now() + lives_s * 1000 }),
  });
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Код этой школы`}</Header>}>
      <Div className="stack_wide">
        {shown ? <OwnCode shown={shown} loading={make.isPending} onNew={() => make.mutate()} /> : (
          <>
            <Text>{t`Если у вас есть профиль ещё в одной школе, возьмите код здесь и введите его там. Код действует 10 минут. Никому его не говорите.`}</Text>
            <Button size="l" stretched mode="secondary" loading={make.isPending} onClick={() => make.mutate()}>{school ? t`Показать код: ${school.name}` : t`Показать код`}</Button>
          </>
        )}
        <FormError error={make.error} />
      </Div>
    </Group>
  );
}

function TypeCode() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const join = useMutation({
    mutationFn: (code: string) => request<void>(ADDRESS, { method: 'POST', body: { code } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['me', 'schools'] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    join.mutate(textOf(new FormData(form), 'code'), { onSuccess: () => form.reset() });
  };
  const wrong = fieldText(i18n, join.error, 'code');
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Код другой школы`}</Header>}>
      <form noValidate onSubmit={submit}>
        <Field label={t`Код`} name="code" inputMode="numeric" autoComplete="off" maxLength={40} hint={t`Двенадцать цифр из профиля в другой школе`} error={wrong && t`В коде двенадцать цифр.`} />
        <FormError error={join.error} fields={['code']} words={wrong && t`В коде двенадцать цифр.`} />
        <FormItem><Button size="l" stretched type="submit" mode="secondary" loading={join.isPending}>{t`Соединить школы`}</Button></FormItem>
        <div role="status">{join.isSuccess && <Div><Text>{t`Код принят. Ответьте «Да, это я» в профиле той школы, где вы его взяли.`}</Text></Div>}</div>
      </form>
    </Group>
  );
}

export default function MySchoolsPage() {
  const { t, i18n } = useLingui();
  const [shown, setShown] = useState<Code | null>(null);
  const query = useQuery(mySchoolsQuery(shown !== null));
  const isAsked = query.data?.schools.some(({ state }) => state === 'asked') ?? false;
  useEffect(() => {
    // It was typed: it works no more.
    if (isAsked) setShown(null);
  }, [isAsked]);
  return (
    <Page form title={t`Другие школы`} back={{ to: '/me', label: t`К профилю` }}>
      <Loaded query={query}>
        {({ state, at, schools, as_of }) => state !== 'open' ? <Held state={state} at={at} /> : (
          <>
            {as_of && <Div><Text className="quiet">{t`Облако сейчас не отвечает. Другие школы показаны, какими были: ${moment(i18n, as_of)}.`}</Text></Div>}
            {schools.filter((one) => one.state === 'asked').map((one) => <Question key={one.id} school={one} />)}
            {schools.length === 0 && <Empty icon={<Icon56LinkCircleOutline />} title={t`Других школ пока нет`}>{t`Родитель детей из разных школ и тот, кто перешёл в другую школу, видят здесь обе.`}</Empty>}
            <ul className="plain">{schools.filter((one) => one.state !== 'asked').map((one) => <Row key={one.id} school={one} />)}</ul>
            <MakeCode shown={shown} onShown={setShown} />
            <TypeCode />
            <Div><Text className="quiet">{t`Каждая школа покажет вам в другой свой адрес, имена и классы ваших детей, и больше ничего. Видите это только вы.`}</Text></Div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
