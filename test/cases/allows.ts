import type { Kind } from '../../domain/entry.ts';
import { KINDS } from '../../domain/entry.ts';
import type { CaseStanding } from '../../domain/policy.ts';
import { rulingsOn } from '../../domain/policy.ts';
import type { Mode, Verdict, VerdictCode } from '../../domain/verdict.ts';
import { EXCEPTION_CODES, MODES } from '../../domain/verdict.ts';

// What may be done about each exception, written by hand from UPP's manual (5.2 to 6.3) and not from the code. S supplement,
// W write-off, R refund, O self refund of the order, X external refund recorded. The columns: an entry that is not near
// midnight, one that is possibly cross-day, one that was confirmed to be, and one whose self or external refund is on record.
const TABLE = `
  mode      | type             | kind    | plain | crossDay? | confirmed | refunded
  THREE_WAY | MERCHANT_ONLY    | PAYMENT | S     | S W       | W         | S W
  THREE_WAY | MERCHANT_ONLY    | REFUND  | O     | O W       | O W       | W
  THREE_WAY | CHANNEL_ONLY     | PAYMENT | R     | R W       | W         | W
  THREE_WAY | CHANNEL_ONLY     | REFUND  | S     | S W       | W         | S W
  THREE_WAY | PLATFORM_ONLY    | PAYMENT | W     | W         | W         | W
  THREE_WAY | PLATFORM_ONLY    | REFUND  | X     | W X       | W X       | W
  THREE_WAY | PLATFORM_MISSING | PAYMENT | W     | W         | W         | W
  THREE_WAY | PLATFORM_MISSING | REFUND  | W     | W         | W         | W
  THREE_WAY | AMOUNT_MISMATCH  | PAYMENT | W     | W         | W         | W
  THREE_WAY | AMOUNT_MISMATCH  | REFUND  | W     | W         | W         | W
  THREE_WAY | DUPLICATE        | PAYMENT | R     | R         | R         | W
  TWO_WAY   | PLATFORM_ONLY    | PAYMENT | W     | W         | W         | W
  TWO_WAY   | PLATFORM_ONLY    | REFUND  | X     | W X       | W X       | W
  TWO_WAY   | CHANNEL_ONLY     | PAYMENT | X     | W X       | W X       | W
  TWO_WAY   | CHANNEL_ONLY     | REFUND  | S     | S W       | W         | S W
  TWO_WAY   | AMOUNT_MISMATCH  | PAYMENT | W     | W         | W         | W
  TWO_WAY   | AMOUNT_MISMATCH  | REFUND  | W     | W         | W         | W
  TWO_WAY   | DUPLICATE        | PAYMENT | R     | R         | R         | W
  REALTIME  | MERCHANT_ONLY    | PAYMENT | S     | S W       | W         | S W
  REALTIME  | MERCHANT_ONLY    | REFUND  | O     | O W       | O W       | W
  REALTIME  | PLATFORM_ONLY    | PAYMENT | R     | R W       | W         | W
  REALTIME  | PLATFORM_ONLY    | REFUND  | S     | S W       | W         | S W
  REALTIME  | AMOUNT_MISMATCH  | PAYMENT | W     | W         | W         | W
  REALTIME  | AMOUNT_MISMATCH  | REFUND  | W     | W         | W         | W
  REALTIME  | DUPLICATE        | PAYMENT | R     | R         | R         | W
`;

export type AllowedRow = {
  readonly mode: Mode;
  readonly type: VerdictCode;
  readonly kind: Kind;
  readonly plain: string;
  readonly possibly: string;
  readonly confirmed: string;
  readonly refunded: string;
};

export const ALLOWS: readonly AllowedRow[] = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((row) => {
    const [mode, type, kind, plain = '', possibly = '', confirmed = '', refunded = ''] = row
      .split('|')
      .map((cell) => cell.trim());
    const key = {
      mode: MODES.find((own) => own === mode),
      type: [...EXCEPTION_CODES].find((own) => own === type),
      kind: KINDS.find((own) => own === kind),
    };
    if (!key.mode || !key.type || !key.kind) throw new Error(`no row of exceptions: ${row}`);
    return { mode: key.mode, type: key.type, kind: key.kind, plain, possibly, confirmed, refunded };
  });

export function allowedRow(mode: Mode, type: VerdictCode, kind: Kind): AllowedRow | null {
  return ALLOWS.find((row) => row.mode === mode && row.type === type && row.kind === kind) ?? null;
}

const LETTERS = {
  SUPPLEMENT: 'S',
  WRITE_OFF: 'W',
  REFUND: 'R',
  SELF_REFUND: 'O',
  EXTERNAL_REFUND: 'X',
} as const;

/** What the policy allows, in the letters of the table. */
export function allowedText(standing: CaseStanding): string {
  return rulingsOn(standing)
    .flatMap((ruling) => (ruling.allowed ? [LETTERS[ruling.action]] : []))
    .toSorted()
    .join(' ');
}

/** A case on which nobody has done anything yet. */
export function untouched(
  more: Pick<CaseStanding, 'mode' | 'type' | 'kind'> & Partial<CaseStanding>,
): CaseStanding {
  return {
    status: 'OPEN',
    isPossiblyCrossDay: false,
    isCrossDayConfirmed: false,
    isAmountConflict: false,
    hasSelfRefund: false,
    hasExternalRefund: false,
    mayRefundOutside: false,
    hasOpenRefund: false,
    isNamedInBillError: false,
    ...more,
  };
}

/** What the table by hand says of an exception of the case tables; null: it is none. */
export function expectedFor({
  mode,
  code,
  kind,
  possiblyCrossDay,
}: Pick<Verdict, 'mode' | 'code' | 'kind' | 'possiblyCrossDay'>): string | null {
  if (!EXCEPTION_CODES.has(code)) return null;
  const row = allowedRow(mode, code, kind);
  if (!row) throw new Error(`the table by hand has no row for ${mode} ${code} ${kind}`);
  return possiblyCrossDay ? row.possibly : row.plain;
}
