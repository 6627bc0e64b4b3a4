import { QueryClient, queryOptions } from '@tanstack/react-query';
import { api, given } from './client.ts';
import { ApiProblem } from './problem.ts';

const TRIES = 2;

/** What is shown stays fresh for some seconds; only failures that may pass are tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) =>
        failures < TRIES && error instanceof ApiProblem && (error.status === 0 || error.status >= 502),
      // A request that failed by the network is told at once; navigator.onLine knows nothing of a house's own network.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** Who is logged in: roles, hospitals, menus. */
/** How people may log in; asked before anybody has. */
export const waysQuery = queryOptions({
  queryKey: ['ways'],
  queryFn: ({ signal }) => given(api.GET('/api/v1/sessions/ways', { signal })),
  staleTime: Infinity,
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => given(api.GET('/api/v1/me', { signal })),
  staleTime: 5 * 60_000,
});

/** Hospitals that one may reach, with their rules. */
export const merchantsQuery = queryOptions({
  queryKey: ['merchants'],
  queryFn: ({ signal }) => given(api.GET('/api/v1/merchants', { signal })),
  staleTime: 5 * 60_000,
});
