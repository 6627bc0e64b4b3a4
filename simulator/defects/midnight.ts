import type { Book } from '../../domain/entry.ts';
import type { Movement, Planner } from '../planner.ts';
import type { Defect } from './defect.ts';

const MINUTE_MS = 60_000;

type Crossing = {
  readonly name: string;
  readonly kind: 'PAYMENT' | 'REFUND';
  /** Books that have it before a midnight; the others have it after. */
  readonly before: readonly Book[];
  readonly midnight: 'START' | 'END';
  readonly realtime: string;
};

const CROSSINGS: readonly Crossing[] = [
  {
    name: 'cross-day-late-receipt',
    kind: 'PAYMENT',
    before: ['PLATFORM', 'CHANNEL'],
    midnight: 'END',
    realtime: 'CROSS_DAY',
  },
  {
    name: 'cross-day-early-receipt',
    kind: 'PAYMENT',
    before: ['MERCHANT'],
    midnight: 'END',
    realtime: 'CROSS_DAY',
  },
  {
    name: 'cross-day-late-bill',
    kind: 'PAYMENT',
    before: ['MERCHANT', 'PLATFORM'],
    midnight: 'END',
    realtime: 'MATCHED',
  },
  {
    name: 'cross-day-refund',
    kind: 'REFUND',
    before: ['PLATFORM', 'CHANNEL'],
    midnight: 'END',
    realtime: 'CROSS_DAY',
  },
  {
    name: 'cross-day-early-refund',
    kind: 'REFUND',
    before: ['MERCHANT'],
    midnight: 'END',
    realtime: 'CROSS_DAY',
  },
  {
    name: 'cross-day-from-yesterday',
    kind: 'PAYMENT',
    before: ['PLATFORM', 'CHANNEL'],
    midnight: 'START',
    realtime: 'CROSS_DAY',
  },
  {
    name: 'cross-day-early-from-yesterday',
    kind: 'PAYMENT',
    before: ['MERCHANT'],
    midnight: 'START',
    realtime: 'CROSS_DAY',
  },
];

export const MIDNIGHT_DEFECTS: readonly Defect[] = [
  ...CROSSINGS.map((crossing) => ({
    name: crossing.name,
    perThousand: 0.5,
    cause: 'MIDNIGHT' as const,
    plant: (planner: Planner) => plantCrossing(planner, crossing),
  })),
  { name: 'unmatched-near-midnight', perThousand: 0.4, plant: plantUnmatchedNearMidnight },
];

/** The movement stands on both sides of a midnight; the platform's date is the verdict's. */
function plantCrossing(planner: Planner, { name, kind, before, midnight, realtime }: Crossing): void {
  const { random } = planner;
  const at = midnight === 'END' ? planner.endMs : planner.startMs;
  const early = at - random.int(3_000, 50_000);
  const late = at + random.int(0, 60_000);
  const timeIn = (book: Book) => (before.includes(book) ? early : late) + random.int(0, 2_000);
  const platformMs = before.includes('PLATFORM') ? early : late;
  const movement = kind === 'PAYMENT' ? planner.payment(platformMs) : refundAt(planner, platformMs);
  planner.put(movement, 'PLATFORM');
  for (const book of ['MERCHANT', 'CHANNEL'] as const) {
    planner.put(movement, book, { occurredAtMs: timeIn(book) });
  }
  planner.expect(movement, { defect: name, realtime, threeWay: 'CROSS_DAY' });
}

function refundAt(planner: Planner, at: number): Movement {
  const payment = planner.paymentToRefund();
  planner.ordinary(payment);
  return planner.refund(payment, planner.partOf(payment.amountFen), at);
}

/** Looks as if its receipt might come after midnight; it never does. */
function plantUnmatchedNearMidnight(planner: Planner): void {
  const payment = planner.payment(planner.endMs - planner.random.int(MINUTE_MS, 20 * MINUTE_MS));
  planner.putAll(payment, ['PLATFORM', 'CHANNEL']);
  planner.expect(payment, {
    defect: 'unmatched-near-midnight',
    realtime: 'PLATFORM_ONLY',
    threeWay: 'CHANNEL_ONLY',
  });
}
