import type { DifferingOrder } from '../../domain/alertPorts.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';

/** Beyond this the oldest are let go of: alerts then count too few, cases and the ledger do not. */
const MOST_ORDERS = 200_000;

/** Orders whose books differ now, as the last stored verdicts say. */
export class Differences {
  readonly #byMerchant = new Map<string, Map<string, DifferingOrder>>();
  #size = 0;
  /** For each question that the ledger has not answered yet: orders that came to agree since, with the version that says so. */
  readonly #agreed = new Set<Map<string, bigint>>();

  take(order: DifferingOrder): void {
    const orders = this.#byMerchant.get(order.merchantId) ?? new Map<string, DifferingOrder>();
    this.#byMerchant.set(order.merchantId, orders);
    const key = keyOf(order.orderNo, order.keyPart, order.span);
    const known = orders.get(key);
    if (known && known.version > order.version) return;
    if (!known) this.#size += 1;
    orders.set(key, order);
    if (this.#size > MOST_ORDERS) this.#letGoOfOldest();
  }

  judge(order: DifferingOrder): void {
    if (EXCEPTION_CODES.has(order.code)) return this.take(order);
    const { merchantId, orderNo, keyPart, version, span } = order;
    const key = keyOf(orderNo, keyPart, span);
    for (const agreed of this.#agreed) agreed.set(`${merchantId} ${key}`, version);
    const orders = this.#byMerchant.get(merchantId);
    if (!orders || orders.size === 0) return;
    const known = orders.get(key);
    if (!known || known.version > version) return;
    orders.delete(key);
    this.#size -= 1;
  }

  /** Asked for nearly every verdict, which is a match of an order that never differed. */
  knows({ merchantId, orderNo, keyPart }: VersionedVerdict['verdict'], span: number): boolean {
    const orders = this.#byMerchant.get(merchantId);
    return orders !== undefined && orders.size > 0 && orders.has(keyOf(orderNo, keyPart, span));
  }

  /** Orders of closed dates are the close's. */
  dropClosed(isClosed: (merchantId: string, date: BusinessDate) => boolean): void {
    for (const [merchantId, orders] of this.#byMerchant) {
      for (const [key, { businessDate }] of orders) {
        if (!isClosed(merchantId, businessDate)) continue;
        orders.delete(key);
        this.#size -= 1;
      }
    }
  }

  /**
   * Lets go of what the ledger does not hold as differing any more; what is told meanwhile stays.
   * @param askLedger null: it has more than it told
   */
  async holdAgainst(askLedger: () => Promise<readonly DifferingOrder[] | null>): Promise<void> {
    const before = new Map(
      [...this.#byMerchant].map(([merchantId, orders]) => [merchantId, new Map(orders)]),
    );
    const agreed = new Map<string, bigint>();
    this.#agreed.add(agreed);
    const differing = await askLedger().finally(() => this.#agreed.delete(agreed));
    if (differing === null) return;
    for (const order of differing) {
      const key = keyOf(order.orderNo, order.keyPart, order.span);
      // Its answer is of the moment in which it was asked.
      if ((agreed.get(`${order.merchantId} ${key}`) ?? -1n) < order.version) this.take(order);
    }
    for (const { merchantId, orderNo, keyPart, span } of differing) {
      before.get(merchantId)?.delete(keyOf(orderNo, keyPart, span));
    }
    for (const [merchantId, gone] of before) {
      const orders = this.#byMerchant.get(merchantId);
      for (const [key, order] of gone) {
        if (orders?.get(key) !== order) continue;
        orders.delete(key);
        this.#size -= 1;
      }
    }
  }

  merchants(): readonly string[] {
    return [...this.#byMerchant.keys()];
  }

  of(merchantId: string): readonly DifferingOrder[] {
    return [...(this.#byMerchant.get(merchantId)?.values() ?? [])];
  }

  get size(): number {
    return this.#size;
  }

  #letGoOfOldest(): void {
    for (const orders of this.#byMerchant.values()) {
      const [oldest] = orders.keys();
      if (oldest === undefined) continue;
      orders.delete(oldest);
      this.#size -= 1;
    }
  }
}

function keyOf(orderNo: string, keyPart: string, span: number): string {
  return keyPart === 'P' && span === 0 ? orderNo : ` ${orderNo} ${keyPart} ${span}`;
}

/** An order as a verdict says it, which may be that its books agree. */
export function differingOf({ verdict, version, span }: VersionedVerdict): DifferingOrder {
  const { merchantId, orderNo, keyPart, code, channel, businessType, businessDate, sides } = verdict;
  const side = sides.PLATFORM ?? sides.MERCHANT;
  if (!side) throw new Error(`a realtime verdict of ${merchantId} ${orderNo} without a side`);
  return {
    merchantId,
    orderNo,
    keyPart,
    span,
    version,
    code,
    channel,
    businessType: businessType ?? '',
    amountFen: side.amountFen,
    occurredAtMs: side.occurredAtMs,
    businessDate,
  };
}
