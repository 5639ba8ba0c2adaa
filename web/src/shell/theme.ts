// SPDX-License-Identifier: LGPL-2.1-or-later
// Light or dark: chosen in the profile, remembered here so that a page does not flash.
import { useSyncExternalStore } from 'react';
import type { Theme } from '../api/types';
import { useMedia } from './useMedia';

const KEY = 'urok.theme';
const listeners = new Set<() => void>();

const remembered = (): Theme => {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
};

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  listeners.forEach((listener) => listener());
}

export function useColorScheme(): 'light' | 'dark' {
  const dark = useMedia('(prefers-color-scheme: dark)');
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, remembered);
  if (theme !== 'auto') return theme;
  return dark ? 'dark' : 'light';
}
