// SPDX-License-Identifier: LGPL-2.1-or-later
// Seats somebody in a class, or takes them out; the page shows what the school answers.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { classQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { SchoolClass } from '../../api/types';

export interface Seat {
  person: string;
  as: 'pupil' | 'teacher' | 'class_teacher';
  /** The class that a pupil leaves. */
  from?: string;
  /** The class teacher so far. */
  instead?: string;
}

export interface Seating {
  seat: (seat: Seat) => void;
  unseat: (person: string) => void;
  /** Whose seat is being changed. */
  busy: string | undefined;
  error: unknown;
}

export function useSeating(schoolClass: string, onSeated?: (seat: Seat) => void): Seating {
  const cache = useQueryClient();
  const address = (person: string) => `/api/v1/classes/${schoolClass}/members/${person}`;
  const refresh = () => {
    for (const key of ['class', 'classes', 'people']) void cache.invalidateQueries({ queryKey: [key] });
  };
  const seat = useMutation({
    mutationFn: ({ person, ...body }: Seat) => request<SchoolClass>(address(person), { method: 'PUT', body }),
    onSuccess: (changed, wish) => {
      cache.setQueryData(classQuery(schoolClass).queryKey, changed);
      refresh();
      onSeated?.(wish);
    },
    onError: refresh,
  });
  const unseat = useMutation({
    mutationFn: (person: string) => request<void>(address(person), { method: 'DELETE' }),
    onSettled: refresh,
  });
  return {
    seat: (wish) => { unseat.reset(); seat.mutate(wish); },
    unseat: (person) => { seat.reset(); unseat.mutate(person); },
    busy: seat.isPending ? seat.variables.person : unseat.isPending ? unseat.variables : undefined,
    error: seat.error ?? unseat.error,
  };
}
