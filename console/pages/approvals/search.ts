import { oneOf, searchOf } from '../../shell/search.ts';

/** What waits, unless `show` says all. */
export const approvalsSearch = searchOf({ show: oneOf(['ALL'] as const) });
