// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's cloud: linking it, how the line is, what leaves the school, and the end of the link.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon24CheckCircleOutline, Icon24ErrorCircleOutline, Icon24WarningTriangleOutline } from '@vkontakte/icons';
import { Button, Counter, Div, FormItem, Group, Header, SimpleCell, Text, Title } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { cloudQuery, schoolQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { CloudState } from '../../api/types';
import { FormError, passwordOf } from '../../forms/Field';
import { OwnPassword, usePasswordFault } from '../../forms/OwnPassword';
import { Dialog } from '../../shell/Dialog';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { lineText } from '../../texts/cloud';
import { day, moment } from '../../texts/dates';
import { size } from '../server/facts';
import { Choices } from './Choices';
import { About, LinkForm } from './LinkForm';
import { changes, fileTroubleText, troubleText } from './words';

const MARKS = {
  live: [Icon24CheckCircleOutline, 'ok'],
  waiting: [Icon24WarningTriangleOutline, 'warning'],
  healing: [Icon24WarningTriangleOutline, 'warning'],
  stopped: [Icon24ErrorCircleOutline, 'alarm'],
} as const;

type Linked = keyof typeof MARKS;

function useWords(cloud: CloudState, state: Linked): [title: string, text: string] {
  const { t, i18n } = useLingui();
  const count = changes(i18n, cloud.waiting);
  switch (state) {
    case 'live':
      return [t`Связь с облаком есть`, cloud.waiting > 0 ? t`Отправляется: ${count}.` : t`Всё передано.`];
    case 'healing':
      return [t`Школа догоняет облако`, t`Школу восстановили из копии. Сначала из облака возвращается то, чего в копии не было, потом уходит новое. Людям это не мешает.`];
    case 'stopped':
      return [t`Обмен с облаком остановлен`, t`В школе всё работает. Ждёт отправки: ${count}.`];
    default:
      return [lineText(i18n, cloud), t`В школе всё работает, и делать ничего не нужно: когда связь вернётся, всё уйдёт само и в том же порядке.`];
  }
}

function Standing({ cloud, state }: { cloud: CloudState; state: Linked }) {
  const { t, i18n } = useLingui();
  const [Icon, level] = MARKS[state];
  const [title, text] = useWords(cloud, state);
  const trouble = cloud.trouble && state !== 'live' ? troubleText(i18n, cloud.trouble) : null;
  const mark = { ok: t`в порядке`, warning: t`внимание`, alarm: t`тревога` }[level];
  return (
    <div className="server__summary" role="status">
      <Icon className={`level level_${level}`} role="img" aria-label={mark} aria-hidden={false} />
      <div>
        <Title level="2" Component="h2">{title}</Title>
        <Text>{text}</Text>
        {trouble && <Text className="server__text">{trouble.text}</Text>}
        {trouble?.todo && <Text className="server__todo">{trouble.todo}</Text>}
      </div>
    </div>
  );
}

function Facts({ cloud }: { cloud: CloudState }) {
  const { t, i18n } = useLingui();
  const sent = size(i18n, cloud.sent_bytes);
  const taken = size(i18n, cloud.taken_bytes);
  const facts: [string, string | undefined][] = [
    [t`Облако`, cloud.address ?? undefined],
    [t`Страницы школы в облаке`, cloud.pages ?? undefined],
    [t`Школа в облаке`, cloud.school_name ?? undefined],
    [t`Связана`, cloud.since ? day(i18n, cloud.since) : undefined],
    [t`Облако отвечало`, cloud.last_heard ? moment(i18n, cloud.last_heard) : t`ещё ни разу`],
    [t`По линии прошло с запуска сервера`, t`отправлено ${sent}, получено ${taken}`],
    [t`Сертификат школы для облака`, cloud.certificate_until ? t`до: ${day(i18n, cloud.certificate_until)}. Обновляется сам` : undefined],
  ];
  return <>{facts.map(([name, value]) => value && <SimpleCell key={name} multiline overTitle={name}>{value}</SimpleCell>)}</>;
}

/** Pictures that wait: they go by themselves, so only what is amiss says what to do. */
function Files({ files }: { files: CloudState['files'] }) {
  const { t, i18n } = useLingui();
  const { to_send: sends, to_fetch: fetches, trouble } = files;
  if (sends + fetches === 0) return null;
  const bytes = size(i18n, files.to_send_bytes);
  const todo = trouble && fileTroubleText(i18n, trouble.code);
  return (
    <SimpleCell multiline overTitle={t`Фотографии и логотип`}>
      {sends > 0 && <span className="server__text">{t`ждёт отправки: ${sends}, ${bytes}`}</span>}
      {fetches > 0 && <span className="server__text">{t`ждём из облака: ${fetches}`}</span>}
      {todo && <span className="server__todo">{todo}</span>}
    </SimpleCell>
  );
}

function Doubts({ cloud }: { cloud: CloudState }) {
  const { t } = useLingui();
  const count = (n: number) => (n > 0 ? <Counter size="s" mode="primary">{n}</Counter> : undefined);
  return (
    <Group mode="plain" header={<Header Component="h2">{t`На что посмотреть`}</Header>}>
      <LinkCell to="/server/cloud/quarantine" multiline chevron="always" indicator={count(cloud.quarantine)} subtitle={cloud.quarantine > 0 ? t`Пришло из облака, но школа не смогла это принять` : t`Ничего нет: всё, что пришло, принято`}>{t`Отложенное`}</LinkCell>
      <LinkCell to="/server/cloud/conflicts" multiline chevron="always" indicator={count(cloud.conflicts)} subtitle={cloud.conflicts > 0 ? t`Одно и то же изменили и здесь, и в облаке` : t`Ничего нет: одно и то же с двух сторон не меняли`}>{t`Спорные изменения`}</LinkCell>
    </Group>
  );
}

function Unlink({ cloud, onUnlinked }: { cloud: CloudState; onUnlinked: (isTold: boolean) => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const school = useQuery(schoolQuery).data?.name ?? '';
  const [asking, ask] = useState(false);
  const unlink = useMutation({
    mutationFn: (password: string) => request<{ revoked: boolean }>('/api/v1/cloud/link', { method: 'DELETE', body: { password } }),
    onSuccess: ({ revoked }) => {
      onUnlinked(revoked);
      void cache.invalidateQueries({ queryKey: ['cloud'] });
    },
  });
  const fault = usePasswordFault(unlink.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    unlink.mutate(passwordOf(new FormData(event.currentTarget)));
  };
  const waiting = cloud.waiting;
  const address = cloud.address ?? '';
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Разорвать связь`}</Header>}>
      <Div><Button size="l" stretched mode="tertiary" appearance="negative" onClick={() => ask(true)}>{t`Разорвать связь`}</Button></Div>
      <Dialog id="cloud-unlink" title={t`Разорвать связь с облаком`} open={asking} onClose={() => ask(false)}>
        <Div><Text>{t`${school} больше не будет связана с облаком ${address}. Люди вне школы перестанут видеть новое, и написанное ими в облаке сюда не придёт. В школе всё останется.`}</Text></Div>
        {waiting > 0 && <Div><Text className="failed">{t`${plural(waiting, { one: 'Ещё не ушло # изменение: в облаке его не будет.', few: 'Ещё не ушли # изменения: в облаке их не будет.', many: 'Ещё не ушло # изменений: в облаке их не будет.', other: 'Ещё не ушло # изменения: в облаке их не будет.' })}`}</Text></Div>}
        <Div><Text>{t`То, что уже ушло, остаётся в облаке, пока его не удалят те, кто ведёт облако. Связать снова можно с новым кодом.`}</Text></Div>
        <form noValidate onSubmit={submit}>
          <OwnPassword error={unlink.error} />
          <FormError error={unlink.error} words={fault} />
          <FormItem><Button size="l" stretched type="submit" appearance="negative" loading={unlink.isPending} aria-label={t`Разорвать связь с облаком: ${school}`}>{t`Разорвать связь`}</Button></FormItem>
        </form>
      </Dialog>
    </Group>
  );
}

function Body({ cloud }: { cloud: CloudState }) {
  const { t } = useLingui();
  const [unlinked, setUnlinked] = useState<{ isTold: boolean } | null>(null);
  const { state } = cloud;
  if (state === 'none' || state === 'linking') {
    return (
      <>
        <div role="status">
          {unlinked && <Div><Text>{unlinked.isTold ? t`Связь с облаком разорвана.` : t`Связь с облаком разорвана, но облако об этом не знает: попросите тех, кто его ведёт, отвязать школу.`}</Text></Div>}
        </div>
        <About />
        <LinkForm isLinking={state === 'linking'} />
      </>
    );
  }
  return (
    <>
      <Group mode="plain">
        <Standing cloud={cloud} state={state} />
        <Facts cloud={cloud} />
        <Files files={cloud.files} />
      </Group>
      <Doubts cloud={cloud} />
      <Choices />
      <Unlink cloud={cloud} onUnlinked={(isTold) => setUnlinked({ isTold })} />
    </>
  );
}

export default function CloudPage() {
  const { t } = useLingui();
  const cloud = useQuery(cloudQuery);
  return (
    <Page form title={t`Облако`} back={{ to: '/server', label: t`К серверу` }}>
      <Loaded query={cloud}>{(data) => <Body cloud={data} />}</Loaded>
    </Page>
  );
}
