import { useQuery } from '@tanstack/react-query';
import { merchantsQuery } from '../../api/queries.ts';

/** Hospitals as options of a choice. */
export function useMerchants(): readonly { readonly value: string; readonly label: string }[] {
  const { data } = useQuery(merchantsQuery);
  return (data?.items ?? []).map(({ id, name }) => ({ value: id, label: `${name} (${id})` }));
}
