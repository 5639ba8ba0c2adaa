// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's logo, where it has one. It says nothing to a screen reader: the name stands beside it.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { schoolQuery } from '../api/queries';
import { useArrivals } from '../live/pictures';

/** So many pixels has the small one; a larger place takes the large one. */
const SMALL_SIDE = 96;

export function Logo({ size }: { size: number }) {
  const version = useQuery(schoolQuery).data?.logo;
  // It may not have come yet from the school.
  const arrivals = useArrivals();
  const [failed, setFailed] = useState<string>();
  const attempt = `${version} ${arrivals}`;
  if (!version || failed === attempt) return null;
  const which = size * devicePixelRatio > SMALL_SIDE ? 'large' : 'small';
  return <img className="logo" src={`/api/v1/school/logo/${which}?v=${version}`} width={size} height={size} alt="" onError={() => setFailed(attempt)} />;
}
