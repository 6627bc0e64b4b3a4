import type { Book, Channel, Entry, Kind, Source } from '../../domain/entry.ts';
import { identityOf, keyPartOf } from '../../domain/entry.ts';
import type { LoggedEntry } from '../../domain/ledgerPorts.ts';
import { TSV_TIME, timeText, tsvText } from './tsv.ts';

/** Which line of which bill. */
export type LineOrigin = { readonly billId: string; readonly line: number };

const COMMON_COLUMNS = {
  merchant_id: 'String',
  business_date: 'Date',
  order_no: 'String',
  kind: 'String',
  refund_no: 'String',
  key_part: 'String',
  book: 'String',
  identity: 'String',
  amount_fen: 'Int64',
  occurred_at: TSV_TIME,
  channel: 'String',
  channel_txn_no: 'String',
  his_order_no: 'String',
  business_type: 'String',
  source_ref: 'String',
  source: 'String',
  blanks: 'UInt8',
} as const;

export const EVENT_COLUMNS = {
  ...COMMON_COLUMNS,
  log_partition: 'String',
  log_position: 'Int64',
  late: 'UInt8',
} as const;
export const LINE_COLUMNS = { ...COMMON_COLUMNS, bill_id: 'String', line: 'UInt32' } as const;

/** A row of `entries`, in the order of EVENT_COLUMNS. */
export function eventTsv({ entry, partition, position, late }: LoggedEntry): string {
  return `${commonTsv(entry)}\t${tsvText(partition)}\t${position}\t${late ? 1 : 0}\n`;
}

/** A row of `entries`, in the order of LINE_COLUMNS. */
export function lineTsv(entry: Entry, { billId, line }: LineOrigin): string {
  return `${commonTsv(entry)}\t${billId}\t${line}\n`;
}

function commonTsv(entry: Entry): string {
  const { merchantId, businessDate, kind, book, source, channel } = entry;
  return `${tsvText(merchantId)}\t${businessDate}\t${tsvText(entry.orderNo)}\t${kind}\t${orEmpty(entry.refundNo)}\t${
    kind === 'PAYMENT' ? 'P' : tsvText(keyPartOf(entry))
  }\t${book}\t${tsvText(identityOf(entry))}\t${entry.amountFen}\t${timeText(entry.occurredAtMs)}\t${
    channel ?? ''
  }\t${orEmpty(entry.channelTxnNo)}\t${orEmpty(entry.hisOrderNo)}\t${orEmpty(entry.businessType)}\t${tsvText(
    entry.sourceRef,
  )}\t${source}\t${blanksOf(entry)}`;
}

function orEmpty(text: string | null): string {
  return text === null ? '' : tsvText(text);
}

/** In the order of the bits of `blanks`. */
function blanksOf(entry: Entry): number {
  return (
    (entry.refundNo === '' ? 1 : 0) |
    (entry.channelTxnNo === '' ? 2 : 0) |
    (entry.hisOrderNo === '' ? 4 : 0) |
    (entry.businessType === '' ? 8 : 0)
  );
}

/** What ENTRY_FIELDS selects from `entries`. */
export type EntryRow = {
  readonly merchant_id: string;
  readonly order_no: string;
  readonly book: Book;
  readonly kind: Kind;
  readonly refund_no: string;
  readonly channel: Channel | '';
  readonly channel_txn_no: string;
  readonly his_order_no: string;
  readonly fen: string;
  readonly ms: string;
  readonly date: string;
  readonly business_type: string;
  readonly source: Source;
  readonly source_ref: string;
  readonly blanks: number;
};

export const ENTRY_FIELDS = `merchant_id, order_no, book, kind, refund_no, channel, channel_txn_no, his_order_no,
  toString(amount_fen) AS fen, toString(toUnixTimestamp64Milli(occurred_at)) AS ms, toString(business_date) AS date,
  business_type, source, source_ref, blanks`;

export function entryOfRow(row: EntryRow): Entry {
  const optional = (text: string, bit: number) => (text !== '' || (row.blanks & bit) !== 0 ? text : null);
  return {
    book: row.book,
    merchantId: row.merchant_id,
    kind: row.kind,
    orderNo: row.order_no,
    refundNo: optional(row.refund_no, 1),
    channel: row.channel === '' ? null : row.channel,
    channelTxnNo: optional(row.channel_txn_no, 2),
    hisOrderNo: optional(row.his_order_no, 4),
    amountFen: BigInt(row.fen),
    occurredAtMs: Number(row.ms),
    businessDate: row.date,
    businessType: optional(row.business_type, 8),
    source: row.source,
    sourceRef: row.source_ref,
  };
}
