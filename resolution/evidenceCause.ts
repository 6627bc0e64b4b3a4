import type { EvidenceLedger, EvidenceLine } from '../domain/caseEvidence.ts';
import type { CauseFacts } from '../domain/causeFacts.ts';
import { anchorMs, causeLines } from '../domain/causeFacts.ts';
import type { CaseKey } from '../domain/caseHistory.ts';
import type { MatchRules } from '../domain/merchant.ts';

/** What the rules about likely causes go by, of one case. */
export async function causeFactsOf(
  { merchantId, orderNo, keyPart }: CaseKey,
  lines: readonly Pick<EvidenceLine, 'counts' | 'entry'>[],
  rules: MatchRules,
  { surroundingsOf }: Pick<EvidenceLedger, 'surroundingsOf'>,
): Promise<CauseFacts> {
  const own = causeLines(lines.filter(({ counts }) => counts).map(({ entry }) => entry));
  const atMs = anchorMs({ lines: own });
  return {
    orderNo,
    kind: keyPart === 'P' ? 'PAYMENT' : 'REFUND',
    lines: own,
    rules,
    nearby: atMs === null ? [] : await surroundingsOf(merchantId, atMs),
  };
}
