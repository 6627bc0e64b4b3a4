import type { BusinessDate } from '../../domain/businessDate.ts';
import type { DuplicateCandidate } from '../../domain/duplicateHint.ts';
import { hintDuplicates, wantsHint } from '../../domain/duplicateHint.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import type { BillReader, BillReport } from '../../domain/ports.ts';
import type { Mode, Verdict } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { channelOfFormat } from '../channelOfFormat.ts';
import type { BookFile, FileRowError, OrderShelf, ReconciledFiles } from './books.ts';
import { HintSearch } from './hintSearch.ts';
import { Tally } from './tally.ts';

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
  const errors: FileRowError[] = [];
  let errorCount = 0;
  for (const [index, file] of files.entries()) {
    const report = await shelve(file, `file-${index + 1}`, ports);
    errorCount += report.errorCount;
    for (const { line, code, message } of report.errors)
      errors.push({ file: file.name, line, code, message });
  }
  return { result: judgeShelf(ports.shelf, options), errors, errorCount };
}

async function shelve(
  file: BookFile,
  sourceName: string,
  { readBill, shelf }: { readonly readBill: BillReader; readonly shelf: OrderShelf },
) {
  try {
    const bill = readBill(file.open(), file.channel === null ? {} : { channel: file.channel });
    for await (const lines of bill.lines) {
      for (const line of lines) shelf.put(file.book, line, `${sourceName}:${line.line}`);
    }
    const report = await bill.report;
    checkBook(file, report);
    return report;
  } catch (error) {
    if (!(error instanceof DuizhangError)) throw error;
    throw new DuizhangError(error.code, `${file.name}: ${error.message}`, { cause: error });
  }
}

/** A channel's bill in the place of another book, or a file without one good row, would make everything a difference. */
function checkBook(file: BookFile, report: BillReport): void {
  const channel = channelOfFormat(report.format);
  if (channel !== null && file.book !== 'CHANNEL') {
    throw new DuizhangError(
      'DZ_BILL_WRONG_BOOK',
      `it is a bill of ${channel} (${report.format}), not a ${file.book} book; give it behind --channel`,
    );
  }
  const [first] = report.errors;
  if (!first || report.errorCount < report.rows) return;
  throw new DuizhangError(
    'DZ_BILL_NO_GOOD_ROW',
    `none of its ${report.rows} rows could be read, the first for this reason: line ${first.line}, ${first.message}`,
  );
}

function judgeShelf(shelf: OrderShelf, { mode, date, rules }: ReconcileOptions) {
  const tally = new Tally(mode, date);
  const search = new HintSearch();
  const waiting: Verdict[] = [];
  for (const order of shelf.orders()) {
    const verdicts = judgeOrder(order, { mode, rules });
    if (verdicts.some(wantsHint)) {
      for (const verdict of verdicts) search.want(verdict, order);
      waiting.push(...verdicts);
    } else tally.add(verdicts);
  }
  tally.add(hintDuplicates(waiting, candidatesOn(shelf, search)));
  return tally.result();
}

function candidatesOn(shelf: OrderShelf, search: HintSearch): DuplicateCandidate[] {
  const candidates: DuplicateCandidate[] = [];
  if (search.isEmpty) return candidates;
  for (const order of shelf.orders()) candidates.push(...search.candidatesOf(order));
  return candidates;
}
