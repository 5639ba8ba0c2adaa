// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody has just come in: nothing of before stays, and the pages begin.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useLocation } from 'wouter';
import { meQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Me } from '../../api/types';

export function useArrival(): (me: Me | undefined, path: string) => Promise<void> {
  const cache = useQueryClient();
  const [, go] = useLocation();
  return useCallback(async (me, path) => {
    const now = me ?? await request<Me>('/api/v1/me');
    cache.clear();
    cache.setQueryData(meQuery.queryKey, now);
    go(path, { replace: true });
  }, [cache, go]);
}
