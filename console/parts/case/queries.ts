import type { QueryClient } from '@tanstack/react-query';
import { queryOptions } from '@tanstack/react-query';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

type Answers = paths['/api/v1/exceptions/{id}']['get']['responses'];
export type CaseDetail = Answers[200]['content']['application/json'];
export type Ruling = CaseDetail['actions'][number];
export type Action = Ruling['action'];
export type ActionAnswer =
  paths['/api/v1/exceptions/{id}/write-off']['post']['responses'][200]['content']['application/json'];

const WHILE_MOVING_MS = 3_000;

/** An exception with its evidence; looked at again by itself while somebody's action on it is under way. */
export function caseQuery(id: string) {
  return queryOptions({
    queryKey: ['case', id],
    queryFn: ({ signal }) => given(api.GET('/api/v1/exceptions/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) =>
      state.data?.status === 'IN_PROGRESS' && state.data.money.openFen !== '0' ? WHILE_MOVING_MS : false,
  });
}

/** A list that somebody has scrolled far into is not asked for again from its beginning. */
const MOST_PAGES_AGAIN = 5;

/** After an action: the case, what waits for approval, and every list in which it may stand. */
export function casesChanged(queries: QueryClient): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey, state }) =>
      queryKey[0] !== 'exceptions' || pagesOf(state.data) <= MOST_PAGES_AGAIN,
  });
}

function pagesOf(data: unknown): number {
  return typeof data === 'object' && data !== null && 'pages' in data && Array.isArray(data.pages)
    ? data.pages.length
    : 0;
}
