import { DuizhangError } from './errors.ts';

/** Largest amount the ledger can hold (Int64), in fen. */
export const MAX_FEN = 9_223_372_036_854_775_807n;

const YUAN = /^(-?)(\d{1,20})(?:\.(\d{1,5}))?$/;
const FEN = /^-?\d{1,20}$/;

/**
 * Exact fen of a decimal text in yuan ("25", "25.0", "25.00", "-0.27000").
 * Digits behind the second decimal must be zeros. Thousands separators, exponents, spaces and signs other than a
 * leading "-" are refused.
 * @returns fen, or null when the text is not such an amount or does not fit Int64.
 */
export function fenOfYuan(text: string): bigint | null {
  const match = YUAN.exec(text);
  if (!match) return null;
  const fraction = match[3] ?? '';
  if (/[1-9]/.test(fraction.slice(2))) return null;
  const fen = BigInt(match[2] + fraction.slice(0, 2).padEnd(2, '0'));
  return inRange(match[1] === '-' ? -fen : fen);
}

/** Fen of an integer text ("2500"). @returns null when it is not one or does not fit Int64. */
export function fenOfText(text: string): bigint | null {
  return FEN.test(text) ? inRange(BigInt(text)) : null;
}

/** Yuan with two decimals: 2500n gives "25.00", -27n gives "-0.27". */
export function yuanOfFen(fen: bigint): string {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Sum that refuses to leave Int64, because the ledger's sums are Int64. */
export function addFen(a: bigint, b: bigint): bigint {
  const sum = inRange(a + b);
  if (sum === null) {
    throw new DuizhangError(
      'DZ_AMOUNT_OVERFLOW',
      `the sum ${a} + ${b} fen does not fit Int64; check the amounts of this book`,
    );
  }
  return sum;
}

function inRange(fen: bigint): bigint | null {
  return fen <= MAX_FEN && fen >= -MAX_FEN ? fen : null;
}
