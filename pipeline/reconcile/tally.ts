import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Book, Channel, Entry, Kind } from '../../domain/entry.ts';
import { BOOKS, keyPartOf } from '../../domain/entry.ts';
import type { MergedReceipt } from '../../domain/mergedReceipt.ts';
import { addFen } from '../../domain/money.ts';
import type { BookTotals, Outcome } from '../../domain/ports.ts';
import type { Mode, Verdict, VerdictCode } from '../../domain/verdict.ts';
import { BOOKS_OF_MODE, EXCEPTION_CODES, VERDICT_CODES } from '../../domain/verdict.ts';

/** What a reconciliation found: totals of each book, verdicts by code, and every exception. */
export type ReconcileResult = {
  readonly mode: Mode;
  /** Never FAILED: a result that could not be had is an error, not a result. */
  readonly outcome: Exclude<Outcome, 'FAILED'>;
  /** The books that the mode compares. */
  readonly books: Readonly<Partial<Record<Book, BookTotals>>>;
  /** Only codes that were given. */
  readonly verdicts: Readonly<Partial<Record<VerdictCode, number>>>;
  /** By business date, order number, kind and refund number. */
  readonly exceptions: readonly ReconcileException[];
};

export type ReconcileException = {
  readonly verdict: VerdictCode;
  readonly kind: Kind;
  readonly businessDate: BusinessDate;
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly channel: Channel | null;
  readonly merchantFen: bigint | null;
  readonly platformFen: bigint | null;
  readonly channelFen: bigint | null;
  readonly possiblyCrossDay: boolean;
  readonly channelConflict: boolean;
  readonly ambiguousRefund: boolean;
  readonly possibleDuplicateOf: string | null;
  readonly mergedReceipt: MergedReceipt | null;
};

/**
 * The verdicts of one order that belong to a date: those with a side or a line on it, and the whole of an OFFSET that has
 * a side on it (its payment and its refunds may lie on two dates, and half of it would look like a difference).
 * @param lines the order's
 * @param date null: all
 */
export function rowsForDate(
  verdicts: readonly Verdict[],
  lines: readonly Entry[],
  date: BusinessDate | null,
): readonly Verdict[] {
  if (date === null) return verdicts;
  const isOffset = verdicts.some((verdict) => verdict.code === 'OFFSET' && hasSideOn(verdict, date));
  return verdicts.filter(
    (verdict) =>
      hasSideOn(verdict, date) ||
      (isOffset && verdict.code === 'OFFSET') ||
      hasLaterLineOn(verdict, lines, date),
  );
}

/** Adds rows up; with a date, of the books only the sides dated so. */
export class Tally {
  readonly #mode: Mode;
  readonly #date: BusinessDate | null;
  readonly #totals: Record<Book, BookTotals> = { MERCHANT: NOTHING, PLATFORM: NOTHING, CHANNEL: NOTHING };
  readonly #counts = new Map<VerdictCode, number>();
  readonly #exceptions: ReconcileException[] = [];

  constructor(mode: Mode, date: BusinessDate | null = null) {
    this.#mode = mode;
    this.#date = date;
  }

  /** Takes verdicts that belong to the date, see `rowsForDate`. */
  add(rows: readonly Verdict[]): void {
    for (const verdict of rows) {
      this.#count(verdict.code, 1);
      if (EXCEPTION_CODES.has(verdict.code)) this.#exceptions.push(exceptionOf(verdict));
      for (const book of BOOKS) this.#addSide(verdict, book);
    }
  }

  /** Takes keys known to be MATCHED on one date: the same totals in each of the mode's books. */
  addMatched(date: BusinessDate, totals: BookTotals): void {
    if (this.#date !== null && date !== this.#date) return;
    const keys = totals.payments + totals.refunds;
    if (keys === 0) return;
    this.#count('MATCHED', keys);
    for (const book of BOOKS_OF_MODE[this.#mode]) {
      this.#totals[book] = addTotals(this.#totals[book], totals);
    }
  }

  /** Takes what was added up elsewhere for the same mode and date. */
  merge(other: ReconcileResult): void {
    for (const book of BOOKS) {
      const totals = other.books[book];
      if (totals) this.#totals[book] = addTotals(this.#totals[book], totals);
    }
    for (const code of VERDICT_CODES) {
      const count = other.verdicts[code];
      if (count !== undefined) this.#count(code, count);
    }
    for (const exception of other.exceptions) this.#exceptions.push(exception);
  }

  result(): ReconcileResult {
    const counted = VERDICT_CODES.flatMap((code) => {
      const count = this.#counts.get(code);
      return count === undefined ? [] : [[code, count] as const];
    });
    return {
      mode: this.#mode,
      outcome: this.#exceptions.length === 0 ? 'BALANCED' : 'UNBALANCED',
      books: Object.fromEntries(BOOKS_OF_MODE[this.#mode].map((book) => [book, this.#totals[book]])),
      verdicts: Object.fromEntries(counted),
      exceptions: this.#exceptions.toSorted(compareExceptions),
    };
  }

  #count(code: VerdictCode, keys: number): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + keys);
  }

  #addSide(verdict: Verdict, book: Book): void {
    const side = verdict.sides[book];
    if (side === null || (this.#date !== null && side.businessDate !== this.#date)) return;
    const payments = verdict.kind === 'PAYMENT';
    this.#totals[book] = addTotals(this.#totals[book], {
      payments: payments ? side.identities.length : 0,
      refunds: payments ? 0 : side.identities.length,
      paymentFen: payments ? side.amountFen : 0n,
      refundFen: payments ? 0n : side.amountFen,
    });
  }
}

const NOTHING: BookTotals = { payments: 0, refunds: 0, paymentFen: 0n, refundFen: 0n };

export function tallyVerdicts(verdicts: readonly Verdict[], mode: Mode): ReconcileResult {
  const tally = new Tally(mode);
  tally.add(verdicts);
  return tally.result();
}

/** The result as `--json` and the API show it: books in lower case, fen as decimal strings. */
export function jsonOfResult(result: ReconcileResult): Readonly<Record<string, unknown>> {
  const books = BOOKS_OF_MODE[result.mode].map((book) => {
    const { payments, refunds, paymentFen, refundFen } = result.books[book] ?? NOTHING;
    return [
      book.toLowerCase(),
      { payments, refunds, paymentFen: paymentFen.toString(), refundFen: refundFen.toString() },
    ];
  });
  return {
    mode: result.mode,
    outcome: result.outcome,
    books: Object.fromEntries(books),
    verdicts: result.verdicts,
    exceptions: result.exceptions.map((exception) => ({
      ...exception,
      merchantFen: exception.merchantFen?.toString() ?? null,
      platformFen: exception.platformFen?.toString() ?? null,
      channelFen: exception.channelFen?.toString() ?? null,
    })),
  };
}

export function exceptionOf(verdict: Verdict): ReconcileException {
  return {
    verdict: verdict.code,
    kind: verdict.kind,
    businessDate: verdict.businessDate,
    orderNo: verdict.orderNo,
    refundNo: verdict.refundNo,
    channel: verdict.channel,
    merchantFen: verdict.sides.MERCHANT?.amountFen ?? null,
    platformFen: verdict.sides.PLATFORM?.amountFen ?? null,
    channelFen: verdict.sides.CHANNEL?.amountFen ?? null,
    possiblyCrossDay: verdict.possiblyCrossDay,
    channelConflict: verdict.channelConflict,
    ambiguousRefund: verdict.ambiguousRefund,
    possibleDuplicateOf: verdict.possibleDuplicateOf,
    mergedReceipt: verdict.mergedReceipt,
  };
}

function addTotals(a: BookTotals, b: BookTotals): BookTotals {
  return {
    payments: a.payments + b.payments,
    refunds: a.refunds + b.refunds,
    paymentFen: addFen(a.paymentFen, b.paymentFen),
    refundFen: addFen(a.refundFen, b.refundFen),
  };
}

function hasSideOn(verdict: Verdict, date: BusinessDate): boolean {
  return BOOKS.some((book) => verdict.sides[book]?.businessDate === date);
}

/** A side carries its earliest line's date: a second payment of a later date stands in its identities only. */
function hasLaterLineOn(verdict: Verdict, lines: readonly Entry[], date: BusinessDate): boolean {
  const several = BOOKS.some((book) => (verdict.sides[book]?.identities.length ?? 0) > 1);
  return several && lines.some((line) => line.businessDate === date && keyPartOf(line) === verdict.keyPart);
}

function compareExceptions(a: ReconcileException, b: ReconcileException): number {
  return (
    compareText(a.businessDate, b.businessDate) ||
    compareText(a.orderNo, b.orderNo) ||
    compareText(a.kind, b.kind) ||
    compareText(a.refundNo ?? '', b.refundNo ?? '') ||
    compareText(fenText(a), fenText(b))
  );
}

/** Settles the order of numberless refunds of one order, whose other fields may be equal. */
function fenText(exception: ReconcileException): string {
  return `${exception.merchantFen} ${exception.platformFen} ${exception.channelFen}`;
}

/** Code-unit order: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
