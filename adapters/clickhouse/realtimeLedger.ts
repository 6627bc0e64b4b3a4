import type { ClickHouseClient } from '@clickhouse/client';
import type { Entry } from '../../domain/entry.ts';
import { orderKeyOf } from '../../domain/entry.ts';
import type { RealtimeLedger, RowBatch } from '../../domain/ledgerPorts.ts';
import type { DeadLetter } from '../../domain/ports.ts';
import { rowsOf, text } from './closeSql.ts';
import type { EntryRow } from './entryRows.ts';
import { ENTRY_FIELDS, EVENT_COLUMNS, entryOfRow, eventTsv } from './entryRows.ts';
import type { TsvColumns } from './tsv.ts';
import { TSV_TIME, TsvRows, insertTsv, timeText, tsvText } from './tsv.ts';
import { REALTIME_COLUMNS, realtimeTsv } from './verdictRows.ts';

/** Orders asked for at once: their names stay far below the 256 KiB that servers parse of a statement. */
const ORDERS_A_QUERY = 500;

function newBatch<Row>(
  client: ClickHouseClient,
  table: string,
  columns: TsvColumns,
  rowOf: (row: Row) => string,
): RowBatch<Row> {
  const rows = new TsvRows();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(row) {
      rows.add(rowOf(row));
      size += 1;
    },
    async write() {
      if (size > 0) await rows.insertInto(client, table, columns);
    },
  };
}

/** The realtime side of the ledger on ClickHouse. The tables sync what is inserted to disk before they answer. */
export function clickHouseRealtimeLedger(client: ClickHouseClient): RealtimeLedger {
  return {
    newEntryBatch: () => newBatch(client, 'entries', EVENT_COLUMNS, eventTsv),
    newVerdictBatch: () => newBatch(client, 'verdicts', REALTIME_COLUMNS, realtimeTsv),
    async insertDeadLetters(letters) {
      if (letters.length === 0) return;
      await insertTsv(client, 'dead_letters', DEAD_LETTER_COLUMNS, letters, deadLetterTsv);
    },
    async storePositions(consumer, positions) {
      if (positions.size === 0) return;
      await insertTsv(client, 'log_positions', POSITION_COLUMNS, positions, ([partition, position]) => {
        return `${tsvText(consumer)}\t${tsvText(partition)}\t${position}\n`;
      });
    },
    async loadPositions(consumer) {
      const rows = await rowsOf<{ log_partition: string; position: string }>(
        client,
        `SELECT log_partition, toString(max(p.position)) AS position FROM log_positions AS p
         WHERE consumer = ${text(consumer)} GROUP BY log_partition`,
      );
      return new Map(rows.map((row) => [row.log_partition, Number(row.position)]));
    },
    async eventEntriesOfOrders(orders) {
      const found = new Map<string, Entry[]>();
      for (let at = 0; at < orders.length; at += ORDERS_A_QUERY) {
        const page = orders.slice(at, at + ORDERS_A_QUERY);
        for (const row of await rowsOf<EntryRow>(client, eventEntriesSql(page))) {
          const key = orderKeyOf(row.merchant_id, row.order_no);
          const entries = found.get(key);
          if (entries) entries.push(entryOfRow(row));
          else found.set(key, [entryOfRow(row)]);
        }
      }
      return found;
    },
  };
}

const DEAD_LETTER_COLUMNS = {
  log_partition: 'String',
  log_position: 'Int64',
  code: 'String',
  reason: 'String',
  value_base64: 'String',
  received_at: TSV_TIME,
  version: 'UInt64',
} as const;

const POSITION_COLUMNS = { consumer: 'String', log_partition: 'String', position: 'Int64' } as const;

function deadLetterTsv(letter: DeadLetter): string {
  const value = Buffer.from(letter.value).toString('base64');
  return `${tsvText(letter.partition)}\t${letter.position}\t${tsvText(letter.code)}\t${tsvText(
    letter.reason,
  )}\t${value}\t${timeText(letter.receivedAtMs)}\t0\n`;
}

/** A fact that was written several times is one row: the sorting key is the fact. */
function eventEntriesSql(
  orders: readonly { readonly merchantId: string; readonly orderNo: string }[],
): string {
  const merchants = [...new Set(orders.map((order) => order.merchantId))].map(text);
  const orderNos = orders.map((order) => text(order.orderNo));
  const pairs = orders.map((order) => `(${text(order.merchantId)}, ${text(order.orderNo)})`);
  return `SELECT ${ENTRY_FIELDS} FROM entries
    WHERE source = 'EVENT' AND merchant_id IN (${merchants.join(', ')}) AND order_no IN (${orderNos.join(', ')})
      AND (merchant_id, order_no) IN (${pairs.join(', ')})
    ORDER BY merchant_id, order_no, occurred_at, log_partition, log_position
    LIMIT 1 BY merchant_id, business_date, order_no, key_part, book, identity, amount_fen, occurred_at, channel,
      channel_txn_no, his_order_no, business_type, blanks`;
}
