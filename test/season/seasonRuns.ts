import type { BusinessDate } from '../../domain/businessDate.ts';
import type { TestSystem } from '../system.ts';
import type { SeasonPlan } from './seasonPlan.ts';

export type SeasonRun = {
  readonly runId: string;
  readonly merchantId: string;
  readonly date: BusinessDate;
  readonly outcome: string;
  readonly operator: string;
  readonly reasons: readonly string[];
  readonly startedAt: string;
  readonly startedAtMs: number;
  readonly details: string;
  readonly certificates: number;
  readonly isPublished: boolean;
};

/** A bill on record, whether it counts or not. */
export type SeasonBill = {
  readonly merchantId: string;
  readonly date: BusinessDate;
  readonly channel: string;
  readonly errorRows: number;
  readonly importedAtMs: number;
};

/** A row of a run that counts. */
export type SeasonVerdict = {
  readonly runDate: BusinessDate;
  readonly merchantId: string;
  readonly key: string;
  readonly code: string;
  readonly date: BusinessDate;
  readonly isPossiblyCrossDay: boolean;
  readonly runStartedAtMs: number;
};

export type OpenException = Pick<SeasonVerdict, 'merchantId' | 'key' | 'code' | 'date'>;

export type SeasonRuns = {
  /** Failed or not, by start. */
  readonly runs: readonly SeasonRun[];
  /** Days that wait for a bill. */
  readonly waits: number;
};

export async function readRuns(system: TestSystem): Promise<SeasonRuns> {
  const [runs, waits] = await Promise.all([
    rowsOf<RunRow>(
      system,
      `SELECT r.run_id AS run_id, r.merchant_id AS merchant, toString(r.business_date) AS date,
         toString(outcome) AS outcome, operator, reasons, toString(details) AS details,
         toString(r.started_at) AS started_at, toUnixTimestamp64Milli(r.started_at) AS started_at_ms,
         r.run_id IN (SELECT run_id FROM publications) AS published, c.number AS certificates
       FROM reconciliations AS r FINAL
       LEFT JOIN (SELECT run_id, count() AS number FROM v_certificates GROUP BY run_id) AS c USING (run_id)
       WHERE mode != 'REALTIME' ORDER BY r.started_at, r.token`,
    ),
    rowsOf<{ readonly date: string }>(system, 'SELECT toString(business_date) AS date FROM v_close_waits'),
  ]);
  return {
    runs: runs.map((row) => ({
      runId: row.run_id,
      merchantId: row.merchant,
      date: row.date,
      outcome: row.outcome,
      operator: row.operator,
      reasons: row.reasons,
      startedAt: row.started_at,
      details: row.details,
      startedAtMs: Number(row.started_at_ms),
      certificates: Number(row.certificates),
      isPublished: row.published === 1,
    })),
    waits: waits.length,
  };
}

type RunRow = {
  readonly run_id: string;
  readonly merchant: string;
  readonly date: string;
  readonly outcome: string;
  readonly operator: string;
  readonly reasons: readonly string[];
  readonly details: string;
  readonly started_at: string;
  readonly started_at_ms: string;
  readonly published: number;
  readonly certificates: string;
};

/** All that a season left in the ledger. */
export type SeasonLedger = SeasonRuns & {
  readonly verdicts: readonly SeasonVerdict[];
  readonly bills: readonly SeasonBill[];
  readonly open: readonly OpenException[];
};

export async function readLedger(system: TestSystem): Promise<SeasonLedger> {
  const [runs, verdicts, bills, open] = await Promise.all([
    readRuns(system),
    readVerdicts(system),
    readBills(system),
    readOpenExceptions(system),
  ]);
  return { ...runs, verdicts, bills, open };
}

/** By import. */
async function readBills(system: TestSystem): Promise<readonly SeasonBill[]> {
  const rows = await rowsOf<BillRow>(
    system,
    `SELECT merchant_id AS merchant, toString(business_date) AS date, channel, error_rows,
       toUnixTimestamp64Milli(imported_at) AS imported_at_ms
     FROM bills FINAL WHERE book = 'CHANNEL' ORDER BY imported_at`,
  );
  return rows.map((row) => ({
    merchantId: row.merchant,
    date: row.date,
    channel: row.channel,
    errorRows: row.error_rows,
    importedAtMs: Number(row.imported_at_ms),
  }));
}

type BillRow = {
  readonly merchant: string;
  readonly date: string;
  readonly channel: string;
  readonly error_rows: number;
  readonly imported_at_ms: string;
};

/** Of the runs that readers follow, the one that was published last at the end. */
async function readVerdicts(system: TestSystem): Promise<readonly SeasonVerdict[]> {
  const rows = await rowsOf<VerdictRow>(
    system,
    `SELECT toString(p.business_date) AS run_date, v.merchant_id AS merchant, kind, order_no, refund_no, code,
       toString(v.business_date) AS date, possibly_cross_day AS possibly,
       toUnixTimestamp64Milli(r.started) AS started_ms
     FROM verdicts AS v FINAL INNER JOIN publications AS p ON v.run_id = p.run_id
     INNER JOIN (SELECT run_id, max(started_at) AS started, max(ended_at) AS ended FROM reconciliations GROUP BY run_id)
       AS r ON r.run_id = v.run_id
     WHERE v.mode = 'THREE_WAY' ORDER BY r.ended, run_date, merchant, order_no`,
  );
  return rows.map((row) => ({
    runDate: row.run_date,
    merchantId: row.merchant,
    key: [row.kind, row.order_no, row.refund_no].join(' '),
    code: row.code,
    date: row.date,
    isPossiblyCrossDay: row.possibly === 1,
    runStartedAtMs: Number(row.started_ms),
  }));
}

type VerdictRow = {
  readonly run_date: string;
  readonly merchant: string;
  readonly kind: string;
  readonly order_no: string;
  readonly refund_no: string;
  readonly code: string;
  readonly date: string;
  readonly possibly: number;
  readonly started_ms: string;
};

/** Exceptions that the lists show as open, in the words of `SeasonVerdict`. */
async function readOpenExceptions(system: TestSystem): Promise<readonly OpenException[]> {
  return rowsOf<OpenException>(
    system,
    `SELECT DISTINCT merchant_id AS merchantId, concat(kind, ' ', order_no, ' ', refund_no) AS key, type AS code,
       toString(business_date) AS date
     FROM v_exceptions WHERE mode = 'THREE_WAY' AND status = 'OPEN'`,
  );
}

/** Nothing waits, and the last run of every date did not fail. */
export function isSettled({ mishaps }: SeasonPlan, { runs, waits }: SeasonRuns): boolean {
  const last = new Map(runs.map((run) => [`${run.merchantId} ${run.date}`, run]));
  const isClosed = ({ merchantId, date }: { readonly merchantId: string; readonly date: string }): boolean =>
    (last.get(`${merchantId} ${date}`)?.outcome ?? 'FAILED') !== 'FAILED';
  return waits === 0 && mishaps.every(isClosed);
}

async function rowsOf<Row>(system: TestSystem, query: string): Promise<readonly Row[]> {
  const result = await system.clickhouse.query({ query, format: 'JSONEachRow' });
  return result.json<Row>();
}
