import { useSuspenseQuery } from '@tanstack/react-query';
import { meQuery } from '../../api/queries.ts';

/** The name of a hospital of ours. @returns null: it is none, or the letter tells of none */
export function useHospitalName(): (merchantId: string | null) => string | null {
  const { data: me } = useSuspenseQuery(meQuery);
  return (merchantId) => me.merchants.find(({ id }) => id === merchantId)?.name ?? null;
}
