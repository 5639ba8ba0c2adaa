// SPDX-License-Identifier: LGPL-2.1-or-later
// A new school year: what becomes of each class of the year before, one press, and taking it back until the year begins.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Div, FormItem, Group, Header, SimpleCell, Snackbar, Text } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { promotionQuery, yearsQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Promotion } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';

type Row = Promotion['items'][number];

function useAbout() {
  const { t } = useLingui();
  return (row: Row) => {
    const pupils = t`${plural(row.pupil_count, { one: '# ученик', few: '# ученика', many: '# учеников', other: '# ученика' })}`;
    return [pupils, row.class_teacher?.short_name].filter(Boolean).join(' · ');
  };
}

function Others({ rows }: { rows: Row[] }) {
  const { t } = useLingui();
  const about = useAbout();
  if (rows.length === 0) return null;
  const words = (row: Row) => ({
    leaves: t`выпускается`, promoted: t`уже переведён в ${row.becomes}`, taken: t`${row.becomes} уже создан без него`, goes: '',
  })[row.state];
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Остальные классы`}</Header>}>
      <ul className="plain">
        {rows.map((row) => <li key={row.class.id}><SimpleCell multiline subtitle={about(row)}>{`${row.class.title}: ${words(row)}`}</SimpleCell></li>)}
      </ul>
    </Group>
  );
}

function useChange(year: string, method: 'POST' | 'DELETE', onDone: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (classes: string[]) => request<Promotion>(`/api/v1/school-years/${year}/promotion`, { method, body: method === 'POST' ? { classes } : undefined }),
    onSuccess: (promotion) => {
      cache.setQueryData(promotionQuery(year).queryKey, promotion);
      void cache.invalidateQueries({ queryKey: ['classes'] });
      void cache.invalidateQueries({ queryKey: ['chats'] });
      onDone();
    },
  });
}

function Choice({ year, rows, onDone }: { year: string; rows: Row[]; onDone: (count: number) => void }) {
  const { t } = useLingui();
  const about = useAbout();
  const [left, leave] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter((row) => !left.has(row.class.id));
  const promote = useChange(year, 'POST', () => onDone(chosen.length));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    promote.mutate(chosen.map((row) => row.class.id));
  };
  const toggle = (id: string) => leave((now) => {
    const then = new Set(now);
    if (!then.delete(id)) then.add(id);
    return then;
  });
  const count = t`${plural(chosen.length, { one: '# класс', few: '# класса', many: '# классов', other: '# класса' })}`;
  return (
    <form noValidate onSubmit={submit}>
      <Group mode="plain" header={<Header Component="h2">{t`Перейдут`}</Header>}>
        <Div><Text className="quiet">{t`Вместе с учениками, классным руководителем и учителями. Чаты новых классов появятся сразу, прошлогодние останутся для чтения. Уберите отметку у тех, кого переведёте потом.`}</Text></Div>
        {rows.map((row) => (
          <Checkbox key={row.class.id} checked={!left.has(row.class.id)} onChange={() => toggle(row.class.id)} description={about(row)}>{`${row.class.title} → ${row.becomes}`}</Checkbox>
        ))}
        <FormError error={promote.error} />
        <FormItem><Button size="l" stretched type="submit" disabled={chosen.length === 0} loading={promote.isPending}>{t`Перевести: ${count}`}</Button></FormItem>
      </Group>
    </form>
  );
}

function Undo({ year, title, onDone }: { year: string; title: string; onDone: () => void }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const undo = useChange(year, 'DELETE', () => {
    setOpen(false);
    onDone();
  });
  return (
    <Group mode="plain">
      <Div><Text className="quiet">{t`Пока год не начался, перевод можно отменить.`}</Text></Div>
      <Div><Button size="l" stretched mode="tertiary" appearance="negative" onClick={() => setOpen(true)}>{t`Отменить перевод`}</Button></Div>
      <Dialog id="undo-promotion" title={t`Отменить перевод`} open={open} onClose={() => setOpen(false)}>
        <Div><Text>{t`Классы года ${title}, созданные переводом, исчезнут вместе со своими чатами. Прошлогодние классы и чаты останутся как были.`}</Text></Div>
        <FormError error={undo.error} />
        <FormItem><Button size="l" stretched appearance="negative" loading={undo.isPending} onClick={() => undo.mutate([])}>{t`Отменить перевод`}</Button></FormItem>
      </Dialog>
    </Group>
  );
}

function Body({ year, title, promotion, say }: { year: string; title: string; promotion: Promotion; say: (text: string) => void }) {
  const { t } = useLingui();
  const { before, begun, over, items } = promotion;
  const going = over ? [] : items.filter(({ state }) => state === 'goes');
  const done = (n: number) => say(t`Переведено: ${plural(n, { one: '# класс', few: '# класса', many: '# классов', other: '# класса' })}`);
  if (!before) {
    return <Group mode="plain"><Div><Text>{t`Перед этим годом нет другого: переводить некого. Классы создают на странице «Классы».`}</Text></Div><Div><LinkButton to="/classes" size="l" stretched mode="secondary">{t`К классам`}</LinkButton></Div></Group>;
  }
  return (
    <>
      {over && <Div><Text>{t`Этот учебный год уже прошёл: переводить в него нельзя.`}</Text></Div>}
      {!over && items.length === 0 && <Div><Text>{t`В году ${before.title} нет классов.`}</Text></Div>}
      {going.length > 0 && <Choice key={going.length} year={year} rows={going} onDone={done} />}
      <Others rows={items.filter(({ state }) => state !== 'goes')} />
      {!begun && items.some(({ state }) => state === 'promoted') && <Undo year={year} title={title} onDone={() => say(t`Перевод отменён`)} />}
    </>
  );
}

export default function PromotionPage({ year }: { year: string }) {
  const { t } = useLingui();
  const promotion = useQuery(promotionQuery(year));
  const title = useQuery(yearsQuery).data?.items.find(({ id }) => id === year)?.title ?? '';
  const [said, say] = useState<string | null>(null);
  return (
    <Page form title={title ? t`Перевод в ${title}` : t`Перевод классов`} back={{ to: '/years', label: t`К учебным годам` }}>
      <Loaded query={promotion}>{(data) => <Body year={year} title={title} promotion={data} say={say} />}</Loaded>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
