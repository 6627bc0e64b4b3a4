/** A cell as people shall see it; ids are TEXT, so that a spreadsheet leaves their digits alone. */
export type Cell =
  | { readonly type: 'TEXT'; readonly text: string }
  | { readonly type: 'COUNT'; readonly count: number }
  | { readonly type: 'MONEY'; readonly fen: bigint }
  | { readonly type: 'NONE' };

export type Sheet = {
  readonly name: string;
  readonly header: readonly string[];
  /** Column widths in characters. */
  readonly widths: readonly number[];
  readonly rows: readonly (readonly Cell[])[];
};

export const NONE: Cell = { type: 'NONE' };

export function text(value: string | null): Cell {
  return value === null ? NONE : { type: 'TEXT', text: value };
}

export function count(value: number): Cell {
  return { type: 'COUNT', count: value };
}

export function money(fen: bigint | null): Cell {
  return fen === null ? NONE : { type: 'MONEY', fen };
}
