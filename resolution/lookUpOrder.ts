import type { Book } from '../domain/entry.ts';
import { keyPartOf } from '../domain/entry.ts';
import type { RefundAttempt } from '../domain/orderMoney.ts';
import type { Principal } from '../domain/principal.ts';
import { mayReach } from '../domain/principal.ts';
import type { OrderRef } from '../domain/resolutionPorts.ts';
import type { OrderView } from './orderView.ts';
import { viewOrder } from './orderView.ts';
import { notFound } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

/** One refund of an order, wherever it is known. */
export type RefundOfOrder = {
  /** null: a book has it without a number. */
  readonly refundNo: string | null;
  readonly amountFen: bigint;
  /** Of a refund that is in books alone: SUCCEEDED. */
  readonly state: RefundAttempt['state'];
  /** null: not begun by us. */
  readonly actionId: string | null;
  readonly books: readonly Book[];
};

export type LookedUpOrder = OrderView & { readonly refunds: readonly RefundOfOrder[] };

/**
 * An order with its money, cases and refunds, for whoever may reach its hospital.
 * @throws DZ_NOT_FOUND
 */
export async function lookUpOrder(
  principal: Principal,
  order: OrderRef,
  deps: Pick<ResolutionDeps, 'ledger' | 'now' | 'merchants'>,
): Promise<LookedUpOrder> {
  const what = `order ${order.orderNo} of ${order.merchantId}`;
  if (!mayReach(principal, order.merchantId)) throw notFound(what);
  const view = await viewOrder(order, deps);
  if (view.file.lines.length === 0 && view.file.rows.length === 0) throw notFound(what);
  return { ...view, refunds: refundsOf(view) };
}

/** Those of ours first, in their order; then those that books alone know. */
function refundsOf({ file, attempts }: OrderView): readonly RefundOfOrder[] {
  const inBooks = Map.groupBy(
    file.lines.map(({ entry }) => entry).filter(({ kind }) => kind === 'REFUND'),
    keyPartOf,
  );
  const own = new Map(attempts.map((attempt) => [`R${attempt.refundNo}`, attempt]));
  const booksOf = (key: string) => [...new Set((inBooks.get(key) ?? []).map(({ book }) => book))];
  const ours = attempts.map(({ refundNo, amountFen, state, actionId }) => {
    return { refundNo, amountFen, state, actionId, books: booksOf(`R${refundNo}`) };
  });
  const others = [...inBooks].flatMap(([key, [first]]) => {
    if (!first || own.has(key)) return [];
    const { refundNo, amountFen } = first;
    return [{ refundNo, amountFen, state: 'SUCCEEDED' as const, actionId: null, books: booksOf(key) }];
  });
  return [...ours, ...others];
}
