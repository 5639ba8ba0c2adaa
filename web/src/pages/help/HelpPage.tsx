// SPDX-License-Identifier: LGPL-2.1-or-later
// Help: what people ask, and who can be asked.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Button, Div, Group, Text, Title } from '@vkontakte/vkui';
import { schoolQuery } from '../../api/queries';
import { Page } from '../../shell/Page';

export function HelpPage({ out }: { out?: boolean }) {
  const { t } = useLingui();
  const school = useQuery(schoolQuery).data;
  const questions: [string, string][] = [
    [t`Не получается войти`, t`Проверьте раскладку и Caps Lock. Если пароль забыт, попросите ссылку для входа: ученику её даст классный руководитель, остальным — администратор школы.`],
    [t`Ссылка для входа не работает`, t`Она действует один раз и недолго. Попросите новую.`],
    [t`Сообщение не отправляется`, t`Если пропала связь со школой, оно уйдёт само, когда связь вернётся. Закрывать страницу можно: текст сохранён на этом устройстве.`],
    [t`Не вижу трансляцию`, t`Трансляции видят только те, кому их показывают. Спросите учителя, который её ведёт.`],
    [t`Нет звука в трансляции`, t`Нажмите «Включить звук» на картинке. Проверьте громкость устройства.`],
    [t`Это общий компьютер`, t`Не отмечайте «Это моё устройство» и выходите из профиля, когда закончили. Сеанс закроется и сам: через 30 минут без дела или вместе с браузером.`],
  ];
  return (
    <Page title={t`Помощь`} back={out ? { to: '/sign-in', label: t`Ко входу` } : undefined}>
      <Group mode="plain">
        {questions.map(([question, answer]) => (
          <Div key={question}>
            <Title level="3" Component="h2">{question}</Title>
            <Text>{answer}</Text>
          </Div>
        ))}
      </Group>
      <Div>
        <Title level="3" Component="h2">{t`Кого спросить`}</Title>
        <Text>{t`Классный руководитель поможет со входом и классом. Администратор школы поможет с остальным.`}</Text>
        {school?.support_email && (
          <>
            <Text className="help__mail">{t`Почта поддержки: ${school.support_email}`}</Text>
            <Button size="l" Component="a" href={`mailto:${school.support_email}`}>{t`Написать в поддержку`}</Button>
          </>
        )}
      </Div>
    </Page>
  );
}
