import type { ExceptionsSearch } from './search.ts';
import { exceptionsSearch } from './search.ts';

/** A filter under a name. Nothing else is kept in this browser: no rows, no amounts of orders. */
export type SavedView = { readonly name: string; readonly search: ExceptionsSearch };

const PLACE = 'duizhang-exception-views';
const MOST = 30;

export function readViews(): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]');
    return Array.isArray(kept) ? kept.flatMap(viewOf) : [];
  } catch {
    // What another version or person wrote there is no reason for a page not to open.
    return [];
  }
}

export function writeViews(views: readonly SavedView[]): void {
  localStorage.setItem(PLACE, JSON.stringify(views.slice(0, MOST)));
}

function viewOf(kept: unknown): readonly SavedView[] {
  if (typeof kept !== 'object' || kept === null) return [];
  if (!('name' in kept) || !('search' in kept) || typeof kept.name !== 'string') return [];
  const { search } = kept;
  if (typeof search !== 'object' || search === null) return [];
  return [{ name: kept.name, search: exceptionsSearch({ ...search }) }];
}
