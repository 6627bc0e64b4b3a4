import { searchOf, text } from '../../shell/search.ts';

/** `order`: what is asked for; a link fills it in and does not ask by itself, since asking is recorded. */
export const oneSidedSearch = searchOf({ order: text });
