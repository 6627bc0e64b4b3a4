import type { ClickHouseClient } from '@clickhouse/client';
import type { CaseStatus, RunShare, RunSummary } from '../../domain/apiPorts.ts';
import { CASE_STATUSES } from '../../domain/apiPorts.ts';
import type { Channel, Kind } from '../../domain/entry.ts';
import type { Scope } from '../../domain/scope.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { EXCEPTION_CODE_LIST, listOf, rowsOf, text } from './closeSql.ts';
import { PERSONS_WORDS } from './exceptionConditions.ts';
import { hospitalsSql, scopeSql } from './scopeSql.ts';

type RunRow = { readonly merchant_id: string; readonly mode: string; readonly published: number };
type ShareRow = {
  readonly code: VerdictCode;
  readonly kind: Kind;
  readonly channel: Channel | '';
  readonly count: string;
  readonly merchant: string | null;
  readonly platform: string | null;
  readonly at_channel: string | null;
};

/** What a run found, and how its exceptions stand now. @returns null where there is no such run */
export async function runSummary(
  client: ClickHouseClient,
  scope: Scope,
  runId: string,
): Promise<RunSummary | null> {
  const [run] = await rowsOf<RunRow>(
    client,
    `SELECT merchant_id, mode, (merchant_id, business_date, mode, run_id) IN (
       SELECT merchant_id, business_date, mode, run_id FROM publications WHERE ${scopeSql(scope)}) AS published
     FROM reconciliations WHERE ${scopeSql(scope)} AND run_id = {run:String} LIMIT 1`,
    { run: runId },
  );
  if (!run) return null;
  const { own, ofRun } = conditionsOf(scope, run);
  const values = { run: runId };
  const [shares, cases] = await Promise.all([
    rowsOf<ShareRow>(client, sharesSql(ofRun), values),
    rowsOf<{ status: CaseStatus; count: string }>(client, casesSql(own, ofRun), values),
  ]);
  const counts = new Map(cases.map(({ status, count }) => [status, Number(count)]));
  const count = (status: CaseStatus): number => counts.get(status) ?? 0;
  const [OPEN, IN_PROGRESS, PENDING_APPROVAL, RESOLVED, HEALED] = CASE_STATUSES;
  return {
    published: run.published === 1,
    shares: shares.map(shareOf),
    cases: {
      OPEN: count(OPEN),
      IN_PROGRESS: count(IN_PROGRESS),
      PENDING_APPROVAL: count(PENDING_APPROVAL),
      RESOLVED: count(RESOLVED),
      HEALED: count(HEALED),
    },
  };
}

function conditionsOf(scope: Scope, run: RunRow) {
  const own = hospitalsSql(scope, [run.merchant_id]);
  return { own, ofRun: `${own} AND mode = ${text(run.mode)} AND run_id = {run:String}` };
}

function sharesSql(ofRun: string): string {
  return `SELECT code, kind, channel, toString(count()) AS count, toString(sum(merchant_fen)) AS merchant,
      toString(sum(platform_fen)) AS platform, toString(sum(channel_fen)) AS at_channel
    FROM verdicts FINAL WHERE ${ofRun} GROUP BY code, kind, channel ORDER BY code, kind, channel`;
}

/** As the list of exceptions has it: a person's word, else whether the last published word on the key needs one. */
function casesSql(own: string, ofRun: string): string {
  const exceptions = `FROM verdicts FINAL WHERE ${ofRun} AND code IN (${EXCEPTION_CODE_LIST})`;
  return `SELECT status, toString(count()) AS count FROM (
      SELECT multiIf(c.status IN (${listOf(PERSONS_WORDS)}), c.status,
        (toString(v.business_date), v.order_no, v.key_part) IN (
          SELECT toString(for_date), order_no, key_part FROM last_words
          WHERE ${own} AND open AND order_no IN (SELECT order_no ${exceptions})),
        'OPEN', 'HEALED') AS status
      FROM (SELECT business_date, order_no, key_part ${exceptions}) AS v
      LEFT JOIN (SELECT order_no, key_part, toString(status) AS status FROM exceptions FINAL WHERE ${own}) AS c
        ON c.order_no = v.order_no AND c.key_part = v.key_part)
    GROUP BY status`;
}

function shareOf({ code, kind, channel, count, merchant, platform, at_channel }: ShareRow): RunShare {
  return {
    code,
    kind,
    channel: channel || null,
    count: Number(count),
    fen: { MERCHANT: fenOf(merchant), PLATFORM: fenOf(platform), CHANNEL: fenOf(at_channel) },
  };
}

function fenOf(fen: string | null): bigint | null {
  return fen === null ? null : BigInt(fen);
}
