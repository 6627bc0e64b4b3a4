import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

type Get = paths['/api/v1/audit']['get'];
export type AuditItem = Get['responses'][200]['content']['application/json']['items'][number];
/** An entry with what tells it from all others. */
export type AuditRow = AuditItem & { readonly key: string };
export type AuditFilter = Pick<
  NonNullable<Get['parameters']['query']>,
  'from' | 'to' | 'user' | 'kind' | 'merchantId'
>;

const A_PAGE = 200;

/** Looking at the trail is recorded in it: it is asked for when somebody asks, not by itself. */
export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: A_PAGE, ...filter, ...(pageParam === '' ? {} : { cursor: pageParam }) };
      return given(api.GET('/api/v1/audit', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
}

export function rowOf(item: AuditItem): AuditRow {
  return { ...item, key: `${item.writer}.${item.seq}` };
}
