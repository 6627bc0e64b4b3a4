import { localOfInstant } from '../../domain/businessDate.ts';
import type { FinalVerdict, RunKey } from '../../domain/closePorts.ts';
import type { Book, Channel, Kind } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Side, Verdict, VerdictCode } from '../../domain/verdict.ts';

/** A row of `verdicts` as JSONEachRow writes it; '' stands for null in text columns. */
export function verdictRow(run: RunKey, row: FinalVerdict, span: number): Record<string, unknown> {
  const { verdict } = row;
  return {
    mode: run.mode,
    run_id: run.runId,
    merchant_id: verdict.merchantId,
    order_no: verdict.orderNo,
    key_part: verdict.keyPart,
    span,
    kind: verdict.kind,
    refund_no: verdict.refundNo ?? '',
    business_date: verdict.businessDate,
    code: verdict.code,
    channel: verdict.channel ?? '',
    business_type: verdict.businessType ?? '',
    ...sideColumns('merchant', verdict.sides.MERCHANT),
    ...sideColumns('platform', verdict.sides.PLATFORM),
    ...sideColumns('channel', verdict.sides.CHANNEL),
    conflicts: conflictBits(verdict),
    possibly_cross_day: Number(verdict.possiblyCrossDay),
    amount_conflict: Number(verdict.amountConflict),
    split: Number(verdict.split),
    surplus_fen: verdict.surplusFen?.toString() ?? null,
    possible_duplicate_of: verdict.possibleDuplicateOf ?? '',
    refers_to: row.refersTo,
    version: 0,
  };
}

/** Which sides hold one identity with different amounts. */
const CONFLICT_BIT: Readonly<Record<Book, number>> = { MERCHANT: 1, PLATFORM: 2, CHANNEL: 4 };

function conflictBits(verdict: Verdict): number {
  return BOOKS.reduce((bits, book) => bits + (verdict.sides[book]?.conflict ? CONFLICT_BIT[book] : 0), 0);
}

function sideColumns(name: string, side: Side | null): Record<string, unknown> {
  return {
    [`${name}_fen`]: side?.amountFen.toString() ?? null,
    [`${name}_date`]: side?.businessDate ?? null,
    [`${name}_at`]: side ? timeText(side.occurredAtMs) : null,
    [`${name}_identities`]: side?.identities.map((i) => `${i.identity}=${i.amountFen}`) ?? [],
  };
}

/** DateTime64(3) text: a JSON number would be read as seconds. */
export function timeText(ms: number): string {
  return `${localOfInstant(ms)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}`;
}

/** What `readVerdictsSql` selects, in its order. */
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
  readonly split: number;
  readonly surplus: string | null;
  readonly possible_duplicate_of: string;
  readonly refers: string | null;
};

export const VERDICT_COLUMNS = `order_no, key_part, kind, refund_no, toString(business_date) AS date, code, channel,
  business_type, ${sideArray('fens', (b) => `toString(${b}_fen)`)}, ${sideArray('dates', (b) => `toString(${b}_date)`)},
  ${sideArray('times', (b) => `toString(toUnixTimestamp64Milli(${b}_at))`)},
  ${sideArray('identities', (b) => `${b}_identities`)}, conflicts, possibly_cross_day, amount_conflict, split,
  toString(surplus_fen) AS surplus, possible_duplicate_of, toString(refers_to) AS refers`;

function sideArray(name: string, of: (book: string) => string): string {
  return `[${['merchant', 'platform', 'channel'].map(of).join(', ')}] AS ${name}`;
}

const SIDE_INDEX: Readonly<Record<Book, 0 | 1 | 2>> = { MERCHANT: 0, PLATFORM: 1, CHANNEL: 2 };

/** A stored verdict. The table keeps one channel for all sides. */
export function verdictOfRow(run: RunKey, row: VerdictRow): FinalVerdict {
  return {
    verdict: {
      mode: run.mode,
      merchantId: run.merchantId,
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
      split: row.split === 1,
      surplusFen: row.surplus === null ? null : BigInt(row.surplus),
      possibleDuplicateOf: row.possible_duplicate_of || null,
    },
    refersTo: row.refers,
  };
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
