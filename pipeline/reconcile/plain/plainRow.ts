import { dateOfDay, dayNumberOf } from '../../../domain/businessDate.ts';
import { yuanOfFen } from '../../../domain/money.ts';
import type { BillLine } from '../../../domain/ports.ts';

const DAY_SECONDS = 86_400;
const BEIJING_SECONDS = 8 * 3600;

/** Times of a day as text, made when they are first asked for. */
const CLOCK: string[] = [];

/**
 * A line of any bill as a row of the plain shape, so that large bills of other formats can go the quick way. Whether ids
 * and receipt fit that shape is left to its scan, which takes no row with a comma, a quote or a foreign letter too many.
 * @returns null when the row would be taken for another
 */
export function plainRow(line: BillLine): string | null {
  const { orderNo, channelTxnNo, refundNo, hisOrderNo } = line;
  const seconds = line.occurredAtMs / 1000;
  // A carriage return at its end would count as the line's.
  if (!Number.isInteger(seconds) || hisOrderNo?.includes('\r')) return null;
  const local = (seconds + BEIJING_SECONDS) % DAY_SECONDS;
  const time = (CLOCK[local] ??= clockOf(local));
  const date = dateOfDay(dayNumberOf(line.occurredAtMs));
  return `${orderNo},${channelTxnNo ?? ''},${refundNo ?? ''},${line.kind},${yuanOfFen(line.amountFen)},${date} ${time},${line.channel ?? ''},,${hisOrderNo ?? ''}\n`;
}

function clockOf(secondOfDay: number): string {
  return [Math.floor(secondOfDay / 3600), Math.floor(secondOfDay / 60) % 60, secondOfDay % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
