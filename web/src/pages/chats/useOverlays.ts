// SPDX-License-Identifier: LGPL-2.1-or-later
// Fetches what opens over a conversation when it is asked for. Where that fails the conversation stays as it is.
import { useEffect, useState } from 'react';

type Overlays = typeof import('./overlays');

// Browsers remember a module that could not be fetched and do not ask again: the second time the page begins anew.
// What was written is kept on the device.
let failedBefore = false;

export function useOverlays(isAsked: boolean, onMissing: () => void): Overlays | null {
  const [overlays, setOverlays] = useState<Overlays | null>(null);
  useEffect(() => {
    if (!isAsked || overlays) return;
    import('./overlays').then(setOverlays, () => {
      if (failedBefore && navigator.onLine) location.reload();
      failedBefore = true;
      onMissing();
    });
  }, [isAsked, overlays, onMissing]);
  return overlays;
}
