import type { ClickHouseClient } from '@clickhouse/client';
import type { LockedClose, MonthLock, MonthLockStore } from '../../domain/closePorts.ts';
import { rowsOf } from './closeSql.ts';
import { timeText } from './tsv.ts';

export function clickHouseMonthLocks(client: ClickHouseClient): MonthLockStore {
  return {
    monthLock: (merchantId, month) => monthLock(client, merchantId, month),
    async lock({ merchantId, month, lockedBy, lockedAtMs }) {
      const row = {
        merchant_id: merchantId,
        month,
        locked_by: lockedBy,
        locked_at: timeText(lockedAtMs),
      };
      await client.insert({ table: 'month_locks', values: [row], format: 'JSONEachRow' });
    },
    async locks(merchantId) {
      const rows = await rowsOf<LockRow>(
        client,
        `SELECT ${LOCK_FIELDS} FROM v_month_locks WHERE merchant_id = {merchant:String} ORDER BY month`,
        { merchant: merchantId },
      );
      return rows.map(lockOf);
    },
    async openDates(merchantId, from, to) {
      const rows = await rowsOf<{ day: string }>(
        client,
        `SELECT DISTINCT toString(business_date) AS day FROM (
           SELECT merchant_id, business_date FROM event_days UNION ALL SELECT merchant_id, business_date FROM bills)
         WHERE merchant_id = {merchant:String} AND business_date BETWEEN {from:Date} AND {to:Date}
           AND (merchant_id, business_date) NOT IN (SELECT merchant_id, business_date FROM publications)
         ORDER BY day`,
        { merchant: merchantId, from, to },
      );
      return rows.map(({ day }) => day);
    },
  };
}

export async function monthLock(
  client: ClickHouseClient,
  merchantId: string,
  month: string,
): Promise<MonthLock | null> {
  const [row] = await rowsOf<LockRow>(
    client,
    `SELECT ${LOCK_FIELDS} FROM v_month_locks WHERE merchant_id = {merchant:String} AND month = {month:String}`,
    { merchant: merchantId, month },
  );
  return row ? lockOf(row) : null;
}

export async function recordLockedClose(client: ClickHouseClient, close: LockedClose): Promise<void> {
  const row = {
    run_id: close.runId,
    merchant_id: close.merchantId,
    business_date: close.businessDate,
    operator: close.operator,
    reason: close.reason,
    at: timeText(close.atMs),
  };
  await client.insert({ table: 'locked_closes', values: [row], format: 'JSONEachRow' });
}

type LockRow = {
  readonly merchant_id: string;
  readonly month: string;
  readonly locked_by: string;
  readonly ms: string;
};

const LOCK_FIELDS = 'merchant_id, month, locked_by, toString(toUnixTimestamp64Milli(locked_at)) AS ms';

function lockOf(row: LockRow): MonthLock {
  return {
    merchantId: row.merchant_id,
    month: row.month,
    lockedBy: row.locked_by,
    lockedAtMs: Number(row.ms),
  };
}
