import type { ComparedRow, RowDifference } from './compareRows.ts';
import { compareRows } from './compareRows.ts';

/** Keeps the rows of two bills in parts by order, so that comparing needs one part in memory. */
export interface RowShelf {
  put(bill: 'A' | 'B', row: ComparedRow): void;
  /** @returns of each part the rows of both; `same` rows that are equal in both may be left out of them */
  parts(): Iterable<{
    readonly same: number;
    readonly a: readonly ComparedRow[];
    readonly b: readonly ComparedRow[];
  }>;
}

export type DiffTotals = {
  readonly payments: number;
  readonly refunds: number;
  readonly paymentFen: bigint;
  readonly refundFen: bigint;
  /** null: no row names a fee. */
  readonly feeMilliFen: bigint | null;
};

export type BillDiff = {
  readonly a: DiffTotals;
  readonly b: DiffTotals;
  readonly same: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** The first ones by line, as many as were asked for; the counts are of all. */
  readonly differences: readonly RowDifference[];
};

/**
 * Compares two bills row by row; the order of rows does not matter.
 * @param limit how many differences are kept at most
 */
export async function diffBills(
  a: AsyncIterable<readonly ComparedRow[]>,
  b: AsyncIterable<readonly ComparedRow[]>,
  shelf: RowShelf,
  limit: number,
): Promise<BillDiff> {
  const totals = { a: await fill(a, 'A', shelf), b: await fill(b, 'B', shelf) };
  const counts = { ADDED: 0, REMOVED: 0, CHANGED: 0 };
  let same = 0;
  let kept: RowDifference[] = [];
  for (const part of shelf.parts()) {
    const compared = compareRows(part.a, part.b);
    same += part.same + compared.same;
    for (const difference of compared.differences) {
      counts[difference.what] += 1;
      kept.push(difference);
      if (kept.length >= 2 * limit + 1000) kept = firstOf(kept, limit);
    }
  }
  const { ADDED: added, REMOVED: removed, CHANGED: changed } = counts;
  return { ...totals, same, added, removed, changed, differences: firstOf(kept, limit) };
}

function firstOf(differences: readonly RowDifference[], limit: number): RowDifference[] {
  return differences.toSorted((x, y) => lineOf(x) - lineOf(y)).slice(0, limit);
}

function lineOf(difference: RowDifference): number {
  return difference.what === 'REMOVED' ? difference.a.line : difference.b.line;
}

async function fill(
  rows: AsyncIterable<readonly ComparedRow[]>,
  bill: 'A' | 'B',
  shelf: RowShelf,
): Promise<DiffTotals> {
  const count = { PAYMENT: 0, REFUND: 0 };
  const fen = { PAYMENT: 0n, REFUND: 0n };
  let feeMilliFen: bigint | null = null;
  for await (const batch of rows) {
    for (const row of batch) {
      count[row.kind] += 1;
      fen[row.kind] += row.amountFen;
      if (row.feeMilliFen !== null) feeMilliFen = (feeMilliFen ?? 0n) + row.feeMilliFen;
      shelf.put(bill, row);
    }
  }
  return {
    payments: count.PAYMENT,
    refunds: count.REFUND,
    paymentFen: fen.PAYMENT,
    refundFen: fen.REFUND,
    feeMilliFen,
  };
}
