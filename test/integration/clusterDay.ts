import { instantOfLocal } from '../../domain/businessDate.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { SAMPLE_MERCHANT } from './closeHarness.ts';

// One day of several hospitals with the same orders, as it closes on a cluster.

export const CLUSTER_DATE = '2026-03-09';

export function hospitalOf(merchantId: string): Merchant {
  return { ...SAMPLE_MERCHANT, merchantId, channels: SAMPLE_MERCHANT.channels.slice(0, 2) };
}

type Line = {
  readonly order: string;
  readonly fen: bigint;
  readonly time?: string;
  readonly receipt?: string;
};

function linesOf(merchantId: string, { order, fen, time, receipt }: Line, books: readonly Book[]): Entry[] {
  return books.map((book) => ({
    book,
    merchantId,
    kind: 'PAYMENT',
    orderNo: order,
    refundNo: null,
    channel: order === 'A' ? 'ALIPAY' : 'WECHAT',
    channelTxnNo: `T${order}`,
    hisOrderNo: book === 'MERCHANT' ? (receipt ?? `R${order}`) : null,
    amountFen: fen,
    occurredAtMs: instantOfLocal(`${CLUSTER_DATE} ${time ?? '10:00:00'}`) ?? Number.NaN,
    businessDate: CLUSTER_DATE,
    businessType: null,
    source: 'EVENT',
    sourceRef: '',
  }));
}

/** What tells the hospitals apart. */
const aloneIn = (merchantId: string): 'MERCHANT' | 'CHANNEL' =>
  merchantId === 'H001' ? 'MERCHANT' : 'CHANNEL';

export function textOf(verdict: Verdict): string {
  const { orderNo, code, possibleDuplicateOf: other, mergedReceipt: merged } = verdict;
  const notes = [
    ...(other ? [`may be ${other} again`] : []),
    ...(merged ? [`${merged.hisOrderNo} of ${merged.orderNos.join(' and ')}`] : []),
  ];
  return [orderNo, code, ...notes].join(' ');
}

/** The same orders in every hospital: a row of another one that is taken for its own changes a verdict. */
export function dayOf(merchantId: string): readonly Entry[] {
  const of = (line: Line, books: readonly Book[] = BOOKS): Entry[] => linesOf(merchantId, line, books);
  return [
    ...of({ order: 'A', fen: 100n }),
    ...of({ order: 'B', fen: 4200n, time: '11:00:00' }),
    ...of({ order: 'AGAIN', fen: 4200n, time: '11:02:00' }, ['PLATFORM', 'CHANNEL']),
    ...of({ order: 'ALONE', fen: 7n, time: '12:00:00' }, [aloneIn(merchantId)]),
    // One receipt of 300 for two payments.
    ...of({ order: 'PART', fen: 300n, receipt: 'R300' }, ['MERCHANT']),
    ...of({ order: 'PART', fen: 100n }, ['PLATFORM', 'CHANNEL']),
    ...of({ order: 'REST', fen: 200n, time: '10:01:00' }, ['PLATFORM', 'CHANNEL']),
  ];
}

/** As the close says it, in the order of its keys. */
export function closedDayOf(merchantId: string): readonly string[] {
  return [
    'A MATCHED',
    'AGAIN CHANNEL_ONLY may be B again',
    `ALONE ${aloneIn(merchantId)}_ONLY`,
    'B MATCHED',
    'PART AMOUNT_MISMATCH R300 of PART and REST',
    'REST CHANNEL_ONLY R300 of PART and REST',
  ];
}
