// SPDX-License-Identifier: LGPL-2.1-or-later
// Fetches what opens over a conversation when it is asked for. Where that fails the conversation stays as it is.
import { useEffect, useState } from 'react';

type Overlays = typeof import('./overlays');

export function useOverlays(isAsked: boolean, onMissing: () => void): Overlays | null {
  const [overlays, setOverlays] = useState<Overlays | null>(null);
  useEffect(() => {
    if (isAsked && !overlays) import('./overlays').then(setOverlays, onMissing);
  }, [isAsked, overlays, onMissing]);
  return overlays;
}
