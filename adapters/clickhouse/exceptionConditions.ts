import type { CaseStatus, ExceptionFilter } from '../../domain/apiPorts.ts';
import type { Scope } from '../../domain/scope.ts';
import { text } from './closeSql.ts';
import type { Conditions } from './listConditions.ts';
import { listConditions } from './listConditions.ts';

/** What an exception is about, as ExceptionFilter says. */
const STAKE = 'coalesce(channel_fen, platform_fen, merchant_fen, 0)';

/** HIS receipts are the identities of the merchant's lines (domain/entry.ts). */
const NUMBER = `(startsWith(order_no, {q:String}) OR startsWith(refund_no, {q:String})
  OR arrayExists(no -> startsWith(no, {q:String}), merchant_identities))`;

/** @returns beside the conditions of every list those that only columns of `verdicts` answer */
export function exceptionConditions(
  scope: Scope,
  filter: ExceptionFilter,
): Conditions & { readonly ofVerdicts: readonly string[] } {
  const { kind, channel, minFen, maxFen, q } = filter;
  const { sql, values } = listConditions(scope, filter);
  const own = [
    ['kind', 'kind = {kind:String}', kind],
    ['channel', 'channel = {channel:String}', channel],
    ['min_fen', `${STAKE} >= {min_fen:Int64}`, minFen?.toString()],
    ['max_fen', `${STAKE} <= {max_fen:Int64}`, maxFen?.toString()],
    ['q', NUMBER, q],
  ] as const;
  const given = own.flatMap(([name, condition, value]) =>
    value === undefined ? [] : [{ name, condition, value }],
  );
  return {
    sql,
    values: { ...values, ...Object.fromEntries(given.map(({ name, value }) => [name, value])) },
    ofVerdicts: given.map(({ condition }) => condition),
  };
}

/** Whether a case that nobody works on or has settled is open follows from the verdicts alone (v_exceptions says the same). */
export const PERSONS_WORDS = [
  'IN_PROGRESS',
  'PENDING_APPROVAL',
  'RESOLVED',
] as const satisfies readonly CaseStatus[];

/** Leaves out rows whose case surely has another status. */
export function mayHaveStatus(status: CaseStatus): string {
  const cases = (statuses: readonly CaseStatus[]) =>
    `(SELECT merchant_id, order_no, key_part FROM exceptions FINAL WHERE status IN (${statuses.map(text).join(', ')}))`;
  const key = '(merchant_id, order_no, key_part)';
  return status === 'OPEN' || status === 'HEALED'
    ? `${key} NOT IN ${cases(PERSONS_WORDS)}`
    : `${key} IN ${cases([status])}`;
}
