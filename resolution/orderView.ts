import type { CaseKey, CaseState } from '../domain/caseHistory.ts';
import { lastRow } from '../domain/caseHistory.ts';
import { stepOf } from '../domain/caseTransition.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import type { OrderMoney, RefundAttempt } from '../domain/orderMoney.ts';
import { orderMoney } from '../domain/orderMoney.ts';
import { attemptsOf } from '../domain/refundIntent.ts';
import type { OrderFile, OrderRef } from '../domain/resolutionPorts.ts';
import type { ResolutionDeps } from './resolution.ts';

/** A case as the verdicts of this moment make it, whether or not its rows say so yet. */
export type CaseNow = CaseKey & { readonly state: CaseState };

/** An order to look at: nothing is locked, and nothing is written. */
export type OrderView = {
  readonly order: OrderRef;
  readonly file: OrderFile;
  readonly attempts: readonly RefundAttempt[];
  readonly cases: readonly CaseNow[];
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
    cases: casesOf(file, deps.now()),
    money: orderMoney(file.lines, attempts, {
      rules: deps.merchants.get(merchantId)?.rules ?? DEFAULT_RULES,
      repairedKey,
    }),
  };
}

function casesOf({ rows, words }: OrderFile, nowMs: number): readonly CaseNow[] {
  const keys = new Map<string, CaseKey>();
  for (const { caseId, merchantId, orderNo, keyPart } of [...rows, ...words]) {
    keys.set(caseId, { caseId, merchantId, orderNo, keyPart });
  }
  return [...keys.values()].flatMap((key) => {
    const last = lastRow(rows.filter((row) => row.caseId === key.caseId));
    const word = words.find((each) => each.caseId === key.caseId);
    const state = (word && stepOf(last, word, nowMs)?.state) ?? last?.state;
    return state ? [{ ...key, state }] : [];
  });
}
