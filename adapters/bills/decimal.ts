import { MAX_FEN } from '../../domain/money.ts';

/** An exact integer count of 10^-scale: a number while it is small, a bigint where a number would lose digits. */
export type Exact = number | bigint;

/** Fen are yuan at scale 2. */
export const FEN_SCALE = 2;
/** Most decimals a bill writes (the fee of a WeChat bill). */
export const MAX_DECIMALS = 5;

/** A number of 15 digits is exact, with room to spare. */
const SAFE_DIGITS = 15;
const POWERS = [1, 10, 100, 1_000, 10_000, 100_000];
const DECIMAL = /^(-?)(\d{1,20})(?:\.(\d{1,5}))?$/;
const SAFE = 10n ** 15n;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;

/**
 * Exact value of the decimal text between `start` and `end`, in units of 10^-scale, by the same rules as the domain's
 * `fenOfYuan`: digits, at most five decimals, those behind the scale zeros, a leading "-" and nothing else.
 * @returns null when it is not such a text or does not fit Int64
 */
export function decimalAt(text: string, start: number, end: number, scale: number): Exact | null {
  const negative = text.charCodeAt(start) === MINUS;
  let at = negative ? start + 1 : start;
  const firstDigit = at;
  let value = 0;
  for (; at < end; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  const whole = at - firstDigit;
  if (whole === 0 || whole > SAFE_DIGITS - MAX_DECIMALS) return slowDecimal(text.slice(start, end), scale);
  let decimals = 0;
  if (at < end) {
    if (text.charCodeAt(at) !== DOT) return null;
    for (at += 1; at < end; at += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) return null;
      decimals += 1;
      if (decimals <= scale) value = value * 10 + digit;
      else if (digit !== 0) return null;
    }
    if (decimals === 0 || decimals > MAX_DECIMALS) return null;
  }
  if (decimals < scale) value *= POWERS[scale - decimals] ?? Number.NaN;
  return negative && value !== 0 ? -value : value;
}

function slowDecimal(text: string, scale: number): Exact | null {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const fraction = match[3] ?? '';
  if (/[1-9]/.test(fraction.slice(scale))) return null;
  const value = BigInt((match[2] ?? '') + fraction.slice(0, scale).padEnd(scale, '0'));
  if (value > MAX_FEN) return null;
  const signed = match[1] === '-' ? -value : value;
  return value > SAFE ? signed : Number(signed);
}

/** Exact sum that costs a number addition a row. */
export class ExactSum {
  #near = 0;
  #far = 0n;

  add(value: Exact): void {
    if (typeof value === 'bigint') {
      this.#far += value;
      return;
    }
    this.#near += value;
    if (this.#near > 4e15 || this.#near < -4e15) {
      this.#far += BigInt(this.#near);
      this.#near = 0;
    }
  }

  get total(): bigint {
    return this.#far + BigInt(this.#near);
  }
}

/** Decimal text of an exact value: (2500n, 2) gives "25.00". */
export function textOfExact(value: Exact, scale: number): string {
  const digits = (value < 0 ? -BigInt(value) : BigInt(value)).toString().padStart(scale + 1, '0');
  const sign = value < 0 ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
