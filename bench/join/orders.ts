import type { PaymentEvent, HisOrderEvent } from '../../adapters/events/event.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import { startOfDate } from '../../domain/businessDate.ts';
import type { NewRecord } from '../../domain/ports.ts';

export const BENCH_DATE = '2026-03-05';
const DAY_MS = 86_400_000;

export type Load = {
  readonly orders: number;
  readonly merchants: readonly string[];
  readonly seed: number;
  /** Of a thousand orders, how many never reach HIS. */
  readonly oneSidedPerMille: number;
};

/**
 * Events of one day in the order in which a log receives them: two an order, the HIS's some seconds to a minute after the
 * platform's, neighbours mixed up. Yields chunks of records.
 */
export function* loadRecords(load: Load): Generator<NewRecord[]> {
  const random = mulberry32(load.seed);
  const start = startOfDate(BENCH_DATE);
  const stepMs = (DAY_MS - 600_000) / load.orders;
  let waiting: { readonly atMs: number; readonly record: NewRecord }[] = [];
  for (let i = 0; i < load.orders; i += 1) {
    const paidAtMs = Math.floor(start + 60_000 + i * stepMs);
    const merchantId = load.merchants[i % load.merchants.length] ?? '';
    const amountFen = BigInt(100 + Math.floor(random() * 500_000));
    const orderNo = orderNoOf(load.seed, i);
    const payment = paymentOf(i, orderNo, merchantId, amountFen, paidAtMs);
    waiting.push({ atMs: paidAtMs + random() * 3_000, record: recordOf('payments', merchantId, payment) });
    if (random() * 1000 >= load.oneSidedPerMille) {
      const bookedAtMs = paidAtMs + Math.floor(2_000 + random() * 58_000);
      const order = hisOrderOf(i, orderNo, merchantId, amountFen, bookedAtMs);
      waiting.push({
        atMs: bookedAtMs + random() * 3_000,
        record: recordOf('his-orders', merchantId, order),
      });
    }
    if (waiting.length < 20_000) continue;
    waiting.sort((a, b) => a.atMs - b.atMs);
    // What comes later may still go in between: keep the last minutes back.
    const until = waiting.findIndex(({ atMs }) => atMs > paidAtMs - 65_000);
    yield waiting.slice(0, until).map(({ record }) => record);
    waiting = waiting.slice(until);
  }
  yield waiting.sort((a, b) => a.atMs - b.atMs).map(({ record }) => record);
}

function paymentOf(
  i: number,
  orderNo: string,
  merchantId: string,
  amountFen: bigint,
  occurredAtMs: number,
): PaymentEvent {
  return {
    eventId: `p${i}`,
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    channel: i % 10 < 6 ? 'WECHAT' : 'ALIPAY',
    channelTxnNo: `4200002${String(i).padStart(21, '0')}`,
    amountFen,
    occurredAtMs,
    businessType: BUSINESS_TYPES[i % 4] ?? '',
  };
}

function hisOrderOf(
  i: number,
  orderNo: string,
  merchantId: string,
  amountFen: bigint,
  occurredAtMs: number,
): HisOrderEvent {
  return {
    eventId: `h${i}`,
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    hisOrderNo: `R${String(i).padStart(14, '0')}`,
    amountFen,
    occurredAtMs,
    businessType: BUSINESS_TYPES[i % 4] ?? '',
  };
}

const BUSINESS_TYPES = ['REGISTRATION', 'OUTPATIENT_FEE', 'INPATIENT_DEPOSIT', 'CHECKUP'];

/** In no order, and of each seed others. At most three million of a seed: beyond, the product is not exact. */
function orderNoOf(seed: number, i: number): string {
  const scattered = (i * 2_654_435_761) % 10_000_000_000;
  return `HP20260305${String(seed).padStart(2, '0')}${String(scattered).padStart(10, '0')}`;
}

/** The two topics are partitioned differently, as by producers in other languages. */
function recordOf(topic: 'payments', merchantId: string, event: PaymentEvent): NewRecord;
function recordOf(topic: 'his-orders', merchantId: string, event: HisOrderEvent): NewRecord;
function recordOf(
  topic: 'payments' | 'his-orders',
  merchantId: string,
  event: PaymentEvent | HisOrderEvent,
): NewRecord {
  const value = 'hisOrderNo' in event ? encodeEvent('his-orders', event) : encodeEvent('payments', event);
  return { topic, key: topic === 'payments' ? `${merchantId} ${event.orderNo}` : event.orderNo, value };
}

/** A small seeded generator: the same seed, the same load. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
