import type { DayOptions } from './day.ts';
import { isoOf } from './delivery.ts';
import type { WorldHisOrder, WorldOrder, WorldRefund } from './outsideWorld.ts';
import type { PlannedLine } from './planner.ts';
import { plansOf } from './simulateDay.ts';

export type OutsideOfDay = {
  readonly orders: readonly WorldOrder[];
  readonly refunds: readonly WorldRefund[];
  readonly hisOrders: readonly WorldHisOrder[];
};

/**
 * What those outside have of a simulated day in the end. The money is where the channels have it, and where they have nothing, where
 * the platform says it is; what the hospitals have stands in their own books.
 */
export function outsideOfDay(options: DayOptions): OutsideOfDay {
  const orders: WorldOrder[] = [];
  const refunds: WorldRefund[] = [];
  const hisOrders: WorldHisOrder[] = [];
  for (const { merchant, lines } of plansOf(options)) {
    const { merchantId } = merchant;
    for (const [orderNo, own] of Map.groupBy(lines, (line) => line.orderNo)) {
      const place = { merchantId, orderNo };
      const paid = paidOf(own);
      if (paid !== null) orders.push({ ...place, ...paid });
      refunds.push(...refundedOf(own).map((refund) => ({ ...place, ...refund })));
      const his = hisOrderOf(own);
      if (his !== null) hisOrders.push({ ...place, ...his });
    }
  }
  return { orders, refunds, hisOrders };
}

function paidOf(lines: readonly PlannedLine[]): Omit<WorldOrder, 'merchantId' | 'orderNo'> | null {
  const payments = new Map<string, PlannedLine>();
  for (const book of ['PLATFORM', 'CHANNEL'] as const) {
    const own = lines.filter((line) => line.book === book && line.kind === 'PAYMENT');
    for (const line of own) payments.set(line.channelTxnNo, line);
  }
  const [first] = [...payments.values()].toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
  if (!first) return null;
  return {
    channel: first.channel,
    channelTxnNo: first.channelTxnNo,
    paidFen: sumOf([...payments.values()]).toString(),
    paidAt: isoOf(first.occurredAtMs),
  };
}

/** A refund that the channel lacks has not reached the patient: its number is free to be carried out. */
function refundedOf(lines: readonly PlannedLine[]): readonly Omit<WorldRefund, 'merchantId' | 'orderNo'>[] {
  const own = lines.filter(({ book, kind }) => book === 'CHANNEL' && kind === 'REFUND');
  return [...Map.groupBy(own, ({ refundNo }) => refundNo ?? '')].flatMap(([refundNo, [line]]) =>
    line ? [{ refundNo, amountFen: line.amountFen.toString(), refundedAt: isoOf(line.occurredAtMs) }] : [],
  );
}

/** Several receipts of one order are one order of their sum, under the first one's number. */
function hisOrderOf(lines: readonly PlannedLine[]): Omit<WorldHisOrder, 'merchantId' | 'orderNo'> | null {
  const own = lines.filter(({ book }) => book === 'MERCHANT');
  const receipts = own.filter(({ kind }) => kind === 'PAYMENT');
  const returned = own.filter(({ kind }) => kind === 'REFUND');
  const [first] = receipts;
  if (!first) return null;
  return {
    state: sumOf(returned) < sumOf(receipts) ? 'BOOKED' : 'REFUNDED',
    hisOrderNo: first.hisOrderNo ?? '',
    amountFen: sumOf(receipts).toString(),
    occurredAt: isoOf(first.occurredAtMs),
    refunds: returned.map(({ refundNo, amountFen, occurredAtMs }) => ({
      refundNo,
      amountFen: amountFen.toString(),
      occurredAt: isoOf(occurredAtMs),
    })),
  };
}

function sumOf(lines: readonly PlannedLine[]): bigint {
  return lines.reduce((total, { amountFen }) => total + amountFen, 0n);
}
