// SPDX-License-Identifier: LGPL-2.1-or-later
// Who of the school has not come in yet: class by class with slips to print, and the grown-ups one by one.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Icon56CheckCircleOutline, Icon28UsersOutline } from '@vkontakte/icons';
import { Button, Div, FormStatus, Group, Header, RichCell, Text } from '@vkontakte/vkui';
import { Link } from 'wouter';
import { download } from '../../api/download';
import { problemText } from '../../api/problems';
import { absentQuery } from '../../api/queries';
import type { SchoolEnrolment } from '../../api/types';
import { LinkButton, LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';

type Row = SchoolEnrolment['classes'][number];

function ClassRow({ row }: { row: Row }) {
  const { t, i18n } = useLingui();
  const print = useMutation({
    mutationFn: () => download(`/api/v1/classes/${row.id}/slips`, { whom: 'all', language: i18n.locale }, t`Листки ${row.title}`),
  });
  const { pupils, parents, alone } = row;
  const words = [
    pupils > 0 && t`${plural(pupils, { one: '# ученик', few: '# ученика', many: '# учеников', other: '# ученика' })}`,
    parents > 0 && t`${plural(parents, { one: '# родитель', few: '# родителя', many: '# родителей', other: '# родителя' })}`,
  ].filter(Boolean).join(', ');
  return (
    <li>
      <RichCell
        multiline
        subtitle={words ? t`Не вошли: ${words}` : t`Все, кто есть, вошли`}
        extraSubtitle={alone > 0 ? t`Без родителей: ${plural(alone, { one: '# ученик', few: '# ученика', many: '# учеников', other: '# ученика' })}` : undefined}
        actions={<Button size="m" mode="secondary" loading={print.isPending} aria-label={t`Напечатать листки: ${row.title}`} onClick={() => print.mutate()}>{t`Напечатать листки`}</Button>}
      >
        <Link to={`/classes/${row.id}`} className="person-link">{t`${row.title} класс`}</Link>
      </RichCell>
      {print.error && <Div><FormStatus mode="error" className="status" role="alert">{problemText(i18n, print.error)}</FormStatus></Div>}
    </li>
  );
}

function Classes({ classes }: { classes: readonly Row[] }) {
  const { t } = useLingui();
  const waited = classes.filter(({ pupils, parents, alone }) => pupils + parents + alone > 0);
  if (classes.length === 0) {
    return <Empty title={t`Классов ещё нет`} action={<LinkButton size="m" to="/classes">{t`Открыть «Классы»`}</LinkButton>}>{t`Сначала создайте классы и добавьте в них учеников.`}</Empty>;
  }
  if (waited.length === 0) return <Empty icon={<Icon56CheckCircleOutline />} title={t`Все классы вошли`}>{t`У каждого ученика есть вход и хотя бы один родитель.`}</Empty>;
  return (
    <Group mode="plain" header={<Header Component="h2" indicator={waited.length}>{t`По классам`}</Header>}>
      <Div><Text className="quiet">{t`PDF с QR-кодами: по листку тому, кто ещё не входил. Листки класса, которые печатали раньше, перестанут действовать.`}</Text></Div>
      <ul className="plain">{waited.map((row) => <ClassRow key={row.id} row={row} />)}</ul>
    </Group>
  );
}

export default function AwayPage() {
  const { t } = useLingui();
  const absent = useQuery(absentQuery);
  return (
    <Page title={t`Кто ещё не вошёл`} back={{ to: '/people', label: t`К людям` }}>
      <Loaded query={absent}>{({ classes }) => <Classes classes={classes} />}</Loaded>
      <Group mode="plain" header={<Header Component="h2">{t`По одному`}</Header>}>
        <ul className="plain">
          <li><LinkCell to="/people?state=never-seen&role=teacher" before={<Icon28UsersOutline />} chevron="always">{t`Учителя, которые не вошли`}</LinkCell></li>
          <li><LinkCell to="/people?state=never-seen&role=parent" before={<Icon28UsersOutline />} chevron="always">{t`Родители, которые не вошли`}</LinkCell></li>
          <li><LinkCell to="/people?state=never-seen&role=pupil" before={<Icon28UsersOutline />} chevron="always">{t`Ученики, которые не вошли`}</LinkCell></li>
        </ul>
      </Group>
    </Page>
  );
}
