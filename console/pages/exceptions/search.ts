import { CASE_STATUSES, EXCEPTION_ORDERS } from '../../../domain/apiPorts.ts';
import { CHANNELS, KINDS } from '../../../domain/entry.ts';
import { EXCEPTION_CODES, MODES } from '../../../domain/verdict.ts';
import { date, oneOf, searchOf, text } from '../../shell/search.ts';

/** What is looked for; `tab` is what the page shows: the list without it. */
export const exceptionsSearch = searchOf({
  tab: oneOf(['refund', 'bills'] as const),
  from: date,
  to: date,
  status: oneOf(CASE_STATUSES),
  type: oneOf([...EXCEPTION_CODES]),
  kind: oneOf(KINDS),
  channel: oneOf(CHANNELS),
  mode: oneOf(MODES),
  /** In yuan, as typed. */
  least: text,
  most: text,
  q: text,
  /** What the list is ordered by; absent: the newest date first. */
  sort: oneOf(EXCEPTION_ORDERS),
  /** The order that somebody looks for under 订单自助退款. */
  order: text,
});
export type ExceptionsSearch = ReturnType<typeof exceptionsSearch>;
