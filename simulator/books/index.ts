import type { BusinessDate } from '../../domain/businessDate.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { SimulatedBill, Truth } from '../day.ts';
import type { PlannedLine } from '../planner.ts';
import { alipayBill } from './alipayBill.ts';
import type { BillFile, ChannelDay } from './billFile.ts';
import { compact } from './billFile.ts';
import { plainBook } from './plainBook.ts';
import { unionpayBill } from './unionpayBill.ts';
import { wechatBill } from './wechatBill.ts';

const WRITE: Readonly<Record<Channel, (day: ChannelDay) => BillFile>> = {
  WECHAT: wechatBill,
  ALIPAY: alipayBill,
  UNIONPAY: unionpayBill,
};
const PLAIN_NAMES = { MERCHANT: 'his', PLATFORM: 'platform' } as const;

/**
 * A merchant's three books as files, one for each date that has lines; of the simulated dates every channel has a bill,
 * an empty one too.
 */
export function booksOf(
  merchant: Merchant,
  dates: readonly BusinessDate[],
  lines: readonly PlannedLine[],
): { readonly bills: readonly SimulatedBill[]; readonly badBillLines: Truth['badBillLines'] } {
  const byTime = lines.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
  const prefix = fileSafe(merchant.merchantId);
  const plain = (['MERCHANT', 'PLATFORM'] as const).flatMap((book) => {
    const own = byTime.filter((line) => line.book === book);
    // These books follow the merchant's business date, the channels' bills the calendar.
    return byDate(own, merchant.rules.cutOffMs).map(([day, rows]) => ({
      ...placeOf(merchant, book, null, day),
      fileName: `${prefix}-${PLAIN_NAMES[book]}-${compact(day)}.csv`,
      bytes: plainBook(rows),
    }));
  });
  const badBillLines: { fileName: string; line: number; code: string }[] = [];
  const channel = merchant.channels.flatMap(({ channel, merchantNo }) => {
    const own = byTime.filter((line) => line.book === 'CHANNEL' && line.channel === channel);
    const days = byDate(own, 0);
    for (const date of dates) if (!days.some(([day]) => day === date)) days.push([date, []]);
    return days.map(([day, rows]) => {
      const file = WRITE[channel]({ merchantName: merchant.name, merchantNo, date: day, lines: rows });
      const fileName = `${prefix}-${file.name}`;
      for (const bad of file.badLines) badBillLines.push({ fileName, ...bad });
      return { ...placeOf(merchant, 'CHANNEL', channel, day), fileName, bytes: file.bytes };
    });
  });
  return { bills: [...plain, ...channel], badBillLines };
}

function placeOf(merchant: Merchant, book: Book, channel: Channel | null, date: BusinessDate) {
  return { merchantId: merchant.merchantId, book, channel, date };
}

function byDate(lines: readonly PlannedLine[], cutOffMs: number): [BusinessDate, readonly PlannedLine[]][] {
  return [...Map.groupBy(lines, (line) => businessDateOf(line.occurredAtMs, cutOffMs))];
}

/** A merchant id may hold what a file name may not. */
export function fileSafe(merchantId: string): string {
  return encodeURIComponent(merchantId).replaceAll('.', '%2E').replaceAll('*', '%2A');
}
