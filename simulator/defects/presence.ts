import type { Book, Kind } from '../../domain/entry.ts';
import type { Movement, Planner } from '../planner.ts';
import type { Defect } from './defect.ts';

/** A row of the presence table (design, "Verdicts by presence"): who has it, and who has it with another amount. */
type Presence = {
  readonly name: string;
  readonly books: readonly Book[];
  readonly wrong?: Book;
  readonly realtime: string | null;
  readonly threeWay: string;
};

const PRESENCES: readonly Presence[] = [
  { name: 'merchant-only', books: ['MERCHANT'], realtime: 'MERCHANT_ONLY', threeWay: 'MERCHANT_ONLY' },
  {
    name: 'channel-missing',
    books: ['MERCHANT', 'PLATFORM'],
    realtime: 'MATCHED',
    threeWay: 'MERCHANT_ONLY',
  },
  { name: 'channel-only', books: ['CHANNEL'], realtime: null, threeWay: 'CHANNEL_ONLY' },
  {
    name: 'merchant-missing',
    books: ['PLATFORM', 'CHANNEL'],
    realtime: 'PLATFORM_ONLY',
    threeWay: 'CHANNEL_ONLY',
  },
  {
    name: 'merchant-missing-conflict',
    books: ['PLATFORM', 'CHANNEL'],
    wrong: 'PLATFORM',
    realtime: 'PLATFORM_ONLY',
    threeWay: 'CHANNEL_ONLY',
  },
  { name: 'platform-only', books: ['PLATFORM'], realtime: 'PLATFORM_ONLY', threeWay: 'PLATFORM_ONLY' },
  {
    name: 'platform-missing',
    books: ['MERCHANT', 'CHANNEL'],
    realtime: 'MERCHANT_ONLY',
    threeWay: 'PLATFORM_MISSING',
  },
  {
    name: 'platform-missing-amount',
    books: ['MERCHANT', 'CHANNEL'],
    wrong: 'MERCHANT',
    realtime: 'MERCHANT_ONLY',
    threeWay: 'AMOUNT_MISMATCH',
  },
  {
    name: 'amount-merchant',
    books: ['MERCHANT', 'PLATFORM', 'CHANNEL'],
    wrong: 'MERCHANT',
    realtime: 'AMOUNT_MISMATCH',
    threeWay: 'AMOUNT_MISMATCH',
  },
  {
    name: 'amount-platform',
    books: ['MERCHANT', 'PLATFORM', 'CHANNEL'],
    wrong: 'PLATFORM',
    realtime: 'AMOUNT_MISMATCH',
    threeWay: 'AMOUNT_MISMATCH',
  },
  {
    name: 'amount-channel',
    books: ['MERCHANT', 'PLATFORM', 'CHANNEL'],
    wrong: 'CHANNEL',
    realtime: 'MATCHED',
    threeWay: 'AMOUNT_MISMATCH',
  },
];

const NAMES: Readonly<Record<Kind, string>> = { PAYMENT: 'payment', REFUND: 'refund' };

export const PRESENCE_DEFECTS: readonly Defect[] = PRESENCES.flatMap((presence) =>
  (['PAYMENT', 'REFUND'] as const).map((kind) => {
    const name = `${presence.name}-${NAMES[kind]}`;
    return {
      name,
      perThousand: 0.6,
      // The channel took the money, and nobody was ever told.
      ...(name === 'channel-only-payment' ? { cause: 'LOST_CALLBACK' as const } : {}),
      plant: (planner: Planner) => {
        const movement = kind === 'PAYMENT' ? planner.payment() : refundOfGoodPayment(planner);
        plantPresence(planner, movement, presence, name);
      },
    };
  }),
);

/** A refund defect whose payment is in order. */
export function refundOfGoodPayment(planner: Planner): Movement {
  const payment = planner.paymentToRefund();
  planner.ordinary(payment);
  return planner.refund(payment);
}

function plantPresence(planner: Planner, movement: Movement, presence: Presence, defect: string): void {
  const { books, wrong, realtime, threeWay } = presence;
  const wrongFen = planner.otherAmount(movement.amountFen);
  const answered = books.includes('MERCHANT') ? {} : { hisOrderNo: null };
  for (const book of books) {
    planner.put(movement, book, book === wrong ? { ...answered, amountFen: wrongFen } : answered);
  }
  planner.expect(movement, { defect, realtime, threeWay });
}
