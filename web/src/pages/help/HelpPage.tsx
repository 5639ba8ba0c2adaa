// SPDX-License-Identifier: LGPL-2.1-or-later
// Help: what people ask, who can be asked, what teachers hand round. Also for who is signed out.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28LocationOutline, Icon28MailOutline, Icon28PhoneOutline } from '@vkontakte/icons';
import { Button, Div, Group, Header, Search, SimpleCell, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { meQuery, schoolQuery } from '../../api/queries';
import type { Role, School } from '../../api/types';
import { LinkButton } from '../../shell/LinkCell';
import { Logo } from '../../shell/Logo';
import { Page } from '../../shell/Page';
import { Empty } from '../../shell/states';
import { isFound, type Question, QUESTIONS, type Reader } from './questions';
import { Memos } from './Memos';

const READERS: readonly Reader[] = ['all', 'pupil', 'parent', 'teacher', 'administrator'];

/** What is one's own comes first. */
const inOrder = (roles: readonly Role[]): Reader[] => {
  const isOwn = (reader: Reader) => reader === 'all' || roles.includes(reader);
  return [...READERS.filter(isOwn), ...READERS.filter((reader) => !isOwn(reader))];
};

function Questions({ title, questions, isSearch }: { title: string; questions: readonly Question[]; isSearch: boolean }) {
  const { i18n } = useLingui();
  if (questions.length === 0) return null;
  return (
    <Group mode="plain" header={<Header Component="h2">{title}</Header>}>
      {questions.map(({ asked, answer }) => (
        <details key={i18n._(asked)} className="help__question" open={isSearch}>
          <summary><Text Component="span" weight="2">{i18n._(asked)}</Text></summary>
          <Text className="help__answer">{i18n._(answer)}</Text>
        </details>
      ))}
    </Group>
  );
}

/** Only digits and a leading plus are dialled. */
const dialled = (phone: string): string => `tel:${phone.replace(/[^+\d]/g, '')}`;

function Support({ school, administrator }: { school: School; administrator: boolean }) {
  const { t } = useLingui();
  const { full_name, name, address, support_email: email, support_phone: phone } = school;
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Поддержка школы`}</Header>}>
      <SimpleCell multiline before={school.logo ? <Logo size={48} /> : undefined}>{full_name ?? name}</SimpleCell>
      {address && <SimpleCell multiline before={<Icon28LocationOutline />}>{address}</SimpleCell>}
      {email && <SimpleCell multiline before={<Icon28MailOutline />} Component="a" href={`mailto:${email}`}>{email}</SimpleCell>}
      {phone && <SimpleCell multiline before={<Icon28PhoneOutline />} Component="a" href={dialled(phone)}>{phone}</SimpleCell>}
      {!email && !phone && <Div><Text className="quiet">{t`Школа пока не указала ни почты, ни телефона поддержки.`}</Text></Div>}
      {email && <Div><Button size="l" Component="a" href={`mailto:${email}`}>{t`Написать в поддержку`}</Button></Div>}
      {!email && !phone && administrator && <Div><LinkButton size="m" to="/school">{t`Указать почту и телефон`}</LinkButton></Div>}
    </Group>
  );
}

function WhomToAsk() {
  const { t } = useLingui();
  const ways: [string, string][] = [
    [t`Ученику`, t`Классный руководитель даст код для входа.`],
    [t`Родителю`, t`Администратор школы. Как его найти, подскажет классный руководитель.`],
    [t`Учителю`, t`Администратор школы.`],
    [t`Администратору`, t`Другой администратор или тот, у кого есть доступ к серверу.`],
  ];
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Кто поможет войти снова`}</Header>}>
      {ways.map(([who, how]) => <SimpleCell key={who} multiline overTitle={who}>{how}</SimpleCell>)}
    </Group>
  );
}

export function HelpPage({ out }: { out?: boolean }) {
  const { t, i18n } = useLingui();
  const school = useQuery(schoolQuery).data;
  const roles = useQuery({ ...meQuery, enabled: !out }).data?.roles ?? [];
  const [search, setSearch] = useState('');
  const wanted = search.trim();
  const titles: Record<Reader, string> = {
    all: t`Всем`, pupil: t`Ученикам`, parent: t`Родителям`, teacher: t`Учителям`, administrator: t`Администраторам`,
  };
  const found = QUESTIONS.filter(({ asked, answer }) => wanted === '' || isFound(`${i18n._(asked)} ${i18n._(answer)}`, wanted));
  return (
    <Page title={t`Помощь`} back={out ? { to: '/sign-in', label: t`Ко входу` } : undefined}>
      <Search value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t`О чём вопрос`} slotProps={{ input: { 'aria-label': t`Поиск по вопросам` } }} clearLabel={t`Очистить`} />
      <div aria-live="polite">
        {found.length === 0 && <Empty title={t`Такого вопроса здесь нет`}>{t`Попробуйте другое слово или напишите в поддержку школы.`}</Empty>}
      </div>
      {inOrder(roles).map((of) => <Questions key={of} title={titles[of]} questions={found.filter((question) => question.of === of)} isSearch={wanted !== ''} />)}
      {(roles.includes('teacher') || roles.includes('administrator')) && <Memos />}
      <WhomToAsk />
      {school && <Support school={school} administrator={roles.includes('administrator')} />}
    </Page>
  );
}
