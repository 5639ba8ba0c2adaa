// SPDX-License-Identifier: LGPL-2.1-or-later
// A person, as others see them: name, role, class, and what the person shows.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28CakeOutline, Icon28MailOutline, Icon28PhoneOutline } from '@vkontakte/icons';
import { Div, Link, SimpleCell, Text } from '@vkontakte/vkui';
import { cardQuery } from '../../api/queries';
import type { Card } from '../../api/types';
import { Face } from '../../shell/Face';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { roleNames } from '../../texts/roles';

function Shown({ card }: { card: Card }) {
  const { t, i18n } = useLingui();
  const classes = card.classes.map((c) => c.title).join(', ');
  const birthday = card.birthday && new Date(`2000-${card.birthday}T12:00:00`).toLocaleDateString(i18n.locale, { day: 'numeric', month: 'long' });
  return (
    <>
      <SimpleCell multiline before={<Face name={card.display_name} person={card} size={96} />} subtitle={[roleNames(i18n, card.roles), classes].filter(Boolean).join(' · ')}>{card.display_name}</SimpleCell>
      {card.about && <Div><Text>{card.about}</Text></Div>}
      {birthday && <SimpleCell before={<Icon28CakeOutline />} overTitle={t`День рождения`}>{birthday}</SimpleCell>}
      {card.phone && <SimpleCell before={<Icon28PhoneOutline />} overTitle={t`Телефон`}><Link href={`tel:${card.phone}`}>{card.phone}</Link></SimpleCell>}
      {card.email && <SimpleCell before={<Icon28MailOutline />} overTitle={t`Почта`}><Link href={`mailto:${card.email}`}>{card.email}</Link></SimpleCell>}
    </>
  );
}

export default function CardPage({ id }: { id: string }) {
  const { t } = useLingui();
  const found = useQuery(cardQuery(id));
  return (
    <Page form title={found.data?.display_name ?? t`Человек`} back={{ to: '/chats', label: t`К чатам` }}>
      <Loaded query={found}>{(card) => <Shown card={card} />}</Loaded>
    </Page>
  );
}
