import type { ClickHouseClient } from '@clickhouse/client';
import type { LineOrigin, OriginLine } from '../../domain/caseEvidence.ts';
import { listOf, rowsOf } from './closeSql.ts';
import type { EntryRow } from './entryRows.ts';
import { ENTRY_FIELDS, entryOfRow } from './entryRows.ts';

const OF_MERCHANT = 'merchant_id = {merchantId:String}';

/** Of `entries` of {merchantId}: whether the line stands for its book now. As in v_entries, and refunds of ours always do. */
export const LINE_COUNTS = `if(source = 'BILL',
  (bill_id, book, channel) IN (SELECT bill_id, book, slot FROM bill_slots WHERE ${OF_MERCHANT}),
  source = 'ACTION' OR (business_date, book, channel) NOT IN (
    SELECT business_date, book, arrayJoin(['', slot]) FROM bill_slots WHERE ${OF_MERCHANT}))`;

type LineRow = EntryRow & {
  readonly counts: number;
  readonly log_partition: string;
  readonly position: string;
  readonly late: number;
  readonly bill_id: string;
  readonly bill_line: number;
  readonly file_name: string;
};

/** Lines of a merchant's orders that stand in some book, by order: of bills only those on record. */
export async function orderLines(
  client: ClickHouseClient,
  merchantId: string,
  orderNos: readonly string[],
): Promise<ReadonlyMap<string, readonly OriginLine[]>> {
  const rows = await rowsOf<LineRow>(
    client,
    `SELECT ${ENTRY_FIELDS}, ${LINE_COUNTS} AS counts, log_partition, toString(log_position) AS position, late, bill_id,
       line AS bill_line, b.file_name AS file_name
     FROM (SELECT * FROM entries FINAL WHERE ${OF_MERCHANT} AND order_no IN (${listOf(orderNos)})) AS e
     LEFT JOIN (
       SELECT bill_id AS recorded_id, argMax(f.file_name, f.version) AS file_name
       FROM bills AS f WHERE ${OF_MERCHANT} GROUP BY bill_id) AS b ON b.recorded_id = e.bill_id
     WHERE source != 'BILL' OR b.recorded_id != ''`,
    { merchantId },
  );
  const lines = rows.map((row) => {
    return { entry: entryOfRow(row), counts: row.counts === 1, origin: originOf(row) };
  });
  return Map.groupBy(lines, ({ entry }) => entry.orderNo);
}

function originOf(row: LineRow): LineOrigin {
  switch (row.source) {
    case 'EVENT': {
      const isLogged = row.log_partition !== '';
      return {
        source: 'EVENT',
        eventId: row.source_ref,
        partition: isLogged ? row.log_partition : null,
        position: isLogged ? Number(row.position) : null,
        isLate: row.late === 1,
      };
    }
    case 'BILL':
      return { source: 'BILL', billId: row.bill_id, fileName: row.file_name, line: row.bill_line };
    case 'ACTION':
      return { source: 'ACTION', actionId: row.source_ref };
  }
}
