import type { Movement, Planner, RowDamage } from '../planner.ts';
import type { Defect } from './defect.ts';
import { refundOfGoodPayment } from './presence.ts';

const DAMAGES = ['TIME', 'AMOUNT', 'COLUMNS', 'EXCEL', 'STATE'] as const satisfies readonly RowDamage[];

export const CORRUPTION_DEFECTS: readonly Defect[] = [
  {
    name: 'undecodable-event',
    perThousand: 0.6,
    plant: (p) => p.strays.push({ kind: 'UNDECODABLE', inPlaceOf: null }),
  },
  {
    name: 'unknown-merchant-event',
    perThousand: 0.6,
    plant: (p) => p.strays.push({ kind: 'UNKNOWN_MERCHANT', inPlaceOf: null }),
  },
  {
    name: 'invalid-amount-event',
    perThousand: 0.6,
    plant: (p) => p.strays.push({ kind: 'INVALID_AMOUNT', inPlaceOf: null }),
  },
  { name: 'corrupt-platform-event', perThousand: 0.6, plant: plantCorruptPlatformEvent },
  {
    name: 'bad-bill-line-payment',
    perThousand: 0.6,
    plant: (p) => plantBadBillLine(p, p.payment(), 'bad-bill-line-payment'),
  },
  {
    name: 'bad-bill-line-refund',
    perThousand: 0.4,
    plant: (p) => plantBadBillLine(p, refundOfGoodPayment(p), 'bad-bill-line-refund'),
  },
  { name: 'repeated-bill-line', perThousand: 0.4, plant: plantRepeatedBillLine },
];

/** The platform's event only ever came as bytes that are no event: its book lacks the order. */
function plantCorruptPlatformEvent(planner: Planner): void {
  const payment = planner.payment();
  planner.putAll(payment, ['CHANNEL', 'MERCHANT']);
  const lost = planner.put(payment, 'PLATFORM');
  planner.lines.pop();
  planner.strays.push({ kind: 'UNDECODABLE', inPlaceOf: lost });
  planner.expect(payment, {
    defect: 'corrupt-platform-event',
    realtime: 'MERCHANT_ONLY',
    threeWay: 'PLATFORM_MISSING',
  });
}

/** The channel's line cannot be read, so the channel seems to lack it. */
function plantBadBillLine(planner: Planner, movement: Movement, defect: string): void {
  planner.putAll(movement, ['MERCHANT', 'PLATFORM']);
  planner.put(movement, 'CHANNEL', { damage: planner.random.pick(DAMAGES) });
  planner.expect(movement, { defect, realtime: 'MATCHED', threeWay: 'MERCHANT_ONLY' });
}

/** The channel's line stands there twice and counts once. */
function plantRepeatedBillLine(planner: Planner): void {
  const payment = planner.payment();
  planner.putAll(payment, ['MERCHANT', 'PLATFORM']);
  const line = planner.put(payment, 'CHANNEL');
  planner.put(payment, 'CHANNEL', { occurredAtMs: line.occurredAtMs, damage: 'REPEATED' });
  planner.expect(payment, { defect: 'repeated-bill-line', realtime: 'MATCHED', threeWay: 'MATCHED' });
}
