import type { Alert } from '../../../domain/alert.ts';
import { subjectKeyOf } from '../../../domain/alertId.ts';
import type { DayTime } from '../../../domain/alertRules.ts';
import type { BusinessDate } from '../../../domain/businessDate.ts';
import { addDays, businessDateOf, startOfDate } from '../../../domain/businessDate.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import { hasLeft } from '../../../domain/merchant.ts';
import { scheduledAtMs } from '../../../domain/schedule.ts';
import type { MissingBill } from '../../close/missingBills.ts';
import { missingBills } from '../../close/missingBills.ts';
import type { Finding } from '../finding.ts';
import type { SlowParts } from './slowParts.ts';
import { firstDate } from './slowParts.ts';

/** As far as bills are asked for by themselves. */
const LOOK_BACK_DAYS = 7;

/**
 * Bills that are not there by their time. Where a bill is asked for, that counts, until the source says that there is none;
 * one that somebody has to bring is missed when the platform's book has payments that it would hold.
 */
export async function lateBills(
  { merchants, rulesOf, fetches, facts }: SlowParts,
  open: readonly Alert[],
  nowMs: number,
): Promise<readonly Finding[]> {
  const first = firstDate('BILL_LATE', open, nowMs, LOOK_BACK_DAYS);
  const today = businessDateOf(nowMs);
  const [places, asked] = await Promise.all([facts.billPlaces(first), fetches.fetchesBetween(first, today)]);
  const placesOf = Map.groupBy(places, ({ merchantId, businessDate }) => `${merchantId} ${businessDate}`);
  const askedOf = Map.groupBy(asked, ({ merchantId, date }) => `${merchantId} ${date}`);
  const isTold = new Set(open.map(subjectKeyOf));
  const found: Finding[] = [];
  for (const merchant of merchants()) {
    const { merchantId } = merchant;
    const { billBy } = rulesOf(merchantId);
    for (let date = first; billBy !== null && date < today; date = addDays(date, 1)) {
      const byMs = billByMs(merchant, date, billBy);
      if (byMs > nowMs || hasLeft(merchant, date)) break;
      const key = `${merchantId} ${date}`;
      for (const bill of missingBills(merchant, date, placesOf.get(key) ?? [], askedOf.get(key) ?? [])) {
        const finding = findingOf(merchantId, date, byMs, bill);
        // Trade that was found does not go away: of what is told already nobody has to ask again.
        const isMissed = bill.fetch !== null || isTold.has(subjectKeyOf(finding));
        if (isMissed || (await facts.hasTrade(merchantId, bill.channel, date))) found.push(finding);
      }
    }
  }
  return found;
}

function billByMs(merchant: Merchant, date: BusinessDate, billBy: DayTime): number {
  return billBy === 'SCHEDULE' ? scheduledAtMs(merchant, date) : startOfDate(addDays(date, 1)) + billBy.atMs;
}

function findingOf(
  merchantId: string,
  date: BusinessDate,
  byMs: number,
  { book, channel, fetch }: MissingBill,
): Finding {
  return {
    kind: 'BILL_LATE',
    merchantId,
    book,
    channel,
    detail: date,
    // A bill that is still asked for may come by itself.
    severity: fetch?.status === 'WAITING' ? 'NOTICE' : 'WARNING',
    sinceMs: byMs,
    untilMs: null,
    orders: 0,
    left: 0,
    amountFen: 0n,
    evidence:
      fetch === null
        ? { source: 'none' }
        : { source: fetch.source, status: fetch.status, asked: String(fetch.asked), code: fetch.code ?? '' },
    isOver: false,
  };
}
