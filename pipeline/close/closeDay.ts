import type { FetchLog } from '../../domain/billFetch.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type {
  BillStore,
  BookSum,
  BooksSnapshot,
  Certifier,
  CloseGate,
  CloseLease,
  CloseLedger,
  CloseMode,
  RunKey,
  SideSum,
  TokenIssuer,
} from '../../domain/closePorts.ts';
import type { Book, Kind } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { EMPTY_ROOT, merkleBuilder } from '../../domain/merkle.ts';
import { addFen } from '../../domain/money.ts';
import type { Bill, BookTotals, Outcome, Reconciliation } from '../../domain/ports.ts';
import { FAILURE_REASONS } from '../../domain/ports.ts';
import { BOOKS_OF_MODE, EXCEPTION_CODES } from '../../domain/verdict.ts';
import { billDatesAround, billsOfDate, bookScope, speaksFor } from './bookScope.ts';
import type { RunFacts } from './certificateDraft.ts';
import { billsInPlace, certificateDraft } from './certificateDraft.ts';
import { assertConserved, restOfOrder } from './conservation.ts';
import type { IsBilled } from './judgeForDate.ts';
import { judgeForDate } from './judgeForDate.ts';
import { assertMayClose } from './monthLock.ts';
import type { DayFacts } from './whyNotYet.ts';
import { whyNotYet } from './whyNotYet.ts';
import { mergedReceiptsOf, withHints } from './withHints.ts';

export type CloseRequest = {
  readonly merchant: Merchant;
  readonly date: BusinessDate;
  /** A new one for each run. */
  readonly runId: string;
  /** Who asked for the run: a person's name or `schedule`. */
  readonly operator: string;
  /** Why the date is closed although its month is locked; kept with the operator. */
  readonly reason?: string;
};

export type CloseDeps = {
  readonly ledger: CloseLedger;
  readonly bills: Pick<BillStore, 'billsBetween' | 'handledBills'>;
  readonly fetches: Pick<FetchLog, 'fetchesOf'>;
  readonly tokens: TokenIssuer;
  readonly gate: CloseGate;
  readonly certifier: Certifier;
  /** Epoch milliseconds. */
  now(): number;
};

/**
 * Closes a merchant's date: judges every order that the date's lines touch and publishes the rows as one run, with a
 * certificate. A run that fails is published with its reasons and without rows. Running again gives a new run; from the
 * same facts, the same Merkle root.
 * @throws DZ_CLOSE_RUNNING, DZ_CLOSE_LEASE_LOST, DZ_CLOSE_NOT_CONSERVED, DZ_MONTH_LOCKED; nothing is published then
 */
export async function closeDay(request: CloseRequest, deps: CloseDeps): Promise<Reconciliation> {
  const { merchant, date, runId } = request;
  const startedAtMs = deps.now();
  const run: RunKey = { runId, merchantId: merchant.merchantId, businessDate: date, mode: merchant.mode };
  await assertMayClose(run, request.reason, deps.ledger);
  const { positions } = await deps.gate.waitUntilStored(merchant.merchantId, date);
  const lease = await deps.tokens.acquire(run, () => deps.ledger.highestToken(run));
  try {
    const { result, facts } = await runOnce(run, merchant, deps);
    const reconciliation: Reconciliation = {
      ...run,
      ...result,
      operator: request.operator,
      startedAtMs,
      endedAtMs: deps.now(),
      token: lease.token,
      positions,
    };
    await deps.certifier.prepare(certificateDraft(reconciliation, merchant, facts));
    await recordReason(run, request, deps);
    await publish(reconciliation, run, lease, deps.ledger);
    await deps.certifier.certify(run.merchantId);
    return reconciliation;
  } finally {
    await lease.release();
  }
}

/** The month may have been locked since the run began. */
async function recordReason(run: RunKey, request: CloseRequest, deps: CloseDeps): Promise<void> {
  const { reason, operator } = request;
  const lock = await assertMayClose(run, reason, deps.ledger);
  if (!lock || reason === undefined) return;
  const { runId, merchantId, businessDate } = run;
  await deps.ledger.recordLockedClose({
    runId,
    merchantId,
    businessDate,
    operator,
    reason,
    atMs: deps.now(),
  });
}

type RunResult = Pick<
  Reconciliation,
  'outcome' | 'reasons' | 'details' | 'books' | 'bills' | 'verdicts' | 'merkleRoot'
>;

async function runOnce(
  run: RunKey,
  merchant: Merchant,
  deps: CloseDeps,
): Promise<{ readonly result: RunResult; readonly facts: RunFacts }> {
  const span = merchant.rules.crossDayDays;
  const around = billDatesAround(run.businessDate, span);
  const bills = await deps.bills.billsBetween(run.merchantId, around.from, around.to);
  const scope = bookScope(run.merchantId, run.businessDate, span, bills);
  const snapshot = await deps.ledger.snapshot(run, scope);
  try {
    const sums = await snapshot.sums();
    const books = totalsOf(run.mode, sums);
    const billIds = billsOfDate(scope, bills);
    const ofRunDate = bills.filter(({ billId }) => billIds.includes(billId));
    const details = whyNotYet(run, await dayFacts(run, { bills: ofRunDate, sums }, deps));
    const told = { details, books, bills: billIds };
    const seen = { bills: billsInPlace(scope, bills), sums };
    const reasons = FAILURE_REASONS.filter((reason) => details[reason] !== undefined);
    if (reasons.length > 0) {
      return {
        result: { outcome: 'FAILED', reasons, ...told, verdicts: {}, merkleRoot: EMPTY_ROOT },
        facts: { ...seen, leaves: 0, billed: [], rest: [], verdicts: [], realtime: null },
      };
    }
    await snapshot.matchTrivial();
    const rest = await judgeOthers(run, merchant, snapshot, deps.ledger, billedBy(bills));
    assertConserved(run, sums, await deps.ledger.sideSums(run), rest);
    const verdicts = await deps.ledger.verdictCounts(run);
    const { merkleRoot, leaves } = await rootOf(run, deps.ledger);
    const places = seen.bills.map(({ bill }) => bill.billId);
    const ofDate = scope.bills.filter(({ billId }) => places.includes(billId));
    return {
      result: { outcome: outcomeOf(verdicts), reasons: [], ...told, verdicts, merkleRoot },
      facts: {
        ...seen,
        leaves,
        rest,
        billed: await deps.ledger.billedSums(run, ofDate),
        verdicts: await deps.ledger.verdictSums(run),
        realtime: await weighRealtime(run, deps.ledger),
      },
    };
  } finally {
    await snapshot.discard();
  }
}

/** What decides whether the date can be closed at all. */
async function dayFacts(
  { merchantId, businessDate }: RunKey,
  { bills, sums }: Pick<DayFacts, 'bills' | 'sums'>,
  deps: CloseDeps,
): Promise<DayFacts> {
  const faulty = bills.filter((bill) => bill.errorRows > 0).map(({ billId }) => billId);
  const [handled, fetches] = await Promise.all([
    deps.bills.handledBills(merchantId, faulty),
    deps.fetches.fetchesOf(merchantId, businessDate),
  ]);
  return { sums, bills, handled, fetches };
}

/** @returns what the sides of the written rows hold beside plain lines of the date, see `assertConserved` */
async function judgeOthers(
  run: RunKey,
  merchant: Merchant,
  snapshot: BooksSnapshot,
  ledger: CloseLedger,
  isBilled: IsBilled,
): Promise<readonly SideSum[]> {
  const context = { mode: run.mode, rules: merchant.rules };
  const merged = await mergedReceiptsOf(run, snapshot);
  const rest: SideSum[] = [];
  for await (const orders of snapshot.ordersToJudge()) {
    const rows = orders.flatMap((lines) => {
      const rowsOfOrder = judgeForDate(lines, run.businessDate, context, isBilled);
      rest.push(...restOfOrder(lines, rowsOfOrder, run.businessDate));
      return rowsOfOrder;
    });
    await ledger.writeVerdicts(run, await withHints(rows, merged, snapshot));
  }
  return rest;
}

async function weighRealtime(run: RunKey, ledger: CloseLedger): Promise<RunFacts['realtime']> {
  if (run.mode !== 'THREE_WAY') return null;
  await ledger.storeRealtimeWords(run);
  return ledger.realtimeWords(run);
}

async function rootOf(
  run: RunKey,
  ledger: Pick<CloseLedger, 'leaves'>,
): Promise<{ readonly merkleRoot: string; readonly leaves: number }> {
  const builder = merkleBuilder();
  let count = 0;
  for await (const leaves of ledger.leaves(run)) {
    for (const leaf of leaves) builder.add(leaf);
    count += leaves.length;
  }
  return { merkleRoot: builder.root(), leaves: count };
}

function billedBy(bills: readonly Bill[]): IsBilled {
  const ofChannels = bills.filter((bill) => bill.book === 'CHANNEL');
  return (channel, date) =>
    ofChannels.some((bill) => bill.businessDate === date && speaksFor(bill, 'CHANNEL', channel));
}

function totalsOf(mode: CloseMode, sums: readonly BookSum[]): Reconciliation['books'] {
  const totals: Partial<Record<Book, BookTotals>> = {};
  for (const book of BOOKS_OF_MODE[mode]) {
    const own = sums.filter((sum) => sum.book === book);
    const of = (kind: Kind) => own.filter((sum) => sum.kind === kind);
    const fen = (kind: Kind) => of(kind).reduce((total, sum) => addFen(total, sum.fen), 0n);
    const lines = (kind: Kind) => of(kind).reduce((total, sum) => total + sum.lines, 0);
    totals[book] = {
      payments: lines('PAYMENT'),
      refunds: lines('REFUND'),
      paymentFen: fen('PAYMENT'),
      refundFen: fen('REFUND'),
    };
  }
  return totals;
}

function outcomeOf(verdicts: Reconciliation['verdicts']): Outcome {
  return [...EXCEPTION_CODES].some((code) => (verdicts[code] ?? 0) > 0) ? 'UNBALANCED' : 'BALANCED';
}

/** Last of all: what readers follow. A run that a later one overtook must not be seen. */
async function publish(
  reconciliation: Reconciliation,
  run: RunKey,
  lease: CloseLease,
  ledger: CloseLedger,
): Promise<void> {
  await lease.assertHeld();
  if ((await ledger.highestToken(run)) >= lease.token) {
    throw new DuizhangError(
      'DZ_CLOSE_LEASE_LOST',
      `a later close of ${run.merchantId} ${run.businessDate} was published before ${run.runId}, whose result is not`,
    );
  }
  await ledger.publish(reconciliation);
}
