import type { Scope } from '../../domain/scope.ts';
import { text } from './closeSql.ts';

// The only place in which a query of the API is narrowed to hospitals; test/access/scope.test.ts looks for others.

/** The condition that keeps a query inside a scope. Its texts are the configuration's, and quoted. */
export function scopeSql({ merchants }: Scope): string {
  return merchants === null ? '1' : isOneOf([...merchants]);
}

/** Of hospitals that rows named which were found before: those that the scope reaches. */
export function hospitalsSql(scope: Scope, merchantIds: readonly string[]): string {
  return isOneOf([...new Set(merchantIds)].filter((id) => scope.reaches(id)));
}

/** For rows of which nobody knows the hospital: they are for those who may see every one. */
export function unknownHospitalSql({ merchants }: Scope): string {
  return merchants === null ? '1' : '0';
}

/** For rows of several hospitals in an array: all of them have to be reached, and rows of none are for those who see all. */
export function scopeOfSeveralSql({ merchants }: Scope, column: string): string {
  if (merchants === null) return '1';
  const reached = [...merchants].map(text).join(', ');
  return `notEmpty(${column}) AND hasAll([${reached}], arrayMap(m -> toString(m), ${column}))`;
}

function isOneOf(merchantIds: readonly string[]): string {
  return merchantIds.length === 0 ? '0' : `merchant_id IN (${merchantIds.map(text).join(', ')})`;
}
