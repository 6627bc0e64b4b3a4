import type { RunKey } from '../../domain/closePorts.ts';
import { date, text } from './closeSql.ts';

/**
 * What realtime says of a run's date now, in brackets for FROM: the rows that v_verdicts has of it, found among the run's
 * hospital's alone. The view looks at the runs of all hospitals, and so at all shards of a cluster.
 */
export function realtimeOfDateSql({ merchantId, businessDate }: RunKey): string {
  const mine = `merchant_id = ${text(merchantId)} AND mode = 'REALTIME' AND run_id = ''`;
  return `(
    SELECT * FROM verdicts FINAL
    WHERE ${mine} AND business_date = ${date(businessDate)}
      AND (span = 0 OR (order_no, key_part, bitShiftRight(version, 11)) IN (
        SELECT order_no, key_part, bitShiftRight(version, 11) FROM verdicts FINAL
        WHERE ${mine} AND span = 0 AND order_no IN (SELECT order_no FROM verdicts WHERE ${mine} AND span > 0))))`;
}
