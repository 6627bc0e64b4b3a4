import type { ClickHouseClient } from '@clickhouse/client';
import { addDays, businessDateOf } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { SlowFacts, TimeSpan } from '../../domain/slowFacts.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { OPEN_REFUNDS } from './alertOrders.ts';
import { hasPlatformTrade } from './billFetches.ts';
import { rowsOf } from './closeSql.ts';

/** What alerts that can wait a minute go by, on ClickHouse. */
export function clickHouseSlowFacts(client: ClickHouseClient): SlowFacts {
  return {
    async openRefunds() {
      const rows = await rowsOf<RefundRow>(client, OPEN_REFUNDS);
      return rows.map((row) => ({
        merchantId: row.merchant_id,
        orderNo: row.order_no,
        refundNo: row.refund_no,
        channel: row.channel === '' ? null : row.channel,
        amountFen: BigInt(row.fen),
        askedAtMs: Number(row.at_ms),
      }));
    },
    async billPlaces(from) {
      const rows = await rowsOf<PlaceRow>(
        client,
        `SELECT DISTINCT merchant_id, toString(business_date) AS date, book, channel FROM bills
         WHERE business_date >= {from:Date}`,
        { from },
      );
      return rows.map((row) => ({
        merchantId: row.merchant_id,
        businessDate: row.date,
        book: row.book,
        channel: row.channel === '' ? null : row.channel,
      }));
    },
    hasTrade: (merchantId, channel, date) => hasPlatformTrade(client, merchantId, channel, date),
    async judgedPayments(merchantIds, span) {
      const rows = await rowsOf<RateRow>(
        client,
        `SELECT merchant_id, toString(countIf(code IN ('MATCHED', 'CROSS_DAY'))) AS matched,
           toString(countIf(code IN ('MERCHANT_ONLY', 'PLATFORM_ONLY'))) AS one_sided
         FROM (${PAID_IN}) GROUP BY merchant_id ORDER BY merchant_id`,
        valuesOf(merchantIds, span),
      );
      return rows.map((row) => ({
        merchantId: row.merchant_id,
        matched: Number(row.matched),
        oneSided: Number(row.one_sided),
      }));
    },
    async oneSidedPayments(merchantIds, span, most) {
      const rows = await rowsOf<OneSidedRow>(
        client,
        `SELECT merchant_id, code, channel, toString(fen) AS amount_fen, toString(paid_ms) AS at_ms
         FROM (${PAID_IN}) WHERE code IN ('MERCHANT_ONLY', 'PLATFORM_ONLY')
         ORDER BY paid_ms LIMIT {most:UInt32}`,
        { ...valuesOf(merchantIds, span), most: String(most) },
      );
      return rows.map((row) => ({
        merchantId: row.merchant_id,
        code: row.code,
        channel: row.channel === '' ? null : row.channel,
        amountFen: BigInt(row.amount_fen),
        occurredAtMs: Number(row.at_ms),
      }));
    },
  };
}

type RefundRow = {
  readonly merchant_id: string;
  readonly order_no: string;
  readonly refund_no: string;
  readonly channel: Channel | '';
  readonly fen: string;
  readonly at_ms: string;
};

type PlaceRow = {
  readonly merchant_id: string;
  readonly date: string;
  readonly book: Book;
  readonly channel: Channel | '';
};
type RateRow = { readonly merchant_id: string; readonly matched: string; readonly one_sided: string };
type OneSidedRow = {
  readonly merchant_id: string;
  readonly code: VerdictCode;
  readonly channel: Channel | '';
  readonly amount_fen: string;
  readonly at_ms: string;
};

/** A verdict's time is the platform's once it is there: a former version may lie this far from it. */
const MOVED_MS = 10 * 60_000;
const PAID_MS = 'toUnixTimestamp64Milli(assumeNotNull(coalesce(platform_at, merchant_at)))';

/**
 * The latest versions of a span's payments. v_verdicts would merge all realtime rows of the hospitals for one hour of them;
 * so the rows of its dates are found first, and of each order the highest version among them counts. Later spans of an
 * order (nearly none have any) are left out.
 */
const PAID_IN = `SELECT merchant_id, argMax(v.code, v.version) AS code, argMax(v.channel, v.version) AS channel,
    argMax(coalesce(v.platform_fen, v.merchant_fen, 0), v.version) AS fen, argMax(${PAID_MS}, v.version) AS paid_ms
  FROM verdicts AS v
  PREWHERE business_date BETWEEN {firstDate:Date} AND {lastDate:Date}
  WHERE mode = 'REALTIME' AND run_id = '' AND kind = 'PAYMENT' AND span = 0
    AND merchant_id IN {merchants:Array(String)}
    AND ${PAID_MS} BETWEEN {from:Int64} - ${MOVED_MS} AND {to:Int64} + ${MOVED_MS}
  GROUP BY merchant_id, order_no, key_part
  HAVING paid_ms >= {from:Int64} AND paid_ms < {to:Int64}`;

/** The dates are wider than the span by what a hospital's day may begin before midnight. */
function valuesOf(merchants: readonly string[], { fromMs, toMs }: TimeSpan) {
  return {
    merchants,
    firstDate: addDays(businessDateOf(fromMs), -1),
    lastDate: addDays(businessDateOf(toMs), 1),
    from: String(fromMs),
    to: String(toMs),
  };
}
