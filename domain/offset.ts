import type { Book, Entry, Kind } from './entry.ts';
import { BOOKS } from './entry.ts';
import { addFen } from './money.ts';
import type { Side } from './side.ts';
import { linesByKey, sideOf } from './side.ts';
import type { Mode, Verdict } from './verdict.ts';

/**
 * OFFSET 冲抵: the order's payment and its refunds all lack the merchant (TWO_WAY: the platform), and in every book
 * that holds any of them the refunds add up to the payment: HIS failed, the platform gave the money back.
 */
export function applyOffset(verdicts: Verdict[], entries: readonly Entry[], mode: Mode): Verdict[] {
  const lacking: Book = mode === 'TWO_WAY' ? 'PLATFORM' : 'MERCHANT';
  if (entries.length < 2 || entries.some((entry) => entry.book === lacking)) return verdicts;
  const group = verdicts.filter((v) => v.code === 'CHANNEL_ONLY' || v.code === 'PLATFORM_ONLY');
  if (!netsToZero(group.length === 0 ? [] : verdictsOfAllLines(entries, mode))) return verdicts;
  return verdicts.map((v) =>
    group.includes(v) ? { ...v, code: 'OFFSET' as const, possiblyCrossDay: false } : v,
  );
}

/** Sides of all the order's keys, also of those whose window still runs. */
function verdictsOfAllLines(entries: readonly Entry[], mode: Mode): (Side & { book: Book; kind: Kind })[] {
  const books: readonly Book[] = mode === 'REALTIME' ? ['PLATFORM'] : ['PLATFORM', 'CHANNEL'];
  return linesByKey(entries).flatMap((lines) =>
    books.flatMap((book) => {
      const side = sideOf(lines.filter((line) => line.book === book));
      const kind = lines[0]?.kind;
      return side && kind ? [{ ...side, book, kind }] : [];
    }),
  );
}

function netsToZero(sides: readonly (Side & { book: Book; kind: Kind })[]): boolean {
  if (
    sides.length === 0 ||
    sides.some((side) => side.conflict || (side.kind === 'PAYMENT' && side.identities.length > 1))
  ) {
    return false;
  }
  return BOOKS.every((book) => {
    const own = sides.filter((side) => side.book === book);
    const sum = (kind: Kind) =>
      own.filter((s) => s.kind === kind).reduce((total, s) => addFen(total, s.amountFen), 0n);
    return own.length === 0 || (sum('PAYMENT') > 0n && sum('PAYMENT') === sum('REFUND'));
  });
}

/** Whose word it is that a payment was wanted, and the books that must come to it. */
const BOOKED: Readonly<
  Record<Exclude<Mode, 'REALTIME'>, { readonly by: Book; readonly at: readonly Book[] }>
> = {
  THREE_WAY: { by: 'MERCHANT', at: ['PLATFORM', 'CHANNEL'] },
  TWO_WAY: { by: 'PLATFORM', at: ['CHANNEL'] },
};

/**
 * A DUPLICATE whose surplus was given back without the merchant (TWO_WAY: the platform) nets, too: in each other book the
 * payments less the refunds that it does not know of come to what it has booked. Its other refunds must agree, or one of
 * them might be one of these. REALTIME leaves it open: its window lets go of payments that later refunds would need.
 */
export function applyRefundedSurplus(verdicts: Verdict[], mode: Mode): Verdict[] {
  if (mode === 'REALTIME' || verdicts.length < 2) return verdicts;
  const { by, at } = BOOKED[mode];
  const [paid, ...more] = verdicts.filter((verdict) => verdict.kind === 'PAYMENT');
  if (paid?.code !== 'DUPLICATE' || more.length > 0) return verdicts;
  const refunds = verdicts.filter((verdict) => verdict.kind === 'REFUND');
  const unknown = refunds.filter((verdict) => verdict.sides[by] === null);
  const areClear =
    refunds.every((verdict) => unknown.includes(verdict) || isAgreed(verdict)) &&
    [paid, ...unknown].every(({ sides }) => BOOKS.every((book) => !sides[book]?.conflict));
  if (unknown.length === 0 || !areClear) return verdicts;
  const bookedFen = paid.sides[by]?.amountFen ?? 0n;
  const comesToIt = at.every((book) => {
    const backFen = unknown.reduce((sum, { sides }) => addFen(sum, sides[book]?.amountFen ?? 0n), 0n);
    return (paid.sides[book]?.amountFen ?? 0n) - backFen === bookedFen;
  });
  if (!comesToIt) return verdicts;
  const group: ReadonlySet<Verdict> = new Set([paid, ...unknown]);
  return verdicts.map((verdict) =>
    group.has(verdict) ? { ...verdict, code: 'OFFSET' as const, possiblyCrossDay: false } : verdict,
  );
}

function isAgreed({ code }: Verdict): boolean {
  return code === 'MATCHED' || code === 'CROSS_DAY';
}
