import type { QueryClient } from '@tanstack/react-query';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { AlertKind, AlertState } from '../../../domain/alert.ts';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

type AlertsAnswer = paths['/api/v1/alerts']['get']['responses'][200]['content']['application/json'];
export type AlertItem = AlertsAnswer['items'][number];
export type AlertOrder =
  paths['/api/v1/alerts/{id}/orders']['get']['responses'][200]['content']['application/json']['items'][number];

export type AlertFilter = {
  readonly state?: AlertState | undefined;
  readonly kind?: AlertKind | undefined;
  readonly merchantId?: string | undefined;
};

const A_PAGE = 200;
const KEY = 'alerts';

export function alertsQuery(filter: AlertFilter) {
  return infiniteQueryOptions({
    queryKey: [KEY, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const { state, kind, merchantId } = filter;
      const query = {
        limit: A_PAGE,
        ...(state === undefined ? {} : { state }),
        ...(kind === undefined ? {} : { kind }),
        ...(merchantId === undefined ? {} : { merchantId }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return given(api.GET('/api/v1/alerts', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

/** One that a link names, whatever list it stands in now. */
export function alertQuery(alertId: string) {
  return queryOptions({
    queryKey: [KEY, alertId],
    queryFn: ({ signal }) =>
      given(api.GET('/api/v1/alerts/{id}', { params: { path: { id: alertId } }, signal })),
  });
}

const A_PAGE_OF_ORDERS = 20;
export function alertOrdersQuery(alertId: string) {
  return infiniteQueryOptions({
    queryKey: [KEY, alertId, 'orders'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: A_PAGE_OF_ORDERS, ...(pageParam === '' ? {} : { cursor: pageParam }) };
      return given(
        api.GET('/api/v1/alerts/{id}/orders', { params: { path: { id: alertId }, query }, signal }),
      );
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
}

/** After a change: every list of alerts that somebody looks at is asked for again. */
export function alertsChanged(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: [KEY] });
}

export function acknowledge({ alertId, note }: { readonly alertId: string; readonly note: string }) {
  return given(
    api.POST('/api/v1/alerts/{id}/acknowledge', {
      params: { path: { id: alertId } },
      body: note === '' ? {} : { note },
    }),
  );
}
