import type { Movement, Planner } from '../planner.ts';
import type { Defect } from './defect.ts';

const MINUTE_MS = 60_000;

/** Differences with a reason of their own, and one that only looks as if it had it. Planted only when asked for. */
export const CAUSE_DEFECTS: readonly Defect[] = [
  { name: 'merged-receipt', perThousand: 0, cause: 'MERGED_RECEIPT', plant: plantMergedReceipt },
  { name: 'rounded-to-jiao', perThousand: 0, cause: 'ROUNDING', plant: plantRoundedToJiao },
  { name: 'rounded-items', perThousand: 0, cause: 'ROUNDING', plant: plantRoundedItems },
  { name: 'lost-callback-late', perThousand: 0, cause: 'LOST_CALLBACK', plant: plantLateCallback },
  { name: 'other-till', perThousand: 0, plant: plantOtherTill },
];

/** A patient pays two or three orders, and the hospital books them as one under the first of them. */
function plantMergedReceipt(planner: Planner): void {
  const { random } = planner;
  const first = planner.payment(planner.someTime(20 * MINUTE_MS));
  const namesReceipt = random.chance(0.5);
  const more = Array.from({ length: random.int(1, 2) }, (): Movement => {
    const at = first.occurredAtMs + random.int(15_000, 5 * MINUTE_MS);
    return { ...planner.payment(at, first.channel), hisOrderNo: first.hisOrderNo };
  });
  const bookedMs = Math.max(...more.map(({ occurredAtMs }) => occurredAtMs)) + random.int(1_000, 25_000);
  const sum = more.reduce((total, { amountFen }) => total + amountFen, first.amountFen);
  planner.put(first, 'PLATFORM');
  planner.put(first, 'CHANNEL');
  planner.put(first, 'MERCHANT', { amountFen: sum, occurredAtMs: bookedMs });
  const defect = 'merged-receipt';
  planner.expect(first, { defect, realtime: 'AMOUNT_MISMATCH', threeWay: 'AMOUNT_MISMATCH' });
  for (const payment of more) {
    planner.put(payment, 'PLATFORM', namesReceipt ? {} : { hisOrderNo: null });
    planner.put(payment, 'CHANNEL');
    planner.expect(payment, { defect, realtime: 'PLATFORM_ONLY', threeWay: 'CHANNEL_ONLY' });
  }
}

/** The hospital rounds to 0.1 yuan, half up. */
function plantRoundedToJiao(planner: Planner): void {
  const paid = planner.payment();
  const amountFen = paid.amountFen - (paid.amountFen % 10n) + BigInt(planner.random.int(1, 9));
  const rounded = ((amountFen + 5n) / 10n) * 10n;
  plantBookedAs({ ...paid, amountFen }, rounded, 'rounded-to-jiao', planner);
}

/** The hospital adds up items that it has rounded one by one. */
function plantRoundedItems(planner: Planner): void {
  const { random } = planner;
  const paid = planner.payment();
  const by = BigInt(random.int(1, 2));
  plantBookedAs(
    paid,
    random.chance(0.5) ? paid.amountFen - by : paid.amountFen + by,
    'rounded-items',
    planner,
  );
}

function plantBookedAs(payment: Movement, bookedFen: bigint, defect: string, planner: Planner): void {
  planner.put(payment, 'PLATFORM');
  planner.put(payment, 'CHANNEL');
  planner.put(payment, 'MERCHANT', { amountFen: bookedFen });
  planner.expect(payment, { defect, realtime: 'AMOUNT_MISMATCH', threeWay: 'AMOUNT_MISMATCH' });
}

/** The channel's notice was lost; the platform asked it in the end, when the hospital had given the place away. */
function plantLateCallback(planner: Planner): void {
  const { random } = planner;
  const payment = planner.payment(planner.someTime(20 * MINUTE_MS));
  const heardMs = Math.min(
    payment.occurredAtMs + random.int(6 * MINUTE_MS, 45 * MINUTE_MS),
    planner.endMs - 2 * MINUTE_MS,
  );
  planner.put(payment, 'CHANNEL');
  planner.put(payment, 'PLATFORM', { occurredAtMs: heardMs, hisOrderNo: null });
  planner.expect(payment, {
    defect: 'lost-callback-late',
    realtime: 'PLATFORM_ONLY',
    threeWay: 'CHANNEL_ONLY',
  });
}

/** Taken at a till of another system under the hospital's number at the channel: the platform was never to hear of it. */
function plantOtherTill(planner: Planner): void {
  const payment = planner.payment();
  const orderNo = planner.number('POS', payment.occurredAtMs);
  planner.put({ ...payment, orderNo }, 'CHANNEL');
  planner.expect({ ...payment, orderNo }, { defect: 'other-till', realtime: null, threeWay: 'CHANNEL_ONLY' });
}
