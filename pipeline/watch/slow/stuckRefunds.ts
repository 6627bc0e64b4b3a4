import type { OpenRefund } from '../../../domain/slowFacts.ts';
import { sumOf } from '../feedIncidents.ts';
import type { Finding } from '../finding.ts';
import type { SlowParts } from './slowParts.ts';

/** From so many on it is the gateway, not a refund. */
const CRITICAL_REFUNDS = 5;

/** Refunds that have no final outcome for too long, by channel: a gateway that is down holds up all of one. */
export async function stuckRefunds(
  { rulesOf, facts }: SlowParts,
  nowMs: number,
): Promise<readonly Finding[]> {
  const stuck = (await facts.openRefunds()).filter(({ merchantId, askedAtMs }) => {
    const { refundStuckMs } = rulesOf(merchantId);
    return refundStuckMs !== null && nowMs - askedAtMs >= refundStuckMs;
  });
  const byChannel = Map.groupBy(stuck, ({ merchantId, channel }) => JSON.stringify([merchantId, channel]));
  return [...byChannel.values()].flatMap((refunds) => findingOf(refunds));
}

function findingOf(refunds: readonly OpenRefund[]): readonly Finding[] {
  const [oldest] = refunds.toSorted((a, b) => a.askedAtMs - b.askedAtMs);
  if (!oldest) return [];
  return [
    {
      kind: 'REFUND_STUCK',
      merchantId: oldest.merchantId,
      book: null,
      channel: oldest.channel,
      detail: '',
      severity: refunds.length >= CRITICAL_REFUNDS ? 'CRITICAL' : 'WARNING',
      sinceMs: oldest.askedAtMs,
      untilMs: null,
      orders: refunds.length,
      left: refunds.length,
      amountFen: sumOf(refunds),
      evidence: { oldestRefundNo: oldest.refundNo },
      isOver: false,
    },
  ];
}
