import type { ClickHouseClient } from '@clickhouse/client';
import type { BookScope, BookSum, BooksSnapshot, RunKey } from '../../domain/closePorts.ts';
import type { Book, Channel, Entry, Kind } from '../../domain/entry.ts';
import { duplicateCandidates } from './closeCandidates.ts';
import { receiptClaims, unreceiptedPayments } from './closeReceipts.ts';
import { date, inScope, rowsOf, text } from './closeSql.ts';
import type { EntryRow } from './entryRows.ts';
import { ENTRY_FIELDS, entryOfRow } from './entryRows.ts';
import { matchedRowsSql, trivialKeysSql } from './closeTrivial.ts';

const LINE_COLUMNS = `merchant_id, order_no, key_part, book, kind, refund_no, channel, channel_txn_no, his_order_no,
  amount_fen, occurred_at, business_date, business_type, source, source_ref, blanks, identity`;

/** Orders that one batch judges: some tens of megabytes, and few questions even when nothing matches. */
const ORDERS_A_BATCH = 20_000;

/**
 * Copies the lines of every order that the date touches into a table of the run's own, in key order: one consistent state
 * of the books, which the following steps read without sorting. A second table lists the orders that need judging.
 */
export async function openSnapshot(
  client: ClickHouseClient,
  run: RunKey,
  scope: BookScope,
): Promise<BooksSnapshot> {
  const suffix = run.runId.replaceAll(/\W/g, '_');
  const lines = `close_lines_${suffix}`;
  const orders = `close_orders_${suffix}`;
  const wanted = `close_wanted_${suffix}`;
  const claimed = `close_wanted_claims_${suffix}`;
  const condition = inScope(scope);
  await dropForgotten(client);
  await client.command({
    query: `CREATE TABLE ${lines} ENGINE = MergeTree ORDER BY (order_no, key_part, book, identity)
      EMPTY AS SELECT ${LINE_COLUMNS} FROM entries`,
  });
  await client.command({
    query: `INSERT INTO ${lines} SELECT ${LINE_COLUMNS} FROM entries WHERE ${condition}
      AND order_no IN (
        SELECT order_no FROM entries WHERE ${condition} AND business_date = ${date(scope.businessDate)})`,
  });
  return {
    sums: () => sums(client, lines, scope),
    async matchTrivial() {
      await client.command({
        query: `CREATE TABLE ${orders} ENGINE = MergeTree ORDER BY order_no AS
          SELECT order_no FROM (${trivialKeysSql(run, lines)}) GROUP BY order_no HAVING min(trivial) = 0
          SETTINGS optimize_aggregation_in_order = 1`,
      });
      await client.command({ query: matchedRowsSql(run, lines, orders) });
    },
    ordersToJudge: () => ordersToJudge(client, lines, orders),
    duplicateCandidates: (verdicts) => duplicateCandidates(client, wanted, condition, verdicts),
    receiptClaims: () => receiptClaims(client, run, { lines, orders }),
    unreceiptedPayments: (claims) => unreceiptedPayments(client, claimed, condition, claims),
    async discard() {
      for (const table of [claimed, wanted, orders, lines]) {
        await client.command({ query: `DROP TABLE IF EXISTS ${table}` });
      }
    },
  };
}

/** Tables of runs that were killed before they could drop them. */
async function dropForgotten(client: ClickHouseClient): Promise<void> {
  const forgotten = await rowsOf<{ name: string }>(
    client,
    `SELECT name FROM system.tables WHERE database = currentDatabase()
       AND match(name, '^close_(lines|orders|wanted)_') AND metadata_modification_time < now() - INTERVAL 1 DAY`,
  );
  for (const { name } of forgotten) await client.command({ query: `DROP TABLE IF EXISTS ${name}` });
}

async function sums(client: ClickHouseClient, lines: string, scope: BookScope): Promise<BookSum[]> {
  const rows = await rowsOf<{
    book: Book;
    channel: Channel | '';
    kind: Kind;
    lines: string;
    total_fen: string;
    plain_fen: string;
  }>(
    client,
    `SELECT book, channel, kind, toString(count()) AS lines, toString(sum(toInt128(fen))) AS total_fen,
       toString(sumIf(toInt128(fen), plain)) AS plain_fen
     FROM (
       SELECT book, max(channel) AS channel, any(kind) AS kind, argMin(amount_fen, (occurred_at, amount_fen)) AS fen,
         min(business_date) AS first_date,
         max(business_date) = first_date AND min(amount_fen) = max(amount_fen) AS plain
       FROM ${lines} GROUP BY order_no, key_part, book, identity)
     WHERE first_date = ${date(scope.businessDate)}
     GROUP BY book, channel, kind ORDER BY book, channel, kind
     SETTINGS optimize_aggregation_in_order = 1`,
  );
  return rows.map((row) => ({
    book: row.book,
    channel: row.channel === '' ? null : row.channel,
    kind: row.kind,
    lines: Number(row.lines),
    fen: BigInt(row.total_fen),
    plainFen: BigInt(row.plain_fen),
  }));
}

/** Page by page, so that neither side holds more than a batch and no answer stays open while rows are written. */
async function* ordersToJudge(
  client: ClickHouseClient,
  lines: string,
  orders: string,
): AsyncIterable<readonly (readonly Entry[])[]> {
  let after = '';
  for (;;) {
    const page = `SELECT order_no FROM ${orders} WHERE order_no > ${text(after)} ORDER BY order_no LIMIT ${ORDERS_A_BATCH}`;
    const rows = await rowsOf<EntryRow>(
      client,
      `SELECT ${ENTRY_FIELDS} FROM ${lines} WHERE order_no IN (${page}) ORDER BY order_no`,
    );
    const last = rows.at(-1);
    if (!last) return;
    yield groupByOrder(rows.map(entryOfRow));
    after = last.order_no;
  }
}

function groupByOrder(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group?.[0]?.orderNo === entry.orderNo) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}
