// SPDX-License-Identifier: LGPL-2.1-or-later
// Consents for one person: what is still asked, what was said, and the press that takes it back.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Div, Group, Header, Text } from '@vkontakte/vkui';
import { type ReactNode, useState } from 'react';
import { consentsQuery } from '../api/queries';
import { request } from '../api/request';
import type { Consents as All, GivenConsent, WantedConsent } from '../api/types';
import { FormError } from '../forms/Field';
import { useMe } from '../session/session';
import { Loaded } from '../shell/states';
import { moment } from '../texts/dates';

function useAnswer(person: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, version }: { kind: string; version?: number }) =>
      request<All>(`/api/v1/people/${person}/consents/${kind}`, version === undefined ? { method: 'DELETE' } : { method: 'PUT', body: { version } }),
    onSuccess: (now) => {
      cache.setQueryData(consentsQuery(person).queryKey, now);
      void cache.invalidateQueries({ queryKey: ['me'] });
      void cache.invalidateQueries({ queryKey: ['children'] });
    },
    onError: () => void cache.invalidateQueries({ queryKey: consentsQuery(person).queryKey }),
  });
}

/** What is asked, how it stands, its text, and after the text what may be answered. */
function Words({ title, state, text, children }: { title: string; state: ReactNode; text: string | null; children: ReactNode }) {
  const { t } = useLingui();
  return (
    <li>
      <Div>
        <Text weight="2" Component="h3" className="consent__title">{title}</Text>
        {state}
        {text && (
          <details className="consent__words">
            <Text Component="summary" aria-label={t`Прочитать: ${title}`}>{t`Прочитать`}</Text>
            <Text className="consent__text">{text}</Text>
          </details>
        )}
        {children}
      </Div>
    </li>
  );
}

function Wanted({ consent, person, mayAnswer }: { consent: WantedConsent; person: string; mayAnswer: boolean }) {
  const { t } = useLingui();
  const me = useMe();
  const answer = useAnswer(person);
  // Who is neither the person nor a parent knows of it from paper.
  const isOwn = person === me.id || me.children.some(({ id }) => id === person);
  const words = isOwn ? t`Согласиться` : t`Есть на бумаге`;
  return (
    <Words title={consent.title} text={consent.text} state={<Text className="quiet">{consent.required ? t`Без него нельзя писать на сервере` : t`По желанию`}</Text>}>
      {mayAnswer && (
        <Button size="m" mode={consent.required ? 'primary' : 'secondary'} className="consent__press" loading={answer.isPending} aria-label={`${words}: ${consent.title}`} onClick={() => answer.mutate({ kind: consent.kind, version: consent.version })}>{words}</Button>
      )}
      <FormError error={answer.error} />
    </Words>
  );
}

function Given({ consent, person, mayAnswer }: { consent: GivenConsent; person: string; mayAnswer: boolean }) {
  const { t, i18n } = useLingui();
  const me = useMe();
  const answer = useAnswer(person);
  const [asking, setAsking] = useState(false);
  const title = consent.title ?? t`Согласие`;
  const who = consent.given_by?.id === me.id ? t`вы` : consent.given_by?.display_name ?? t`администратор сервера`;
  const when = moment(i18n, consent.given_at);
  return (
    <Words
      title={title}
      text={consent.text}
      state={(
        <>
          <Text className="quiet">{consent.on_paper ? t`На бумаге, записано ${when}: ${who}` : t`Дано ${when}: ${who}`}</Text>
          {consent.withdrawn_at && <Text className="quiet">{t`Отозвано ${moment(i18n, consent.withdrawn_at)}`}</Text>}
        </>
      )}
    >
      {!consent.withdrawn_at && mayAnswer && <Button size="m" mode="tertiary" appearance="negative" className="consent__press" loading={answer.isPending} aria-label={t`Отозвать: ${title}`} onClick={() => setAsking(true)}>{t`Отозвать`}</Button>}
      <FormError error={answer.error} />
      {asking && (
        <Alert
          usePortal
          title={t`Отозвать «${title}»?`}
          description={t`Всё, на что оно давалось, прекратится сразу. Дать его снова можно в любой момент.`}
          dismissLabel={t`Закрыть`}
          onClosed={() => setAsking(false)}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Отозвать`, mode: 'destructive', action: () => answer.mutate({ kind: consent.kind }) },
          ]}
        />
      )}
    </Words>
  );
}

export function ConsentList({ all }: { all: All }) {
  const { t, i18n } = useLingui();
  const { wanted, given, may_answer: mayAnswer, person } = all;
  return (
    <>
      {wanted.length > 0 && (
        <Group mode="plain" header={<Header Component="h2">{t`Школа просит согласия`}</Header>}>
          <ul className="plain">{wanted.map((one) => <Wanted key={one.kind} consent={one} person={person.id} mayAnswer={mayAnswer} />)}</ul>
        </Group>
      )}
      {given.length > 0 && (
        <Group mode="plain" header={<Header Component="h2">{t`Согласия`}</Header>}>
          <ul className="plain">{given.map((one) => <Given key={`${one.kind} ${one.given_at}`} consent={one} person={person.id} mayAnswer={mayAnswer} />)}</ul>
          <Div><Button size="m" mode="secondary" href={`/api/v1/people/${person.id}/consents.pdf?language=${i18n.locale === 'en' ? 'en' : 'ru'}`} download>{t`Скачать PDF`}</Button></Div>
        </Group>
      )}
    </>
  );
}

export function Consents({ person }: { person: string }) {
  const all = useQuery(consentsQuery(person));
  return <Loaded query={all}>{(data) => <ConsentList all={data} />}</Loaded>;
}
