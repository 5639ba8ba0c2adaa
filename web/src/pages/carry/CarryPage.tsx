// SPDX-License-Identifier: LGPL-2.1-or-later
// Two buildings of a school without a line between them: which other boxes there are, what waits for each, the last
// journeys of a stick, and the commands of the next one. A browser does not reach the stick; urokctl does.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon24CheckCircleOutline, Icon24RecentOutline, Icon24WarningTriangleOutline } from '@vkontakte/icons';
import { Button, Div, FormItem, Group, Header, SimpleCell, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { carryBoxesQuery, carryQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Carry, CarryBox, CarryJourney } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { moment } from '../../texts/dates';
import { changes } from '../cloud/words';

/** People tell boxes apart by the building; urokctl and this page by the first letters of their names. */
const markOf = ({ id }: CarryBox): string => id.slice(0, 8);

function useName() {
  const { t } = useLingui();
  return (box: CarryBox): string => (box.decides ? t`Первое здание (${markOf(box)})` : t`Другое здание (${markOf(box)})`);
}

const ICONS = {
  running: [Icon24RecentOutline, 'warning'],
  ended: [Icon24CheckCircleOutline, 'ok'],
  broken: [Icon24WarningTriangleOutline, 'warning'],
} as const;

function useOutcome() {
  const { t, i18n } = useLingui();
  return ({ state, events, files, aside }: CarryJourney): string => {
    const count = changes(i18n, events);
    const what = files === 0 ? count : t`${count} и ${plural(files, { one: '# файл', few: '# файла', many: '# файлов', other: '# файла' })}`;
    if (state === 'running') return t`Идёт сейчас: ${count}. Не вынимайте флешку.`;
    if (state === 'broken') return t`Не закончено. Ничего не потеряно: выполните ту же команду ещё раз.`;
    return aside > 0 ? t`${what}. Часть принять не удалось: она в «Отложенном».` : `${what}.`;
  };
}

function Journey({ name, never, journey }: { name: string; never: string; journey: CarryJourney | null }) {
  const { t, i18n } = useLingui();
  const outcome = useOutcome();
  if (!journey) return <li><SimpleCell multiline before={<Icon24RecentOutline className="quiet" />} subtitle={never}>{name}</SimpleCell></li>;
  const [Icon, level] = ICONS[journey.state];
  const mark = { running: t`идёт`, ended: t`закончено`, broken: t`не закончено` }[journey.state];
  return (
    <li>
      <SimpleCell multiline className="server__row" before={<Icon className={`level level_${level}`} role="img" aria-label={mark} aria-hidden={false} />}>
        {name}
        <span className="server__text" role="status">{`${moment(i18n, journey.ended_at ?? journey.begun_at)} · ${outcome(journey)}`}</span>
      </SimpleCell>
    </li>
  );
}

function Journeys({ carry }: { carry: Carry }) {
  const { t } = useLingui();
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Последние поездки`}</Header>}>
      <ul className="plain" aria-label={t`Последние поездки`}>
        <Journey name={t`Записано на флешку`} never={t`Отсюда ещё ничего не увозили`} journey={carry.export} />
        <Journey name={t`Принято с флешки`} never={t`Сюда ещё ничего не привозили`} journey={carry.import} />
      </ul>
      {(carry.import?.aside ?? 0) > 0 && <Div><LinkButton size="m" mode="secondary" to="/server/cloud/quarantine">{t`Посмотреть отложенное`}</LinkButton></Div>}
    </Group>
  );
}

function Row({ box, onForget }: { box: CarryBox; onForget: (box: CarryBox) => void }) {
  const { t, i18n } = useLingui();
  const name = useName()(box);
  const waiting = box.events;
  const when = moment(i18n, box.heard_at);
  return (
    <li>
      <SimpleCell multiline>
        {name}
        <span className="server__text">{t`Флешка оттуда была здесь: ${when}`}</span>
        <span className="server__text">{waiting > 0 ? t`Ждёт поездки туда: ${plural(waiting, { one: 'не больше # изменения', few: 'не больше # изменений', many: 'не больше # изменений', other: 'не больше # изменения' })}` : t`Там есть всё, что есть здесь`}</span>
        {box.decides && <span className="server__text">{t`Людей, классы и права меняют там, сюда они приходят с флешкой.`}</span>}
      </SimpleCell>
      {!box.decides && <Div><Button size="m" mode="secondary" appearance="negative" aria-label={t`Забыть: ${name}`} onClick={() => onForget(box)}>{t`Забыть`}</Button></Div>}
    </li>
  );
}

function Forget({ box, onDone }: { box: CarryBox; onDone: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const name = useName()(box);
  const forget = useMutation({
    mutationFn: () => request(`/api/v1/carry/boxes/${box.id}`, { method: 'DELETE' }),
    onSuccess: onDone,
    onSettled: () => cache.invalidateQueries({ queryKey: ['carry'] }),
  });
  return (
    <>
      <Div><Text>{t`${name}: забудьте сервер, если здания или самого сервера больше нет. Из школы ничего не пропадёт, но на флешку перестанет попадать то, чего нет только там.`}</Text></Div>
      <Div><Text>{t`Если флешка оттуда всё же приедет, сервер появится здесь снова.`}</Text></Div>
      <FormError error={forget.error} />
      <FormItem><Button size="l" stretched appearance="negative" loading={forget.isPending} aria-label={t`Забыть: ${name}`} onClick={() => forget.mutate()}>{t`Забыть`}</Button></FormItem>
    </>
  );
}

function Steps({ isSecond }: { isSecond: boolean }) {
  const { t } = useLingui();
  const [out, back] = ['urokctl carry export /media/usb', 'urokctl carry import /media/usb'];
  const steps = isSecond
    ? [[t`Здесь, перед поездкой, записать на флешку:`, out], [t`В первом здании принять её и записать ответ:`, `${back}\n${out}`], [t`Здесь принять то, что приехало:`, back]]
    : [[t`Во втором здании записать на флешку:`, out], [t`Здесь принять её и записать ответ:`, `${back}\n${out}`], [t`Во втором здании принять то, что приехало:`, back]];
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Следующая поездка`}</Header>}>
      <Div><Text className="quiet">{t`Команды выполняет на сервере тот, кто его обслуживает. Люди в это время работают. На флешке всё зашифровано: прочтут её только серверы этой школы.`}</Text></Div>
      <ol className="steps">
        {steps.map(([text, command]) => <li key={text}><Text>{text}</Text><code className="command command_lines">{command}</code></li>)}
      </ol>
    </Group>
  );
}

function FirstTime() {
  const { t } = useLingui();
  return (
    <>
      <Group mode="plain">
        <Div><Text>{t`Если у школы есть второе здание и связи с ним нет, там может стоять свой сервер. Сообщения, люди и классы переезжают между зданиями на флешке, в обе стороны.`}</Text></Div>
        <Div><Text>{t`Других серверов этой школы пока не видно: оттуда ещё не привозили флешку.`}</Text></Div>
      </Group>
      <Group mode="plain" header={<Header Component="h2">{t`Как начать`}</Header>}>
        <ol className="steps">
          <li><Text>{t`Здесь сделать копию школы на диск, который можно унести:`}</Text><code className="command">{'urokctl backup --to /media/usb'}</code></li>
          <li><Text>{t`Во втором здании восстановить её на новом сервере:`}</Text><code className="command">{t`urokctl restore КОПИЯ --key ФАЙЛ`}</code></li>
          <li><Text>{t`Там же сказать, что это второе здание. Людей, классы и права будут менять здесь:`}</Text><code className="command">{'urokctl carry second'}</code></li>
        </ol>
      </Group>
    </>
  );
}

function Boxes({ boxes }: { boxes: CarryBox[] }) {
  const { t } = useLingui();
  const [asked, ask] = useState<CarryBox | null>(null);
  return (
    <>
      <Group mode="plain" header={<Header Component="h2">{t`Серверы в других зданиях`}</Header>}>
        <ul className="plain" aria-label={t`Серверы в других зданиях`}>{boxes.map((box) => <Row key={box.id} box={box} onForget={ask} />)}</ul>
      </Group>
      <Dialog id="carry-forget" title={t`Забыть сервер?`} open={asked !== null} onClose={() => ask(null)}>
        {asked && <Forget box={asked} onDone={() => ask(null)} />}
      </Dialog>
    </>
  );
}

export default function CarryPage() {
  const { t } = useLingui();
  const boxes = useQuery(carryBoxesQuery);
  const carry = useQuery(carryQuery);
  return (
    <Page form title={t`Другие здания`} back={{ to: '/server', label: t`К серверу` }}>
      <Loaded query={boxes}>
        {({ items }) => (
          <>
            {items.length > 0 ? <Boxes boxes={items} /> : <FirstTime />}
            {carry.data && (items.length > 0 || carry.data.export || carry.data.import) && <Journeys carry={carry.data} />}
            {items.length > 0 && <Steps isSecond={items.some(({ decides }) => decides)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
