import type { BusinessDate } from '../../domain/businessDate.ts';
import type { DuplicateCandidate } from '../../domain/duplicateHint.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import type { UnreceiptedPayment } from '../../domain/mergedReceipt.ts';
import { unreceiptedOf } from '../../domain/mergedReceipt.ts';
import type { BillLine, BillReader, BillReport } from '../../domain/ports.ts';
import type { Mode, Verdict } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import type { BookFile, OrderShelf, ReconciledFiles } from './books.ts';
import type { HintFacts } from './hintSearch.ts';
import { concernsHints, HintSearch, withHints } from './hintSearch.ts';
import { readBook, saidOfFiles } from './readBook.ts';
import { rowsForDate, Tally } from './tally.ts';

export type ReconcileOptions = {
  readonly mode: Mode;
  /** Only what belongs to this date; null: everything in the files. */
  readonly date: BusinessDate | null;
  readonly rules: MatchRules;
};

/**
 * Compares books of any known bill format: every line is put on the shelf, then judged order by order.
 * @throws the DuizhangError of a refused file, naming it
 */
export async function reconcileFiles(
  files: readonly BookFile[],
  options: ReconcileOptions,
  ports: { readonly readBill: BillReader; readonly shelf: OrderShelf },
): Promise<ReconciledFiles> {
  const reports: [BookFile, BillReport][] = [];
  for (const [index, file] of files.entries()) {
    const put = (line: BillLine) => ports.shelf.put(file.book, line, `file-${index + 1}:${line.line}`);
    reports.push([file, await readBook(file, ports.readBill, put)]);
  }
  return { result: judgeShelf(ports.shelf, options), ...saidOfFiles(reports) };
}

function judgeShelf(shelf: OrderShelf, { mode, date, rules }: ReconcileOptions) {
  const tally = new Tally(mode, date);
  const search = new HintSearch();
  const waiting: Verdict[] = [];
  for (const order of shelf.orders()) {
    const verdicts = rowsForDate(judgeOrder(order, { mode, rules }), order, date);
    if (verdicts.some(concernsHints)) {
      for (const verdict of verdicts) search.want(verdict, order, date);
      waiting.push(...verdicts);
    } else tally.add(verdicts);
  }
  tally.add(withHints(waiting, search.sought().claims, factsOn(shelf, search)));
  return tally.result();
}

function factsOn(shelf: OrderShelf, search: HintSearch): HintFacts {
  const candidates: DuplicateCandidate[] = [];
  const unreceipted: UnreceiptedPayment[] = [];
  const isClaimed = search.sought().claims.length > 0;
  if (search.isEmpty && !isClaimed) return { candidates, unreceipted };
  for (const order of shelf.orders()) {
    candidates.push(...search.candidatesOf(order));
    const payment = isClaimed ? unreceiptedOf(order) : null;
    if (payment !== null) unreceipted.push(payment);
  }
  return { candidates, unreceipted };
}
