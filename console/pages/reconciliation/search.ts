import { KINDS, CHANNELS } from '../../../domain/entry.ts';
import type { ExceptionType } from './queries.ts';
import { date, oneOf, searchOf, text } from '../../shell/search.ts';

/** Of the list of runs: the span of dates. */
export const recordsSearch = searchOf({ from: date, to: date });

export const EXCEPTION_TYPES = [
  'AMOUNT_MISMATCH',
  'MERCHANT_ONLY',
  'PLATFORM_ONLY',
  'CHANNEL_ONLY',
  'PLATFORM_MISSING',
  'DUPLICATE',
] as const satisfies readonly ExceptionType[];
export const RUN_TABS = ['breakdown', 'bills', 'certificate'] as const;

/** Of a run: what is looked at (absent: its exceptions), which of them, and the bill whose drawer is open. */
export const runSearch = searchOf({
  tab: oneOf(RUN_TABS),
  status: oneOf(['PENDING', 'SETTLED'] as const),
  type: oneOf(EXCEPTION_TYPES),
  kind: oneOf(KINDS),
  channel: oneOf(CHANNELS),
  q: text,
  bill: text,
});
