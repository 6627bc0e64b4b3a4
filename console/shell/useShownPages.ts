import { useSuspenseQuery } from '@tanstack/react-query';
import type { PageId } from '../../domain/menus.ts';
import { meQuery } from '../api/queries.ts';
import { isPageId } from './pages.ts';

/** The pages in somebody's menu: no link may lead to another one. */
export function useShownPages(): readonly PageId[] {
  const { data: me } = useSuspenseQuery(meQuery);
  return me.menus.flatMap(({ id, pages }) => [id, ...pages.map((page) => page.id)]).filter(isPageId);
}
