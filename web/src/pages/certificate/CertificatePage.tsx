// SPDX-License-Identifier: LGPL-2.1-or-later
// With which certificate the school is served, until when, and what to do so that devices trust it.
import { msg } from '@lingui/core/macro';
import type { I18n } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon16ErrorCircleFill, Icon56LockOutline } from '@vkontakte/icons';
import { Button, Div, Group, Header, SimpleCell, Text } from '@vkontakte/vkui';
import { certificateQuery } from '../../api/queries';
import type { Certificate } from '../../api/types';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { day } from '../../texts/dates';

function kindText(i18n: I18n, { kind }: Certificate): string {
  if (kind === 'acme') return i18n._(msg`Публичный, продлевается сам. Устройства доверяют ему без настройки.`);
  if (kind === 'imported') return i18n._(msg`Собственный сертификат школы. Продлевать его нужно вручную.`);
  return i18n._(msg`Сделан этим сервером и продлевается сам. Каждому устройству нужно один раз разрешить ему доверять.`);
}

function problemText(i18n: I18n, reason: Certificate['problems'][number]['reason'], certificate: Certificate): string {
  switch (reason) {
    case 'ended': return i18n._(msg`Срок сертификата вышел: браузеры не открывают школу без предупреждения.`);
    case 'ends-soon': return i18n._(msg`Срок сертификата скоро выйдет.`);
    case 'authority-ends-soon': return i18n._(msg`Через год или раньше устройствам понадобится новый центр сертификации.`);
    case 'public-name-not-covered': return i18n._(msg`Сертификат не подходит к имени ${certificate.public_name ?? ''}.`);
    case 'left-out': return i18n._(msg`У сервера есть публичный адрес или имя, за которые собственный центр сертификации не может ручаться.`);
    case 'clock': return i18n._(msg`Времени сервера нельзя верить: проверьте его часы.`);
  }
}

function Fact({ name, children }: { name: string; children: string }) {
  return <SimpleCell multiline overTitle={name}>{children}</SimpleCell>;
}

/** Four pairs stay together: people compare group by group. */
function Fingerprint({ text }: { text: string }) {
  const groups = text.match(/\w\w(?::\w\w){3}/g) ?? [];
  return <Div><code className="fingerprint">{groups.map((group, i) => <span key={i}>{group}</span>)}</code></Div>;
}

function InUse({ certificate }: { certificate: Certificate }) {
  const { t, i18n } = useLingui();
  const { replaced_at } = certificate.authority;
  return (
    <Group header={<Header size="s">{t`Сейчас используется`}</Header>}>
      <Div><Text>{kindText(i18n, certificate)}</Text></Div>
      {certificate.problems.map(({ reason }) => (
        <Div key={reason}><Text className="state failed"><Icon16ErrorCircleFill />{problemText(i18n, reason, certificate)}</Text></Div>
      ))}
      <Fact name={t`Действует до`}>{day(i18n, certificate.not_after)}</Fact>
      <Fact name={t`Имена и адреса`}>{certificate.names.join(', ')}</Fact>
      <Fact name={t`Кем выдан`}>{certificate.issuer}</Fact>
      {certificate.kind === 'own-ca' && replaced_at !== null && (
        <Fact name={t`Центр сертификации заменён`}>{t`${day(i18n, replaced_at)}. Устройствам, которые доверяли прежнему, нужно сделать это заново.`}</Fact>
      )}
    </Group>
  );
}

function Trust({ certificate }: { certificate: Certificate }) {
  const { t } = useLingui();
  return (
    <Group header={<Header size="s">{t`Как устройства начнут доверять`}</Header>}>
      <Div>
        <Text>{t`Страница доверия объясняет это для Windows, Android, iPhone, Linux и панелей. Раздайте отпечаток на бумаге: по нему люди проверят файл.`}</Text>
      </Div>
      <Fingerprint text={certificate.authority.fingerprint_sha256} />
      <Div><Button size="l" stretched Component="a" href="/trust">{t`Страница доверия`}</Button></Div>
    </Group>
  );
}

function Commands({ certificate }: { certificate: Certificate }) {
  const { t } = useLingui();
  return (
    <Group header={<Header size="s">{t`Другой сертификат`}</Header>}>
      <Div><Text>{t`Ставит тот, кто настраивает сервер, в его консоли от имени root.`}</Text></Div>
      <Div>
        <Text>{t`У школы есть публичное имя, и оно ведёт на этот сервер:`}</Text>
        <code className="command">urokctl tls acme urok.school.example</code>
      </Div>
      <Div>
        <Text>{t`У школы есть свой сертификат и ключ:`}</Text>
        <code className="command">urokctl tls import server.crt server.key</code>
      </Div>
      {certificate.kind !== 'own-ca' && (
        <Div>
          <Text>{t`Вернуться к собственному центру сертификации:`}</Text>
          <code className="command">urokctl tls own-ca</code>
        </Div>
      )}
    </Group>
  );
}

export default function CertificatePage() {
  const { t } = useLingui();
  const certificate = useQuery(certificateQuery);
  return (
    <Page title={t`Сертификат`} back={{ to: '/school', label: t`К школе` }}>
      <Loaded query={certificate}>
        {({ certificate: data }) => (data === null ? (
          <Empty icon={<Icon56LockOutline />} title={t`Сертификата здесь нет`}>
            {t`Этот сервер не делал его. На установленном сервере посмотрите: urokctl tls status`}
          </Empty>
        ) : (
          <>
            <InUse certificate={data} />
            {data.kind === 'own-ca' && <Trust certificate={data} />}
            <Commands certificate={data} />
          </>
        ))}
      </Loaded>
    </Page>
  );
}
