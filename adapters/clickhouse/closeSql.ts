import type { ClickHouseClient } from '@clickhouse/client';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import type { BookScope } from '../../domain/closePorts.ts';

/** A ClickHouse string literal of any text. */
export function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function date(value: string): string {
  return `toDate(${text(value)})`;
}

/** A tuple list for IN; one that matches nothing where there are none, since IN () is no SQL. */
export function tuples(rows: readonly (readonly string[])[], arity: number): string {
  const lists = rows.length > 0 ? rows : [Array.from({ length: arity }, () => text('(none)'))];
  return `(${lists.map((row) => `(${row.join(', ')})`).join(', ')})`;
}

/**
 * Condition on `entries`: the lines that are the merchant's books around the date (see `bookScope`). A refund that we have
 * carried out stands in the platform's book whatever its bill holds; where the bill has it too, both are one line.
 */
export function inScope(scope: BookScope): string {
  const bills = scope.bills.map((bill) => [text(bill.billId), text(bill.book), text(bill.channel ?? '')]);
  const covered = scope.covered.map((slot) => [
    text(slot.book),
    text(slot.channel ?? ''),
    text(slot.businessDate),
  ]);
  return `merchant_id = ${text(scope.merchantId)}
    AND business_date BETWEEN ${date(scope.from)} AND ${date(scope.to)}
    AND if(source = 'BILL', (bill_id, book, channel) IN ${tuples(bills, 3)},
      source = 'ACTION' OR (book, channel, toString(business_date)) NOT IN ${tuples(covered, 3)})`;
}

export type QueryValue = string | readonly string[];

/** @param values of the `{name:Type}` in the query */
export async function rowsOf<T>(
  client: ClickHouseClient,
  query: string,
  values: Readonly<Record<string, QueryValue>> = {},
): Promise<T[]> {
  const result = await client.query({ query, query_params: values, format: 'JSONEachRow' });
  return result.json<T>();
}

/** A list for IN of columns that hold codes: the verdicts that need a person. */
export const EXCEPTION_CODE_LIST = [...EXCEPTION_CODES].map(text).join(', ');

/** A list for IN, without repeats; one that matches nothing where there are none. */
export function listOf(values: readonly string[]): string {
  return values.length === 0 ? text('(none)') : [...new Set(values)].map(text).join(', ');
}

/** As caseIdOf (domain/caseId.ts). @param of what stands before the columns, e.g. `r.` */
export function caseIdSql(of = ''): string {
  return `lower(substring(hex(SHA256(concat(${of}merchant_id, ' ', ${of}order_no, ' ', ${of}key_part))), 1, 32))`;
}
