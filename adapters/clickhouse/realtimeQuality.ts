import type { ClickHouseClient } from '@clickhouse/client';
import type { QualityFilter, RealtimeQuality } from '../../domain/apiPorts.ts';
import type { NeededWindow } from '../../domain/realtimeQuality.ts';
import type { Scope } from '../../domain/scope.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';
import { rowsOf } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';

type Row = {
  readonly merchant_id: string;
  readonly date: string;
  readonly type: VerdictCode | '';
  readonly verdicts: string;
  readonly stood: string;
  readonly p50: string | null;
  readonly p95: string | null;
  readonly p99: string | null;
};

/** Newest date first. */
export async function realtimeQuality(
  client: ClickHouseClient,
  scope: Scope,
  filter: QualityFilter,
): Promise<readonly RealtimeQuality[]> {
  const { sql, values } = listConditions(scope, filter);
  const rows = await rowsOf<Row>(
    client,
    `SELECT merchant_id, toString(business_date) AS date, type, toString(verdicts) AS verdicts,
       toString(stood_verdicts) AS stood, toString(needed_p50_ms) AS p50, toString(needed_p95_ms) AS p95,
       toString(needed_p99_ms) AS p99
     FROM v_realtime_quality ${whereOf(sql)} ORDER BY business_date DESC, merchant_id, type`,
    values,
  );
  return rows
    .filter((row) => row.type === '')
    .map((day) => ({
      merchantId: day.merchant_id,
      businessDate: day.date,
      verdicts: Number(day.verdicts),
      stood: Number(day.stood),
      needed: neededOf(day),
      byType: rows
        .flatMap((row) => (row.type !== '' && isSameDay(row, day) ? [typeOf(row, row.type)] : []))
        .toSorted((a, b) => VERDICT_CODES.indexOf(a.type) - VERDICT_CODES.indexOf(b.type)),
    }));
}

function isSameDay(a: Row, b: Row): boolean {
  return a.merchant_id === b.merchant_id && a.date === b.date;
}

function typeOf(row: Row, type: VerdictCode): RealtimeQuality['byType'][number] {
  return { type, verdicts: Number(row.verdicts), stood: Number(row.stood), needed: neededOf(row) };
}

function neededOf({ p50, p95, p99 }: Row): NeededWindow {
  return { p50Ms: numberOf(p50), p95Ms: numberOf(p95), p99Ms: numberOf(p99) };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
