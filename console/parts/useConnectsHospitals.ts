import { useSuspenseQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries.ts';

/** Whether somebody works at the platform, who sees to interfaces; a hospital's own people ask those. */
export function useConnectsHospitals(): boolean {
  const { data: me } = useSuspenseQuery(meQuery);
  return me.allMerchants && (me.roles.includes('admin') || me.roles.includes('operator'));
}
