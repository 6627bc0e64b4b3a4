import type { TableColumnType } from 'antd';
import type { ReactNode } from 'react';

export type LongColumn<Row> = Omit<TableColumnType<Row>, 'title' | 'render'> & {
  readonly key: string;
  readonly title: string;
  /** Pixels. */
  readonly width: number;
  readonly render: (value: unknown, row: Row) => ReactNode;
};

/** What gives way in a list that is too narrow for all its columns. */
export type Fold = {
  /** The key of the column that goes. */
  readonly column: string;
  /** The key of the one below whose cells it goes on; absent: what a row opens says it. */
  readonly into?: string;
  /** What that one needs from then on, in pixels. */
  readonly width?: number;
  /** Its cells do not say by themselves what they are. */
  readonly isNamed?: boolean;
};

export type Line<Row> = { readonly column: LongColumn<Row>; readonly isNamed: boolean };
/** A column, how wide it is, and the ones that go on below its cells. */
export type Stack<Row> = {
  readonly column: LongColumn<Row>;
  readonly width: number;
  readonly below: readonly Line<Row>[];
};

/** Those that there is room for, the others on lines below them; the folds are made in their order, and no more than it takes. */
export function foldColumns<Row>(
  columns: readonly LongColumn<Row>[],
  folds: readonly Fold[],
  roomPx: number,
): readonly Stack<Row>[] {
  let stacks: readonly Stack<Row>[] = columns.map((column) => ({ column, width: column.width, below: [] }));
  for (const each of folds) {
    if (widthOf(stacks) <= roomPx) break;
    stacks = folded(stacks, each);
  }
  const place = ({ column }: Line<Row>): number => columns.indexOf(column);
  return stacks.map((stack) => ({ ...stack, below: stack.below.toSorted((a, b) => place(a) - place(b)) }));
}

export function widthOf(columns: readonly { readonly width: number }[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}

function folded<Row>(stacks: readonly Stack<Row>[], fold: Fold): readonly Stack<Row>[] {
  const { into, width, isNamed = false } = fold;
  const gone = stacks.find(({ column }) => column.key === fold.column);
  if (gone === undefined) return stacks;
  const lines = [{ column: gone.column, isNamed }, ...gone.below];
  return stacks
    .filter((stack) => stack !== gone)
    .map((stack) =>
      stack.column.key === into
        ? { ...stack, width: width ?? stack.width, below: [...stack.below, ...lines] }
        : stack,
    );
}
