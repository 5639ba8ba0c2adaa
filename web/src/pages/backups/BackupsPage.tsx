// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's copies: how the last one is, whether the school would come back from it, the next one, and where they lie.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon24CheckCircleOutline, Icon24ErrorCircleOutline, Icon24WarningTriangleOutline, Icon28KeyOutline } from '@vkontakte/icons';
import { Div, Group, Header, SimpleCell, Text, Title } from '@vkontakte/vkui';
import type { ReactNode } from 'react';
import { backupsQuery } from '../../api/queries';
import type { Backup, Backups } from '../../api/types';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { size } from '../server/facts';
import { Running } from './Running';
import { reasonText } from './words';

type Level = 'ok' | 'warning' | 'alarm';

const ICONS = { ok: Icon24CheckCircleOutline, warning: Icon24WarningTriangleOutline, alarm: Icon24ErrorCircleOutline };

function Word({ level, title, children }: { level: Level; title: string; children: ReactNode }) {
  const { t } = useLingui();
  const Icon = ICONS[level];
  const name = { ok: t`в порядке`, warning: t`внимание`, alarm: t`тревога` }[level];
  return (
    <div className="server__summary" role="status">
      <Icon className={`level level_${level}`} role="img" aria-label={name} aria-hidden={false} />
      <div>
        <Title level="2" Component="h2">{title}</Title>
        {children}
      </div>
    </div>
  );
}

/** What the program itself said, in English, for who is asked for help. */
function Detail({ failure }: { failure: string | null }) {
  const { t } = useLingui();
  return failure && (
    <>
      <Text className="quiet">{t`Подробности для того, кто обслуживает сервер:`}</Text>
      <code className="command" lang="en">{failure}</code>
    </>
  );
}

/** How it stands, the worst first, and what to do now. */
function Standing({ backups }: { backups: Backups }) {
  const { t, i18n } = useLingui();
  const { items, proof, failure, reason, damaged_files: damaged } = backups;
  const last = items.find((one) => one.made_at);
  const made = last?.made_at ? moment(i18n, last.made_at) : '';
  if (proof?.ok === false) {
    return (
      <Word level="alarm" title={t`Из последней копии школу не восстановить`}>
        <Text>{t`Проверка ${moment(i18n, proof.at)}. ${reasonText(i18n, proof.reason)}`}</Text>
        <Text className="server__todo">{t`Сделайте другую копию сейчас. Если ночью не подойдёт и она, скажите тому, кто обслуживает сервер: urokctl backup verify`}</Text>
        <Detail failure={proof.failure} />
      </Word>
    );
  }
  if (failure) {
    return (
      <Word level="alarm" title={t`Последняя копия не удалась`}>
        <Text>{reasonText(i18n, reason)}</Text>
        <Text className="server__todo">{last ? t`Устраните причину и сделайте копию снова. Прежние копии на месте.` : t`Устраните причину и сделайте копию снова.`}</Text>
        <Detail failure={failure} />
      </Word>
    );
  }
  if (!last) {
    return (
      <Word level="warning" title={t`Копий ещё нет`}>
        <Text>{t`Если сервер сломается сейчас, восстановить школу будет не из чего. Сделайте первую копию: люди могут работать, это не мешает.`}</Text>
      </Word>
    );
  }
  if (proof?.ok === null) {
    return (
      <Word level="warning" title={t`Копия есть, но проверить её не удалось`}>
        <Text>{t`Проверка ${moment(i18n, proof.at)}. ${reasonText(i18n, proof.reason)}`}</Text>
        <Text className="server__todo">{t`Устраните причину и проверьте её на сервере: urokctl backup verify`}</Text>
        <Detail failure={proof.failure} />
      </Word>
    );
  }
  if (damaged > 0) {
    const detail = String(damaged);
    return (
      <Word level="warning" title={t`Копия есть, но без повреждённых файлов`}>
        <Text>{t`Повреждены на диске и не вошли в последнюю копию файлы: ${detail}`}</Text>
        <Text className="server__todo">{t`Попросите того, кто обслуживает сервер, проверить диск и сохранить старую копию на другом диске: в ней эти файлы могут быть целы.`}</Text>
      </Word>
    );
  }
  const proven = last.verified === true ? last.verified_at : null;
  return (
    <Word level="ok" title={proven ? t`Копия есть и проверена` : t`Копия есть`}>
      <Text>{t`Последняя сделана ${made}.`}</Text>
      <Text className="server__text">{proven ? t`Урок собрал из неё школу и сверил всё до последнего файла: ${moment(i18n, proven)}.` : t`Её ещё не проверяли. Каждую ночь Урок собирает школу из последней копии и сверяет её.`}</Text>
    </Word>
  );
}

function Key({ made }: { made: boolean }) {
  const { t } = useLingui();
  return (
    <LinkCell to="/server/backups/key" multiline chevron="always" before={<Icon28KeyOutline className={made ? undefined : 'level_warning'} />} subtitle={made ? t`Напечатан. Храните лист не рядом с сервером.` : t`Не напечатан. Если сервер сломается, копии не откроет никто.`}>
      {t`Ключ восстановления`}
    </LinkCell>
  );
}

function Row({ backup }: { backup: Backup }) {
  const { t, i18n } = useLingui();
  if (!backup.made_at) {
    return <li><SimpleCell multiline subtitle={<span className="failed">{t`Не читается. ${reasonText(i18n, backup.reason)}`}</span>} extraSubtitle={<span lang="en">{backup.failure}</span>}>{backup.file}</SimpleCell></li>;
  }
  const database = size(i18n, backup.database_bytes ?? 0);
  const files = size(i18n, backup.files_bytes ?? 0);
  const fresh = size(i18n, backup.new_bytes ?? 0);
  const proven = backup.verified === null ? '' : backup.verified ? t`проверена` : t`не прошла проверку`;
  return (
    <li>
      <SimpleCell multiline subtitle={t`База ${database}, файлы ${files}; нового с прошлой: ${fresh}`}>
        {proven ? `${moment(i18n, backup.made_at)} · ${proven}` : moment(i18n, backup.made_at)}
      </SimpleCell>
    </li>
  );
}

function Body({ backups }: { backups: Backups }) {
  const { t, i18n } = useLingui();
  const { items, folder, next } = backups;
  return (
    <>
      <Group mode="plain">
        <Standing backups={backups} />
        <Running backups={backups} />
        <Div><Text className="quiet">{next ? t`Следующая сделается сама: ${moment(i18n, next)}.` : t`Сама копия не делается: на этом сервере нет службы, которая делает её ночью.`}</Text></Div>
        <Key made={backups.recovery_key.made} />
      </Group>
      {items.length > 0 && (
        <Group mode="plain" header={<Header Component="h2">{t`Какие копии есть`}</Header>}>
          <ul className="plain" aria-label={t`Какие копии есть`}>{items.map((one) => <Row key={one.file} backup={one} />)}</ul>
          <Div><Text className="quiet">{t`Остаются копии за 7 дней, 4 недели и 6 месяцев; старые убираются сами.`}</Text></Div>
        </Group>
      )}
      <Group mode="plain" header={<Header Component="h2">{t`Где они лежат`}</Header>}>
        <Div><Text>{t`На сервере, в папке:`}</Text><code className="command">{folder}</code></Div>
        <Div><Text>{t`Пожар или вор возьмёт их вместе с сервером. Держите ещё одну копию на другом диске или компьютере: её делает тот, кто обслуживает сервер.`}</Text><code className="command">{'urokctl backup --to /media/usb'}</code></Div>
        <Div><Text className="quiet">{t`Копии зашифрованы: без ключа восстановления или самого сервера в них ничего не прочесть.`}</Text></Div>
      </Group>
    </>
  );
}

export default function BackupsPage() {
  const { t } = useLingui();
  const backups = useQuery(backupsQuery);
  return (
    <Page form title={t`Резервные копии`} back={{ to: '/server', label: t`К серверу` }}>
      <Loaded query={backups}>{(data) => <Body backups={data} />}</Loaded>
    </Page>
  );
}
