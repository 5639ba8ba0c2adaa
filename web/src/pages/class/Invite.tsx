// SPDX-License-Identifier: LGPL-2.1-or-later
// How a class comes in: who waits for a press, the class's link, slips on paper, letters.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, ButtonGroup, Div, FormStatus, Group, Header, RichCell, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { problemText } from '../../api/problems';
import { classQuery, enrolmentQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { ClassEnrolment, IssuedInvitation, WaitingPairing } from '../../api/types';
import { FormError } from '../../forms/Field';
import { CopyLink } from '../../shell/CopyLink';
import { Dialog } from '../../shell/Dialog';
import { Qr } from '../../shell/Qr';
import { useDialog } from '../../shell/useDialog';
import { birthday, moment } from '../../texts/dates';
import { Letters } from './Letters';
import { Slips } from './Slips';

type Decision = { kind: 'applications' | 'pairings'; id: string; state: 'accepted' | 'refused' };

function useDecide(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, id: which, state }: Decision) => request<void>(`/api/v1/classes/${id}/${kind}/${which}`, { method: 'PATCH', body: { state } }),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: enrolmentQuery(id).queryKey });
      void cache.invalidateQueries({ queryKey: classQuery(id).queryKey });
    },
  });
}

const fullName = (one: { family_name: string; given_name: string; patronymic: string | null }): string =>
  [one.family_name, one.given_name, one.patronymic].filter(Boolean).join(' ');

function Row({ name, words, yes, no, onDecide, busy }: {
  name: string; words: string; yes: string; no: string; onDecide: (state: Decision['state']) => void; busy: boolean;
}) {
  return (
    <li>
      <RichCell
        multiline
        subtitle={words}
        actions={(
          <ButtonGroup mode="horizontal" gap="s">
            <Button size="m" disabled={busy} aria-label={`${yes}: ${name}`} onClick={() => onDecide('accepted')}>{yes}</Button>
            <Button size="m" mode="secondary" appearance="negative" disabled={busy} aria-label={`${no}: ${name}`} onClick={() => onDecide('refused')}>{no}</Button>
          </ButtonGroup>
        )}
      >
        {name}
      </RichCell>
    </li>
  );
}

function Waiting({ id, data }: { id: string; data: ClassEnrolment }) {
  const { t, i18n } = useLingui();
  const decide = useDecide(id);
  const { applications, pairings } = data;
  const reason = ({ child_name, why }: WaitingPairing): string => {
    switch (why) {
      case 'wrong-dates': return t`Хочет стать родителем: ${child_name}. Дату рождения ребёнка назвать не удалось.`;
      case 'no-date': return t`Хочет стать родителем: ${child_name}. Даты рождения ребёнка в школе нет, сверить нечем.`;
      case 'childs-word': return t`Хочет стать родителем: ${child_name}. Первый родитель, и приглашение дал сам ребёнок. Проверьте, что это взрослый.`;
      case 'taken': return t`Хочет стать родителем: ${child_name}. Раньше у этого ребёнка убирали родителя. Проверьте, что этому человеку можно.`;
      default: return t`Хочет стать родителем: ${child_name}. Проверьте, что это не сам ребёнок.`;
    }
  };
  if (applications.length + pairings.length === 0) return null;
  return (
    <Group mode="plain" header={<Header Component="h2" indicator={applications.length + pairings.length}>{t`Ждут вашего нажатия`}</Header>}>
      {decide.error && <Div><FormStatus mode="error" className="status" role="alert">{problemText(i18n, decide.error)}</FormStatus></Div>}
      <ul className="plain">
        {applications.map((one) => (
          <Row
            key={one.id} name={fullName(one)} busy={decide.isPending} yes={t`Наш ученик`} no={t`Не наш`}
            words={t`Просится в класс по ссылке, ${moment(i18n, one.asked_at)}. Дата рождения: ${birthday(i18n, one.birth_date)}.`}
            onDecide={(state) => decide.mutate({ kind: 'applications', id: one.id, state })}
          />
        ))}
        {pairings.map((one) => (
          <Row
            key={one.id} name={fullName(one)} busy={decide.isPending} yes={t`Это родитель`} no={t`Не родитель`}
            words={reason(one)}
            onDecide={(state) => decide.mutate({ kind: 'pairings', id: one.id, state })}
          />
        ))}
      </ul>
    </Group>
  );
}

/** Who became a parent lately; undone by one press, which is asked once. */
function Linked({ id, linked }: { id: string; linked: ClassEnrolment['linked'] }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [asked, ask] = useState<string | null>(null);
  const undo = useMutation({
    mutationFn: ({ child, parent }: { child: string; parent: string }) => request<void>(`/api/v1/people/${child}/parents/${parent}`, { method: 'DELETE' }),
    onSettled: () => {
      ask(null);
      void cache.invalidateQueries({ queryKey: enrolmentQuery(id).queryKey });
      void cache.invalidateQueries({ queryKey: classQuery(id).queryKey });
    },
  });
  if (linked.length === 0) return null;
  return (
    <Group mode="plain" header={<Header Component="h2" indicator={linked.length}>{t`Недавно стали родителями`}</Header>}>
      {undo.error && <Div><FormStatus mode="error" className="status" role="alert">{problemText(i18n, undo.error)}</FormStatus></Div>}
      <ul className="plain">
        {linked.map(({ child, child_name, parent, parent_name, linked_at }) => {
          const key = `${child} ${parent}`;
          const isAsked = asked === key;
          return (
            <li key={key}>
              <RichCell
                multiline
                subtitle={t`Ребёнок: ${child_name}, ${moment(i18n, linked_at)}`}
                actions={(
                  <Button
                    size="m" mode={isAsked ? 'primary' : 'secondary'} appearance="negative" loading={isAsked && undo.isPending}
                    aria-label={isAsked ? t`Да, убрать из родителей: ${parent_name}` : t`Убрать из родителей: ${parent_name}`}
                    onClick={() => (isAsked ? undo.mutate({ child, parent }) : ask(key))}
                  >
                    {isAsked ? t`Да, убрать` : t`Убрать из родителей`}
                  </Button>
                )}
              >
                {parent_name}
              </RichCell>
            </li>
          );
        })}
      </ul>
    </Group>
  );
}

function ClassLink({ id, link }: { id: string; link: ClassEnrolment['link'] }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [issued, setIssued] = useState<IssuedInvitation | null>(null);
  const again = () => void cache.invalidateQueries({ queryKey: enrolmentQuery(id).queryKey });
  const path = `/api/v1/classes/${id}/invitations`;
  const make = useMutation({ mutationFn: () => request<IssuedInvitation>(path, { method: 'POST', body: {} }), onSuccess: (made) => { setIssued(made); again(); } });
  const revoke = useMutation({ mutationFn: () => request<void>(path, { method: 'DELETE' }), onSuccess: () => { setIssued(null); again(); } });
  const known = link && !issued;
  return (
    <Group mode="plain" header={<Header Component="h3">{t`Ссылка класса`}</Header>}>
      <Div className="stack_wide">
        <Text>{t`Для учеников, которых ещё нет в списке: они расскажут, кто они, и будут ждать вашего нажатия. Отправьте её в чат или покажите на доске.`}</Text>
        {issued && (
          <>
            <CopyLink url={issued.url} />
            <div className="centre"><Qr text={issued.url} label={t`QR-код ссылки класса`} /></div>
            <Text className="quiet">{t`Код на доску: ${issued.slip_code ?? ''}. Действует до: ${moment(i18n, issued.expires_at)}.`}</Text>
          </>
        )}
        {known && <Text className="quiet">{t`Ссылка уже роздана, действует до: ${moment(i18n, link.expires_at)}. Показать её снова нельзя, можно сделать новую: прежняя перестанет действовать.`}</Text>}
        <FormError error={make.error ?? revoke.error} />
        <Button size="l" stretched mode={issued ? 'secondary' : 'primary'} loading={make.isPending} onClick={() => make.mutate()}>{link || issued ? t`Сделать новую ссылку` : t`Сделать ссылку`}</Button>
        {(link || issued) && <Button size="l" stretched mode="tertiary" appearance="negative" loading={revoke.isPending} onClick={() => revoke.mutate()}>{t`Отменить ссылку класса`}</Button>}
      </Div>
    </Group>
  );
}

/** For the class teacher and administrators; for others there is nothing here. */
export function Invite({ id }: { id: string }) {
  const { t } = useLingui();
  const [value, open, close] = useDialog('invite');
  const enrolment = useQuery({ ...enrolmentQuery(id), retry: false });
  if (!enrolment.data) return null;
  return (
    <>
      <Div><Button size="l" onClick={() => open()}>{t`Пригласить`}</Button></Div>
      <Waiting id={id} data={enrolment.data} />
      <Linked id={id} linked={enrolment.data.linked} />
      <Dialog id="invite" title={t`Пригласить в класс`} open={value !== null} onClose={close}>
        <Slips id={id} />
        <ClassLink id={id} link={enrolment.data.link} />
        <Letters id={id} />
      </Dialog>
    </>
  );
}
