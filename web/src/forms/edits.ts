// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody changed in a form and has not saved yet: it is there when they come back to the page, and the browser asks
// before it closes on it.
import { useEffect, useState } from 'react';

const kept = new Map<string, object>();

/** Edits of one form, over what is saved. Fields that were never touched follow the saved ones. */
export function useEdits<T extends object>(place: string, saved: T) {
  const [edits, setEdits] = useState<Partial<T>>(() => (kept.get(place) as Partial<T> | undefined) ?? {});
  const names = Object.keys(edits) as (keyof T)[];
  const changes = Object.fromEntries(names.filter((name) => JSON.stringify(edits[name]) !== JSON.stringify(saved[name]))
    .map((name) => [name, edits[name]])) as Partial<T>;
  const isChanged = Object.keys(changes).length > 0;
  const keep = (next: Partial<T>) => {
    kept.set(place, next);
    setEdits(next);
  };
  useEffect(() => {
    if (!isChanged) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isChanged]);
  return {
    values: { ...saved, ...edits },
    /** Only what differs from what is saved. */
    changes,
    isChanged,
    edit: (change: Partial<T>) => keep({ ...edits, ...change }),
    forget: () => keep({}),
  };
}
