/** Digits that a spreadsheet keeps of a number; further ones are zeros to it, and noise in the file. */
const DIGITS = 15;
const TOO_LARGE = 1e15;

/**
 * The text of a number cell as the spreadsheet shows it: a double at 15 significant digits, so that what it calculated as
 * 0.1+0.2 is 0.3 again. A number of more digits has lost some and stays in its "E+" form, which no id and no amount is.
 */
export function excelNumberText(stored: string): string {
  const value = Number(stored);
  if (stored === '' || !Number.isFinite(value)) return stored;
  if (Math.abs(value) >= TOO_LARGE) return value.toExponential();
  return String(Number(value.toPrecision(DIGITS)));
}
