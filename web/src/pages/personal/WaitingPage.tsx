// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands in place of writing while a consent is missing: which one, and who gives it.
import { useLingui } from '@lingui/react/macro';
import { Icon56LockOutline } from '@vkontakte/icons';
import { Group, Header, Placeholder, SimpleCell } from '@vkontakte/vkui';
import { Redirect } from 'wouter';
import { Consents } from '../../personal/Consents';
import { has, useMe } from '../../session/session';
import { Face } from '../../shell/Face';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';

export default function WaitingPage() {
  const { t } = useLingui();
  const me = useMe();
  const pupil = has(me, 'pupil');
  const alone = pupil && me.parents.length === 0;
  // Somebody agreed meanwhile: the page goes on by itself.
  if (!me.waits_for_consent) return <Redirect to="/chats" replace />;
  return (
    <Page title={t`Нужно согласие`}>
      <Placeholder
        icon={<Icon56LockOutline />}
        title={pupil ? t`Осталось согласие родителя` : t`Осталось ваше согласие`}
        action={alone ? <LinkButton size="m" to="/me">{t`Открыть профиль`}</LinkButton> : undefined}
      >
        {!pupil ? t`Прочитайте и согласитесь: после этого можно писать.`
          : alone ? t`Позовите родителя: ссылка для него есть в вашем профиле. Читать можно уже сейчас, писать — после согласия.`
            : t`Родитель даёт его на странице ребёнка. Читать можно уже сейчас, писать — после согласия.`}
      </Placeholder>
      {pupil && !alone && (
        <Group mode="plain" header={<Header Component="h2">{t`Кого попросить`}</Header>}>
          <ul className="plain">{me.parents.map((p) => <li key={p.id}><SimpleCell multiline before={<Face name={p.display_name} person={p} />}>{p.display_name}</SimpleCell></li>)}</ul>
        </Group>
      )}
      <Consents person={me.id} />
    </Page>
  );
}
