import { BOOKS_OF_MODE } from '../../domain/verdict.ts';
import type { BookSum, CloseMode } from '../../domain/closePorts.ts';
import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import type { FailureReason } from '../../domain/ports.ts';

/** Why a day cannot be closed, in words by reason; empty: it can. */
export type Failures = Readonly<Partial<Record<FailureReason, string>>>;

const EMPTY_BOOK = {
  MERCHANT: { reason: 'MERCHANT_BILL_EMPTY', words: "the hospital's book has no line, other books have" },
  PLATFORM: { reason: 'PLATFORM_BILL_EMPTY', words: "the platform's book has no line, other books have" },
} as const;

/**
 * Why a day cannot be closed: a book without a line while the others have some. The channel book is judged channel by
 * channel, so that a missing Alipay bill does not hide behind WeChat's.
 * @param importedChannels channels whose bill of the day was imported, an empty one too
 */
export function failuresOf(
  mode: CloseMode,
  sums: readonly BookSum[],
  importedChannels: ReadonlySet<Channel>,
): Failures {
  const books = BOOKS_OF_MODE[mode];
  const present = sums.filter((sum) => sum.lines > 0 && books.includes(sum.book));
  if (present.length === 0) return {};
  const failures: Partial<Record<FailureReason, string>> = {};
  for (const book of ['MERCHANT', 'PLATFORM'] as const) {
    const { reason, words } = EMPTY_BOOK[book];
    if (books.includes(book) && !present.some((sum) => sum.book === book)) failures[reason] = words;
  }
  return { ...failures, ...failuresOfChannels(present, importedChannels) };
}

function failuresOfChannels(present: readonly BookSum[], importedChannels: ReadonlySet<Channel>): Failures {
  const alone = CHANNELS.filter((channel) => {
    const holders = new Set(present.filter((sum) => sum.channel === channel).map((sum) => sum.book));
    return holders.size > 0 && !holders.has('CHANNEL');
  });
  if (alone.length > 0) {
    const empty = alone.filter((channel) => importedChannels.has(channel));
    const missing = alone.filter((channel) => !importedChannels.has(channel));
    return {
      ...(empty.length > 0 && { CHANNEL_BILL_EMPTY: `${said(empty, present)}; the bill has none` }),
      ...(missing.length > 0 && { BILL_NOT_READY: `${said(missing, present)}; the bill is not there` }),
    };
  }
  if (present.some((sum) => sum.book === 'CHANNEL')) return {};
  // Lines that name no channel at all (HIS events without a platform) cannot say whose bill is missing.
  return importedChannels.size > 0
    ? { CHANNEL_BILL_EMPTY: "the other books have lines, the channels' bills have none" }
    : { BILL_NOT_READY: "no channel's bill is there" };
}

function said(channels: readonly Channel[], present: readonly BookSum[]): string {
  const lines = channels.map((channel) => {
    const count = present.filter((sum) => sum.channel === channel).reduce((n, sum) => n + sum.lines, 0);
    return `${channel} has ${count} ${count === 1 ? 'line' : 'lines'}`;
  });
  return `${lines.join(', ')} in the other books`;
}
