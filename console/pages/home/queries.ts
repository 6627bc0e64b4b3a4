import { queryOptions } from '@tanstack/react-query';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

type Answer<Path extends '/api/v1/reconciliations' | '/api/v1/close-waits' | '/api/v1/exceptions'> =
  paths[Path]['get']['responses'][200]['content']['application/json']['items'][number];
export type Run = Answer<'/api/v1/reconciliations'>;
export type Wait = Answer<'/api/v1/close-waits'>;
export type ExceptionRow = Answer<'/api/v1/exceptions'>;

const MOST = 500;
/** The page is live for alerts; what else it shows is looked at again every so often. */
const AGAIN_MS = 15_000;

export function matchRatesQuery(date: string) {
  return queryOptions({
    queryKey: ['match-rates', date],
    queryFn: ({ signal }) =>
      given(
        api.GET('/api/v1/match-rates', {
          params: { query: { mode: 'REALTIME', from: date, to: date, limit: MOST } },
          signal,
        }),
      ),
    refetchInterval: AGAIN_MS,
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
    refetchInterval: AGAIN_MS,
  });
}

export const waitsQuery = queryOptions({
  queryKey: ['close-waits'],
  queryFn: ({ signal }) => given(api.GET('/api/v1/close-waits', { signal })),
  refetchInterval: AGAIN_MS,
});

export const openExceptionsQuery = queryOptions({
  queryKey: ['exceptions', 'open'],
  queryFn: ({ signal }) =>
    given(api.GET('/api/v1/exceptions', { params: { query: { status: 'OPEN', limit: MOST } }, signal })),
  refetchInterval: AGAIN_MS,
});
