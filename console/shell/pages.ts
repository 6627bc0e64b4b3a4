import type { PageId } from '../../domain/menus.ts';
import { PAGE_IDS } from '../../domain/menus.ts';

/** Where each page stands. */
export const PATH_OF = {
  home: '/',
  'three-way': '/three-way',
  'two-way': '/two-way',
  realtime: '/realtime',
  exceptions: '/exceptions',
  'one-sided': '/one-sided',
  'bill-files': '/bill-files',
  approvals: '/approvals',
  alerts: '/alerts',
  'dead-letters': '/dead-letters',
  audit: '/audit',
  system: '/system',
} as const satisfies Readonly<Record<PageId, string>>;

/** The page that an address is of, also of what lies below it; null: of none. */
export function pageOfPath(pathname: string): PageId | null {
  const first = pathname.split('/')[1] ?? '';
  return first === '' ? 'home' : (PAGE_IDS.find((id) => id === first) ?? null);
}

export function isPageId(id: string): id is PageId {
  return PAGE_IDS.some((known) => known === id);
}
