import { BOOKS, CHANNELS } from '../../../domain/entry.ts';
import { date, oneOf, searchOf, text } from '../../shell/search.ts';

/** `bill` is the one whose details are open. */
export const billFilesSearch = searchOf({
  from: date,
  to: date,
  book: oneOf(BOOKS),
  channel: oneOf(CHANNELS),
  bill: text,
});
