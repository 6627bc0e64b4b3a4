import { useSuspenseQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries.ts';

/** The name of a hospital of ours. @returns null: it is none, or nobody tells of one */
export function useHospitalName(): (merchantId: string | null) => string | null {
  const { data: me } = useSuspenseQuery(meQuery);
  const names = new Map<string | null, string>(me.merchants.map(({ id, name }) => [id, name]));
  return (merchantId) => names.get(merchantId) ?? null;
}
