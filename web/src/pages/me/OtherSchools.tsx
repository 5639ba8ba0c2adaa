// SPDX-License-Identifier: LGPL-2.1-or-later
// In the profile: one's children in other schools, and the ways to them and out of this one.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28CloudOutline, Icon28SchoolOutline } from '@vkontakte/icons';
import { Div, Group, Header, SimpleCell, Text } from '@vkontakte/vkui';
import { mySchoolsQuery } from '../../api/queries';
import type { OtherSchool } from '../../api/types';
import { LinkCell } from '../../shell/LinkCell';
import { moment } from '../../texts/dates';

function School({ school }: { school: OtherSchool }) {
  const { t } = useLingui();
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Дети: ${school.name}`}</Header>}>
      <ul className="plain">
        {school.children.map((child) => (
          <li key={child.name}><SimpleCell multiline subtitle={child.class ? t`${child.class} класс` : undefined}>{child.name}</SimpleCell></li>
        ))}
      </ul>
      <SimpleCell Component="a" href={school.address} before={<Icon28SchoolOutline />} chevron="always" multiline>{t`Открыть: ${school.name}`}</SimpleCell>
    </Group>
  );
}

export function OtherSchools() {
  const { t, i18n } = useLingui();
  const mine = useQuery(mySchoolsQuery()).data;
  if (!mine || mine.state === 'none') return null;
  const asked = mine.schools.filter(({ state }) => state === 'asked').length;
  const subtitle = asked > 0 ? t`Ждут вашего ответа` : mine.schools.filter(({ state }) => state !== 'asking').map(({ name }) => name).join(', ');
  return (
    <>
      {mine.schools.filter(({ children }) => children.length > 0).map((school) => <School key={school.id} school={school} />)}
      {mine.as_of && <Div><Text className="quiet">{t`Облако сейчас не отвечает. Другие школы показаны, какими были: ${moment(i18n, mine.as_of)}.`}</Text></Div>}
      <Group mode="plain">
        <LinkCell to="/me/schools" before={<Icon28SchoolOutline />} chevron="always" multiline subtitle={subtitle || undefined}>{t`Другие школы`}</LinkCell>
        {mine.at === 'school' && <LinkCell to="/me/away" before={<Icon28CloudOutline />} chevron="always">{t`«Урок» вне школы`}</LinkCell>}
      </Group>
    </>
  );
}
