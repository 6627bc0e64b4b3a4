import type { Channel, Kind } from '../../domain/entry.ts';

/** A row of a bill as it is compared with one of another bill. */
export type ComparedRow = {
  readonly line: number;
  readonly kind: Kind;
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly channel: Channel | null;
  readonly channelTxnNo: string | null;
  readonly hisOrderNo: string | null;
  readonly amountFen: bigint;
  readonly occurredAtMs: number;
  readonly businessType: string | null;
  readonly feeMilliFen: bigint | null;
  readonly settledFen: bigint | null;
};

/** What a changed row is told by; its line may differ, since rows have no order. */
export const COMPARED_FIELDS = [
  'amountFen',
  'occurredAtMs',
  'channel',
  'channelTxnNo',
  'hisOrderNo',
  'businessType',
  'feeMilliFen',
  'settledFen',
] as const satisfies readonly (keyof ComparedRow)[];
export type ComparedField = (typeof COMPARED_FIELDS)[number];

export type RowDifference =
  | { readonly what: 'ADDED'; readonly b: ComparedRow }
  | { readonly what: 'REMOVED'; readonly a: ComparedRow }
  | {
      readonly what: 'CHANGED';
      readonly a: ComparedRow;
      readonly b: ComparedRow;
      readonly fields: readonly ComparedField[];
    };

export type Comparison = { readonly same: number; readonly differences: readonly RowDifference[] };

/**
 * Compares rows of two bills that hold the same orders. Rows are the same thing by kind, order and refund number; where an
 * order has several, by the fewest fields that differ.
 */
export function compareRows(a: readonly ComparedRow[], b: readonly ComparedRow[]): Comparison {
  const [rowsA, rowsB] = [Map.groupBy(a, keyOf), Map.groupBy(b, keyOf)];
  let same = 0;
  const differences: RowDifference[] = [];
  for (const key of new Set([...rowsA.keys(), ...rowsB.keys()])) {
    const compared = compareKey(rowsA.get(key) ?? [], rowsB.get(key) ?? []);
    same += compared.same;
    differences.push(...compared.differences);
  }
  return { same, differences };
}

const MAX_CANDIDATES = 20;

function keyOf({ kind, orderNo, refundNo }: ComparedRow): string {
  return `${kind} ${orderNo} ${refundNo ?? ''}`;
}

function compareKey(a: readonly ComparedRow[], b: readonly ComparedRow[]): Comparison {
  const [onlyA, onlyB] = withoutEqual(a, b);
  const differences: RowDifference[] = [];
  const left = [...onlyB];
  for (const row of onlyA) {
    // The nearest one: of very many, the next by line.
    const [best] = left
      .slice(0, MAX_CANDIDATES)
      .map((other) => ({ other, fields: changedFields(row, other) }))
      .toSorted((x, y) => x.fields.length - y.fields.length);
    if (best) {
      left.splice(left.indexOf(best.other), 1);
      differences.push({ what: 'CHANGED', a: row, b: best.other, fields: best.fields });
    } else differences.push({ what: 'REMOVED', a: row });
  }
  for (const row of left) differences.push({ what: 'ADDED', b: row });
  return { same: a.length - onlyA.length, differences };
}

/** What is left of both once each row has met an equal one, in the order of their lines. */
function withoutEqual(
  a: readonly ComparedRow[],
  b: readonly ComparedRow[],
): [readonly ComparedRow[], readonly ComparedRow[]] {
  const waiting = Map.groupBy(b, textOf);
  const onlyA = a.filter((row) => waiting.get(textOf(row))?.pop() === undefined);
  const byLine = (x: ComparedRow, y: ComparedRow) => x.line - y.line;
  return [onlyA.toSorted(byLine), [...waiting.values()].flat().toSorted(byLine)];
}

function textOf(row: ComparedRow): string {
  return JSON.stringify(COMPARED_FIELDS.map((field) => (row[field] === null ? null : String(row[field]))));
}

function changedFields(a: ComparedRow, b: ComparedRow): readonly ComparedField[] {
  return COMPARED_FIELDS.filter((field) => a[field] !== b[field]);
}
