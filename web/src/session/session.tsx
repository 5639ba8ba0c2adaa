// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is signed in here, and what goes with it: the live stream, the queue, leaving.
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { onSignedOut, request, signedOut } from '../api/request';
import type { Me, Role } from '../api/types';
import { forget } from '../chats/kept';
import { Outbox } from '../chats/outbox';
import { applyLive } from '../live/apply';
import { setConnected, useEverConnected } from '../live/connection';
import { lookForNewerPages } from '../live/pages';
import { LiveStream } from '../live/stream';
import { watchActivity } from './activity';

interface SessionValue {
  me: Me;
  outbox: Outbox;
}

const SessionContext = createContext<SessionValue | null>(null);

export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (!value) throw new Error('no session around this page');
  return value;
}

export const useMe = (): Me => useSession().me;

export const has = (me: Me, ...roles: Role[]): boolean => roles.some((role) => me.roles.includes(role));

let isLeaving = false;
// A page that the browser kept may be left once more.
addEventListener('pageshow', () => {
  isLeaving = false;
});

/** A full load, so that nothing of the old session stays in memory. The stream and an answer may both tell of the same end:
 * a second load would break the first one off. */
export function leaveFor(path: string): void {
  if (isLeaving) return;
  isLeaving = true;
  location.assign(path);
}

const signInAgain = () => {
  if (location.pathname === '/sign-in') return;
  const back = location.pathname + location.search;
  leaveFor(`/sign-in?${new URLSearchParams({ back, again: '1' })}`);
};

export async function signOut(me: Me): Promise<void> {
  // The stream may tell of the end before the answer does: it is wanted this time.
  onSignedOut(() => {
    forget(me.id);
    leaveFor('/sign-in');
  });
  try {
    await request('/api/v1/sessions/current', { method: 'DELETE' });
  } catch (error) {
    onSignedOut(signInAgain);
    throw error;
  }
  signedOut();
}

/** Lists load after the first hello, so that nothing falls between; but nobody waits for it for long. */
const HELLO_WAIT_MS = 1_500;

function useStreamReady(): boolean {
  const ever = useEverConnected();
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWaited(true), HELLO_WAIT_MS);
    return () => clearTimeout(timer);
  }, []);
  return ever || waited;
}

export function SessionProvider({ me, children, waiting }: { me: Me; children: ReactNode; waiting: ReactNode }) {
  const cache = useQueryClient();
  const [outbox, setOutbox] = useState<Outbox | null>(null);
  const ready = useStreamReady();
  const meId = me.id;

  useEffect(() => {
    onSignedOut(signInAgain);
    const made = new Outbox(cache, meId);
    setOutbox(made);
    let first = true;
    const started = performance.now();
    const stream = new LiveStream(meId, {
      onEvent: (name, data) => {
        if (name === 'session_ended') signedOut();
        else applyLive(cache, meId, name, data);
      },
      onConnected: (connected) => {
        setConnected(connected);
        // What was read before the stream stood may already be old.
        if (connected && first && performance.now() - started > HELLO_WAIT_MS) void cache.invalidateQueries();
        if (connected && !first) void lookForNewerPages().catch(() => undefined); // the next time, then
        if (connected) first = false;
      },
      onBroken: () => void request('/api/v1/me').catch(() => undefined),
    });
    const stopWatching = watchActivity();
    return () => {
      stopWatching();
      stream.stop();
      made.stop();
      setConnected(false);
    };
  }, [cache, meId]);

  if (!outbox || !ready) return <>{waiting}</>;
  return <SessionContext value={{ me, outbox }}>{children}</SessionContext>;
}
