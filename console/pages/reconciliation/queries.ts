import type { QueryClient } from '@tanstack/react-query';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Kind } from '../../../domain/entry.ts';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

export type RunMode = 'THREE_WAY' | 'TWO_WAY';
type Answer<Path extends keyof paths & `/api/v1/${string}`> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;
export type Run = Answer<'/api/v1/reconciliations'>['items'][number];
export type Summary = Answer<'/api/v1/reconciliations/{id}/summary'>;
export type Share = Summary['shares'][number];
export type ExceptionRow = Answer<'/api/v1/exceptions'>['items'][number];
export type ExceptionType = NonNullable<paths['/api/v1/exceptions']['get']['parameters']['query']['type']>;
export type Bill = Summary['bills'][number];

const A_PAGE = 100;
const MOST = 500;
const KEY = 'reconciliations';

export type RunFilter = {
  readonly mode: RunMode;
  readonly merchantId: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
};

export function runsQuery({ mode, merchantId, from, to }: RunFilter) {
  return infiniteQueryOptions({
    queryKey: [KEY, 'list', mode, merchantId, from, to],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = {
        mode,
        limit: A_PAGE,
        ...(merchantId === undefined ? {} : { merchantId }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return given(api.GET('/api/v1/reconciliations', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: 30_000,
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: [KEY, 'run', id],
    queryFn: ({ signal }) =>
      given(api.GET('/api/v1/reconciliations/{id}', { params: { path: { id } }, signal })),
  });
}

export function summaryQuery(id: string) {
  return queryOptions({
    queryKey: [KEY, 'summary', id],
    queryFn: ({ signal }) =>
      given(api.GET('/api/v1/reconciliations/{id}/summary', { params: { path: { id } }, signal })),
  });
}

export type RunExceptionFilter = {
  readonly mode: RunMode;
  readonly merchantId: string;
  readonly date: string;
  readonly type: ExceptionType | undefined;
  readonly kind: Kind | undefined;
  readonly q: string | undefined;
};

/** Of the run that counts for its day. */
export function runExceptionsQuery({ mode, merchantId, date, type, kind, q }: RunExceptionFilter) {
  return infiniteQueryOptions({
    queryKey: ['exceptions', 'run', mode, merchantId, date, type, kind, q],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = {
        mode,
        merchantId,
        from: date,
        to: date,
        limit: MOST,
        ...(type === undefined ? {} : { type }),
        ...(kind === undefined ? {} : { kind }),
        ...(q === undefined ? {} : { q }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return given(api.GET('/api/v1/exceptions', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

export type CloseWish = {
  readonly merchantId: string;
  readonly date: string;
  readonly reason: string;
};

export function closeDay({ merchantId, date, reason }: CloseWish) {
  const body = { merchantId, date, ...(reason === '' ? {} : { reason }) };
  return given(api.POST('/api/v1/reconciliations', { body }));
}

/** After a run: all that goes by it is asked for again. */
export function daysChanged(queries: QueryClient): void {
  for (const queryKey of [[KEY], ['exceptions'], ['match-rates'], ['close-waits']]) {
    void queries.invalidateQueries({ queryKey });
  }
}
