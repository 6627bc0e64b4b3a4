import type { BookSum, CloseMode } from '../../domain/closePorts.ts';
import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import type { FailureReason } from '../../domain/ports.ts';
import { BOOKS_OF_MODE } from '../reconcile/tally.ts';

const EMPTY_REASON = { MERCHANT: 'MERCHANT_BILL_EMPTY', PLATFORM: 'PLATFORM_BILL_EMPTY' } as const;

/**
 * Why a day cannot be closed (none: it can): a book without a line while the others have some. The channel book is judged
 * channel by channel, so that a missing Alipay bill does not hide behind WeChat's.
 * @param importedChannels channels whose bill of the day was imported, an empty one too
 */
export function failureReasons(
  mode: CloseMode,
  sums: readonly BookSum[],
  importedChannels: ReadonlySet<Channel>,
): readonly FailureReason[] {
  const books = BOOKS_OF_MODE[mode];
  const present = sums.filter((sum) => sum.lines > 0 && books.includes(sum.book));
  if (present.length === 0) return [];
  const reasons = new Set<FailureReason>();
  for (const book of ['MERCHANT', 'PLATFORM'] as const) {
    if (books.includes(book) && !present.some((sum) => sum.book === book)) reasons.add(EMPTY_REASON[book]);
  }
  for (const channel of CHANNELS) {
    const holders = new Set(present.filter((sum) => sum.channel === channel).map((sum) => sum.book));
    if (holders.size === 0 || holders.has('CHANNEL')) continue;
    reasons.add(importedChannels.has(channel) ? 'CHANNEL_BILL_EMPTY' : 'BILL_NOT_READY');
  }
  // Lines that name no channel at all (HIS events without a platform) cannot say whose bill is missing.
  if (
    !reasons.has('BILL_NOT_READY') &&
    !reasons.has('CHANNEL_BILL_EMPTY') &&
    !present.some((sum) => sum.book === 'CHANNEL')
  ) {
    reasons.add(importedChannels.size > 0 ? 'CHANNEL_BILL_EMPTY' : 'BILL_NOT_READY');
  }
  return [...reasons];
}
