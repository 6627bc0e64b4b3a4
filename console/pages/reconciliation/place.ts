import { getRouteApi } from '@tanstack/react-router';
import type { RunMode } from './queries.ts';

// Three-way and two-way are the same pages at two addresses.

export const PLACE = {
  THREE_WAY: { page: 'three-way', path: '/three-way' },
  TWO_WAY: { page: 'two-way', path: '/two-way' },
} as const satisfies Readonly<Record<RunMode, { readonly page: string; readonly path: string }>>;

export const RECORDS = { THREE_WAY: getRouteApi('/three-way'), TWO_WAY: getRouteApi('/two-way') } as const;
export const RUN = {
  THREE_WAY: getRouteApi('/three-way/$runId'),
  TWO_WAY: getRouteApi('/two-way/$runId'),
} as const;
