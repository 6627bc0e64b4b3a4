import type { Book, Channel } from '../../domain/entry.ts';
import type { BillRefusal } from '../../domain/closePorts.ts';
import type { Bill } from '../../domain/ports.ts';
import { accountJson, accountOfJson } from './billAccounts.ts';
import { timeText } from './tsv.ts';

/** What BILL_FIELDS selects from `bills`. */
export type BillRow = {
  readonly bill_id: string;
  readonly merchant_id: string;
  readonly book: Book;
  readonly channel: Channel | '';
  readonly business_date: string;
  readonly format: string;
  readonly file_name: string;
  readonly rows: number;
  readonly error_rows: number;
  readonly payments: number;
  readonly refunds: number;
  readonly payment_fen: string;
  readonly refund_fen: string;
  readonly imported_at: string;
  readonly version: string;
  readonly sha256: string;
  readonly size_bytes: string;
  readonly source: string;
  readonly fetched_at: string;
  readonly parser_version: number;
  readonly rows_hash: string;
  readonly date_given: number;
  readonly fee_milli_fen: string | null;
  readonly fee_rate_ppm: number | null;
  readonly account: string;
};

export const BILL_FIELDS = `* REPLACE (toString(business_date) AS business_date, toString(payment_fen) AS payment_fen,
  toString(refund_fen) AS refund_fen, toString(version) AS version,
  toString(toUnixTimestamp64Milli(imported_at)) AS imported_at, toString(size_bytes) AS size_bytes,
  toString(toUnixTimestamp64Milli(fetched_at)) AS fetched_at, toString(fee_milli_fen) AS fee_milli_fen)`;

export function billOfRow(row: BillRow): Bill {
  return {
    billId: row.bill_id,
    merchantId: row.merchant_id,
    book: row.book,
    channel: row.channel || null,
    businessDate: row.business_date,
    format: row.format,
    fileName: row.file_name,
    rows: row.rows,
    errorRows: row.error_rows,
    payments: row.payments,
    refunds: row.refunds,
    paymentFen: BigInt(row.payment_fen),
    refundFen: BigInt(row.refund_fen),
    importedAtMs: Number(row.imported_at),
    version: BigInt(row.version),
    ...(row.rows_hash === '' ? {} : { origin: originOfRow(row) }),
    ...(row.account === '' ? {} : { account: accountOfJson(row.account) }),
  };
}

function originOfRow(row: BillRow): NonNullable<Bill['origin']> {
  return {
    sha256: row.sha256,
    sizeBytes: Number(row.size_bytes),
    source: row.source,
    fetchedAtMs: Number(row.fetched_at),
    parserVersion: row.parser_version,
    rowsHash: row.rows_hash,
    isDateGiven: row.date_given === 1,
    feeMilliFen: row.fee_milli_fen === null ? null : BigInt(row.fee_milli_fen),
    feeRatePpm: row.fee_rate_ppm,
  };
}

export function billRow(bill: Bill): Record<string, unknown> {
  return {
    bill_id: bill.billId,
    merchant_id: bill.merchantId,
    book: bill.book,
    channel: bill.channel ?? '',
    business_date: bill.businessDate,
    format: bill.format,
    file_name: bill.fileName,
    rows: bill.rows,
    error_rows: bill.errorRows,
    payments: bill.payments,
    refunds: bill.refunds,
    payment_fen: bill.paymentFen.toString(),
    refund_fen: bill.refundFen.toString(),
    imported_at: timeText(bill.importedAtMs),
    version: bill.version.toString(),
    account: bill.account === undefined ? '' : accountJson(bill.account),
    ...(bill.origin === undefined ? {} : originRow(bill.origin)),
  };
}

function originRow(origin: NonNullable<Bill['origin']>): Record<string, unknown> {
  return {
    sha256: origin.sha256,
    size_bytes: String(origin.sizeBytes),
    source: origin.source,
    fetched_at: timeText(origin.fetchedAtMs),
    parser_version: origin.parserVersion,
    rows_hash: origin.rowsHash,
    date_given: origin.isDateGiven ? 1 : 0,
    fee_milli_fen: origin.feeMilliFen?.toString() ?? null,
    fee_rate_ppm: origin.feeRatePpm,
  };
}

/** What REFUSAL_FIELDS selects from `bill_refusals`. */
export type RefusalRow = {
  readonly merchant_id: string;
  readonly sha256: string;
  readonly book: Book;
  readonly file_name: string;
  readonly size_bytes: string;
  readonly source: string;
  readonly fetched_at: string;
  readonly code: string;
  readonly message: string;
  readonly message_zh: string;
  readonly refused_at: string;
};

export const REFUSAL_FIELDS = `* REPLACE (toString(size_bytes) AS size_bytes,
  toString(toUnixTimestamp64Milli(fetched_at)) AS fetched_at, toString(toUnixTimestamp64Milli(refused_at)) AS refused_at)`;

export function refusalOfRow(row: RefusalRow): BillRefusal {
  return {
    merchantId: row.merchant_id,
    sha256: row.sha256,
    book: row.book,
    fileName: row.file_name,
    sizeBytes: Number(row.size_bytes),
    source: row.source,
    fetchedAtMs: Number(row.fetched_at),
    code: row.code,
    message: row.message,
    messageZh: row.message_zh || null,
    refusedAtMs: Number(row.refused_at),
  };
}

export function refusalRow(refusal: BillRefusal): Record<string, unknown> {
  return {
    merchant_id: refusal.merchantId,
    sha256: refusal.sha256,
    book: refusal.book,
    file_name: refusal.fileName,
    size_bytes: String(refusal.sizeBytes),
    source: refusal.source,
    fetched_at: timeText(refusal.fetchedAtMs),
    code: refusal.code,
    message: refusal.message,
    message_zh: refusal.messageZh ?? '',
    refused_at: timeText(refusal.refusedAtMs),
  };
}
