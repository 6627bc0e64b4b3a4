import type { StatedTotal } from '../../../domain/ports.ts';
import { ExactSum, FEN_SCALE, decimalAt, textOfExact, type Exact } from '../decimal.ts';
import { checkTotal } from '../totals.ts';

/** The figures of a row that a footer or a summary adds up. */
export type AmountColumn = 'amount' | 'received' | 'discount' | 'fee';

/** The rows of one 业务类型, added up without their sign, but for the fee. */
export class AlipaySide {
  count = 0;
  readonly amount = new ExactSum();
  readonly received = new ExactSum();
  readonly discount = new ExactSum();
  readonly fee = new ExactSum();
  /** Where a row's figure could not be read the sum means nothing; the count and the other sums do. */
  readonly unreadable: Record<AmountColumn, boolean> = {
    amount: false,
    received: false,
    discount: false,
    fee: false,
  };

  get isReadable(): boolean {
    return !Object.values(this.unreadable).includes(true);
  }

  merge(other: AlipaySide): void {
    this.count += other.count;
    for (const column of ['amount', 'received', 'discount', 'fee'] as const) {
      this[column].add(other[column].total);
      this.unreadable[column] ||= other.unreadable[column];
    }
  }
}

/** What a 合计 line of a detail part states; sums as text of yuan. */
export type StatedSide = {
  readonly count: number;
  readonly received: string;
  readonly discount: string | null;
};

/** One detail part: what its rows give and what its footer states. */
export class AlipayPart {
  readonly trade = new AlipaySide();
  readonly refund = new AlipaySide();
  /** Rows too broken to say their 业务类型. */
  unknownRows = 0;
  statedTrade: StatedSide | null = null;
  statedRefund: StatedSide | null = null;

  merge(other: AlipayPart): void {
    this.trade.merge(other.trade);
    this.refund.merge(other.refund);
    this.unknownRows += other.unknownRows;
  }
}

/** The 合计 row of the summary part (业务明细(汇总)); null where it lacks the column. */
export type AlipaySummary = {
  readonly tradeCount: string;
  readonly refundCount: string;
  readonly amount: string | null;
  readonly received: string | null;
  readonly fee: string | null;
};

/**
 * Holds the footers of all detail parts against the rows. A part's footer may speak for the part or, as far as we know,
 * for the whole bill: either has to hold for all of them.
 */
export function checkFooters(parts: readonly AlipayPart[]): void {
  const whole = new AlipayPart();
  for (const part of parts) whole.merge(part);
  try {
    for (const part of parts) checkFooter(part, part);
  } catch (error) {
    if (parts.length === 1) throw error;
    for (const part of parts) checkFooter(part, whole);
  }
}

function checkFooter(stated: AlipayPart, rows: AlipayPart): void {
  checkSide('交易合计', stated.statedTrade, rows.trade, rows.unknownRows);
  checkSide('退款合计', stated.statedRefund, rows.refund, rows.unknownRows);
  const statedCount = (stated.statedTrade?.count ?? 0) + (stated.statedRefund?.count ?? 0);
  const read = rows.trade.count + rows.refund.count;
  if (statedCount > read + rows.unknownRows) {
    checkTotal('交易合计 and 退款合计', String(statedCount), String(read + rows.unknownRows));
  }
}

function checkSide(name: string, stated: StatedSide | null, side: AlipaySide, unknownRows: number): void {
  if (stated === null) return;
  // Rows that do not say what they are may be of this side; the caller checks that they are enough for both.
  if (stated.count < side.count || unknownRows === 0)
    checkTotal(`${name}笔数`, String(stated.count), String(side.count));
  if (unknownRows > 0) return;
  if (!side.unreadable.received) checkSum(`${name} 商家实收`, stated.received, [side.received.total]);
  if (stated.discount !== null && !side.unreadable.discount) {
    checkSum(`${name} 商家优惠`, stated.discount, [side.discount.total]);
  }
}

/** The summary may be gross or net of refunds (uncertain): its counts and either sum have to agree. */
export function checkSummary(summary: AlipaySummary, rows: AlipayPart): void {
  if (rows.unknownRows > 0) return;
  checkTotal('交易订单总笔数', summary.tradeCount, String(rows.trade.count));
  checkTotal('退款订单总笔数', summary.refundCount, String(rows.refund.count));
  for (const column of ['amount', 'received'] as const) {
    const stated = summary[column];
    if (stated === null || rows.trade.unreadable[column] || rows.refund.unreadable[column]) continue;
    const gross = rows.trade[column].total;
    checkSum(SUMMARY_NAMES[column], stated, [gross, gross - rows.refund[column].total]);
  }
  if (summary.fee !== null && !rows.trade.unreadable.fee && !rows.refund.unreadable.fee) {
    // Of payments alone, or less what refunds gave back.
    checkSum('汇总 服务费', summary.fee, [
      rows.trade.fee.total + rows.refund.fee.total,
      rows.trade.fee.total,
    ]);
  }
}

/**
 * Whether 订单金额, which is what we reconcile, is in the totals: as the summary's sum (a gross one leaves refunds out), or
 * because it is 商家实收 and 商家优惠 together, which the footer states.
 */
export function provesAmounts(summary: AlipaySummary | null, rows: AlipayPart): boolean {
  const { trade, refund } = rows;
  const stated = summary?.amount ? decimalAt(summary.amount, 0, summary.amount.length, FEN_SCALE) : null;
  const isFooted = (side: AlipaySide) => side.amount.total === side.received.total + side.discount.total;
  if (stated !== null && magnitude(stated) === magnitude(trade.amount.total - refund.amount.total))
    return true;
  const tradeIsProven = isFooted(trade) || (stated !== null && magnitude(stated) === trade.amount.total);
  return tradeIsProven && isFooted(refund);
}

/** Everything that the footers and the summary state, by the names that refusals call it. */
export function statedTotals(
  parts: readonly AlipayPart[],
  summary: AlipaySummary | null,
): readonly StatedTotal[] {
  const footers = parts.flatMap((part) => [
    ...statedBySide('交易合计', part.statedTrade),
    ...statedBySide('退款合计', part.statedRefund),
  ]);
  const ofSummary: Readonly<Record<string, string | null>> = {
    交易订单总笔数: summary?.tradeCount ?? null,
    退款订单总笔数: summary?.refundCount ?? null,
    [SUMMARY_NAMES.amount]: summary?.amount ?? null,
    [SUMMARY_NAMES.received]: summary?.received ?? null,
    '汇总 服务费': summary?.fee ?? null,
  };
  return [
    ...footers,
    ...Object.entries(ofSummary).flatMap(([name, value]) => (value === null ? [] : [{ name, value }])),
  ];
}

function statedBySide(name: string, stated: StatedSide | null): readonly StatedTotal[] {
  if (stated === null) return [];
  return [
    { name: `${name}笔数`, value: String(stated.count) },
    { name: `${name} 商家实收`, value: stated.received },
    ...(stated.discount === null ? [] : [{ name: `${name} 商家优惠`, value: stated.discount }]),
  ];
}

const SUMMARY_NAMES = { amount: '汇总 订单金额', received: '汇总 商家实收' };

function checkSum(what: string, stated: string, read: readonly bigint[]): void {
  const value = decimalAt(stated, 0, stated.length, FEN_SCALE);
  if (value !== null && read.some((sum) => magnitude(sum) === magnitude(value))) return;
  const figures = [...new Set(read)].map((sum) => textOfExact(sum, FEN_SCALE));
  checkTotal(what, stated, figures.join(' (or, less its refunds, ') + (figures.length > 1 ? ')' : ''));
}

/** 退款合计 is written with a minus sign. */
function magnitude(value: Exact): bigint {
  return value < 0 ? -BigInt(value) : BigInt(value);
}
