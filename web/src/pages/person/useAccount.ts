// SPDX-License-Identifier: LGPL-2.1-or-later
// One change of somebody's account: what the pages hold of that person is fresh after it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../api/request';
import type { Account } from '../../api/types';

interface Change {
  method: 'PATCH' | 'PUT' | 'DELETE';
  /** Behind the person's own path. */
  path: string;
  body?: object;
}

export function useAccountChange(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Change) => request<Account | undefined>(`/api/v1/people/${id}${path}`, { method, body }),
    onSuccess: (account) => {
      for (const key of ['people', 'class', 'children', 'corrections']) void cache.invalidateQueries({ queryKey: [key] });
      // The button is busy until the page shows what it did.
      if (!account) return cache.invalidateQueries({ queryKey: ['account', id] });
      cache.setQueryData(['account', id], account);
      return undefined;
    },
  });
}
