import { flag, searchOf, text } from '../../shell/search.ts';

/** Those that wait unless `all`; `letter` is the one whose drawer is open. */
export const deadLettersSearch = searchOf({ all: flag, letter: text });
