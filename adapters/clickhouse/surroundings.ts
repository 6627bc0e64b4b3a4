import type { ClickHouseClient } from '@clickhouse/client';
import { addDays, businessDateOf } from '../../domain/businessDate.ts';
import type { NearbyKey } from '../../domain/causeFacts.ts';
import { LATE_RECEIPT_MS, SURROUNDINGS_MS } from '../../domain/causeFacts.ts';
import type { Channel, Kind } from '../../domain/entry.ts';
import { rowsOf } from './closeSql.ts';
import { LINE_COUNTS } from './orderLines.ts';
import { timeText } from './tsv.ts';

/** The nearest are enough for every rule. */
const MOST_KEYS = 4_000;

type Row = {
  readonly order_no: string;
  readonly kind: Kind;
  readonly paid_by: Channel | '';
  readonly business: string;
  readonly receipts: readonly string[];
  readonly fens: readonly [string | null, string | null, string | null];
  readonly times: readonly [string | null, string | null, string | null];
};

const BOOK_COLUMNS = ['MERCHANT', 'PLATFORM', 'CHANNEL'] as const;
const perBook = (of: (book: string) => string) => `[${BOOK_COLUMNS.map(of).join(', ')}]`;

/** What the hospital's books have within an hour of an instant, the nearest first; receipts of it also when they came hours later. */
export async function surroundings(
  client: ClickHouseClient,
  merchantId: string,
  atMs: number,
): Promise<readonly NearbyKey[]> {
  const [fromMs, toMs] = [atMs - SURROUNDINGS_MS, atMs + SURROUNDINGS_MS];
  const time = (ms: number) => `'${timeText(ms)}'`;
  const rows = await rowsOf<Row>(
    client,
    `SELECT order_no, kind, maxIf(channel, book != 'MERCHANT') AS paid_by, max(business_type) AS business,
       groupUniqArrayIf(his_order_no, his_order_no != '') AS receipts,
       ${perBook((book) => `if(countIf(book = '${book}') = 0, NULL, toString(sumIf(amount_fen, book = '${book}')))`)} AS fens,
       ${perBook((book) => `if(countIf(book = '${book}') = 0, NULL, toString(toUnixTimestamp64Milli(minIf(occurred_at, book = '${book}'))))`)} AS times
     FROM (
       SELECT * FROM entries FINAL
       WHERE merchant_id = {merchantId:String} AND business_date BETWEEN {from:Date} AND {to:Date}
         AND occurred_at BETWEEN ${time(fromMs)} AND ${time(toMs + LATE_RECEIPT_MS)})
     WHERE ${LINE_COUNTS}
       AND (source != 'BILL' OR bill_id IN (SELECT bill_id FROM bills WHERE merchant_id = {merchantId:String}))
     GROUP BY order_no, key_part, kind
     HAVING min(occurred_at) <= ${time(toMs)}
     ORDER BY abs(toUnixTimestamp64Milli(min(occurred_at)) - ${Math.trunc(atMs)}), order_no LIMIT ${MOST_KEYS}`,
    {
      merchantId,
      // A cut-off may put an instant on either date.
      from: addDays(businessDateOf(fromMs), -1),
      to: addDays(businessDateOf(toMs + LATE_RECEIPT_MS), 1),
    },
  );
  return rows.map(nearbyOf);
}

function nearbyOf(row: Row): NearbyKey {
  const fen = (i: 0 | 1 | 2) => (row.fens[i] === null ? null : BigInt(row.fens[i]));
  const ms = (i: 0 | 1 | 2) => (row.times[i] === null ? null : Number(row.times[i]));
  return {
    orderNo: row.order_no,
    kind: row.kind,
    channel: row.paid_by || null,
    businessType: row.business || null,
    receipts: row.receipts,
    amounts: { MERCHANT: fen(0), PLATFORM: fen(1), CHANNEL: fen(2) },
    times: { MERCHANT: ms(0), PLATFORM: ms(1), CHANNEL: ms(2) },
  };
}
