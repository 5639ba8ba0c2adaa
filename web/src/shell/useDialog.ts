// SPDX-License-Identifier: LGPL-2.1-or-later
// An open dialog lives in the query, so that Back closes it.
import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';

export function useDialog(name: string): [value: string | null, open: (value?: string) => void, close: () => void] {
  const [path, go] = useLocation();
  const search = useSearch();
  const value = new URLSearchParams(search).get(name);
  const open = useCallback((given = '1') => {
    const query = new URLSearchParams(search);
    query.set(name, given);
    go(`${path}?${query}`, { state: { dialog: name } });
  }, [go, name, path, search]);
  const close = useCallback(() => {
    const state = history.state as { dialog?: string } | null;
    if (state?.dialog === name) {
      history.back();
      return;
    }
    const query = new URLSearchParams(search);
    query.delete(name);
    go(query.size ? `${path}?${query}` : path, { replace: true });
  }, [go, name, path, search]);
  return [value, open, close];
}
