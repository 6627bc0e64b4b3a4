/** Digits that a spreadsheet keeps of a number; further ones are noise of the double that it calculates with. */
const DIGITS = 15;
/** From here on a double cannot hold every whole number, nor 15 digits every tenth of a fen. */
const LARGE_NUMBER = 1e15;
const LARGE_AMOUNT = 1e11;
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE][+-]?\d+)?$/;

/**
 * The text of a number cell. One of up to 15 digits is taken as it is written; one of more, which a formula left
 * (0.30000000000000004), as the spreadsheet shows it. A number too large for that stays as it is, and a whole one that has
 * lost digits in its "E+" form, which no id and no amount is.
 */
export function excelNumberText(stored: string): string {
  const match = NUMBER.exec(stored);
  const value = Number(stored);
  if (!match || !Number.isFinite(value)) return stored;
  const isPlain = !/[eE]/.test(stored);
  const digits = ((match[1] ?? '') + (match[2] ?? '')).replace(/^0+/, '');
  if (Math.abs(value) >= LARGE_NUMBER) return value.toExponential();
  if (isPlain && (digits.length <= DIGITS || Math.abs(value) >= LARGE_AMOUNT)) return trimmed(stored);
  return String(Number(value.toPrecision(DIGITS)));
}

/** Without zeros behind the last decimal: 25.0000000 is 25. */
function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
