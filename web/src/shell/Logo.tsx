// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's logo, where it has one. It says nothing to a screen reader: the name stands beside it.
import { useQuery } from '@tanstack/react-query';
import { schoolQuery } from '../api/queries';
import { useFailed } from '../live/pictures';

/** So many pixels has the small one; a larger place takes the large one. */
const SMALL_SIDE = 96;

export function Logo({ size }: { size: number }) {
  const version = useQuery(schoolQuery).data?.logo;
  const which = size * devicePixelRatio > SMALL_SIDE ? 'large' : 'small';
  const address = version ? `/api/v1/school/logo/${which}?v=${version}` : undefined;
  // It may not have come yet from the school.
  const [failed, onError] = useFailed(address);
  if (!address || failed) return null;
  return <img className="logo" src={address} width={size} height={size} alt="" onError={onError} />;
}
