// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody types, when typing pauses: a search goes out then.
import { useDeferredValue, useEffect, useState } from 'react';

const TYPING_MS = 250;

export function usePaused(value: string): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return useDeferredValue(paused);
}
