import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { NewRecord } from '../../domain/ports.ts';

// Payments of a hospital whose HIS lost one of them.

export const LOST_FEN = 12_300n;
export const lostOrderOf = (hospital: string): string => `LOST-${hospital}`;

export type Paid = {
  readonly hospital: string;
  readonly orderNo: string;
  readonly amountFen: bigint;
  readonly atMs: number;
};

export function recordsOf(
  { hospital, orderNo, amountFen, atMs }: Paid,
  isBooked: boolean,
): readonly NewRecord[] {
  const fields = {
    merchantId: hospital,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    amountFen,
    occurredAtMs: atMs,
    businessType: 'REGISTRATION',
  } as const;
  const payment = {
    ...fields,
    eventId: `p-${orderNo}`,
    channel: 'WECHAT',
    channelTxnNo: `T-${orderNo}`,
  } as const;
  const booking = { ...fields, eventId: `h-${orderNo}`, hisOrderNo: `R-${orderNo}` } as const;
  return [
    { topic: 'payments', key: orderNo, value: encodeEvent('payments', payment) },
    ...(isBooked
      ? [{ topic: 'his-orders', key: orderNo, value: encodeEvent('his-orders', booking) } as const]
      : []),
  ];
}

/** One payment that HIS never booked, amid others that it did. */
export function paidAround(hospital: string, atMs: number): readonly Paid[] {
  const others = Array.from({ length: 8 }, (_, i) => ({
    hospital,
    orderNo: `${hospital}-${i}`,
    amountFen: 1_100n + 37n * BigInt(i),
    atMs: atMs + (i - 4) * 10_000,
  }));
  return [...others, { hospital, orderNo: lostOrderOf(hospital), amountFen: LOST_FEN, atMs: atMs + 3_000 }];
}

/** The channel's bill of them. */
export function channelBill(paid: readonly Paid[]): string {
  return [
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
    ...paid.map(
      ({ orderNo, amountFen, atMs }) =>
        `${orderNo},T-${orderNo},,PAYMENT,${yuanOfFen(amountFen)},${localOfInstant(atMs)},WECHAT,,`,
    ),
    '',
  ].join('\n');
}
