import { addDays, instantOfLocal } from '../../domain/businessDate.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** The date that the cases close. */
export const CASE_DATE = '2026-03-09';
export const CASE_MERCHANT = 'H001';

/**
 * One order as its three books show it, and the rows that the close of CASE_DATE gives.
 *
 * A line is `<key> <fen>`, where the key is `P` (the payment), `R1`, `R2` (numbered refunds) or `R?` (a refund that HIS
 * gave no number), and after it, where it matters: `#b` another receipt or transaction than the first, `+1` or `-1` the
 * date away from CASE_DATE, `@23:50` the time (else 10:00).
 *
 * A row is `<key> <verdict>` and its flags: `split`, `conflict` (amountConflict), `crossDay?` (possiblyCrossDay),
 * `surplus=<fen>`, `heals=<days>` (refersTo, as days away from CASE_DATE).
 */
export type CloseCase = {
  readonly says: string;
  readonly merchant?: string;
  readonly platform?: string;
  readonly channel?: string;
  readonly gives: string;
};

export const CLOSE_CASES: readonly CloseCase[] = [
  // presence, amounts equal
  { says: 'all three', merchant: 'P 100', platform: 'P 100', channel: 'P 100', gives: 'P MATCHED' },
  { says: 'merchant alone', merchant: 'P 100', gives: 'P MERCHANT_ONLY' },
  { says: 'merchant and platform', merchant: 'P 100', platform: 'P 100', gives: 'P MERCHANT_ONLY' },
  { says: 'channel alone', channel: 'P 100', gives: 'P CHANNEL_ONLY' },
  { says: 'platform and channel', platform: 'P 100', channel: 'P 100', gives: 'P CHANNEL_ONLY' },
  { says: 'platform alone', platform: 'P 100', gives: 'P PLATFORM_ONLY' },
  { says: 'merchant and channel', merchant: 'P 100', channel: 'P 100', gives: 'P PLATFORM_MISSING' },

  // amounts
  { says: 'HIS less', merchant: 'P 99', platform: 'P 100', channel: 'P 100', gives: 'P AMOUNT_MISMATCH' },
  {
    says: 'platform less',
    merchant: 'P 100',
    platform: 'P 99',
    channel: 'P 100',
    gives: 'P AMOUNT_MISMATCH',
  },
  { says: 'channel less', merchant: 'P 100', platform: 'P 100', channel: 'P 99', gives: 'P AMOUNT_MISMATCH' },
  { says: 'all differ', merchant: 'P 98', platform: 'P 100', channel: 'P 99', gives: 'P AMOUNT_MISMATCH' },
  { says: 'merchant and channel differ', merchant: 'P 100', channel: 'P 101', gives: 'P AMOUNT_MISMATCH' },
  {
    says: 'platform and channel differ',
    platform: 'P 100',
    channel: 'P 101',
    gives: 'P CHANNEL_ONLY conflict',
  },
  { says: 'merchant and platform differ', merchant: 'P 100', platform: 'P 101', gives: 'P MERCHANT_ONLY' },
  {
    says: 'the largest amount the ledger holds',
    merchant: 'P 900000000000000',
    platform: 'P 900000000000000',
    channel: 'P 900000000000000',
    gives: 'P MATCHED',
  },

  // refunds
  {
    says: 'payment and refund agree',
    merchant: 'P 100, R1 40',
    platform: 'P 100, R1 40',
    channel: 'P 100, R1 40',
    gives: 'P MATCHED, R1 MATCHED',
  },
  {
    says: 'two partial refunds',
    merchant: 'P 100, R1 40, R2 60',
    platform: 'P 100, R1 40, R2 60',
    channel: 'P 100, R1 40, R2 60',
    gives: 'P MATCHED, R1 MATCHED, R2 MATCHED',
  },
  {
    says: 'refund only at HIS',
    merchant: 'P 100, R1 40',
    platform: 'P 100',
    channel: 'P 100',
    gives: 'P MATCHED, R1 MERCHANT_ONLY',
  },
  {
    says: 'refund only at the channel',
    merchant: 'P 100',
    platform: 'P 100',
    channel: 'P 100, R1 40',
    gives: 'P MATCHED, R1 CHANNEL_ONLY',
  },
  {
    says: 'refund only at the platform',
    merchant: 'P 100',
    platform: 'P 100, R1 40',
    channel: 'P 100',
    gives: 'P MATCHED, R1 PLATFORM_ONLY',
  },
  {
    says: 'refund unknown to the platform',
    merchant: 'P 100, R1 40',
    platform: 'P 100',
    channel: 'P 100, R1 40',
    gives: 'P MATCHED, R1 PLATFORM_MISSING',
  },
  {
    says: 'refund amounts differ',
    merchant: 'P 100, R1 40',
    platform: 'P 100, R1 40',
    channel: 'P 100, R1 39',
    gives: 'P MATCHED, R1 AMOUNT_MISMATCH',
  },
  {
    says: 'other refund numbers are other refunds',
    merchant: 'P 100, R1 40',
    platform: 'P 100, R2 40',
    channel: 'P 100, R2 40',
    gives: 'P MATCHED, R1 MERCHANT_ONLY, R2 CHANNEL_ONLY',
  },
  {
    says: 'a refund whose payment was another day',
    merchant: 'R1 40',
    platform: 'R1 40',
    channel: 'R1 40',
    gives: 'R1 MATCHED',
  },
  {
    says: 'a HIS refund without number takes the one that fits',
    merchant: 'P 100, R? 40',
    platform: 'P 100, R1 40',
    channel: 'P 100, R1 40',
    gives: 'P MATCHED, R1 MATCHED',
  },
  {
    says: 'a HIS refund without number takes none where two fit',
    merchant: 'P 100, R? 40',
    platform: 'P 100, R1 40, R2 40',
    channel: 'P 100, R1 40, R2 40',
    gives: 'P MATCHED, R1 CHANNEL_ONLY, R2 CHANNEL_ONLY, R? MERCHANT_ONLY',
  },

  // several lines of one key
  {
    says: 'the same line twice in a book',
    merchant: 'P 100, P 100',
    platform: 'P 100',
    channel: 'P 100',
    gives: 'P MATCHED',
  },
  {
    says: 'two receipts that add up',
    merchant: 'P 60, P 40 #b',
    platform: 'P 100',
    channel: 'P 100',
    gives: 'P MATCHED split',
  },
  {
    says: 'two receipts of the whole',
    merchant: 'P 100, P 100 #b',
    platform: 'P 100',
    channel: 'P 100',
    gives: 'P DUPLICATE surplus=100',
  },
  {
    says: 'two receipts that do not add up',
    merchant: 'P 60, P 50 #b',
    platform: 'P 100',
    channel: 'P 100',
    gives: 'P AMOUNT_MISMATCH',
  },
  {
    says: 'paid twice at platform and channel',
    merchant: 'P 100',
    platform: 'P 100, P 100 #b',
    channel: 'P 100, P 100 #b',
    gives: 'P DUPLICATE surplus=100',
  },
  {
    says: 'paid twice at the channel only',
    merchant: 'P 100',
    platform: 'P 100',
    channel: 'P 100, P 70 #b',
    gives: 'P DUPLICATE surplus=70',
  },
  {
    says: 'one transaction with two amounts',
    merchant: 'P 100',
    platform: 'P 100, P 101',
    channel: 'P 100',
    gives: 'P AMOUNT_MISMATCH',
  },

  // OFFSET
  {
    says: 'paid and refunded without HIS',
    platform: 'P 100, R1 100',
    channel: 'P 100, R1 100',
    gives: 'P OFFSET, R1 OFFSET',
  },
  { says: 'the same at the channel alone', channel: 'P 100, R1 100', gives: 'P OFFSET, R1 OFFSET' },
  {
    says: 'refunded in two parts without HIS',
    channel: 'P 100, R1 30, R2 70',
    gives: 'P OFFSET, R1 OFFSET, R2 OFFSET',
  },
  {
    says: 'refunded in part without HIS',
    channel: 'P 100, R1 30',
    gives: 'P CHANNEL_ONLY, R1 CHANNEL_ONLY',
  },
  {
    says: 'HIS knows the payment, not the refund',
    merchant: 'P 100',
    channel: 'P 100, R1 100',
    platform: 'P 100, R1 100',
    gives: 'P MATCHED, R1 CHANNEL_ONLY',
  },
  {
    says: 'the refund of a payment of the day before that HIS never knew',
    platform: 'P 100 -1, R1 100',
    channel: 'P 100 -1, R1 100',
    gives: 'P OFFSET heals=-1, R1 OFFSET',
  },

  // dates
  {
    says: 'booked after midnight',
    merchant: 'P 100 +1 @00:01',
    platform: 'P 100 @23:59',
    channel: 'P 100 @23:59',
    gives: 'P CROSS_DAY',
  },
  {
    says: 'paid before midnight, booked on the date',
    merchant: 'P 100 @00:01',
    platform: 'P 100 -1 @23:59',
    channel: 'P 100 -1 @23:59',
    gives: 'P CROSS_DAY heals=-1',
  },
  {
    says: 'settled seven days late',
    merchant: 'P 100 -7',
    platform: 'P 100',
    channel: 'P 100',
    gives: 'P CROSS_DAY heals=-7',
  },
  {
    says: 'eight days are too far',
    merchant: 'P 100 -8',
    platform: 'P 100',
    channel: 'P 100',
    gives: 'P CHANNEL_ONLY',
  },
  {
    says: 'across midnight with another amount',
    merchant: 'P 90 +1 @00:01',
    platform: 'P 100 @23:59',
    channel: 'P 100 @23:59',
    gives: 'P AMOUNT_MISMATCH',
  },
  { says: 'alone near midnight', channel: 'P 100 @23:31', gives: 'P CHANNEL_ONLY crossDay?' },
  { says: 'alone after midnight', merchant: 'P 100 @00:29', gives: 'P MERCHANT_ONLY crossDay?' },
  { says: 'alone not that near', channel: 'P 100 @23:29', gives: 'P CHANNEL_ONLY' },
  {
    says: 'a late refund is matched on its own date',
    merchant: 'P 100 -5, R1 100',
    platform: 'P 100 -5, R1 100',
    channel: 'P 100 -5, R1 100',
    gives: 'R1 MATCHED',
  },
  {
    says: 'paid again on the next day',
    merchant: 'P 100',
    platform: 'P 100, P 100 #b +1',
    channel: 'P 100, P 100 #b +1',
    gives: 'P DUPLICATE surplus=100',
  },
  {
    says: 'paid again on the date what was paid the day before',
    merchant: 'P 100 -1',
    platform: 'P 100 -1, P 100 #b',
    channel: 'P 100 -1, P 100 #b',
    gives: 'P DUPLICATE surplus=100 heals=-1',
  },
  {
    says: 'of other days only',
    merchant: 'P 100 -1',
    platform: 'P 100 -1',
    channel: 'P 100 -1',
    gives: '',
  },
];

/** The order number of a case: its place in the table. */
export function orderOfCase(index: number): string {
  return `CASE${String(index + 1).padStart(3, '0')}`;
}

const LINE = /^(P|R\d|R\?) (\d+)(?: #(\w))?(?: ([+-]\d+))?(?: @(\d\d:\d\d))?$/;

export function linesOfCase(item: CloseCase, orderNo: string): Entry[] {
  const texts = { MERCHANT: item.merchant, PLATFORM: item.platform, CHANNEL: item.channel };
  return BOOKS.flatMap((book) => (texts[book]?.split(', ') ?? []).map((text) => lineOf(text, book, orderNo)));
}

function lineOf(text: string, book: Book, orderNo: string): Entry {
  const match = LINE.exec(text);
  if (!match) throw new Error(`not a line of a case: ${text}`);
  const [, key = '', fen = '', mark = 'a', days = '0', time = '10:00'] = match;
  const businessDate = addDays(CASE_DATE, Number(days));
  return {
    book,
    merchantId: CASE_MERCHANT,
    kind: key === 'P' ? 'PAYMENT' : 'REFUND',
    orderNo,
    refundNo: key === 'P' || key === 'R?' ? null : `${orderNo}${key}`,
    channel: 'WECHAT',
    channelTxnNo: `T${orderNo}${mark}`,
    hisOrderNo: book === 'MERCHANT' ? `H${orderNo}${key.at(-1)}${mark}` : null,
    amountFen: BigInt(fen),
    occurredAtMs: instantOfLocal(`${businessDate} ${time}:00`) ?? Number.NaN,
    businessDate,
    businessType: 'REGISTRATION',
    source: 'EVENT',
    sourceRef: `${orderNo} ${book} ${text}`,
  };
}

/** A row in the words of the table. */
export function rowText(verdict: Verdict, refersTo: string | null): string {
  const key =
    verdict.keyPart === 'P'
      ? 'P'
      : verdict.keyPart.startsWith('R~')
        ? 'R?'
        : (verdict.refundNo ?? '').slice(verdict.orderNo.length);
  const healed =
    refersTo === null ? '' : ` heals=${(Date.parse(refersTo) - Date.parse(CASE_DATE)) / 86_400_000}`;
  return [
    `${key} ${verdict.code}`,
    verdict.split ? ' split' : '',
    verdict.amountConflict ? ' conflict' : '',
    verdict.possiblyCrossDay ? ' crossDay?' : '',
    verdict.surplusFen === null ? '' : ` surplus=${verdict.surplusFen}`,
    healed,
  ].join('');
}
