// SPDX-License-Identifier: LGPL-2.1-or-later
// For how long messages are kept, by the kind of their chat, with what would go at which setting; and legal holds.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, NativeSelect, Snackbar, Text } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { retentionQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Retention } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { Holds } from './Holds';
import { useKinds } from './kinds';

const FOR_GOOD = 0;

function useCounts() {
  const { t } = useLingui();
  return {
    messages: (n: number) => t`${plural(n, { one: '# сообщение', few: '# сообщения', many: '# сообщений', other: '# сообщения' })}`,
    time: (days: number) => {
      if (days === FOR_GOOD) return t`бессрочно`;
      const years = days / 365;
      return Number.isInteger(years)
        ? t`${plural(years, { one: '# год', few: '# года', many: '# лет', other: '# года' })}`
        : t`${plural(days, { one: '# день', few: '# дня', many: '# дней', other: '# дня' })}`;
    },
  };
}

/** Asks once more, and says what goes: the setting is of a kind, the words are of people. */
function Confirm({ kind, days, messages, onClose, onSaved }: { kind: Retention; days: number; messages: number; onClose: () => void; onSaved: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const counts = useCounts();
  const name = useKinds()[kind.kind];
  const save = useMutation({
    mutationFn: () => request<Retention>(`/api/v1/retention/${kind.kind}`, { method: 'PUT', body: { days: days === FOR_GOOD ? null : days } }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: retentionQuery.queryKey });
      onSaved();
    },
  });
  const time = counts.time(days);
  const count = counts.messages(messages);
  return (
    <>
      <Div>
        <Text>
          {days === FOR_GOOD
            ? t`${name}: ничего больше не будет удаляться по сроку.`
            : t`${name}: ближайшей ночью будет удалено ${count} старше срока (${time}), и дальше каждую ночь. Вернуть их будет нельзя; до ночи срок можно изменить.`}
        </Text>
      </Div>
      <FormError error={save.error} />
      <FormItem>
        <Button size="l" stretched appearance={days === FOR_GOOD ? 'accent' : 'negative'} loading={save.isPending} onClick={() => save.mutate()}>{days === FOR_GOOD ? t`Хранить бессрочно` : t`Установить срок`}</Button>
      </FormItem>
      <FormItem><Button size="l" stretched mode="secondary" onClick={onClose}>{t`Не менять`}</Button></FormItem>
    </>
  );
}

function Kind({ kind, onSaved }: { kind: Retention; onSaved: () => void }) {
  const { t } = useLingui();
  const counts = useCounts();
  const id = useId();
  const name = useKinds()[kind.kind];
  const now = kind.days ?? FOR_GOOD;
  const [asking, ask] = useState<{ days: number; messages: number } | null>(null);
  const ages = kind.ages.some(({ days }) => days === now) || now === FOR_GOOD ? kind.ages : [...kind.ages, { days: now, messages: 0 }];
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const days = Number(new FormData(event.currentTarget).get('days'));
    if (days !== now) ask({ days, messages: ages.find((age) => age.days === days)?.messages ?? 0 });
  };
  return (
    <Group mode="plain" header={<Header Component="h2" subtitle={counts.messages(kind.messages)}>{name}</Header>}>
      <form noValidate onSubmit={submit} aria-label={name}>
        <FormItem top={t`Хранить`} htmlFor={id}>
          <NativeSelect id={id} name="days" key={now} defaultValue={String(now)}>
            <option value={FOR_GOOD}>{t`бессрочно: не удалится ничего`}</option>
            {[...ages].sort((a, b) => b.days - a.days).map(({ days, messages }) => {
              const time = counts.time(days);
              const count = counts.messages(messages);
              return <option key={days} value={days}>{days === now ? t`${time} (сейчас)` : t`${time}: удалится ${count}`}</option>;
            })}
          </NativeSelect>
        </FormItem>
        <FormItem><Button size="l" stretched mode="secondary" type="submit" aria-label={t`Сохранить: ${name}`}>{t`Сохранить`}</Button></FormItem>
      </form>
      <Dialog id={`retention-${kind.kind}`} title={t`Срок хранения`} open={asking !== null} onClose={() => ask(null)}>
        {asking && <Confirm kind={kind} {...asking} onClose={() => ask(null)} onSaved={() => { ask(null); onSaved(); }} />}
      </Dialog>
    </Group>
  );
}

function LastRun({ run }: { run: { at: string; messages: number } | null }) {
  const { t, i18n } = useLingui();
  const counts = useCounts();
  if (!run) return null;
  const when = moment(i18n, run.at);
  const count = counts.messages(run.messages);
  return <Div><Text className="quiet">{t`В последний раз удалено: ${count}, ${when}.`}</Text></Div>;
}

export default function RetentionPage() {
  const { t } = useLingui();
  const retention = useQuery(retentionQuery);
  const [said, say] = useState<string | null>(null);
  return (
    <Page form title={t`Сроки хранения`} back={{ to: '/school', label: t`К школе` }}>
      <Div><Text className="quiet">{t`Пока срок не установлен, сообщения хранятся бессрочно. Старше срока они удаляются ночью: в чате остаётся место, слов не остаётся нигде.`}</Text></Div>
      <Loaded query={retention}>
        {({ items, last_run }) => (
          <>
            <LastRun run={last_run} />
            {items.map((kind) => <Kind key={kind.kind} kind={kind} onSaved={() => say(t`Сохранено`)} />)}
          </>
        )}
      </Loaded>
      <Holds say={say} />
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
