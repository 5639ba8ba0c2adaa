// SPDX-License-Identifier: LGPL-2.1-or-later
// The first steps of a school that is empty yet: what is done already, and the page where each is done.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon28CheckCircleOff, Icon28CheckCircleOn } from '@vkontakte/icons';
import { Div, Text, VisuallyHidden } from '@vkontakte/vkui';
import { backupsQuery, camerasQuery, certificateQuery, classesQuery, schoolQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Items, PersonRow } from '../../api/types';
import { LinkCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';

interface Step {
  to: string;
  name: string;
  why: string;
  isDone: boolean | undefined;
}

/** Known of each: done, not done, or not yet read. */
function useDone() {
  const people = useQuery({ queryKey: ['people', 'first'], queryFn: ({ signal }) => request<Items<PersonRow>>('/api/v1/people?limit=2', { signal }), staleTime: 0 }).data?.items;
  const classes = useQuery({ ...classesQuery, staleTime: 0 }).data?.items;
  const school = useQuery(schoolQuery).data;
  const cameras = useQuery({ ...camerasQuery, staleTime: 0 }).data?.items;
  const certificate = useQuery(certificateQuery).data;
  const backups = useQuery(backupsQuery);
  return {
    people: people && people.length > 1,
    classes: classes && classes.length > 0,
    seats: classes && classes.length > 0 && classes.every((row) => row.class_teacher !== null && row.pupil_count > 0),
    toSeat: classes?.find((row) => row.class_teacher === null || row.pupil_count === 0)?.id,
    support: school && Boolean(school.support_email ?? school.support_phone),
    cameras: cameras && cameras.length > 0,
    // Whoever keeps the school's copies elsewhere has no such page.
    hasKey: !backups.isError,
    key: backups.data?.recovery_key.made,
    certificate: certificate && certificate.certificate !== null && certificate.certificate.kind !== 'own-ca',
  };
}

function Row({ step }: { step: Step }) {
  const { t } = useLingui();
  return (
    <li>
      <LinkCell to={step.to} multiline chevron="always" before={step.isDone ? <Icon28CheckCircleOn /> : <Icon28CheckCircleOff />} subtitle={step.why}>
        {step.name}
        {step.isDone && <VisuallyHidden>{t`, сделано`}</VisuallyHidden>}
      </LinkCell>
    </li>
  );
}

export default function FirstStepsPage() {
  const { t } = useLingui();
  const done = useDone();
  const steps: Step[] = [
    { to: '/people/new', name: t`Добавить людей`, why: t`Учителей и учеников: по одному или сразу списком.`, isDone: done.people },
    { to: '/classes?new=1', name: t`Создать классы`, why: t`По параллелям: сразу 1А, 1Б и 1В. Чаты у классов появятся сами.`, isDone: done.classes },
    { to: done.toSeat ? `/classes/${done.toSeat}` : '/classes', name: t`Назначить руководителей и рассадить учеников`, why: t`Классные руководители пригласят своих учеников и родителей.`, isDone: done.seats },
    { to: '/school', name: t`Указать, куда обращаться`, why: t`Почта и телефон поддержки, адрес, логотип.`, isDone: done.support },
    { to: '/cameras/new', name: t`Подключить камеру`, why: t`Если уроки будут транслироваться.`, isDone: done.cameras },
    { to: '/certificate', name: t`Настроить сертификат`, why: t`Чтобы браузеры не предупреждали.`, isDone: done.certificate },
    ...(done.hasKey ? [{ to: '/server/backups/key', name: t`Напечатать ключ восстановления`, why: t`Без него копии школы не открыть, если сервер сломается.`, isDone: done.key }] : []),
  ];
  return (
    <Page title={t`Первые шаги`}>
      <Div><Text className="quiet">{t`Порядок не важен, и сюда всегда можно вернуться со страницы «Школа».`}</Text></Div>
      <ul className="plain">{steps.map((step) => <Row key={step.to + step.name} step={step} />)}</ul>
    </Page>
  );
}
