/** What is wrong with a number that shall stand in a key. */
export type IdFault = 'EMPTY' | 'ILLEGAL' | 'EXCEL';

const MAX_LENGTH = 64;
const PLUS = 43;
/** What a spreadsheet leaves of a long number: 4.20001E+27. */
const EXCEL_NUMBER = /^\d(?:\.\d+)?[eE]\+\d+$/;

/** Checks the cell between `start` and `end` against the domain's ID_PATTERN. @returns null when it is legal */
export function idFaultAt(text: string, start: number, end: number): IdFault | null {
  if (start === end) return 'EMPTY';
  let plus = false;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 33 || code > 125) return 'ILLEGAL';
    if (code === PLUS) plus = true;
  }
  if (plus && EXCEL_NUMBER.test(text.slice(start, end))) return 'EXCEL';
  return end - start > MAX_LENGTH ? 'ILLEGAL' : null;
}

export function isExcelNumber(text: string): boolean {
  return text.includes('+') && EXCEL_NUMBER.test(text);
}
