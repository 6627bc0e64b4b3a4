import type { CaseStatus } from './apiPorts.ts';
import type { BusinessDate } from './businessDate.ts';
import { addDays, daysBetween } from './businessDate.ts';
import type { Channel, Kind } from './entry.ts';
import { CHANNELS } from './entry.ts';
import { DuizhangError } from './errors.ts';
import type { VerdictCode } from './verdict.ts';
import { EXCEPTION_CODES } from './verdict.ts';

// How open exceptions are carried from date to date (差错结转).

/** One row of a published run on a key that ever needed a person. */
export type Word = {
  readonly orderNo: string;
  readonly keyPart: string;
  readonly kind: Kind;
  readonly refundNo: string | null;
  readonly channel: Channel | null;
  readonly code: VerdictCode;
  readonly businessDate: BusinessDate;
  /** The earlier date that the row settles or carries on. */
  readonly refersTo: BusinessDate | null;
  /** What is at stake: the surplus of a duplicate, else the platform's amount, the channel's, the merchant's. */
  readonly fen: bigint;
  readonly runDate: BusinessDate;
  readonly runEndedAtMs: number;
};

/** A case that people work on, as it stands; before its date it is what the runs say. */
export type CaseWord = {
  readonly orderNo: string;
  readonly keyPart: string;
  readonly status: CaseStatus;
  /** The Shanghai date on which it came to that. */
  readonly date: BusinessDate;
};

export type Tally = { readonly count: number; readonly fen: bigint };

export type ChannelRoll = {
  readonly channel: Channel | null;
  readonly start: Tally;
  readonly opened: Tally;
  readonly resolved: Tally;
  readonly end: Tally;
};

export type DateRoll = Omit<ChannelRoll, 'channel'> & { readonly date: BusinessDate };

export type RollForward = {
  readonly byChannel: readonly ChannelRoll[];
  readonly byDate: readonly DateRoll[];
  /** Open at the end, by date, order and key. */
  readonly open: readonly Word[];
};

/**
 * Open at the start + new − resolved = open at the end, per channel, in count and fen. A key is open at the end of a date
 * when, of the runs up to that date, the one that was published last still calls it an exception (see last_words in
 * schemas/clickhouse/), or when its case says so. One whose amount or channel changed is a resolved one and a new one.
 * @throws DZ_STATEMENT_NOT_TIED when start and end, each weighed by itself, are not what the dates between them add up to
 */
export function rollForward(
  words: readonly Word[],
  cases: readonly CaseWord[],
  span: { readonly from: BusinessDate; readonly to: BusinessDate },
): RollForward {
  const keys = keysOf(words, cases);
  const before = addDays(span.from, -1);
  const state = openAt(keys, before);
  const start = new Balance(state.values());
  const opened = new Balance();
  const resolved = new Balance();
  const byDate: DateRoll[] = [];
  for (let n = 0; n <= daysBetween(span.from, span.to); n += 1) {
    const date = addDays(span.from, n);
    const day = { start: new Balance(state.values()), opened: new Balance(), resolved: new Balance() };
    for (const [key, told] of keys) {
      if (!isTouchedOn(told, date)) continue;
      const [was, is] = [state.get(key) ?? null, openWord(told, date)];
      if (isSame(was, is)) continue;
      if (was) for (const balance of [resolved, day.resolved]) balance.add(was);
      if (is) for (const balance of [opened, day.opened]) balance.add(is);
      if (is) state.set(key, is);
      else state.delete(key);
    }
    byDate.push({
      date,
      start: day.start.total(),
      opened: day.opened.total(),
      resolved: day.resolved.total(),
      end: new Balance(state.values()).total(),
    });
  }
  const atEnd = openAt(keys, span.to);
  const byChannel = rollsOf(start, opened, resolved, new Balance(atEnd.values()));
  for (const roll of [...byChannel, ...byDate]) assertTied(roll, span);
  return { byChannel, byDate, open: [...atEnd.values()].toSorted(compareWords) };
}

type Told = { readonly words: Word[]; case: CaseWord | null };

function keysOf(words: readonly Word[], cases: readonly CaseWord[]): ReadonlyMap<string, Told> {
  const keys = new Map<string, Told>();
  for (const word of words) {
    const key = `${word.orderNo} ${word.keyPart}`;
    const told = keys.get(key);
    if (told) told.words.push(word);
    else keys.set(key, { words: [word], case: null });
  }
  for (const own of cases) {
    const told = keys.get(`${own.orderNo} ${own.keyPart}`);
    if (told) told.case = own;
  }
  return keys;
}

function openAt(keys: ReadonlyMap<string, Told>, date: BusinessDate): Map<string, Word> {
  const open = new Map<string, Word>();
  for (const [key, told] of keys) {
    const word = openWord(told, date);
    if (word) open.set(key, word);
  }
  return open;
}

function isTouchedOn(told: Told, date: BusinessDate): boolean {
  return told.case?.date === date || told.words.some((word) => word.runDate === date);
}

/** The exception that a key stands open with at the end of a date: the one that was told last. */
function openWord(told: Told, date: BusinessDate): Word | null {
  const known = told.words.filter((word) => word.runDate <= date);
  const exceptions = known.filter((word) => EXCEPTION_CODES.has(word.code));
  const own = told.case !== null && told.case.date <= date ? told.case.status : null;
  if (own === 'RESOLVED' || own === 'HEALED') return null;
  const open = own === null ? exceptions.filter((word) => isOpen(word.businessDate, known)) : exceptions;
  return open.toSorted(compareTold).at(-1) ?? null;
}

/** Whether the last run that speaks of a date calls the key an exception in any of its rows. */
function isOpen(date: BusinessDate, known: readonly Word[]): boolean {
  const speaking = known.filter(
    ({ runDate, refersTo }) => refersTo === date || Math.abs(daysBetween(runDate, date)) <= 1,
  );
  const last = speaking.toSorted(compareRuns).at(-1);
  if (!last) return false;
  return known.some(
    (word) =>
      word.runDate === last.runDate &&
      word.runEndedAtMs === last.runEndedAtMs &&
      EXCEPTION_CODES.has(word.code),
  );
}

function compareRuns(a: Word, b: Word): number {
  return a.runEndedAtMs - b.runEndedAtMs || compareText(a.runDate, b.runDate);
}

function compareTold(a: Word, b: Word): number {
  return compareRuns(a, b) || compareText(a.businessDate, b.businessDate);
}

function compareWords(a: Word, b: Word): number {
  return (
    compareText(a.businessDate, b.businessDate) ||
    compareText(a.orderNo, b.orderNo) ||
    compareText(a.keyPart, b.keyPart)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSame(a: Word | null, b: Word | null): boolean {
  return a === b || (a !== null && b !== null && a.channel === b.channel && a.fen === b.fen);
}

const NOTHING: Tally = { count: 0, fen: 0n };

/** Counts and sums by channel. */
class Balance {
  readonly #byChannel = new Map<Channel | null, Tally>();

  constructor(words: Iterable<Word> = []) {
    for (const word of words) this.add(word);
  }

  add({ channel, fen }: Word): void {
    const { count, fen: sum } = this.of(channel);
    this.#byChannel.set(channel, { count: count + 1, fen: sum + fen });
  }

  of(channel: Channel | null): Tally {
    return this.#byChannel.get(channel) ?? NOTHING;
  }

  total(): Tally {
    return [...this.#byChannel.values()].reduce(
      (sum, tally) => ({ count: sum.count + tally.count, fen: sum.fen + tally.fen }),
      NOTHING,
    );
  }
}

function rollsOf(start: Balance, opened: Balance, resolved: Balance, end: Balance): ChannelRoll[] {
  const all = [start, opened, resolved, end];
  return [...CHANNELS, null]
    .filter((channel) => all.some((balance) => balance.of(channel).count > 0))
    .map((channel) => ({
      channel,
      start: start.of(channel),
      opened: opened.of(channel),
      resolved: resolved.of(channel),
      end: end.of(channel),
    }));
}

function assertTied(
  { start, opened, resolved, end }: Omit<ChannelRoll, 'channel'>,
  { from, to }: { readonly from: BusinessDate; readonly to: BusinessDate },
): void {
  const count = start.count + opened.count - resolved.count;
  const fen = start.fen + opened.fen - resolved.fen;
  if (count === end.count && fen === end.fen) return;
  throw new DuizhangError(
    'DZ_STATEMENT_NOT_TIED',
    `the exceptions of ${from} to ${to} do not carry forward: ${count} of ${fen} fen by their changes, ${end.count} of ${end.fen} fen open at the end; no statement is made, report this`,
  );
}
