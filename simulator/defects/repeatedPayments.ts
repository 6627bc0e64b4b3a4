import type { Movement, Planner } from '../planner.ts';
import type { Defect } from './defect.ts';

const MINUTE_MS = 60_000;

export const REPEATED_PAYMENT_DEFECTS: readonly Defect[] = [
  { name: 'duplicate-payment', perThousand: 0.6, cause: 'DOUBLE_TAP', plant: plantPaidTwice },
  { name: 'duplicate-at-channel', perThousand: 0.4, cause: 'DOUBLE_TAP', plant: plantPaidTwiceAtChannel },
  { name: 'duplicate-receipt', perThousand: 0.6, plant: plantTwoReceipts },
  { name: 'split-receipts', perThousand: 0.6, plant: plantSplitReceipts },
  { name: 'surplus-order', perThousand: 0.6, cause: 'DOUBLE_TAP', plant: plantSurplusOrder },
];

/** Two transactions of one order in the platform's and the channel's book, one receipt. */
function plantPaidTwice(planner: Planner): void {
  const payment = paymentInDay(planner);
  const again = secondTransaction(planner, payment);
  planner.putAll(payment);
  planner.put(again, 'PLATFORM');
  planner.put(again, 'CHANNEL');
  planner.expect(payment, { defect: 'duplicate-payment', realtime: 'DUPLICATE', threeWay: 'DUPLICATE' });
}

/** The second transaction never reached the platform. */
function plantPaidTwiceAtChannel(planner: Planner): void {
  const payment = paymentInDay(planner);
  planner.putAll(payment);
  planner.put(secondTransaction(planner, payment), 'CHANNEL');
  planner.expect(payment, { defect: 'duplicate-at-channel', realtime: 'MATCHED', threeWay: 'DUPLICATE' });
}

/** The hospital booked one payment twice: each receipt equals it. */
function plantTwoReceipts(planner: Planner): void {
  const payment = paymentInDay(planner);
  planner.putAll(payment);
  planner.put(payment, 'MERCHANT', {
    hisOrderNo: planner.receiptNo(payment.occurredAtMs),
    occurredAtMs: payment.occurredAtMs + planner.random.int(30_000, 120_000),
  });
  planner.expect(payment, { defect: 'duplicate-receipt', realtime: 'DUPLICATE', threeWay: 'DUPLICATE' });
}

/** Receipts of several departments that add up to one payment. */
function plantSplitReceipts(planner: Planner): void {
  const payment = paymentInDay(planner);
  planner.put(payment, 'PLATFORM');
  planner.put(payment, 'CHANNEL');
  const first = planner.partOf(payment.amountFen);
  const second = planner.random.chance(0.3) ? planner.partOf(payment.amountFen - first) : 0n;
  const parts = [first, second, payment.amountFen - first - second].filter((fen) => fen > 0n);
  for (const [index, amountFen] of parts.entries()) {
    planner.put(payment, 'MERCHANT', {
      amountFen,
      hisOrderNo: index === 0 ? payment.hisOrderNo : planner.receiptNo(payment.occurredAtMs),
    });
  }
  planner.expect(payment, { defect: 'split-receipts', realtime: 'MATCHED', threeWay: 'MATCHED' });
}

/** A patient pays two orders for one thing; the hospital answers both with the same receipt. */
function plantSurplusOrder(planner: Planner): void {
  const payment = paymentInDay(planner);
  planner.ordinary(payment);
  const surplus: Movement = {
    ...planner.payment(payment.occurredAtMs + planner.random.int(20_000, 6 * MINUTE_MS), payment.channel),
    amountFen: payment.amountFen,
    businessType: payment.businessType,
    hisOrderNo: payment.hisOrderNo,
  };
  planner.put(surplus, 'PLATFORM');
  planner.put(surplus, 'CHANNEL');
  planner.expect(surplus, { defect: 'surplus-order', realtime: 'PLATFORM_ONLY', threeWay: 'CHANNEL_ONLY' });
}

/** Early enough that what follows within minutes is of the same day. */
function paymentInDay(planner: Planner): Movement {
  return planner.payment(planner.someTime(20 * MINUTE_MS));
}

function secondTransaction(planner: Planner, payment: Movement): Movement {
  const at = payment.occurredAtMs + planner.random.int(5_000, 4 * MINUTE_MS);
  return { ...payment, occurredAtMs: at, channelTxnNo: planner.txnNo(payment.channel, at) };
}
