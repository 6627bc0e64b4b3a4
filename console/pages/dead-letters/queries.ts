import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

export type Letter =
  paths['/api/v1/dead-letters']['get']['responses'][200]['content']['application/json']['items'][number];

const A_PAGE = 200;
const AGAIN_MS = 15_000;
export const LETTERS_KEY = ['dead-letters'];

export function lettersQuery(isAll: boolean) {
  return infiniteQueryOptions({
    queryKey: [...LETTERS_KEY, isAll],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: A_PAGE,
        ...(isAll ? {} : { open: true }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return given(api.GET('/api/v1/dead-letters', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: AGAIN_MS,
  });
}

export function replay(id: string): Promise<Letter> {
  return given(api.POST('/api/v1/dead-letters/{id}/replay', { params: { path: { id } } }));
}
