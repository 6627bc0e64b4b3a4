import type { ClickHouseClient } from '@clickhouse/client';
import type { Book, Channel, Kind } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { RunRecord } from '../../domain/apiPorts.ts';
import type { Reconciliation } from '../../domain/ports.ts';
import type { CaseWord, Word } from '../../domain/rollForward.ts';
import type { Scope } from '../../domain/scope.ts';
import type { StatementLedger, VerdictSum } from '../../domain/statement.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { EXCEPTION_CODE_LIST, date, rowsOf, text } from './closeSql.ts';
import { clickHouseMonthLocks } from './monthLocks.ts';
import { scopeSql } from './scopeSql.ts';
import { reconciliationPage } from './reconciliationPages.ts';

const RUNS_A_PAGE = 500;

export function clickHouseStatementLedger(client: ClickHouseClient, scope: Scope): StatementLedger {
  const locks = clickHouseMonthLocks(client);
  return {
    publishedRuns: (merchantId, from, to) => publishedRuns(client, scope, { merchantId, from, to }),
    verdictSums: (runs) => verdictSums(client, scope, runs),
    words: (merchantId, upTo) => words(client, scope, { merchant: merchantId, upTo }),
    cases: (merchantId) => cases(client, scope, merchantId),
    monthLock: (merchantId, month) => locks.monthLock(merchantId, month),
    openDates: (merchantId, from, to) => locks.openDates(merchantId, from, to),
  };
}

/** One a date: where two modes were published, what was published last. */
async function publishedRuns(
  client: ClickHouseClient,
  scope: Scope,
  filter: { readonly merchantId: string; readonly from: string; readonly to: string },
): Promise<readonly Reconciliation[]> {
  const { merchantId: merchant, from, to } = filter;
  const published = await rowsOf<{ run: string }>(
    client,
    `SELECT run_id AS run FROM publications WHERE ${scopeSql(scope)} AND merchant_id = {merchant:String}
       AND business_date BETWEEN {from:Date} AND {to:Date}`,
    { merchant, from, to },
  );
  const ids = new Set(published.map(({ run }) => run));
  const byDate = new Map<string, Reconciliation>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await reconciliationPage(client, scope, {
      ...filter,
      limit: RUNS_A_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const run of page.items.filter(isFinal).filter(({ runId }) => ids.has(runId))) {
      const other = byDate.get(run.businessDate);
      if (!other || other.endedAtMs < run.endedAtMs) byDate.set(run.businessDate, run);
    }
    cursor = page.nextCursor;
  }
  return [...byDate.values()].toSorted((a, b) => (a.businessDate < b.businessDate ? -1 : 1));
}

function isFinal(run: RunRecord): run is RunRecord & Reconciliation {
  return run.mode !== 'REALTIME';
}

type SumRow = {
  readonly code: VerdictCode;
  readonly channel: Channel | '';
  readonly kind: Kind;
  readonly rows: string;
  readonly keys: string;
  readonly sums: readonly (string | null)[];
  readonly own_lines: readonly string[];
  readonly own_sums: readonly string[];
};

async function verdictSums(
  client: ClickHouseClient,
  scope: Scope,
  runs: readonly Reconciliation[],
): Promise<readonly VerdictSum[]> {
  const [first] = runs;
  if (!first) return [];
  const perBook = (sql: (book: string) => string): string =>
    `[${BOOKS.map((book) => sql(book.toLowerCase())).join(', ')}]`;
  const ids = runs.map(({ runId }) => text(runId)).join(', ');
  const dates = runs.map(({ businessDate }) => date(businessDate)).join(', ');
  // A key that spans midnight has a row in the runs of both dates: each side counts on its own date.
  const own = (book: string): string => `${book}_date = run_date`;
  const rows = await rowsOf<SumRow>(
    client,
    `SELECT code, channel, kind, toString(count()) AS rows,
       toString(uniqExact(order_no, key_part, span)) AS keys,
       ${perBook((b) => `if(countIf(${own(b)}) = 0, NULL, toString(sumIf(toInt128(${b}_fen), ${own(b)})))`)} AS sums,
       ${perBook((b) => `toString(sumIf(length(${b}_identities), ${own(b)}))`)} AS own_lines,
       ${perBook((b) => `toString(sumIf(toInt128(ifNull(${b}_fen, 0)), ${own(b)}))`)} AS own_sums
     FROM (
       SELECT *, transform(run_id, [${ids}], [${dates}], toDate(0)) AS run_date
       FROM verdicts FINAL
       WHERE ${scopeSql(scope)} AND merchant_id = {merchant:String} AND mode != 'REALTIME' AND run_id IN (${ids}))
     GROUP BY code, channel, kind ORDER BY code, channel, kind`,
    { merchant: first.merchantId },
  );
  return rows.map((row) => ({
    code: row.code,
    channel: row.channel || null,
    kind: row.kind,
    rows: Number(row.rows),
    keys: Number(row.keys),
    fen: byBook(row.sums, (sum) => (sum === null ? null : BigInt(sum))),
    ownLines: byBook(row.own_lines, Number),
    ownFen: byBook(row.own_sums, BigInt),
  }));
}

function byBook<From, To>(values: readonly From[], of: (value: From) => To): Record<Book, To> {
  const [merchant, platform, channel] = values.map(of);
  if (merchant === undefined || platform === undefined || channel === undefined) {
    throw new Error('the ledger left out a book');
  }
  return { MERCHANT: merchant, PLATFORM: platform, CHANNEL: channel };
}

type WordRow = {
  readonly order_no: string;
  readonly key_part: string;
  readonly kind: Kind;
  readonly refund_no: string;
  readonly channel: Channel | '';
  readonly code: VerdictCode;
  readonly date: string;
  readonly refers: string | null;
  readonly fen: string;
  readonly run_day: string;
  readonly ended: string;
};

async function words(
  client: ClickHouseClient,
  scope: Scope,
  { merchant, upTo }: { readonly merchant: string; readonly upTo: string },
): Promise<readonly Word[]> {
  const rows = await rowsOf<WordRow>(
    client,
    `WITH runs AS (
       SELECT mode, run_id, business_date AS run_date, max(ended_at) AS run_ended FROM reconciliations
       WHERE ${scopeSql(scope)} AND merchant_id = {merchant:String} AND business_date <= {to:Date}
         AND (merchant_id, business_date, mode, run_id) IN (
           SELECT merchant_id, business_date, mode, run_id FROM publications)
       GROUP BY mode, run_id, business_date)
     SELECT v.order_no AS order_no, v.key_part AS key_part, v.kind AS kind, v.refund_no AS refund_no,
       v.channel AS channel, v.code AS code, toString(v.business_date) AS date, toString(v.refers_to) AS refers,
       toString(coalesce(v.surplus_fen, v.platform_fen, v.channel_fen, v.merchant_fen, 0)) AS fen,
       toString(r.run_date) AS run_day, toString(toUnixTimestamp64Milli(r.run_ended)) AS ended
     FROM (
       SELECT * FROM verdicts FINAL
       WHERE ${scopeSql(scope)} AND merchant_id = {merchant:String} AND mode != 'REALTIME' AND run_id IN (SELECT run_id FROM runs)
         AND order_no IN (
           SELECT order_no FROM verdicts
           WHERE ${scopeSql(scope)} AND merchant_id = {merchant:String} AND mode != 'REALTIME' AND code IN (${EXCEPTION_CODE_LIST}))) AS v
     INNER JOIN runs AS r ON r.run_id = v.run_id AND r.mode = v.mode
     ORDER BY order_no, key_part, run_day, v.mode, v.span`,
    { merchant, to: upTo },
  );
  return rows.map((row) => ({
    orderNo: row.order_no,
    keyPart: row.key_part,
    kind: row.kind,
    refundNo: row.refund_no || null,
    channel: row.channel || null,
    code: row.code,
    businessDate: row.date,
    refersTo: row.refers,
    fen: BigInt(row.fen),
    runDate: row.run_day,
    runEndedAtMs: Number(row.ended),
  }));
}

async function cases(client: ClickHouseClient, scope: Scope, merchant: string): Promise<readonly CaseWord[]> {
  const rows = await rowsOf<{ order_no: string; key_part: string; status: string; date: string }>(
    client,
    `SELECT order_no, key_part, argMax(e.status, e.version) AS status,
       toString(toDate(argMax(e.updated_at, e.version), 'Asia/Shanghai')) AS date
     FROM exceptions AS e WHERE ${scopeSql(scope)} AND merchant_id = {merchant:String}
     GROUP BY case_id, order_no, key_part`,
    { merchant },
  );
  // Whether a case that nobody has settled is open follows from the runs alone.
  return rows.flatMap(({ order_no, key_part, status, date }) =>
    status === 'RESOLVED' ? [{ orderNo: order_no, keyPart: key_part, status, date }] : [],
  );
}
