import { useSuspenseQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries.ts';

/** The name of a hospital, or its id where it has none. */
export function useMerchantName(): (merchantId: string) => string {
  const { data: me } = useSuspenseQuery(meQuery);
  const names = new Map(me.merchants.map(({ id, name }) => [id, name]));
  return (merchantId) => names.get(merchantId) ?? merchantId;
}
