// SPDX-License-Identifier: LGPL-2.1-or-later
// A parent's way to the child: who they are, the birth date or the class teacher's press, the child's data, one press.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div } from '@vkontakte/vkui';
import { useState } from 'react';
import { NoAnswer, Problem, request } from '../../api/request';
import type { Invitation, Me, Pairing } from '../../api/types';
import { FormError } from '../../forms/Field';
import { LinkButton } from '../../shell/LinkCell';
import { Failed, Loading } from '../../shell/states';
import { Account } from './Account';
import { CheckChild } from './CheckChild';
import { Proof } from './Proof';
import { dropTicket, keepTicket, ticketOf } from './tickets';
import { Dead, Head, Notice } from './Words';
import { ChildsDevice, SignOutAndGoOn } from './WrongDevice';

type Begun = Pairing & { ticket: string };

const pairingKey = (ticket: string) => ['pairing', ticket];

/** Begins by the invitation, as who is signed in or with an account that is made at the end. */
function useBegin(invitation: Invitation, onBegun: (ticket: string) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (account?: object) =>
      request<Begun>('/api/v1/pairings', { method: 'POST', body: { code: invitation.code, ...(account && { account }) } }),
    onSuccess: ({ ticket, ...pairing }) => {
      keepTicket('pairing', { code: invitation.code, ticket }, pairing.state === 'teacher');
      cache.setQueryData(pairingKey(ticket), pairing);
      onBegun(ticket);
    },
  });
}

function Full({ name }: { name: string }) {
  const { t } = useLingui();
  return (
    <Notice title={t`У ребёнка уже два родителя`}>
      {t`${name}: в профиле уже есть двое. Обратитесь к классному руководителю: он может убрать лишнего, а опекуна добавит администратор школы.`}
    </Notice>
  );
}

function SignedIn({ invitation, me, onBegun }: { invitation: Invitation; me: Me; onBegun: (ticket: string) => void }) {
  const { t } = useLingui();
  const begin = useBegin(invitation, onBegun);
  return (
    <>
      <Head title={t`${invitation.name ?? ''}, ${invitation.class ?? ''}`}>{t`Вы вошли: ${me.display_name}. Ребёнок появится в этом профиле, второй заводить не нужно.`}</Head>
      <Div className="stack_wide">
        <FormError error={begin.error} />
        <Button size="l" stretched loading={begin.isPending} onClick={() => begin.mutate(undefined)}>{t`Продолжить`}</Button>
        <SignOutAndGoOn me={me} code={invitation.code} />
      </Div>
    </>
  );
}

function Steps({ invitation, ticket, me, onAgain, onCode }: { invitation: Invitation; ticket: string; me?: Me; onAgain: () => void; onCode: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const pairing = useQuery({
    queryKey: pairingKey(ticket),
    queryFn: () => request<Pairing>('/api/v1/pairings/look', { method: 'POST', body: { ticket } }),
    staleTime: 0,
    refetchOnWindowFocus: true,
    retry: (count, error) => error instanceof NoAnswer && count < 3,
  });
  const reason = pairing.error instanceof Problem ? pairing.error.reason : undefined;
  const isDone = pairing.data?.state === 'accepted';
  if (pairing.isPending) return <Loading />;
  // Somebody else is signed in here now: another tab, or Back.
  if (reason === 'childs-device' && me) return <ChildsDevice me={me} code={invitation.code} />;
  if (reason === 'childs-device' || reason === 'other-session') {
    return <Notice title={t`Здесь сменился профиль`} action={<Button size="l" stretched onClick={() => location.reload()}>{t`Обновить страницу`}</Button>}>{t`Пока страница была открыта, в этом браузере вошёл кто-то другой. Приглашение не потрачено.`}</Notice>;
  }
  if (reason) return <Dead onCode={onCode} />;
  if (!pairing.data) return <Failed error={pairing.error} onRetry={() => void pairing.refetch()} />;
  if (isDone) {
    return <Notice title={t`Готово`} action={<LinkButton size="l" stretched to={me ? '/children' : '/sign-in'}>{me ? t`К детям` : t`Войти`}</LinkButton>}>{t`Ребёнок есть в вашем профиле.`}</Notice>;
  }
  if (pairing.data.state === 'refused') return <Dead onCode={onCode} />;
  const onPairing = (next: Pairing) => {
    keepTicket('pairing', { code: invitation.code, ticket }, next.state === 'teacher');
    cache.setQueryData(pairingKey(ticket), next);
  };
  const look = () => void pairing.refetch();
  if (pairing.data.state === 'proved') return <CheckChild ticket={ticket} pairing={pairing.data} me={me} onChanged={look} onCancelled={onCode} />;
  return <Proof invitation={invitation} ticket={ticket} pairing={pairing.data} isLooking={pairing.isFetching} onPairing={onPairing} onLook={look} onAgain={onAgain} />;
}

export function ParentWay({ invitation, me, onCode }: { invitation: Invitation; me?: Me; onCode: () => void }) {
  const { t } = useLingui();
  const [ticket, setTicket] = useState(() => ticketOf('pairing', invitation.code));
  const begin = useBegin(invitation, setTicket);
  const name = invitation.name ?? '';
  if (me && (invitation.here === 'subject' || invitation.here === 'pupil')) return <ChildsDevice me={me} code={invitation.code} />;
  if (invitation.here === 'parent') {
    return <Notice title={t`${name} уже в вашем профиле`} action={<LinkButton size="l" stretched to="/children">{t`К детям`}</LinkButton>}>{t`Вы уже родитель этого ребёнка. Ссылка пригодится второму родителю.`}</Notice>;
  }
  if (invitation.has_room === false) return <Full name={name} />;
  const again = () => {
    dropTicket('pairing');
    setTicket(undefined);
  };
  if (ticket) return <Steps invitation={invitation} ticket={ticket} me={me} onAgain={again} onCode={onCode} />;
  if (me) return <SignedIn invitation={invitation} me={me} onBegun={setTicket} />;
  return <Account invitation={invitation} begin={begin} />;
}
