// SPDX-License-Identifier: LGPL-2.1-or-later
// A QR code as one path, dark on white in every theme, as cameras want it.
import { useMemo } from 'react';
import { encode } from 'uqr';

const QUIET = 4;

export function Qr({ text, label, size = 220 }: { text: string; label: string; size?: number }) {
  const { side, path } = useMemo(() => {
    const { data, size: modules } = encode(text, { ecc: 'M', border: 0 });
    const dots = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')));
    return { side: modules + 2 * QUIET, path: dots.join('') };
  }, [text]);
  return (
    <svg className="qr" role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
