import type { ClickHouseClient } from '@clickhouse/client';
import type { CaseStatus, ExceptionFilter } from '../../domain/apiPorts.ts';
import type { Scope } from '../../domain/scope.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { rowsOf, text, tuples } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';

/** A case that a person has to see to although all books agree by now: HIS booked the payment after it had been refunded. */
export type BookedCase = { readonly type: VerdictCode; readonly status: CaseStatus };

type Row = {
  readonly case_id: string;
  readonly merchant_id: string;
  readonly order_no: string;
  readonly key_part: string;
  readonly type: VerdictCode;
  readonly status: CaseStatus;
};

/** More than a thousand of them are an outage of their own. */
const MOST = 1_000;

/**
 * No verdict tells of these, so lists of verdicts look for them here. Their cases are told by what no other case has: a type
 * that says that HIS lacks the payment, and an amount of HIS.
 * @returns keys as tuples of SQL, of the types that are asked for, and the cases by id
 */
export async function bookedAfterRefund(
  client: ClickHouseClient,
  scope: Scope,
  filter: ExceptionFilter,
): Promise<{ readonly keys: string; readonly cases: ReadonlyMap<string, BookedCase> }> {
  const { merchantId } = filter;
  const { sql, values } = listConditions(scope, merchantId === undefined ? {} : { merchantId });
  const rows = await rowsOf<Row>(
    client,
    `SELECT case_id, merchant_id, order_no, key_part, type, status FROM exceptions FINAL
     ${whereOf([
       ...sql,
       "type IN ('CHANNEL_ONLY', 'PLATFORM_ONLY')",
       ...(filter.type === undefined ? [] : [`type = ${text(filter.type)}`]),
       'merchant_fen IS NOT NULL',
       "status IN ('OPEN', 'IN_PROGRESS', 'PENDING_APPROVAL')",
     ])}
     LIMIT ${MOST}`,
    values,
  );
  return {
    keys: tuples(
      rows.map((row) => [text(row.merchant_id), text(row.order_no), text(row.key_part)]),
      3,
    ),
    cases: new Map(rows.map(({ case_id, type, status }) => [case_id, { type, status }])),
  };
}
