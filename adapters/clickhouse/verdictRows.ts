import type { BusinessDate } from '../../domain/businessDate.ts';
import type { FinalVerdict } from '../../domain/closePorts.ts';
import type { Book, Channel, Kind } from '../../domain/entry.ts';
import type { MergedReceipt } from '../../domain/mergedReceipt.ts';
import type { Mode, Side, Verdict, VerdictCode } from '../../domain/verdict.ts';
import { TSV_NULL, TSV_TIME, timeText, tsvText, tsvTexts } from './tsv.ts';

export type RealtimeRow = { readonly verdict: Verdict; readonly span: number; readonly version: bigint };
export type FinalRow = {
  readonly verdict: Verdict;
  readonly runId: string;
  readonly span: number;
  readonly refersTo: BusinessDate | null;
};

/** What a realtime row is written with: the other columns have their defaults, and half of it is not sent. */
export const REALTIME_COLUMNS = {
  mode: 'String',
  merchant_id: 'String',
  order_no: 'String',
  key_part: 'String',
  span: 'UInt8',
  kind: 'String',
  refund_no: 'String',
  business_date: 'Date',
  code: 'String',
  channel: 'String',
  business_type: 'String',
  merchant_fen: 'Nullable(Int64)',
  merchant_date: 'Nullable(Date)',
  merchant_at: `Nullable(${TSV_TIME})`,
  merchant_identities: 'Array(String)',
  platform_fen: 'Nullable(Int64)',
  platform_date: 'Nullable(Date)',
  platform_at: `Nullable(${TSV_TIME})`,
  platform_identities: 'Array(String)',
  conflicts: 'UInt8',
  possibly_cross_day: 'UInt8',
  split: 'UInt8',
  channel_conflict: 'UInt8',
  surplus_fen: 'Nullable(Int64)',
  version: 'UInt64',
} as const;

export const FINAL_COLUMNS = {
  ...REALTIME_COLUMNS,
  run_id: 'String',
  channel_fen: 'Nullable(Int64)',
  channel_date: 'Nullable(Date)',
  channel_at: `Nullable(${TSV_TIME})`,
  channel_identities: 'Array(String)',
  amount_conflict: 'UInt8',
  ambiguous_refund: 'UInt8',
  possible_duplicate_of: 'String',
  merged_receipt: 'String',
  merged_orders: 'Array(String)',
  refers_to: 'Nullable(Date)',
} as const;

/** A row of `verdicts`, in the order of REALTIME_COLUMNS. */
export function realtimeTsv({ verdict, span, version }: RealtimeRow): string {
  return `${commonTsv(verdict, span)}\t${version}\n`;
}

/** A row of `verdicts`, in the order of FINAL_COLUMNS. */
export function finalTsv({ verdict, runId, span, refersTo }: FinalRow): string {
  return `${commonTsv(verdict, span)}\t0\t${tsvText(runId)}\t${sideTsv(verdict.sides.CHANNEL)}\t${bit(
    verdict.amountConflict,
  )}\t${bit(verdict.ambiguousRefund)}\t${tsvText(verdict.possibleDuplicateOf ?? '')}\t${mergedTsv(verdict)}\t${refersTo ?? TSV_NULL}\n`;
}

function mergedTsv({ mergedReceipt }: Verdict): string {
  return mergedReceipt ? `${tsvText(mergedReceipt.hisOrderNo)}\t${tsvTexts(mergedReceipt.orderNos)}` : '\t[]';
}

/** Up to `surplus_fen`; '' stands for null in text columns. */
function commonTsv(verdict: Verdict, span: number): string {
  const { refundNo, businessType, sides } = verdict;
  return `${verdict.mode}\t${tsvText(verdict.merchantId)}\t${tsvText(verdict.orderNo)}\t${
    verdict.kind === 'PAYMENT' ? 'P' : tsvText(verdict.keyPart)
  }\t${span}\t${verdict.kind}\t${refundNo === null ? '' : tsvText(refundNo)}\t${verdict.businessDate}\t${
    verdict.code
  }\t${verdict.channel ?? ''}\t${businessType === null ? '' : tsvText(businessType)}\t${sideTsv(
    sides.MERCHANT,
  )}\t${sideTsv(sides.PLATFORM)}\t${conflictBits(verdict)}\t${bit(verdict.possiblyCrossDay)}\t${bit(
    verdict.split,
  )}\t${bit(verdict.channelConflict)}\t${verdict.surplusFen ?? TSV_NULL}`;
}

function bit(flag: boolean): string {
  return flag ? '1' : '0';
}

/** Which sides hold one identity with different amounts. */
/** The side's bit in `conflicts`. */
export const CONFLICT_BIT: Readonly<Record<Book, number>> = { MERCHANT: 1, PLATFORM: 2, CHANNEL: 4 };

function conflictBits({ sides }: Verdict): number {
  return (
    (sides.MERCHANT?.conflict ? CONFLICT_BIT.MERCHANT : 0) |
    (sides.PLATFORM?.conflict ? CONFLICT_BIT.PLATFORM : 0) |
    (sides.CHANNEL?.conflict ? CONFLICT_BIT.CHANNEL : 0)
  );
}

const NO_SIDE = `${TSV_NULL}\t${TSV_NULL}\t${TSV_NULL}\t[]`;

function sideTsv(side: Side | null): string {
  if (!side) return NO_SIDE;
  const identities = tsvTexts(side.identities.map((i) => `${i.identity}=${i.amountFen}`));
  return `${side.amountFen}\t${side.businessDate}\t${timeText(side.occurredAtMs)}\t${identities}`;
}

/** What VERDICT_FIELDS selects from `verdicts`. */
export type VerdictRow = {
  readonly order_no: string;
  readonly key_part: string;
  readonly kind: Kind;
  readonly refund_no: string;
  readonly date: string;
  readonly code: VerdictCode;
  readonly channel: Channel | '';
  readonly business_type: string;
  readonly fens: readonly [string | null, string | null, string | null];
  readonly dates: readonly [string | null, string | null, string | null];
  readonly times: readonly [string | null, string | null, string | null];
  readonly identities: readonly [readonly string[], readonly string[], readonly string[]];
  readonly conflicts: number;
  readonly possibly_cross_day: number;
  readonly amount_conflict: number;
  readonly channel_conflict: number;
  readonly ambiguous_refund: number;
  readonly split: number;
  readonly surplus: string | null;
  readonly possible_duplicate_of: string;
  readonly merged_receipt: string;
  readonly merged_orders: readonly string[];
  readonly refers: string | null;
};

export const VERDICT_FIELDS = `order_no, key_part, kind, refund_no, toString(business_date) AS date, code, channel,
  business_type, ${sideArray('fens', (b) => `toString(${b}_fen)`)}, ${sideArray('dates', (b) => `toString(${b}_date)`)},
  ${sideArray('times', (b) => `toString(toUnixTimestamp64Milli(${b}_at))`)},
  ${sideArray('identities', (b) => `${b}_identities`)}, conflicts, possibly_cross_day, amount_conflict, channel_conflict, ambiguous_refund,
  split,  toString(surplus_fen) AS surplus, possible_duplicate_of, merged_receipt, merged_orders, toString(refers_to) AS refers`;

function sideArray(name: string, of: (book: string) => string): string {
  return `[${['merchant', 'platform', 'channel'].map(of).join(', ')}] AS ${name}`;
}

const SIDE_INDEX: Readonly<Record<Book, 0 | 1 | 2>> = { MERCHANT: 0, PLATFORM: 1, CHANNEL: 2 };

/** A stored verdict. The table keeps one channel for all sides. */
export function verdictOfRow(mode: Mode, merchantId: string, row: VerdictRow): FinalVerdict {
  return {
    verdict: {
      mode,
      merchantId,
      kind: row.kind,
      orderNo: row.order_no,
      refundNo: row.refund_no || null,
      keyPart: row.key_part,
      code: row.code,
      businessDate: row.date,
      channel: row.channel || null,
      businessType: row.business_type || null,
      sides: {
        MERCHANT: sideOfRow(row, 'MERCHANT'),
        PLATFORM: sideOfRow(row, 'PLATFORM'),
        CHANNEL: sideOfRow(row, 'CHANNEL'),
      },
      possiblyCrossDay: row.possibly_cross_day === 1,
      amountConflict: row.amount_conflict === 1,
      channelConflict: row.channel_conflict === 1,
      ambiguousRefund: row.ambiguous_refund === 1,
      split: row.split === 1,
      surplusFen: row.surplus === null ? null : BigInt(row.surplus),
      possibleDuplicateOf: row.possible_duplicate_of || null,
      mergedReceipt: mergedOf(row),
    },
    refersTo: row.refers,
  };
}

/** A row of `verdicts` that holds what is noted of a merged receipt. */
export function mergedOf(row: Pick<VerdictRow, 'merged_receipt' | 'merged_orders'>): MergedReceipt | null {
  return row.merged_receipt === '' ? null : { hisOrderNo: row.merged_receipt, orderNos: row.merged_orders };
}

function sideOfRow(row: VerdictRow, book: Book): Side | null {
  const i = SIDE_INDEX[book];
  const [fen, businessDate, time] = [row.fens[i], row.dates[i], row.times[i]];
  if (fen === null || businessDate === null || time === null) return null;
  return {
    amountFen: BigInt(fen),
    businessDate,
    occurredAtMs: Number(time),
    channel: row.channel || null,
    identities: row.identities[i].map((text) => {
      const at = text.lastIndexOf('=');
      return { identity: text.slice(0, at), amountFen: BigInt(text.slice(at + 1)) };
    }),
    conflict: (row.conflicts & CONFLICT_BIT[book]) !== 0,
  };
}
