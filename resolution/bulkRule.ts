import { DuizhangError } from '../domain/errors.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { ResolutionDeps } from './resolution.ts';

/** One of many that are asked for together. */
export type OneOfMany = {
  readonly request: Omit<ActionRequest, 'needsApproval'>;
  /** What its case is about; null where it is about no one amount. */
  readonly stakeFen: bigint | null;
};

/**
 * The hospital's rule on what is asked for together: where its write-offs come to the bulk sum, everything of that hospital
 * waits for a second person. A case that is named twice counts once.
 */
export function bulkRule(
  many: readonly OneOfMany[],
  { rulesOf }: Pick<ResolutionDeps, 'rulesOf'>,
): (merchantId: string) => boolean {
  const stakes = new Map<string, Map<string, bigint>>();
  for (const { request, stakeFen } of many) {
    if (request.action !== 'WRITE_OFF' || stakeFen === null) continue;
    const own = stakes.get(request.merchantId) ?? new Map<string, bigint>();
    stakes.set(request.merchantId, own.set(request.caseId ?? request.orderNo, stakeFen));
  }
  return (merchantId) => {
    const { bulkApprovalFromFen } = rulesOf(merchantId);
    const sum = [...(stakes.get(merchantId)?.values() ?? [])].reduce((total, fen) => total + fen, 0n);
    return bulkApprovalFromFen !== null && sum >= bulkApprovalFromFen;
  };
}

/** What is refused of one of many is told beside it and keeps no other from being done. */
export async function orRefusal<T>(work: () => T | Promise<T>): Promise<T | DuizhangError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DuizhangError) return error;
    throw error;
  }
}
