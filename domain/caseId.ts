import { hash } from 'node:crypto';

/**
 * The id of a matchKey's case: one problem is one case, whichever mode found it. The views build the same in SQL
 * (schemas/clickhouse/0004_views.sql).
 */
export function caseIdOf(merchantId: string, orderNo: string, keyPart: string): string {
  return hash('sha256', `${merchantId} ${orderNo} ${keyPart}`, 'hex').slice(0, 32);
}
