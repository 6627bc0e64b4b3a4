import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';
import type { ActionAnswer } from '../../parts/case/queries.ts';

type Answer = paths['/api/v1/actions']['get']['responses'][200]['content']['application/json'];
export type ActionItem = Answer['items'][number];

const WHILE_WAITING_MS = 15_000;

/** Actions, the newest first; what waits is looked for again by itself, since somebody else asks for it. */
export function actionsQuery(filter: { readonly isAll: boolean; readonly merchantId: string | undefined }) {
  const { isAll, merchantId } = filter;
  return infiniteQueryOptions({
    queryKey: ['actions', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: 50,
        ...(isAll ? {} : { state: 'AWAITS_APPROVAL' as const }),
        ...(merchantId === undefined ? {} : { merchantId }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return given(api.GET('/api/v1/actions', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    ...(isAll ? {} : { refetchInterval: WHILE_WAITING_MS }),
  });
}

type Decision = {
  readonly actionId: string;
  readonly isAgreed: boolean;
  readonly note: string;
  readonly key: string;
};

export function decide({ actionId, isAgreed, note, key }: Decision): Promise<ActionAnswer> {
  const params = { path: { id: actionId } };
  if (!isAgreed) return given(api.POST('/api/v1/actions/{id}/reject', { params, body: { note } }));
  return given(
    api.POST('/api/v1/actions/{id}/approve', {
      params: { ...params, header: { 'idempotency-key': key } },
      body: { note },
    }),
  );
}
