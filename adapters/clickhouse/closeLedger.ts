import type { ClickHouseClient } from '@clickhouse/client';
import type { CloseLedger, FinalVerdict, RunKey, SideSum } from '../../domain/closePorts.ts';
import type { Kind } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { BookTotals, Reconciliation } from '../../domain/ports.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';
import { billedSums, verdictSums } from './certificateSums.ts';
import { storeCounts } from './closeCounts.ts';
import { leavesSql, rowsOfRun } from './closeLeaf.ts';
import { openSnapshot } from './closeSnapshot.ts';
import { date, rowsOf, text } from './closeSql.ts';
import { monthLock, recordLockedClose } from './monthLocks.ts';
import { realtimeWords, storeRealtimeWords } from './runQuality.ts';
import { insertTsv, timeText } from './tsv.ts';
import type { FinalRow, VerdictRow } from './verdictRows.ts';
import { FINAL_COLUMNS, VERDICT_FIELDS, finalTsv, verdictOfRow } from './verdictRows.ts';

/** The day's close on ClickHouse. */
export function clickHouseCloseLedger(client: ClickHouseClient): CloseLedger {
  return {
    snapshot: (run, scope) => openSnapshot(client, run, scope),
    async writeVerdicts(run, rows) {
      if (rows.length === 0) return;
      await insertTsv(client, 'verdicts', FINAL_COLUMNS, withSpans(run, rows), finalTsv);
    },
    sideSums: (run) => sideSums(client, run),
    async verdictCounts(run) {
      const rows = await rowsOf<{ code: VerdictCode; rows: string }>(
        client,
        `SELECT code, toString(count()) AS rows FROM verdicts WHERE ${rowsOfRun(run)} GROUP BY code`,
      );
      const counts = new Map(rows.map((row) => [row.code, Number(row.rows)]));
      // In the order of the table of verdicts, as files are reported.
      return Object.fromEntries([...counts].toSorted(([a], [b]) => placeOf(a) - placeOf(b)));
    },
    verdictSums: (run) => verdictSums(client, run),
    billedSums: (at, bills) => billedSums(client, at, bills),
    storeRealtimeWords: (run) => storeRealtimeWords(client, run),
    realtimeWords: (run) => realtimeWords(client, run),
    leaves: (run) => leaves(client, run),
    rows: (run, codes) => finalVerdicts(client, run, codes),
    async highestToken(run) {
      const [row] = await rowsOf<{ token: string }>(
        client,
        `SELECT toString(max(token)) AS token FROM reconciliations WHERE merchant_id = ${text(run.merchantId)}
           AND business_date = ${date(run.businessDate)} AND mode = ${text(run.mode)}`,
      );
      return BigInt(row?.token ?? '0');
    },
    async publish(reconciliation) {
      if (reconciliation.outcome !== 'FAILED') await storeCounts(client, reconciliation);
      await client.insert({
        table: 'reconciliations',
        values: [reconciliationRow(reconciliation)],
        format: 'JSONEachRow',
      });
    },
    monthLock: (merchantId, month) => monthLock(client, merchantId, month),
    recordLockedClose: (close) => recordLockedClose(client, close),
  };
}

/** Verdicts of one key whose lines lie too far apart to belong together are numbered. */
function* withSpans(run: RunKey, rows: readonly FinalVerdict[]): Generator<FinalRow> {
  let last: FinalVerdict | null = null;
  let span = 0;
  for (const row of rows) {
    const again =
      last?.verdict.orderNo === row.verdict.orderNo && last.verdict.keyPart === row.verdict.keyPart;
    span = again ? span + 1 : 0;
    last = row;
    yield { ...row, runId: run.runId, span };
  }
}

async function sideSums(client: ClickHouseClient, run: RunKey): Promise<SideSum[]> {
  const columns = BOOKS.map((book) => {
    const name = book.toLowerCase();
    const fen = `toInt128(ifNull(${name}_fen, 0))`;
    return `toString(sumIf(${fen}, ${name}_date = ${date(run.businessDate)})) AS ${book}`;
  });
  const rows = await rowsOf<{ kind: Kind; MERCHANT: string; PLATFORM: string; CHANNEL: string }>(
    client,
    `SELECT kind, ${columns.join(', ')} FROM verdicts WHERE ${rowsOfRun(run)} GROUP BY kind`,
  );
  return rows.flatMap((row) => BOOKS.map((book) => ({ book, kind: row.kind, fen: BigInt(row[book]) })));
}

async function* leaves(client: ClickHouseClient, run: RunKey): AsyncIterable<readonly Buffer[]> {
  const result = await client.query({ query: leavesSql(run), format: 'JSONCompactEachRow' });
  for await (const rows of result.stream<[string]>()) {
    yield rows.map((row) => Buffer.from(row.json()[0], 'hex'));
  }
}

async function* finalVerdicts(
  client: ClickHouseClient,
  run: RunKey,
  codes: readonly VerdictCode[],
): AsyncIterable<readonly FinalVerdict[]> {
  const result = await client.query({
    query: `SELECT ${VERDICT_FIELDS} FROM verdicts WHERE ${rowsOfRun(run)}
      AND code IN (${codes.map(text).join(', ')}) ORDER BY order_no, key_part, span`,
    format: 'JSONEachRow',
  });
  for await (const rows of result.stream<VerdictRow>()) {
    yield rows.map((row) => verdictOfRow(run.mode, run.merchantId, row.json()));
  }
}

function reconciliationRow(run: Reconciliation): Record<string, unknown> {
  return {
    run_id: run.runId,
    merchant_id: run.merchantId,
    business_date: run.businessDate,
    mode: run.mode,
    outcome: run.outcome,
    reasons: run.reasons,
    details: run.details,
    bills: run.bills,
    operator: run.operator,
    started_at: timeText(run.startedAtMs),
    ended_at: timeText(run.endedAtMs),
    token: run.token.toString(),
    books: JSON.stringify(
      Object.fromEntries(Object.entries(run.books).map(([book, totals]) => [book, totalsJson(totals)])),
    ),
    verdicts: run.verdicts,
    merkle_root: run.merkleRoot,
    positions: run.positions,
  };
}

function totalsJson(totals: BookTotals): Record<string, unknown> {
  return {
    ...totals,
    paymentFen: totals.paymentFen.toString(),
    refundFen: totals.refundFen.toString(),
  };
}

function placeOf(code: VerdictCode): number {
  return VERDICT_CODES.indexOf(code);
}
