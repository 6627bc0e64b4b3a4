import { date, searchOf } from '../../shell/search.ts';

/** `date`: of the board of closes; absent: yesterday. */
export const homeSearch = searchOf({ date });
