import type { ClickHouseClient } from '@clickhouse/client';
import { DuizhangError } from '../../domain/errors.ts';
import type { ExportRequest } from '../../domain/exports.ts';
import { LISTS_OF_RUNS, LISTS_WITH_MODE } from '../../domain/exports.ts';
import type { Scope } from '../../domain/scope.ts';
import { rowsOf } from './closeSql.ts';
import { selectOf, sourceOf } from './exportSql.ts';
import type { Conditions } from './listConditions.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { hospitalsSql, scopeSql } from './scopeSql.ts';

/** Values in the order of EXPORT_COLUMNS. */
export type ExportRow = readonly (string | number | null)[];

/** Beyond this a sort goes to the ledger's disk. */
const SORT_BYTES = String(256 * 1024 * 1024);

/**
 * The rows of a list as the ledger finds them, in a fixed order; what it breaks off in the middle is thrown.
 * @throws DZ_EXPORT_RUN, DZ_EXPORT_MODE
 */
export async function* exportRows(
  client: ClickHouseClient,
  scope: Scope,
  request: ExportRequest,
): AsyncGenerator<readonly ExportRow[]> {
  const { list, runId } = request;
  if (request.mode !== undefined && !LISTS_WITH_MODE.has(list)) {
    throw new DuizhangError('DZ_EXPORT_MODE', `${list} have no mode; leave it out`);
  }
  const conditions = runId === undefined ? filtered(scope, request) : await ofRun(client, scope, request);
  const source = sourceOf(request, conditions.sql);
  const result = await client.query({
    query: selectOf(list, source, whereOf(conditions.sql)),
    query_params: conditions.values,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { max_bytes_before_external_sort: SORT_BYTES },
  });
  for await (const rows of result.stream<ExportRow>()) yield rows.map((row) => row.json());
}

function filtered(scope: Scope, request: ExportRequest): Conditions {
  const { sql, values } = listConditions(scope, request);
  const isOfVerdicts = request.list === 'verdicts' || request.list === 'exceptions';
  return isOfVerdicts && request.mode === undefined
    ? { sql: [...sql, `(mode != 'REALTIME' OR provisional)`], values }
    : { sql, values };
}

/** By the run's place in the tables; a filter beside it narrows. */
async function ofRun(client: ClickHouseClient, scope: Scope, request: ExportRequest): Promise<Conditions> {
  const { runId = '' } = request;
  if (!LISTS_OF_RUNS.has(request.list)) {
    throw new DuizhangError(
      'DZ_EXPORT_RUN',
      `${request.list} belong to no run; name a merchant and dates, or export ${[...LISTS_OF_RUNS].join(', ')}`,
    );
  }
  const [run] = await rowsOf<{ merchant: string; mode: string }>(
    client,
    `SELECT merchant_id AS merchant, mode FROM reconciliations
     WHERE run_id = {run:String} AND ${scopeSql(scope)} LIMIT 1`,
    { run: runId },
  );
  if (!run) {
    throw new DuizhangError('DZ_EXPORT_RUN', `there is no run ${runId}; /api/v1/reconciliations lists them`);
  }
  const { sql, values } = listConditions(scope, request);
  return {
    sql: [hospitalsSql(scope, [run.merchant]), 'mode = {run_mode:String}', 'run_id = {run:String}', ...sql],
    values: { ...values, run: runId, run_mode: run.mode },
  };
}
