import { DuizhangError } from './errors.ts';

/** A business date in Asia/Shanghai, `YYYY-MM-DD`. */
export type BusinessDate = string;

const DAY_MS = 86_400_000;
/** China has no daylight saving time: the offset is fixed. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const LOCAL_TIME = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;

/**
 * The one function that gives an instant its business date.
 * @param occurredAtMs epoch milliseconds
 * @param cutOffMs the merchant's and channel's cut-off, milliseconds after Shanghai midnight (default 0). An instant
 *   at or after the cut-off belongs to that calendar date; one before it to the date before. A negative cut-off moves
 *   the boundary into the evening before (UnionPay's clearing day ends at 23:00: -3,600,000).
 */
export function businessDateOf(occurredAtMs: number, cutOffMs = 0): BusinessDate {
  return dateOfDay(dayNumberOf(occurredAtMs, cutOffMs));
}

/** Days since 1970-01-01 of the business date of an instant. */
export function dayNumberOf(occurredAtMs: number, cutOffMs = 0): number {
  return Math.floor((occurredAtMs + SHANGHAI_OFFSET_MS - cutOffMs) / DAY_MS);
}

let lastDay = 0;
let lastDate = '1970-01-01';

/** The date of a day number; remembers the last one, since neighbours in a stream share it. */
export function dateOfDay(day: number): BusinessDate {
  if (day !== lastDay) {
    lastDate = new Date(day * DAY_MS).toISOString().slice(0, 10);
    lastDay = day;
  }
  return lastDate;
}

/** @throws DZ_BAD_DATE when the text is not a date of the calendar. */
export function dayOfDate(date: BusinessDate): number {
  if (date === lastDate) return lastDay;
  const day = DATE.test(date) ? Date.parse(`${date}T00:00:00Z`) / DAY_MS : Number.NaN;
  if (Number.isNaN(day) || dateOfDay(day) !== date) throw badDate(date);
  return day;
}

/** @throws DZ_BAD_DATE when the text is not a date of the calendar. */
export function checkedDate(text: string): BusinessDate {
  if (isBusinessDate(text)) return text;
  throw badDate(text);
}

export function isBusinessDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  if (text === lastDate) return true;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

export function addDays(date: BusinessDate, days: number): BusinessDate {
  return dateOfDay(dayOfDate(date) + days);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: BusinessDate, to: BusinessDate): number {
  return dayOfDate(to) - dayOfDate(from);
}

/** First instant of a business date, epoch milliseconds. */
export function startOfDate(date: BusinessDate, cutOffMs = 0): number {
  return dayOfDate(date) * DAY_MS - SHANGHAI_OFFSET_MS + cutOffMs;
}

/**
 * Epoch milliseconds of a Beijing wall-clock text `yyyy-MM-dd HH:mm:ss` (also with a "T").
 * @returns null when it is not a time of the calendar.
 */
export function instantOfLocal(text: string): number | null {
  const m = LOCAL_TIME.exec(text);
  const date = text.slice(0, 10);
  if (!m || !isBusinessDate(date)) return null;
  const [hour, minute, second] = [Number(m[4]), Number(m[5]), Number(m[6])];
  if (hour > 23 || minute > 59 || second > 59) return null;
  return dayOfDate(date) * DAY_MS - SHANGHAI_OFFSET_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** Beijing wall-clock text `yyyy-MM-dd HH:mm:ss` of an instant. */
export function localOfInstant(ms: number): string {
  return new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** Whether an instant lies within `marginMs` of a cut-off, before or after it. */
export function isNearCutOff(occurredAtMs: number, marginMs: number, cutOffMs = 0): boolean {
  const local = occurredAtMs + SHANGHAI_OFFSET_MS - cutOffMs;
  const intoDay = ((local % DAY_MS) + DAY_MS) % DAY_MS;
  return intoDay < marginMs || intoDay >= DAY_MS - marginMs;
}

function badDate(text: string): DuizhangError {
  return new DuizhangError('DZ_BAD_DATE', `"${text}" is not a calendar date; write it as YYYY-MM-DD`);
}
