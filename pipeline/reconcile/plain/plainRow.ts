import { dateOfDay, dayNumberOf } from '../../../domain/businessDate.ts';
import { yuanOfFen } from '../../../domain/money.ts';
import type { BillLine } from '../../../domain/ports.ts';

const DAY_SECONDS = 86_400;
const BEIJING_SECONDS = 8 * 3600;
const PLAIN_TEXT = /^[^\s",]*$/;

/** Times of a day as text, made when they are first asked for. */
const CLOCK: string[] = [];

/**
 * A line of any bill as a row of the plain shape, so that large bills of other formats can go the quick way.
 * @returns null when that shape cannot hold it
 */
export function plainRow(line: BillLine): string | null {
  const { orderNo, channelTxnNo, refundNo, hisOrderNo } = line;
  const seconds = line.occurredAtMs / 1000;
  const ids = `${orderNo},${channelTxnNo ?? ''},${refundNo ?? ''}`;
  if (!Number.isInteger(seconds) || ids.includes('"') || ids.split(',').length !== 3) return null;
  if (hisOrderNo !== null && !PLAIN_TEXT.test(hisOrderNo)) return null;
  const local = (seconds + BEIJING_SECONDS) % DAY_SECONDS;
  const time = (CLOCK[local] ??= clockOf(local));
  const date = dateOfDay(dayNumberOf(line.occurredAtMs));
  return `${ids},${line.kind},${yuanOfFen(line.amountFen)},${date} ${time},${line.channel ?? ''},,${hisOrderNo ?? ''}\n`;
}

function clockOf(secondOfDay: number): string {
  return [Math.floor(secondOfDay / 3600), Math.floor(secondOfDay / 60) % 60, secondOfDay % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
