import type { BillFetch } from '../../domain/billFetch.ts';
import { channelsWithoutTrade } from '../../domain/billFetch.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { speaksFor } from './bookScope.ts';

export type MissingBill = {
  readonly book: Book;
  readonly channel: Channel | null;
  /** How the asking for it stands; null: it is not asked for, and somebody has to bring it. */
  readonly fetch: BillFetch | null;
};

/**
 * Bills of a date that are not on record: of each channel, unless it said that there was no trade, and of the other books
 * where one is asked for.
 * @param bills of the merchant's date
 * @param fetches of the merchant's date
 */
export function missingBills(
  merchant: Merchant,
  date: BusinessDate,
  bills: readonly { readonly book: Book; readonly channel: Channel | null }[],
  fetches: readonly BillFetch[],
): readonly MissingBill[] {
  const isThere = (book: Book, channel: Channel | null): boolean =>
    bills.some((bill) => speaksFor(bill, book, channel));
  const withoutTrade = channelsWithoutTrade(fetches, merchant.merchantId, date);
  const ofChannels = merchant.channels.flatMap(({ channel }): readonly MissingBill[] => {
    if (withoutTrade.includes(channel) || isThere('CHANNEL', channel)) return [];
    const fetch = fetches.find((each) => each.book === 'CHANNEL' && each.channel === channel) ?? null;
    return [{ book: 'CHANNEL', channel, fetch }];
  });
  const asked = fetches.flatMap((fetch): readonly MissingBill[] => {
    const { book, channel, status } = fetch;
    const isMissing = book !== 'CHANNEL' && (status === 'WAITING' || status === 'GAVE_UP');
    return isMissing && !isThere(book, channel) ? [{ book, channel, fetch }] : [];
  });
  return [...ofChannels, ...asked];
}
