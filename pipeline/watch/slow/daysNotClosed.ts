import type { Alert } from '../../../domain/alert.ts';
import type { DayTime } from '../../../domain/alertRules.ts';
import type { BusinessDate } from '../../../domain/businessDate.ts';
import { addDays, businessDateOf, startOfDate } from '../../../domain/businessDate.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import { hasLeft } from '../../../domain/merchant.ts';
import { CONNECTED_DAYS, isConnected, waitsUntilMs } from '../../../domain/schedule.ts';
import type { Finding } from '../finding.ts';
import type { SlowParts } from './slowParts.ts';
import { daysByMerchant, firstDate } from './slowParts.ts';

/** A close by schedule may take this long, and is tried again within it. */
const CLOSING_MS = 30 * 60_000;
/** A day that is still open so long after its time. */
const CRITICAL_MS = 86_400_000;

/** Dates that no run has closed by their time, of hospitals that were not silent in the week before. */
export async function daysNotClosed(
  { merchants, rulesOf, days, isClosed }: SlowParts,
  open: readonly Alert[],
  nowMs: number,
): Promise<readonly Finding[]> {
  const first = firstDate('DAY_NOT_CLOSED', open, nowMs);
  const known = daysByMerchant(await days.daysSince(addDays(first, -CONNECTED_DAYS)));
  const today = businessDateOf(nowMs);
  return [...merchants()].flatMap((merchant) => {
    const { merchantId } = merchant;
    const { closedBy } = rulesOf(merchantId);
    const own = known.get(merchantId);
    if (closedBy === null || !own) return [];
    const found: Finding[] = [];
    for (let date = first; date < today && !hasLeft(merchant, date); date = addDays(date, 1)) {
      const byMs = closedByMs(merchant, date, closedBy);
      if (byMs > nowMs || isClosed(merchantId, date) || !isConnected(own, date)) continue;
      found.push(findingOf(merchantId, date, byMs, nowMs, own.get(date)?.lastRun?.outcome ?? 'NONE'));
    }
    return found;
  });
}

function closedByMs(merchant: Merchant, date: BusinessDate, closedBy: DayTime): number {
  if (closedBy === 'SCHEDULE') return waitsUntilMs(merchant, date) + CLOSING_MS;
  return startOfDate(addDays(date, 1)) + closedBy.atMs;
}

function findingOf(
  merchantId: string,
  date: BusinessDate,
  byMs: number,
  nowMs: number,
  lastRun: string,
): Finding {
  return {
    kind: 'DAY_NOT_CLOSED',
    merchantId,
    book: null,
    channel: null,
    detail: date,
    severity: nowMs - byMs >= CRITICAL_MS ? 'CRITICAL' : 'WARNING',
    sinceMs: byMs,
    untilMs: null,
    orders: 0,
    left: 0,
    amountFen: 0n,
    evidence: { wasToBeClosedBy: new Date(byMs).toISOString(), lastRun },
    isOver: false,
  };
}
