import type { Static } from 'typebox';
import { Type } from 'typebox';
import { fenOfYuan } from '../../domain/money.ts';
import type { ResolutionRules } from '../../domain/resolutionPorts.ts';
import { DEFAULT_RESOLUTION_RULES } from '../../domain/resolutionPorts.ts';

// `approvals` and `supplementMethods`, of a merchant and under `defaults`: who has to agree when a case is resolved, and how.

export const APPROVAL_AMOUNT = '^(\\d{1,12}(\\.\\d{1,2})?|never)$';
const Amount = Type.Optional(Type.String({ pattern: APPROVAL_AMOUNT }));
export const METHOD = '^[A-Z][A-Z0-9_]{0,31}$';

export const ResolutionParts = {
  approvals: Type.Optional(
    Type.Object({ from: Amount, bulkFrom: Amount }, { additionalProperties: false, minProperties: 1 }),
  ),
  supplementMethods: Type.Optional(
    Type.Array(Type.String({ pattern: METHOD }), { minItems: 1, uniqueItems: true }),
  ),
};
const ResolutionSchema = Type.Object(ResolutionParts);

export type RawResolution = Static<typeof ResolutionSchema>;

/** Each amount and the list of methods: the merchant's own, else that of all, else the program's. */
export function resolutionOf(all: RawResolution, own: RawResolution): ResolutionRules {
  const approvals = { ...all.approvals, ...own.approvals };
  const amountOf = (said: string | undefined, otherwise: bigint | null): bigint | null => {
    if (said === undefined) return otherwise;
    return said === 'never' ? null : fenOfYuan(said);
  };
  const { approvalFromFen, bulkApprovalFromFen, supplementMethods } = DEFAULT_RESOLUTION_RULES;
  return {
    approvalFromFen: amountOf(approvals.from, approvalFromFen),
    bulkApprovalFromFen: amountOf(approvals.bulkFrom, bulkApprovalFromFen),
    supplementMethods: own.supplementMethods ?? all.supplementMethods ?? supplementMethods,
  };
}
