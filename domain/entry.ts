import type { BusinessDate } from './businessDate.ts';

export const BOOKS = ['MERCHANT', 'PLATFORM', 'CHANNEL'] as const;
export type Book = (typeof BOOKS)[number];

export const KINDS = ['PAYMENT', 'REFUND'] as const;
export type Kind = (typeof KINDS)[number];

export const CHANNELS = ['WECHAT', 'ALIPAY', 'UNIONPAY'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Where an entry came from: an event of the log, a line of a bill, or a successful refund action of ours. */
export const SOURCES = ['EVENT', 'BILL', 'ACTION'] as const;
export type Source = (typeof SOURCES)[number];

/** One line of one book. */
export type Entry = {
  readonly book: Book;
  readonly merchantId: string;
  readonly kind: Kind;
  /** The platform's order number (芸泰流水号, out_trade_no). On a refund: the original order's. */
  readonly orderNo: string;
  /** out_refund_no; null on payments and on refunds that came without a number. */
  readonly refundNo: string | null;
  /** null where the book does not say (HIS order events). */
  readonly channel: Channel | null;
  /** transaction_id / trade_no / queryId of the payment; null where the book does not say. */
  readonly channelTxnNo: string | null;
  readonly hisOrderNo: string | null;
  /** What was paid or refunded through the channel; always positive, the kind carries the sign. */
  readonly amountFen: bigint;
  /** Epoch milliseconds. */
  readonly occurredAtMs: number;
  readonly businessDate: BusinessDate;
  readonly businessType: string | null;
  readonly source: Source;
  /** Evidence: the event id, or `<bill sha-256>:<line>`. */
  readonly sourceRef: string;
};

/** Ids that may stand in a key: printable ASCII without space and without "~" (which marks numberless refunds). */
export const ID_PATTERN = /^[!-}]{1,64}$/;

/**
 * What makes two lines of one key and book the same line (design: "identity"). The merchant's is its receipt number,
 * the platform's and the channel's the channel transaction; a numbered refund is one thing by its number.
 */
export function identityOf(entry: Entry): string {
  if (entry.book === 'MERCHANT') return entry.hisOrderNo ?? entry.channelTxnNo ?? '';
  if (entry.kind === 'REFUND') return entry.refundNo ?? entry.channelTxnNo ?? '';
  return entry.channelTxnNo ?? '';
}

/**
 * The key's part below (merchantId, orderNo): `P` for the payment, `R<refundNo>` for a refund, and
 * `R~<identity>.<fen>.<ms>` for a refund that came without a number.
 */
export function keyPartOf(entry: Entry): string {
  if (entry.kind === 'PAYMENT') return 'P';
  if (entry.refundNo !== null) return `R${entry.refundNo}`;
  return `R~${identityOf(entry)}.${entry.amountFen}.${entry.occurredAtMs}`;
}

/** One order of one merchant: `<merchantId> <orderNo>`. Its payment and its refunds share it (and a home slot). */
export function orderKeyOf(merchantId: string, orderNo: string): string {
  return `${merchantId} ${orderNo}`;
}

/** The whole matchKey as one text: `<merchantId> <orderNo> <keyPart>`. */
export function matchKeyOf(entry: Entry): string {
  return `${entry.merchantId} ${entry.orderNo} ${keyPartOf(entry)}`;
}
