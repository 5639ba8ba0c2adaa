// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody holds an invitation: what it is, and the way in that it opens. Opening shows, pressing uses it up.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Button } from '@vkontakte/vkui';
import { useEffect, useState } from 'react';
import { invitationOf } from '../../api/codes';
import { problemText } from '../../api/problems';
import { NoAnswer, Problem } from '../../api/request';
import type { Me } from '../../api/types';
import { Failed, Loading } from '../../shell/states';
import { ClassWay } from './ClassWay';
import { CodeEntry } from './CodeEntry';
import { ParentWay } from './ParentWay';
import { PersonWay } from './PersonWay';
import { Dead, Foot, Notice } from './Words';

const codeInAddress = (): string => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return 'x';
  }
};

function Way({ code, me, onCode }: { code: string; me?: Me; onCode: (code: string) => void }) {
  const { t, i18n } = useLingui();
  const look = useQuery({
    queryKey: ['invitation', code, me?.id],
    queryFn: () => invitationOf(code),
    retry: (count, error) => error instanceof NoAnswer && count < 3,
    staleTime: Infinity,
    gcTime: 0,
  });
  const elsewhere = look.data && 'elsewhere' in look.data ? look.data.elsewhere : undefined;
  const invitation = look.data && 'code' in look.data ? look.data : undefined;
  const found = invitation?.code;
  useEffect(() => {
    // Another page's: loaded whole, as a link is.
    if (elsewhere) location.replace(elsewhere);
  }, [elsewhere]);
  useEffect(() => {
    // What was typed became a link: so it lives through a reload, and Back.
    if (found && found !== code) onCode(found);
  }, [found, code, onCode]);
  if (look.isPending || elsewhere || (found && found !== code)) return <Loading />;
  const enter = () => onCode('');
  if (look.error instanceof Problem && look.error.reason === 'codes-closed') {
    return <Notice title={t`Ввод кодов закрыт`} action={<Button size="l" stretched mode="secondary" onClick={enter}>{t`Ввести код`}</Button>}>{problemText(i18n, look.error)}</Notice>;
  }
  if (look.error instanceof Problem && look.error.status < 500) return <Dead onCode={enter} />;
  if (look.error) return <Failed error={look.error} onRetry={() => void look.refetch()} />;
  if (!invitation) return null;
  const props = { invitation, me, onCode: enter };
  if (invitation.kind === 'person') return <PersonWay {...props} />;
  return invitation.kind === 'class' ? <ClassWay {...props} /> : <ParentWay {...props} />;
}

export default function InvitePage({ me }: { me?: Me }) {
  const [code, setCode] = useState(codeInAddress);
  useEffect(() => {
    const onHash = () => setCode(codeInAddress());
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);
  const choose = (next: string) => {
    history.replaceState(null, '', next ? `/i#${encodeURIComponent(next)}` : '/i');
    setCode(next);
  };
  return (
    <div className="page page_form">
      {code ? <Way key={code} code={code} me={me} onCode={choose} /> : <CodeEntry onCode={choose} />}
      <Foot />
    </div>
  );
}
