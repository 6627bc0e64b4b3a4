import { localOfInstant } from '../../domain/businessDate.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { PlannedLine } from '../planner.ts';

const HEADER = 'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no';

/** The plain CSV that a hospital or the platform delivers. */
export function plainBook(lines: readonly PlannedLine[]): Uint8Array {
  const rows = lines.map((line) =>
    [
      line.orderNo,
      line.channelTxnNo,
      line.refundNo ?? '',
      line.kind,
      yuanOfFen(line.amountFen),
      localOfInstant(line.occurredAtMs),
      line.channel,
      line.businessType,
      line.hisOrderNo ?? '',
    ].join(','),
  );
  return Buffer.from([HEADER, ...rows, ''].join('\n'));
}
