import { DEFAULT_RULES } from '../domain/merchant.ts';
import type { Movement, Planner } from './planner.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const REFUNDED = 0.03;
/** Of the refunds: of a payment that lies days back, as inpatient deposits are. */
const OF_EARLIER_DAYS = 0.15;
const IN_FULL = 0.55;
const IN_SEVERAL_PARTS = 0.35;

/** Ordinary orders until the day has as many as wanted. */
export function planOrdinaryOrders(planner: Planner, orders: number): void {
  while (planner.orders < orders) {
    const isRefunded = planner.random.chance(REFUNDED);
    const payment = isRefunded ? planner.paymentToRefund() : planner.payment();
    planner.ordinary(payment);
    if (!isRefunded) continue;
    if (planner.random.chance(OF_EARLIER_DAYS)) planEarlierDepositBack(planner);
    else for (const refund of refundsOf(payment, planner)) planner.ordinary(refund);
  }
}

function refundsOf(payment: Movement, planner: Planner): readonly Movement[] {
  if (planner.random.chance(IN_FULL)) return [planner.refund(payment, payment.amountFen)];
  if (!planner.random.chance(IN_SEVERAL_PARTS)) return [planner.refund(payment)];
  const parts = planner.random.int(2, 3);
  const most = payment.amountFen / BigInt(parts);
  return Array.from({ length: parts }, () => planner.refund(payment, planner.partOf(most)));
}

/** A refund whose payment no book of these days has. */
function planEarlierDepositBack(planner: Planner): void {
  const days = planner.random.int(DEFAULT_RULES.crossDayDays + 1, 40);
  const paid = planner.payment(planner.someTime() - days * DAY_MS);
  planner.orders -= 1;
  const back = planner.refund(paid, planner.partOf(paid.amountFen), planner.someTime(3 * MINUTE_MS));
  planner.ordinary(back);
}

/**
 * Ordinary orders in the first and the last minutes of the day, one for each channel, and of the days before and after:
 * they show that midnight alone is no difference, and no channel's bill of the day is empty.
 */
export function planAroundMidnight(planner: Planner, orders: number): void {
  const { random, startMs, endMs, merchant } = planner;
  for (const { channel } of merchant.channels) {
    planner.ordinary(planner.payment(startMs + random.int(10_000, 5 * MINUTE_MS), channel));
    planner.ordinary(planner.payment(endMs - random.int(MINUTE_MS, 5 * MINUTE_MS), channel));
  }
  const counted = planner.orders;
  const neighbours = 2 + Math.floor(orders / 2_000);
  for (let i = 0; i < neighbours; i += 1) {
    planner.ordinary(planner.payment(startMs - random.int(MINUTE_MS, 20 * MINUTE_MS)));
    planner.ordinary(planner.payment(endMs + random.int(10_000, 20 * MINUTE_MS)));
  }
  planner.orders = counted;
}
