import type { QueryClient } from '@tanstack/react-query';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Book, Channel } from '../../../domain/entry.ts';
import { api, given } from '../../api/client.ts';
import { sendFile } from '../../api/files.ts';
import type { paths } from '../../api/schema.d.ts';
import { pathWith } from '../../parts/useDownload.tsx';

type Files = paths['/api/v1/bill-files'];
export type BillFile = Files['get']['responses'][200]['content']['application/json']['items'][number];
export type Uploaded = Files['post']['responses'][200]['content']['application/json'];

export type BillFilter = {
  readonly merchantId: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly book: Book | undefined;
  readonly channel: Channel | undefined;
};

const A_PAGE = 200;
const KEY = 'bill-files';

export function billFilesQuery({ merchantId, from, to, book, channel }: BillFilter) {
  return infiniteQueryOptions({
    queryKey: [KEY, merchantId, from, to, book, channel],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: A_PAGE,
        ...(merchantId === undefined ? {} : { merchantId }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(book === undefined ? {} : { book }),
        ...(channel === undefined ? {} : { channel }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      };
      return given(api.GET('/api/v1/bill-files', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: 30_000,
  });
}

/** Rows of the bills of a day that could not be read and that nobody has handled. */
export function billErrorsQuery({ merchantId, date }: Pick<BillFile, 'merchantId' | 'date'>) {
  return queryOptions({
    queryKey: ['bill-errors', merchantId, date],
    queryFn: ({ signal }) =>
      given(
        api.GET('/api/v1/bill-errors', {
          params: { query: { merchantId, from: date, to: date, limit: 100 } },
          signal,
        }),
      ),
  });
}

export type Upload = {
  readonly merchantId: string;
  readonly book: Book;
  readonly channel: Channel | undefined;
  readonly date: string | undefined;
  readonly file: File;
};

export async function uploadBill(
  { file, ...place }: Upload,
  onShare: (share: number) => void,
): Promise<Uploaded> {
  const path = pathWith('/api/v1/bill-files', { ...place, fileName: file.name.slice(-200) });
  // What the route answers is what its schema says.
  return (await sendFile(path, file, onShare)) as Uploaded;
}

export function billsChanged(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: [KEY] });
  void queries.invalidateQueries({ queryKey: ['bill-errors'] });
}

export const fileOf = ({ id }: Pick<BillFile, 'id'>): string => `/api/v1/bill-files/${id}/file`;
