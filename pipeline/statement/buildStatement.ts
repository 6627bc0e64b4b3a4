import type { BusinessDate } from '../../domain/businessDate.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { Book, Channel, Kind } from '../../domain/entry.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { firstDateOf, lastDateOf, monthOf } from '../../domain/month.ts';
import type { Reconciliation } from '../../domain/ports.ts';
import { rollForward } from '../../domain/rollForward.ts';
import type {
  BookLine,
  Statement,
  StatementLedger,
  StatementSpan,
  VerdictSum,
} from '../../domain/statement.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';

/**
 * The statement of a merchant's day or month, from its published runs. Every figure ties to another one, or there is no
 * statement.
 * @throws DZ_STATEMENT_NOT_CLOSED, DZ_STATEMENT_NOT_TIED
 */
export async function buildStatement(
  merchant: Merchant,
  span: StatementSpan,
  ledger: StatementLedger,
  nowMs: number,
): Promise<Statement> {
  const { merchantId, name: merchantName } = merchant;
  const [from, last] =
    span.kind === 'DAY' ? [span.date, span.date] : [firstDateOf(span.month), lastDateOf(span.month)];
  const runs = await ledger.publishedRuns(merchantId, from, last);
  const lastRun = runs.at(-1);
  if (!lastRun) {
    throw new DuizhangError(
      'DZ_STATEMENT_NOT_CLOSED',
      `${merchantId} has no published run ${span.kind === 'DAY' ? `of ${from}` : `in ${span.month}`}; close it first (./duizhang close)`,
    );
  }
  const isOver = last < businessDateOf(nowMs);
  const to = isOver ? last : lastRun.businessDate;
  const [verdicts, words, cases, lock, openDates] = await Promise.all([
    ledger.verdictSums(runs),
    ledger.words(merchantId, to),
    ledger.cases(merchantId),
    ledger.monthLock(merchantId, monthOf(from)),
    ledger.openDates(merchantId, from, to),
  ]);
  assertCountsTie(runs, verdicts);
  const books = BOOKS.flatMap((book) => bookLines(book, runs, verdicts));
  const roll = rollForward(words, cases, { from, to });
  const madeAtMs = nowMs;
  return { merchantId, merchantName, span, from, to, madeAtMs, lock, runs, openDates, books, verdicts, roll };
}

/** What the runs say they found must be what is stored of them. */
function assertCountsTie(runs: readonly Reconciliation[], verdicts: readonly VerdictSum[]): void {
  for (const code of VERDICT_CODES) {
    const said = runs.reduce((sum, run) => sum + (run.verdicts[code] ?? 0), 0);
    const stored = verdicts.reduce((sum, row) => sum + (row.code === code ? row.rows : 0), 0);
    if (said === stored) continue;
    throw new DuizhangError(
      'DZ_STATEMENT_NOT_TIED',
      `the runs of ${datesOf(runs)} say ${said} × ${code}, the ledger holds ${stored}; no statement is made, report this`,
    );
  }
}

function datesOf(runs: readonly Reconciliation[]): string {
  const dates: readonly BusinessDate[] = runs.map((run) => run.businessDate);
  return dates.length === 1 ? `${dates[0]}` : `${dates[0]} to ${dates.at(-1)}`;
}

/** A book by channel; what its lines come to beyond the verdicts' sides is told, and the runs' total ends it. */
function bookLines(book: Book, runs: readonly Reconciliation[], verdicts: readonly VerdictSum[]): BookLine[] {
  const totals = runs.flatMap((run) => run.books[book] ?? []);
  if (totals.length === 0) return [];
  const total = totals.reduce<Amounts>((sum, own) => plus(sum, own), NOTHING);
  const channels = [...CHANNELS, null].filter((channel) =>
    verdicts.some((row) => row.channel === channel && row.ownLines[book] > 0),
  );
  const lines = channels.map((channel) => ({ book, channel, ...amountsOf(book, channel, verdicts) }));
  const shown = lines.reduce<Amounts>((sum, line) => plus(sum, line), NOTHING);
  const other = minus(total, shown);
  const isAll = Object.values(other).every((value) => BigInt(value) === 0n);
  return [
    ...lines,
    ...(isAll ? [] : [{ book, channel: 'OTHER' as const, ...other }]),
    { book, channel: 'TOTAL', ...total },
  ];
}

type Amounts = Omit<BookLine, 'book' | 'channel'>;

const NOTHING: Amounts = { payments: 0, paymentFen: 0n, refunds: 0, refundFen: 0n };

function amountsOf(book: Book, channel: Channel | null, verdicts: readonly VerdictSum[]): Amounts {
  const of = (kind: Kind) => verdicts.filter((row) => row.channel === channel && row.kind === kind);
  const lines = (kind: Kind) => of(kind).reduce((sum, row) => sum + row.ownLines[book], 0);
  const fen = (kind: Kind) => of(kind).reduce((sum, row) => sum + row.ownFen[book], 0n);
  return {
    payments: lines('PAYMENT'),
    paymentFen: fen('PAYMENT'),
    refunds: lines('REFUND'),
    refundFen: fen('REFUND'),
  };
}

function plus(a: Amounts, b: Amounts): Amounts {
  return {
    payments: a.payments + b.payments,
    paymentFen: a.paymentFen + b.paymentFen,
    refunds: a.refunds + b.refunds,
    refundFen: a.refundFen + b.refundFen,
  };
}

function minus(a: Amounts, b: Amounts): Amounts {
  return plus(a, {
    payments: -b.payments,
    paymentFen: -b.paymentFen,
    refunds: -b.refunds,
    refundFen: -b.refundFen,
  });
}
