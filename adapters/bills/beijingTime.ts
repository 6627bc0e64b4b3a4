import { instantOfLocal } from '../../domain/businessDate.ts';

const ZERO = 48;
/** `yyyy-MM-dd HH:mm:ss`. */
const LENGTH = 19;

let lastDate = '';
let lastMidnightMs = 0;

/**
 * Epoch milliseconds of the Beijing wall-clock text between `start` and `end`; the same answer as the domain's
 * `instantOfLocal`, which reads each date once: neighbours in a bill share it.
 * @returns NaN when it is not a time of the calendar
 */
export function beijingTimeAt(text: string, start: number, end: number): number {
  if (end - start !== LENGTH) return Number.NaN;
  if (lastDate === '' || !text.startsWith(lastDate, start)) {
    const date = text.slice(start, start + 10);
    const midnight = instantOfLocal(`${date} 00:00:00`);
    if (midnight === null) return Number.NaN;
    lastDate = date;
    lastMidnightMs = midnight;
  }
  const separator = text.charCodeAt(start + 10);
  if (separator !== 32 && separator !== 84) return Number.NaN;
  if (text.charCodeAt(start + 13) !== 58 || text.charCodeAt(start + 16) !== 58) return Number.NaN;
  const hour = twoDigitsAt(text, start + 11);
  const minute = twoDigitsAt(text, start + 14);
  const second = twoDigitsAt(text, start + 17);
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  return lastMidnightMs + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** 0–99, or a number above every limit when a digit is missing. */
function twoDigitsAt(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? 100 : tens * 10 + ones;
}
