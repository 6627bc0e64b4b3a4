import type { Planner } from '../planner.ts';
import { refundOfGoodPayment } from './presence.ts';
import type { Defect } from './defect.ts';

const MINUTE_MS = 60_000;

export const REVERSAL_DEFECTS: readonly Defect[] = [
  { name: 'offset', perThousand: 0.6, plant: plantOffset },
  { name: 'offset-at-channel', perThousand: 0.4, plant: plantOffsetAtChannel },
  { name: 'offset-over-midnight', perThousand: 0.4, plant: plantOffsetOverMidnight },
  { name: 'reversed-in-part', perThousand: 0.4, plant: plantReversedInPart },
  { name: 'numberless-refund', perThousand: 0.6, plant: plantNumberlessRefund },
];

/** The hospital failed, the platform gave the money back: net zero. */
function plantOffset(planner: Planner): void {
  const payment = planner.paymentToRefund();
  const refund = planner.refund(payment, payment.amountFen);
  for (const movement of [payment, refund]) {
    planner.putAll(movement, ['PLATFORM', 'CHANNEL']);
    planner.expect(movement, { defect: 'offset', realtime: 'OFFSET', threeWay: 'OFFSET' });
  }
}

function plantOffsetAtChannel(planner: Planner): void {
  const payment = planner.paymentToRefund();
  const refund = planner.refund(payment, payment.amountFen);
  for (const movement of [payment, refund]) {
    planner.putAll(movement, ['CHANNEL']);
    planner.expect(movement, { defect: 'offset-at-channel', realtime: null, threeWay: 'OFFSET' });
  }
}

/** Its two halves lie on two dates; the day has both, each with its own date. */
function plantOffsetOverMidnight(planner: Planner): void {
  const payment = planner.payment(planner.endMs - planner.random.int(5_000, 4 * MINUTE_MS));
  const at = planner.endMs + planner.random.int(5_000, 10 * MINUTE_MS);
  const refund = planner.refund(payment, payment.amountFen, at);
  for (const movement of [payment, refund]) {
    planner.putAll(movement, ['PLATFORM', 'CHANNEL']);
    planner.expect(movement, { defect: 'offset-over-midnight', realtime: 'OFFSET', threeWay: 'OFFSET' });
  }
}

/** Only a part came back, so nothing is settled. */
function plantReversedInPart(planner: Planner): void {
  const payment = planner.paymentToRefund();
  for (const movement of [payment, planner.refund(payment)]) {
    planner.putAll(movement, ['PLATFORM', 'CHANNEL']);
    planner.expect(movement, {
      defect: 'reversed-in-part',
      realtime: 'PLATFORM_ONLY',
      threeWay: 'CHANNEL_ONLY',
    });
  }
}

/**
 * The hospital books the refund without its number: in the day's close it is the order's one refund of that amount; during
 * the day both stand alone.
 */
function plantNumberlessRefund(planner: Planner): void {
  const refund = refundOfGoodPayment(planner);
  planner.putAll(refund, ['PLATFORM', 'CHANNEL']);
  planner.put(refund, 'MERCHANT', { refundNo: null });
  const defect = 'numberless-refund';
  planner.expect(refund, { defect, realtime: 'PLATFORM_ONLY', threeWay: 'MATCHED' });
  planner.expect(refund, { defect, realtime: 'MERCHANT_ONLY', threeWay: null, numberless: true });
}
