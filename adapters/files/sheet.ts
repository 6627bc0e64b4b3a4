/** A cell as people shall see it; ids are never numbers, however many digits they have. */
export type Cell =
  | { readonly type: 'TEXT'; readonly text: string }
  | { readonly type: 'ID'; readonly text: string }
  | { readonly type: 'COUNT'; readonly count: number }
  | { readonly type: 'MONEY'; readonly fen: bigint }
  /** A share of one, shown in per cent. */
  | { readonly type: 'RATE'; readonly rate: number }
  | { readonly type: 'NONE' };

export type Row = readonly Cell[];

/** Rows in batches, as they come. */
export type RowBatches = AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;

export type SheetHead = {
  readonly name: string;
  readonly header: readonly string[];
  /** Column widths in characters. */
  readonly widths: readonly number[];
  /** Of a workbook: columns behind the others that people fill in, as text whatever they type. */
  readonly toFillIn?: readonly FillInColumn[];
};

export type FillInColumn = {
  readonly label: string;
  /** Offered to pick from; anything else may be written. */
  readonly choices?: readonly string[];
};

export type Sheet = SheetHead & { readonly rows: readonly Row[] };
export type StreamedSheet = SheetHead & { readonly batches: RowBatches };

export const NONE: Cell = { type: 'NONE' };

export function text(value: string | null): Cell {
  return value === null ? NONE : { type: 'TEXT', text: value };
}

/** Order numbers and the like: leading zeros count, and so does the twentieth digit. */
export function id(value: string | null): Cell {
  return value === null ? NONE : { type: 'ID', text: value };
}

export function count(value: number): Cell {
  return { type: 'COUNT', count: value };
}

export function money(fen: bigint | null): Cell {
  return fen === null ? NONE : { type: 'MONEY', fen };
}

export function rate(value: number | null): Cell {
  return value === null ? NONE : { type: 'RATE', rate: value };
}

export function streamed({ rows, ...head }: Sheet): StreamedSheet {
  return { ...head, batches: [rows] };
}
