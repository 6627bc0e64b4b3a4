import type { Kind } from '../../../domain/entry.ts';
import type { Cells } from '../cells.ts';
import { decimalAt, FEN_SCALE, type Exact } from '../decimal.ts';
import type { Other } from './bookMapping.ts';
import type { FileColumns } from './fileColumns.ts';

export type MappedAmount = {
  readonly kind: Kind;
  /** Negative where its sign does not go with its kind. */
  readonly fen: Exact;
  /** As it stands in the file. */
  readonly written: Exact;
  /** The same, refunds negative. */
  readonly net: Exact;
};

/** The amount cell of a row in fen; null when it is none. */
export function decimalOf(cells: Cells, { at, mapping }: FileColumns): Exact | null {
  const scale = mapping.amount.unit === 'YUAN' ? FEN_SCALE : 0;
  return decimalAt(cells.text, cells.start(at.amount), cells.end(at.amount), scale);
}

/** @param told what the row says it is; null: its sign tells; undefined: nobody knows */
export function amountOf(
  cells: Cells,
  columns: FileColumns,
  told: Kind | Other | null | undefined,
): MappedAmount | null {
  const written = decimalOf(cells, columns);
  if (written === null) return null;
  const { amount, kind: rule } = columns.mapping;
  const bySign = written < 0 ? 'REFUND' : 'PAYMENT';
  const kind = told === 'PAYMENT' || told === 'REFUND' ? told : bySign;
  const isSigned = rule.by === 'SIGN' || amount.refundsAreNegative;
  const fen = isSigned && kind === 'REFUND' ? -written : written;
  return { kind, fen, written, net: told === 'REFUND' && fen > 0 ? -fen : written };
}
