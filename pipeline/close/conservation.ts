import { BOOKS_OF_MODE } from '../../domain/verdict.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { BookSum, FinalVerdict, RunKey, SideSum } from '../../domain/closePorts.ts';
import type { Book, Entry, Kind } from '../../domain/entry.ts';
import { BOOKS, KINDS, identityOf, keyPartOf } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';

/**
 * No fen may appear or vanish between the books and the verdicts: by book and kind, the lines of the date add up to the
 * sides of the run's rows that carry the date, which are summed from what was written. Orders in which an identity or
 * a side spans dates or amounts are weighed line by line (`restOfOrder`), since a side carries one date only.
 * @throws DZ_CLOSE_NOT_CONSERVED, which is a mistake in this program; the run must not be published
 */
export function assertConserved(
  run: RunKey,
  books: readonly BookSum[],
  sides: readonly SideSum[],
  rest: readonly SideSum[],
): void {
  for (const book of BOOKS_OF_MODE[run.mode]) {
    for (const kind of KINDS) {
      const inBook = sumOf(books, book, kind, (sum) => sum.plainFen);
      const inRows = sumOf(sides, book, kind, fenOf) - sumOf(rest, book, kind, fenOf);
      if (inBook === inRows) continue;
      throw new DuizhangError(
        'DZ_CLOSE_NOT_CONSERVED',
        `${run.merchantId} ${run.businessDate}: the ${book} book holds ${inBook} fen of ${kind}, its verdicts ${inRows}; run ${run.runId} is not published, please report this`,
        { details: { book, kind, bookFen: inBook.toString(), verdictFen: inRows.toString() } },
      );
    }
  }
}

/**
 * For an order whose lines of one key and book lie on several dates or give one identity several amounts: what its sides
 * of the date hold beyond its plain lines of the date. Nothing for any other order: there both must be equal.
 */
export function restOfOrder(
  lines: readonly Entry[],
  rows: readonly FinalVerdict[],
  date: BusinessDate,
): readonly SideSum[] {
  const groups = Map.groupBy(lines, (line) => `${line.book} ${keyPartOf(line)} ${identityOf(line)}`);
  if (!spansDatesOrAmounts(lines, groups)) return [];
  const plain = [...groups.values()].flatMap((group) => {
    const [first] = group;
    const isPlain = group.every((line) => line.businessDate === date && line.amountFen === first?.amountFen);
    return isPlain && first ? [{ book: first.book, kind: first.kind, fen: -first.amountFen }] : [];
  });
  const sides = rows.flatMap(({ verdict }) =>
    BOOKS.flatMap((book) => {
      const side = verdict.sides[book];
      return side?.businessDate === date ? [{ book, kind: verdict.kind, fen: side.amountFen }] : [];
    }),
  );
  return [...sides, ...plain];
}

function spansDatesOrAmounts(
  lines: readonly Entry[],
  groups: ReadonlyMap<string, readonly Entry[]>,
): boolean {
  const dateOf = new Map<string, BusinessDate>();
  for (const line of lines) {
    const side = `${line.book} ${keyPartOf(line)}`;
    const known = dateOf.get(side);
    if (known !== undefined && known !== line.businessDate) return true;
    dateOf.set(side, line.businessDate);
  }
  return [...groups.values()].some((group) => group.some((line) => line.amountFen !== group[0]?.amountFen));
}

const fenOf = (sum: SideSum): bigint => sum.fen;

function sumOf<T extends { readonly book: Book; readonly kind: Kind }>(
  sums: readonly T[],
  book: Book,
  kind: Kind,
  fen: (sum: T) => bigint,
): bigint {
  return sums.filter((s) => s.book === book && s.kind === kind).reduce((total, s) => total + fen(s), 0n);
}
