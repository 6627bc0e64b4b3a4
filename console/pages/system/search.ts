import { oneOf, searchOf, text } from '../../shell/search.ts';

export const SYSTEM_TABS = [
  'hospitals',
  'rules',
  'schedule',
  'alerts',
  'users',
  'secrets',
  'history',
] as const;
export type SystemTab = (typeof SYSTEM_TABS)[number];

/** Hospitals unless `tab` says otherwise; `of`: the hospital or the user whose drawer is open. */
export const systemSearch = searchOf({ tab: oneOf(SYSTEM_TABS), of: text });
