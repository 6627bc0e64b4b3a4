import { BOOKS_OF_MODE } from '../../domain/verdict.ts';
import type { BillFetch } from '../../domain/billFetch.ts';
import { channelsWithoutTrade, failureReasonOf } from '../../domain/billFetch.ts';
import type { BookSum, RunKey } from '../../domain/closePorts.ts';
import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import type { Bill, FailureReason } from '../../domain/ports.ts';
import { speaksFor } from './bookScope.ts';
import type { Failures } from './outcome.ts';
import { failuresOf } from './outcome.ts';

export type DayFacts = {
  readonly sums: readonly BookSum[];
  /** The date's bills that count. */
  readonly bills: readonly Bill[];
  /** How the asking for the date's bills stands. */
  readonly fetches: readonly BillFetch[];
  /** Ids of bills whose rows in error were handled. */
  readonly handled: ReadonlySet<string>;
};

/** Why a date cannot be closed, in words by reason; empty: it can. */
export function whyNotYet(run: RunKey, facts: DayFacts): Failures {
  const known = new Set<Channel>([
    ...channelsOf(facts.bills),
    ...channelsWithoutTrade(facts.fetches, run.merchantId, run.businessDate),
  ]);
  return {
    ...failuresOf(run.mode, facts.sums, known),
    ...failuresOfFetches(run, facts),
    ...unreadRows(run, facts),
  };
}

function channelsOf(bills: readonly Bill[]): readonly Channel[] {
  const ofChannels = bills.filter((bill) => bill.book === 'CHANNEL').map((bill) => bill.channel);
  return ofChannels.includes(null) ? CHANNELS : ofChannels.filter((channel) => channel !== null);
}

/** Bills that were asked for and are not in, whoever brought another one. */
function failuresOfFetches({ mode }: RunKey, { bills, fetches }: DayFacts): Failures {
  const failures: Partial<Record<FailureReason, string>> = {};
  for (const fetch of fetches) {
    const reason = failureReasonOf(fetch);
    const isIn = bills.some((bill) => speaksFor(bill, fetch.book, fetch.channel));
    if (reason === null || isIn || !BOOKS_OF_MODE[mode].includes(fetch.book)) continue;
    const words = `${fetch.channel ?? fetch.book} bill from ${fetch.source}: ${fetch.code ?? ''} ${fetch.detail ?? ''}`;
    failures[reason] = [failures[reason], words.trimEnd()].filter((text) => text !== undefined).join('; ');
  }
  return failures;
}

/** Rows of the date's bills that could not be read and that nobody has handled: what they hold would be missed in silence. */
function unreadRows({ mode }: RunKey, { bills, handled }: DayFacts): Failures {
  const open = bills.filter(
    (bill) => bill.errorRows > 0 && BOOKS_OF_MODE[mode].includes(bill.book) && !handled.has(bill.billId),
  );
  if (open.length === 0) return {};
  const words = open.map(
    ({ fileName, errorRows, billId }) => `${fileName} has ${errorRows} (bill ${billId.slice(0, 12)})`,
  );
  return { BILL_PARSE_ERROR: `rows that could not be read and are not handled: ${words.join(', ')}` };
}
