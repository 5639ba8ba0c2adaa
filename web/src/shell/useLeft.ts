// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a code that is shown still works.
import { useEffect, useState } from 'react';

/** What is left of a while, a second at a time; the page asks nobody. */
export function useLeft(until: number): number {
  const [now, setNow] = useState(() => performance.now());
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (left === 0) return undefined;
    const timer = setTimeout(() => setNow(performance.now()), 1000);
    return () => clearTimeout(timer);
  }, [left, now]);
  return left;
}
