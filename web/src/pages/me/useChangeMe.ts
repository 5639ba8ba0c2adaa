// SPDX-License-Identifier: LGPL-2.1-or-later
// One change of one's own profile.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../api/request';
import type { Me, MeChange } from '../../api/types';

export function useChangeMe() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (change: MeChange) => request<Me>('/api/v1/me', { method: 'PATCH', body: change }),
    onSuccess: (me) => cache.setQueryData(['me'], me),
  });
}
