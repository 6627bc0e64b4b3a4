import type { StandingCase } from '../domain/caseTransition.ts';
import { casesNow } from '../domain/caseTransition.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import type { OrderMoney, RefundAttempt } from '../domain/orderMoney.ts';
import { orderMoney } from '../domain/orderMoney.ts';
import { attemptsOf } from '../domain/refundIntent.ts';
import type { OrderFile, OrderRef } from '../domain/resolutionPorts.ts';
import type { ResolutionDeps } from './resolution.ts';

/** An order to look at: nothing is locked, and nothing is written. */
export type OrderView = {
  readonly order: OrderRef;
  readonly file: OrderFile;
  readonly attempts: readonly RefundAttempt[];
  /** By id. */
  readonly cases: ReadonlyMap<string, StandingCase>;
  readonly money: OrderMoney;
};

/** @param repairedKey see `orderMoney` */
export async function viewOrder(
  { merchantId, orderNo }: OrderRef,
  deps: Pick<ResolutionDeps, 'ledger' | 'now' | 'merchants'>,
  repairedKey: string | null = null,
): Promise<OrderView> {
  const file = await deps.ledger.orderFile(merchantId, orderNo);
  const attempts = attemptsOf(file.rows);
  return {
    order: { merchantId, orderNo },
    file,
    attempts,
    cases: casesNow(file.words, file.rows, deps.now()),
    money: orderMoney(file.lines, attempts, {
      rules: deps.merchants.get(merchantId)?.rules ?? DEFAULT_RULES,
      repairedKey,
    }),
  };
}
