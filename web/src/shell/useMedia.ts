// SPDX-License-Identifier: LGPL-2.1-or-later
// What the screen is like.
import { useSyncExternalStore } from 'react';

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}

/** A list stands beside the page; below, one pane and a tab bar. */
export const useWide = (): boolean => useMedia('(min-width: 1024px)');
/** Somebody asked the device for less motion: what opens is there at once. */
export const useStill = (): boolean => useMedia('(prefers-reduced-motion: reduce)');
export const useTouch = (): boolean => useMedia('(pointer: coarse)');
