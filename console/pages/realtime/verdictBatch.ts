import type { Channel, Kind } from '../../../domain/entry.ts';
import type { VerdictCode } from '../../../domain/verdict.ts';

/** As GET /api/v1/stream?topic=verdicts tells it (domain/verdictBatchJson.ts). */
export type LiveVerdict = {
  readonly kind: Kind;
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly keyPart: string;
  readonly code: VerdictCode;
  readonly channel: Channel | null;
  readonly businessDate: string;
  readonly merchantFen: string | null;
  readonly platformFen: string | null;
  readonly occurredAt: string;
  readonly at: string;
  readonly healedAfterMs: number | null;
};

export type VerdictBatch = {
  readonly merchantId: string;
  readonly at: string;
  readonly verdicts: number;
  readonly matched: number;
  readonly exceptions: number;
  readonly healed: number;
  readonly items: readonly LiveVerdict[];
};

/** @returns null: it is none */
export function batchOf(data: unknown): VerdictBatch | null {
  const isBatch = typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items);
  // What the API sends under this topic has this shape.
  return isBatch ? (data as VerdictBatch) : null;
}
