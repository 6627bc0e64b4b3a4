import type { ExceptionOrder } from '../../domain/apiPorts.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import { MODES } from '../../domain/verdict.ts';
import type { KeyCheck } from './pageCursor.ts';
import { anyText, integerUpTo } from './pageCursor.ts';

/** The columns that rows are ordered by. */
export type OrderedRow = {
  readonly date: string;
  readonly merchant_id: string;
  readonly order_no: string;
  readonly key_part: string;
  readonly mode: string;
  readonly span: number;
  readonly merchant: string | null;
  readonly platform: string | null;
  readonly at_channel: string | null;
};

/** How pages of exceptions follow each other. */
export type PageOrder = {
  /** Named in the cursor: one of another order is none of this. */
  readonly list: string;
  /** Beginning of an ORDER BY. */
  readonly orderBy: string;
  readonly behindCursor: string;
  readonly keysOf: (row: OrderedRow) => readonly string[];
  /** Of the cursor's keys. */
  readonly fits: readonly KeyCheck[];
  readonly names: readonly string[];
};

const TIES = 'merchant_id, order_no, key_part, mode, span';
const BEHIND_TIES = `(${TIES}) > ({at_merchant:String}, {at_order:String}, {at_key:String}, {at_mode:String}, {at_span:UInt8})`;
const isMode: KeyCheck = (key) => MODES.some((mode) => mode === key);
const FITS = [isBusinessDate, anyText, anyText, anyText, isMode, integerUpTo(255n)];
const NAMES = ['at_date', 'at_merchant', 'at_order', 'at_key', 'at_mode', 'at_span'];

function keysOf(row: OrderedRow): readonly string[] {
  return [row.date, row.merchant_id, row.order_no, row.key_part, row.mode, String(row.span)];
}

function byDate(list: string, isNewestFirst: boolean): PageOrder {
  const [direction, beyond] = isNewestFirst ? ['DESC', '<'] : ['ASC', '>'];
  return {
    list,
    orderBy: `v.business_date ${direction}, ${TIES}`,
    behindCursor: `v.business_date ${beyond}= {at_date:Date} AND (v.business_date ${beyond} {at_date:Date} OR ${BEHIND_TIES})`,
    keysOf,
    fits: FITS,
    names: NAMES,
  };
}

const NEWEST_FIRST = byDate('exceptions', true);
const MOST_FEN = 2n ** 63n - 1n;

type Side = 'merchant' | 'platform' | 'at_channel';
const COLUMN = { merchant: 'merchant_fen', platform: 'platform_fen', at_channel: 'channel_fen' } as const;

/** What the book lacks comes last, whatever comes first. */
function byAmount(list: string, side: Side, isLargestFirst: boolean): PageOrder {
  const [direction, beyond, lacking] = isLargestFirst
    ? (['DESC', '<', 0n] as const)
    : (['ASC', '>', MOST_FEN] as const);
  const place = `ifNull(${COLUMN[side]} + 1, toInt64(${lacking}))`;
  const placeOf = (row: OrderedRow): bigint => (row[side] === null ? lacking : BigInt(row[side]) + 1n);
  return {
    list,
    orderBy: `${place} ${direction}, ${NEWEST_FIRST.orderBy}`,
    behindCursor: `${place} ${beyond}= {at_fen:Int64}
      AND (${place} ${beyond} {at_fen:Int64} OR (${NEWEST_FIRST.behindCursor}))`,
    keysOf: (row) => [String(placeOf(row)), ...keysOf(row)],
    fits: [integerUpTo(MOST_FEN), ...FITS],
    names: ['at_fen', ...NAMES],
  };
}

export function pageOrderOf(order: ExceptionOrder = '-businessDate'): PageOrder {
  const list = `exceptions by ${order}`;
  const isLargestFirst = order.startsWith('-');
  switch (order) {
    case '-businessDate':
      return NEWEST_FIRST;
    case 'businessDate':
      return byDate(list, false);
    case '-merchantFen':
    case 'merchantFen':
      return byAmount(list, 'merchant', isLargestFirst);
    case '-platformFen':
    case 'platformFen':
      return byAmount(list, 'platform', isLargestFirst);
    case '-channelFen':
    case 'channelFen':
      return byAmount(list, 'at_channel', isLargestFirst);
  }
}
