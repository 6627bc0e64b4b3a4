import { useLabels } from '../../labels/useLabels.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { UserRow } from './queries.ts';
import { joined } from './joined.ts';

/** Which hospitals somebody reaches, in words. */
export function useReachText(): (reach: UserRow['reach']) => string {
  const { system } = useLabels();
  const nameOf = useMerchantName();
  return (reach) => {
    if (reach === null) return system.reachAll;
    return joined(system, [
      ...reach.merchants.map(nameOf),
      ...reach.isvs.map((isv) => `${system.isv} ${isv}`),
    ]);
  };
}
