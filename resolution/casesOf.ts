import type { StandingCase } from '../domain/caseTransition.ts';
import { casesNow } from '../domain/caseTransition.ts';
import type { OrderRef } from '../domain/resolutionPorts.ts';
import type { ResolutionDeps } from './resolution.ts';

const ORDERS_A_QUERY = 500;

/** Cases of many orders as the verdicts and their chains have them now, by case id. Nothing is written. */
export async function casesOf(
  orders: readonly OrderRef[],
  deps: Pick<ResolutionDeps, 'ledger' | 'now'>,
): Promise<ReadonlyMap<string, StandingCase>> {
  const found = new Map<string, StandingCase>();
  for (const [merchantId, own] of Map.groupBy(orders, (order) => order.merchantId)) {
    const orderNos = [...new Set(own.map(({ orderNo }) => orderNo))];
    for (let at = 0; at < orderNos.length; at += ORDERS_A_QUERY) {
      const some = orderNos.slice(at, at + ORDERS_A_QUERY);
      const [rows, words] = await Promise.all([
        deps.ledger.rowsOf(merchantId, some),
        deps.ledger.wordsOf(merchantId, some),
      ]);
      for (const [caseId, standing] of casesNow(words, rows, deps.now())) found.set(caseId, standing);
    }
  }
  return found;
}
