import type { RefundAnswer } from '../../domain/resolutionPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';

// What a gateway's word means for the refund. A code that stands in no table, and all that is no word of the gateway (time-out,
// 5xx, no right signature, not readable), is UNKNOWN: taken for a failure, it would let the money go out twice.

export type GatewayDeps = {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A new one at each call: 32 letters and digits. */
  readonly nonce: () => string;
};

/**
 * FAILED: certainly not carried out, and the same number may be carried out later. REFUSED: this number never will be.
 * UNKNOWN stands where a table says it of a code that somebody might take for a failure.
 */
export type CodeTable = Readonly<Record<string, 'FAILED' | 'REFUSED' | 'UNKNOWN'>>;

/** Codes of our own, beside those of the gateways. */
export type OwnCode =
  'NO_ANSWER' | 'UNVERIFIED' | 'UNREADABLE' | 'SERVER_ERROR' | 'OTHER_REFUND' | 'FUND_CHANGE_N';

const MAX_DETAIL = 300;

export function answerOfCode(table: CodeTable, code: string, detail: string): RefundAnswer {
  return { state: Object.hasOwn(table, code) ? (table[code] ?? 'UNKNOWN') : 'UNKNOWN', code, detail };
}

export function unknown(code: OwnCode, detail: string): RefundAnswer {
  return { state: 'UNKNOWN', code, detail: brief(detail) };
}

/** What a call threw. @throws what is no failure of the outside */
export function unknownBy(error: unknown): RefundAnswer {
  if (error instanceof DuizhangError) return unknown('NO_ANSWER', `${error.code}: ${error.message}`);
  throw error;
}

/** Texts of the outside are of any length. */
export function brief(text: string): string {
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
}

/** An instant that a gateway said; ours when it said none. */
export function instantOr(text: string | undefined, nowMs: number): number {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? nowMs : ms;
}

/** The whole call within a time, its last byte too. */
export function limitsOf(withinMs: number) {
  const limits = { answerWithinMs: withinMs, idleMs: withinMs, totalMs: withinMs };
  return { limits, signal: new AbortController().signal };
}

/** How a refund stands at WeChat Pay, and at the platform, which speaks as WeChat Pay does. */
export type RefundStanding = 'SUCCESS' | 'PROCESSING' | 'CLOSED' | 'ABNORMAL';

/** ABNORMAL is not final: the channel's back office ends it. Only CLOSED will never be carried out. */
export function answerOfStanding(
  standing: RefundStanding,
  {
    gatewayRefundId,
    refundedAtMs,
    detail,
  }: {
    readonly gatewayRefundId: string;
    readonly refundedAtMs: number;
    readonly detail: string;
  },
): RefundAnswer {
  switch (standing) {
    case 'SUCCESS':
      return { state: 'SUCCEEDED', gatewayRefundId, refundedAtMs };
    case 'PROCESSING':
      return { state: 'PROCESSING', code: null, detail };
    case 'CLOSED':
      return { state: 'REFUSED', code: 'CLOSED', detail };
    case 'ABNORMAL':
      return { state: 'PROCESSING', code: 'ABNORMAL', detail };
  }
}

/** What a gateway answered in place of a refund. */
export type GatewayProblem = { readonly code: string | null; readonly detail: string };

export function answerOfProblem(
  status: number,
  { code, detail }: GatewayProblem,
  table: CodeTable,
): RefundAnswer {
  if (status >= 500) return unknown('SERVER_ERROR', detail);
  return code === null ? unknown('UNREADABLE', detail) : answerOfCode(table, code, detail);
}
