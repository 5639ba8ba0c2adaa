// SPDX-License-Identifier: LGPL-2.1-or-later
// Is it the person's quiet time now, in the school's time zone? It looks again when the next of the two hours comes.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { schoolQuery } from '../api/queries';
import { useMe } from '../session/session';

const DAY_MINUTES = 24 * 60;

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

function minutesNow(timeZone: string | undefined): number {
  return minutesOf(new Date().toLocaleTimeString('ru', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }));
}

/** From one minute of the day to another, over midnight too. */
const isWithin = (now: number, from: number, to: number): boolean => (from < to ? now >= from && now < to : now >= from || now < to);

export function useQuiet(): boolean {
  const hours = useMe().quiet_hours;
  const zone = useQuery(schoolQuery).data?.time_zone;
  const [, look] = useState(0);
  const now = minutesNow(zone);
  const [from, to] = hours ? [minutesOf(hours.from), minutesOf(hours.to)] : [0, 0];
  const quiet = hours !== null && isWithin(now, from, to);
  const wait = hours === null ? 0 : ((quiet ? to : from) - now + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  useEffect(() => {
    if (wait === 0) return undefined;
    const timer = setTimeout(() => look((n) => n + 1), wait * 60_000);
    return () => clearTimeout(timer);
  }, [wait]);
  return quiet;
}
