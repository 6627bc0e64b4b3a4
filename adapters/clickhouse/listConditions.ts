import type { ListFilter } from '../../domain/apiPorts.ts';
import type { Scope } from '../../domain/scope.ts';
import type { QueryValue } from './closeSql.ts';
import { scopeSql } from './scopeSql.ts';

/** Conditions of a WHERE with the values they name as `{name:Type}`; no value of a caller is ever part of the text. */
export type Conditions = {
  readonly sql: readonly string[];
  readonly values: Readonly<Record<string, QueryValue>>;
};

/** A filter narrows what the scope lets through; it never widens it. */
export function listConditions(scope: Scope, filter: Omit<ListFilter, 'cursor' | 'limit'>): Conditions {
  const sql: string[] = [scopeSql(scope)];
  const values: Record<string, QueryValue> = {};
  const add = (name: string, condition: string, value: QueryValue | undefined) => {
    if (value === undefined) return;
    sql.push(condition);
    values[name] = value;
  };
  add('mode', 'mode = {mode:String}', filter.mode);
  add('merchant', 'merchant_id = {merchant:String}', filter.merchantId);
  add('from', 'business_date >= {from:Date}', filter.from);
  add('to', 'business_date <= {to:Date}', filter.to);
  return { sql, values };
}

export function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
