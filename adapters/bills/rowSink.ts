import { dateOfDay, dayNumberOf, type BusinessDate } from '../../domain/businessDate.ts';
import type { Channel } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { MAX_FEN } from '../../domain/money.ts';
import type { BillError, BillLine } from '../../domain/ports.ts';
import { displayText, type ByteText } from './byteText.ts';
import { ExactSum, type Exact } from './decimal.ts';
import { IdentitySet } from './identitySet.ts';
import { isExcelNumber, type IdFault } from './ids.ts';

/** Row errors that are kept; all are counted. */
export const MAX_KEPT_ERRORS = 10_000;
const MAX_RAW_CHARS = 500;
const MAX_SHOWN_CHARS = 60;

export type RowErrorCode =
  | 'DZ_ROW_COLUMN_COUNT'
  | 'DZ_ROW_AMOUNT'
  | 'DZ_ROW_EXCEL_NUMBER'
  | 'DZ_ROW_TIME'
  | 'DZ_ROW_STATE'
  | 'DZ_ROW_DUPLICATE'
  | 'DZ_ROW_ID'
  | 'DZ_ROW_CHANNEL';

/** Where a format puts its rows: lines for the reader, errors and counts for the report. */
export class RowSink {
  /** The channel that the caller says the bill is of. */
  readonly channelHint: Channel | null;
  readonly identities = new IdentitySet();
  readonly errors: BillError[] = [];
  errorCount = 0;
  rows = 0;
  /** Rows that are neither payment nor refund (Alipay 充值); kept with the bill, not reconciled. */
  otherRows = 0;
  payments = 0;
  refunds = 0;
  /** Named in messages while an archive of several detail parts is read. */
  partName: string | null = null;
  readonly #paymentFen = new ExactSum();
  readonly #refundFen = new ExactSum();
  #batch: BillLine[] = [];
  #text: ByteText = '';
  #start = 0;
  #end = 0;
  #lineNo = 0;
  #day = Number.NaN;
  #severalDays = false;

  constructor(channelHint: Channel | null) {
    this.channelHint = channelHint;
  }

  /** Counts a detail row; the errors that follow are its. */
  beginRow(text: ByteText, start: number, end: number, lineNo: number): void {
    this.rows += 1;
    this.#text = text;
    this.#start = start;
    this.#end = end;
    this.#lineNo = lineNo;
  }

  /** `fen` is the line's amount as it was read: adding numbers is cheaper than adding bigints. */
  accept(line: BillLine, fen: Exact): void {
    this.#batch.push(line);
    if (line.kind === 'PAYMENT') {
      this.payments += 1;
      this.#paymentFen.add(fen);
    } else {
      this.refunds += 1;
      this.#refundFen.add(fen);
    }
    const day = dayNumberOf(line.occurredAtMs);
    if (day !== this.#day) {
      if (!Number.isNaN(this.#day)) this.#severalDays = true;
      this.#day = day;
    }
  }

  fail(code: RowErrorCode, message: string): void {
    this.errorCount += 1;
    if (this.errors.length >= MAX_KEPT_ERRORS) return this.#checkAnyIsGood();
    // A character of GB18030 or UTF-8 has at most four bytes.
    const raw = this.#text.slice(this.#start, Math.min(this.#end, this.#start + 4 * MAX_RAW_CHARS));
    this.errors.push({
      line: this.#lineNo,
      code,
      message: this.partName === null ? message : `${message} (in ${this.partName})`,
      raw: displayText(raw).slice(0, MAX_RAW_CHARS),
    });
  }

  /** A file of other rows than its header promises is refused before all of it was read. */
  #checkAnyIsGood(): void {
    const [first] = this.errors;
    if (!first || this.errorCount < this.rows) return;
    throw new DuizhangError(
      'DZ_BILL_NO_GOOD_ROW',
      `none of the first ${this.rows} rows could be read, the first for this reason: line ${first.line}, ${first.message}`,
      { details: { line: first.line, rowCode: first.code } },
    );
  }

  failId(column: string, value: ByteText, fault: IdFault): void {
    switch (fault) {
      case 'EMPTY':
        return this.fail('DZ_ROW_ID', `${column} is empty`);
      case 'EXCEL':
        return this.fail(
          'DZ_ROW_EXCEL_NUMBER',
          `${column} is "${shown(value)}": a spreadsheet has cut the number; import the original file`,
        );
      case 'ILLEGAL':
        return this.fail(
          'DZ_ROW_ID',
          `${column} is "${shown(value)}"; expected 1 to 64 printable ASCII characters without space and "~"`,
        );
    }
  }

  failAmount(column: string, value: ByteText, expected: string): void {
    const code = isExcelNumber(value) ? 'DZ_ROW_EXCEL_NUMBER' : 'DZ_ROW_AMOUNT';
    this.fail(code, `${column} is "${shown(value)}"; expected ${expected}`);
  }

  failState(column: string, value: ByteText, expected: string): void {
    this.fail('DZ_ROW_STATE', `${column} is "${shown(value)}"; expected ${expected}`);
  }

  failTime(column: string, value: ByteText): void {
    this.fail(
      'DZ_ROW_TIME',
      `${column} is "${shown(value)}"; expected a time of the calendar as yyyy-MM-dd HH:mm:ss`,
    );
  }

  failColumnCount(found: number, expected: number): void {
    this.fail('DZ_ROW_COLUMN_COUNT', `the row has ${found} columns, its header ${expected}`);
  }

  failDuplicate(what: string): void {
    this.fail('DZ_ROW_DUPLICATE', `${what} stands in this bill already; it counts once`);
  }

  /** The lines since the last call. */
  take(): readonly BillLine[] {
    const batch = this.#batch;
    this.#batch = [];
    return batch;
  }

  get hasLines(): boolean {
    return this.#batch.length > 0;
  }

  get paymentFen(): bigint {
    return ledgerSum(this.#paymentFen.total);
  }

  get refundFen(): bigint {
    return ledgerSum(this.#refundFen.total);
  }

  /** The date all lines share; null when there are none or they lie on several dates. */
  get onlyDate(): BusinessDate | null {
    return this.#severalDays || Number.isNaN(this.#day) ? null : dateOfDay(this.#day);
  }
}

export function shown(value: ByteText): string {
  return displayText(value.slice(0, MAX_SHOWN_CHARS));
}

function ledgerSum(total: bigint): bigint {
  if (total > MAX_FEN) {
    throw new DuizhangError(
      'DZ_AMOUNT_OVERFLOW',
      `the bill's rows add up to ${total} fen, which does not fit Int64`,
    );
  }
  return total;
}
