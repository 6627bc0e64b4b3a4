import { dateOfDay, dayNumberOf, localOfInstant, type BusinessDate } from '../../domain/businessDate.ts';
import type { Channel, Kind } from '../../domain/entry.ts';
import { MAX_FEN } from '../../domain/money.ts';
import type { BillHints, BillLine, StatedTotal } from '../../domain/ports.ts';
import { amountFaultOf, thousandsIn } from './amountFault.ts';
import { BillDay, LINES_TO_TELL_DAY, type Period } from './billDay.ts';
import { displayText, type ByteText } from './byteText.ts';
import { ExactSum, type Exact } from './decimal.ts';
import { IdentitySet } from './identitySet.ts';
import type { IdFault } from './ids.ts';
import { refusal, type Filling, type ROW_MESSAGES, type RowMessage } from './messages.ts';
import { RowErrors, type RowPlace } from './rowErrors.ts';

/** A footer of more or longer totals than any channel writes is kept in part. */
const MAX_STATED = 100;
const MAX_STATED_CHARS = 64;

/** A line that waits until the day of its bill is told. */
type HeldLine = {
  readonly line: BillLine;
  readonly fen: Exact;
  readonly timeColumn: string;
  readonly place: RowPlace;
};

/** Where a format puts its rows: lines for the reader, errors and counts for the report. */
export class RowSink {
  readonly hints: BillHints;
  readonly identities = new IdentitySet();
  readonly errors = new RowErrors();
  readonly day = new BillDay();
  readonly #stated: StatedTotal[] = [];
  rows = 0;
  /** Rows that are neither payment nor refund (Alipay 充值); kept with the bill, not reconciled. */
  otherRows = 0;
  payments = 0;
  refunds = 0;
  foreignRows = 0;
  /** The bill has a column for fees. */
  namesFees = false;
  /** Of the lines; of an account bill: of its fee rows. */
  readonly fee = new ExactSum();
  readonly #paymentFen = new ExactSum();
  readonly #refundFen = new ExactSum();
  readonly #foreignPaymentFen = new ExactSum();
  readonly #foreignRefundFen = new ExactSum();
  #batch: BillLine[] = [];
  readonly #held: HeldLine[] = [];
  readonly #place: RowPlace = { text: '', start: 0, end: 0, lineNo: 0, ordinal: 0 };
  #lastDay = Number.NaN;
  #severalDays = false;

  constructor(hints: BillHints) {
    this.hints = hints;
  }

  /** The channel that the caller says the bill is of. */
  get channelHint(): Channel | null {
    return this.hints.channel ?? null;
  }

  /** A total of the bill's footer, as it stands there. */
  state(name: string, value: ByteText): void {
    if (this.#stated.length >= MAX_STATED) return;
    this.#stated.push({
      name: name.slice(0, MAX_STATED_CHARS).toWellFormed(),
      value: displayText(value.slice(0, MAX_STATED_CHARS)),
    });
  }

  get stated(): readonly StatedTotal[] {
    return this.#stated;
  }

  /** Counts a detail row; the errors that follow are its. */
  beginRow(text: ByteText, start: number, end: number, lineNo: number): void {
    this.rows += 1;
    const place = this.#place;
    place.text = text;
    place.start = start;
    place.end = end;
    place.lineNo = lineNo;
    place.ordinal = this.rows;
  }

  /**
   * `fen` is the line's amount as it was read: adding numbers is cheaper than adding bigints.
   * @param timeColumn the column that says when it was
   */
  accept(line: BillLine, fen: Exact, timeColumn: string): void {
    if (this.day.isOpen) {
      this.#held.push({ line, fen, timeColumn, place: { ...this.#place } });
      if (this.#held.length >= LINES_TO_TELL_DAY) this.#tellDay();
    } else if (this.day.holds(line)) this.#take(line, fen);
    else this.#leaveOut(line, timeColumn, this.#place);
  }

  /** A good row of another business under the same merchant number. */
  acceptForeign(kind: Kind, fen: Exact): void {
    this.foreignRows += 1;
    (kind === 'PAYMENT' ? this.#foreignPaymentFen : this.#foreignRefundFen).add(fen);
  }

  /** No more rows come: lines that still waited for the day are decided. */
  finish(): void {
    if (this.day.isOpen) this.#tellDay();
  }

  #tellDay(): void {
    this.day.tell(this.#held.map(({ line }) => line));
    for (const { line, fen, timeColumn, place } of this.#held) {
      if (this.day.holds(line)) this.#take(line, fen);
      else this.#leaveOut(line, timeColumn, place);
    }
    this.#held.length = 0;
  }

  /** Its fee was added with those of the lines, of which it is none. */
  #leaveOut(line: BillLine, timeColumn: string, place: RowPlace): void {
    this.fee.add(-(line.feeMilliFen ?? 0n));
    this.failOutside(timeColumn, line.occurredAtMs, this.day.period, place);
  }

  #take(line: BillLine, fen: Exact): void {
    this.#batch.push(line);
    if (line.kind === 'PAYMENT') {
      this.payments += 1;
      this.#paymentFen.add(fen);
    } else {
      this.refunds += 1;
      this.#refundFen.add(fen);
    }
    const day = dayNumberOf(line.occurredAtMs);
    if (day !== this.#lastDay) {
      if (!Number.isNaN(this.#lastDay)) this.#severalDays = true;
      this.#lastDay = day;
    }
  }

  failOutside(column: string, atMs: number, period: Period | null, place: RowPlace = this.#place): void {
    this.errors.add(place, 'outsideDay', {
      column,
      value: localOfInstant(atMs),
      from: localOfInstant(period?.fromMs ?? 0),
      to: localOfInstant(period?.toMs ?? 0),
    });
  }

  fail<K extends RowMessage>(message: K, filling: Filling<(typeof ROW_MESSAGES)[K]>): void {
    this.errors.add(this.#place, message, filling);
  }

  failId(column: string, value: ByteText, fault: IdFault): void {
    switch (fault) {
      case 'EMPTY':
        return this.fail('idEmpty', { column });
      case 'EXCEL':
        return this.fail('excelNumber', { column, value });
      case 'ILLEGAL':
        return this.fail('idIllegal', { column, value });
    }
  }

  /** @param expected the sentence for a cell that is wrong in no particular way */
  failAmount(
    column: string,
    value: ByteText,
    expected: 'amount' | 'feeAmount' | 'fenAmount' | 'signedFenAmount' = 'amount',
  ): void {
    switch (amountFaultOf(value)) {
      case 'EXCEL':
        return this.fail('excelNumber', { column, value });
      case 'THOUSANDS':
        return this.fail('amountThousands', { column, value });
      case 'TOO_LARGE':
        return this.fail('amountTooLarge', { column, value });
      case 'NEGATIVE':
        return this.fail('amountNegative', { column, value });
      case 'UNREADABLE':
        return this.fail(expected, { column, value });
    }
  }

  failColumnCount(found: number, header: readonly string[]): void {
    const { text, start, end } = this.#place;
    const row = text.slice(start, end);
    const value = found > header.length ? thousandsIn(row) : null;
    if (value === null) return this.fail('columnCount', { found, expected: header.length });
    const column = header[row.slice(0, row.indexOf(value)).split(',').length - 1] ?? '';
    return this.fail('amountThousands', { column, value });
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

  get sums() {
    return {
      paymentFen: ledgerSum(this.#paymentFen),
      refundFen: ledgerSum(this.#refundFen),
      foreignPaymentFen: ledgerSum(this.#foreignPaymentFen),
      foreignRefundFen: ledgerSum(this.#foreignRefundFen),
    };
  }

  /** The day that was told, else the date all lines share; null when there are none or they lie on several dates. */
  get date(): BusinessDate | null {
    if (this.day.date !== null) return this.day.date;
    return this.#severalDays || Number.isNaN(this.#lastDay) ? null : dateOfDay(this.#lastDay);
  }
}

function ledgerSum(sum: ExactSum): bigint {
  const { total } = sum;
  if (total > MAX_FEN) throw refusal('sumOverflow', { total: String(total) });
  return total;
}
