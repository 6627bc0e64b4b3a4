import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

type Answer<Path extends '/api/v1/reconciliations' | '/api/v1/close-waits' | '/api/v1/overview'> =
  paths[Path]['get']['responses'][200]['content']['application/json'];
export type Run = Answer<'/api/v1/reconciliations'>['items'][number];
export type Wait = Answer<'/api/v1/close-waits'>['items'][number];
export type Overview = Answer<'/api/v1/overview'>;

const MOST = 500;
/** Alerts come by themselves; what else the page shows is asked for again and again while somebody looks at it. */
const OVERVIEW_AGAIN_MS = 5_000;
const CLOSES_AGAIN_MS = 15_000;

export function overviewQuery(merchantId: string | undefined) {
  const query = merchantId === undefined ? {} : { merchantId };
  return queryOptions({
    queryKey: ['overview', query],
    queryFn: ({ signal }) => given(api.GET('/api/v1/overview', { params: { query }, signal })),
    refetchInterval: OVERVIEW_AGAIN_MS,
    placeholderData: keepPreviousData,
  });
}

export function runsQuery(date: string) {
  return queryOptions({
    queryKey: ['reconciliations', 'board', date],
    queryFn: ({ signal }) =>
      given(
        api.GET('/api/v1/reconciliations', {
          params: { query: { from: date, to: date, limit: MOST } },
          signal,
        }),
      ),
    refetchInterval: CLOSES_AGAIN_MS,
  });
}

export const waitsQuery = queryOptions({
  queryKey: ['close-waits'],
  queryFn: ({ signal }) => given(api.GET('/api/v1/close-waits', { signal })),
  refetchInterval: CLOSES_AGAIN_MS,
});
