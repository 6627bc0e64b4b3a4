import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { fenOfYuan } from '../../../domain/money.ts';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';
import type { ExceptionsSearch } from './search.ts';

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;
export type ExceptionItem = Answer<'/api/v1/exceptions'>['items'][number];
export type OrderAnswer = Answer<'/api/v1/orders/{orderNo}'>;
export type BillInError = Answer<'/api/v1/bill-errors'>['items'][number];

const A_PAGE = 500;

/** What the list is asked for; an amount that is none narrows nothing. */
export function filterOf(search: ExceptionsSearch, merchantId: string | undefined) {
  const { from, to, status, type, kind, channel, mode, q } = search;
  const filter = {
    from,
    to,
    status,
    type,
    kind,
    channel,
    mode,
    q,
    merchantId,
    minFen: limitOf(search.least),
    maxFen: limitOf(search.most),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function limitOf(yuan: string | undefined): string | undefined {
  const fen = yuan === undefined ? null : fenOfYuan(yuan.trim());
  return fen === null || fen < 0n ? undefined : fen.toString();
}

export function exceptionsQuery(filter: ReturnType<typeof filterOf>, sort: ExceptionsSearch['sort']) {
  const asked = { ...filter, ...(sort === undefined ? {} : { sort }), limit: A_PAGE };
  return infiniteQueryOptions({
    queryKey: ['exceptions', filter, sort ?? null],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      given(
        api.GET('/api/v1/exceptions', {
          params: { query: { ...asked, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // In another order they are the same rows: they stay until it is there, and with them the focus on their header.
    placeholderData: (before, was) =>
      JSON.stringify(was?.queryKey[1]) === JSON.stringify(filter) ? before : undefined,
    // A list of many pages is not read again from its beginning because somebody looked at another window.
    refetchOnWindowFocus: false,
  });
}

export function orderQuery(merchantId: string, orderNo: string) {
  return queryOptions({
    queryKey: ['order', merchantId, orderNo],
    queryFn: ({ signal }) =>
      given(
        api.GET('/api/v1/orders/{orderNo}', {
          params: { path: { orderNo }, query: { merchantId } },
          signal,
        }),
      ),
  });
}

export function billErrorsQuery(merchantId: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['bill-errors', merchantId],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      given(
        api.GET('/api/v1/bill-errors', {
          params: {
            query: {
              limit: 50,
              ...(merchantId === undefined ? {} : { merchantId }),
              ...(pageParam === '' ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}
