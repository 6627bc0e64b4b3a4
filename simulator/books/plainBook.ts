import { localOfInstant } from '../../domain/businessDate.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { PlannedLine } from '../planner.ts';
import { encodeRows } from './billFile.ts';

const HEADER = 'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no';

/** The plain CSV that a hospital or the platform delivers. */
export function plainBook(lines: readonly PlannedLine[]): Uint8Array {
  return Buffer.concat([Buffer.from(`${HEADER}\n`), ...encodeRows(lines, rowOf)]);
}

function rowOf(line: PlannedLine): string {
  const { orderNo, channelTxnNo, kind, channel, businessType } = line;
  const [amount, at] = [yuanOfFen(line.amountFen), localOfInstant(line.occurredAtMs)];
  return `${orderNo},${channelTxnNo},${line.refundNo ?? ''},${kind},${amount},${at},${channel},${businessType},${line.hisOrderNo ?? ''}\n`;
}
