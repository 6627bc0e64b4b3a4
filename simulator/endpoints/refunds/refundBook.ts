import type { Channel } from '../../../domain/entry.ts';

// The book of one gateway: what was paid, and which refunds it has taken. Written from the gateways' rules: one number is one
// refund, all refunds of an order come to no more than was paid, and two of them keep their distance.

export type PaidOrder = {
  /** The hospital's number at the gateway. */
  readonly merchantNo: string;
  readonly orderNo: string;
  readonly channel: Channel;
  readonly channelTxnNo: string;
  readonly paidFen: bigint;
  readonly paidAtMs: number;
};

export type RefundState = 'SUCCESS' | 'PROCESSING' | 'CLOSED' | 'ABNORMAL';

export type KeptRefund = {
  readonly merchantNo: string;
  readonly orderNo: string;
  readonly refundNo: string;
  readonly refundId: string;
  readonly amountFen: bigint;
  readonly state: RefundState;
  /** When it was taken, and when its money went back. */
  readonly takenAtMs: number;
  readonly refundedAtMs: number | null;
};

export type AskedRefund = {
  readonly merchantNo: string;
  /** By the merchant's number of the order, or the channel's of its payment. */
  readonly orderNo?: string;
  readonly channelTxnNo?: string;
  readonly refundNo: string;
  readonly amountFen: bigint;
};

export type RefundRules = {
  readonly minGapMs: number;
  readonly maxPerOrder: number;
  readonly refundableMs: number;
};

export const CHANNEL_RULES: Readonly<Record<Channel, RefundRules>> = {
  WECHAT: { minGapMs: 60_000, maxPerOrder: 50, refundableMs: 365 * 86_400_000 },
  ALIPAY: { minGapMs: 3_000, maxPerOrder: 1_000, refundableMs: 365 * 86_400_000 },
  UNIONPAY: { minGapMs: 0, maxPerOrder: 1_000, refundableMs: 365 * 86_400_000 },
};

export type NotTaken =
  'ORDER_NOT_FOUND' | 'DISCORDANT' | 'AMOUNT_EXCEEDED' | 'OVERDUE' | 'TOO_FREQUENT' | 'NOT_ENOUGH';

export type Taken =
  | {
      readonly kind: 'TAKEN';
      readonly refund: KeptRefund;
      readonly order: PaidOrder;
      readonly isNew: boolean;
    }
  | { readonly kind: 'NOT_TAKEN'; readonly why: NotTaken };

/** How a refund goes on after it was taken. */
export type Course = { readonly ends: RefundState; readonly afterMs: number };
const AT_ONCE: Course = { ends: 'SUCCESS', afterMs: 0 };

export type RefundBookParts = {
  readonly orders: readonly PaidOrder[];
  readonly now: () => number;
  /** Refunds of a book that goes on. */
  readonly kept?: readonly KeptRefund[];
  /** Told before a caller is answered. */
  readonly onChange?: (refund: KeptRefund) => void;
};

export class RefundBook {
  readonly #parts: RefundBookParts;
  readonly #orders = new Map<string, PaidOrder>();
  readonly #refunds = new Map<string, KeptRefund>();
  readonly #byOrder = new Map<string, KeptRefund[]>();
  readonly #courses = new Map<string, Course>();
  /** What the merchants' account holds, fen; null: enough. */
  balanceFen: bigint | null = null;

  constructor(parts: RefundBookParts) {
    this.#parts = parts;
    for (const order of parts.orders) this.addOrder(order);
    for (const refund of parts.kept ?? []) this.#put(refund);
  }

  addOrder(order: PaidOrder): void {
    this.#orders.set(keyOf(order.merchantNo, order.orderNo), order);
    this.#orders.set(keyOf(order.merchantNo, `txn ${order.channelTxnNo}`), order);
  }

  topUp(fen: bigint): void {
    this.balanceFen = (this.balanceFen ?? 0n) + fen;
  }

  /** Takes a refund, or says why not; the same number again gives the refund that has it. */
  take(asked: AskedRefund, course: Course = AT_ONCE): Taken {
    const order = this.order(asked);
    if (order === null) return { kind: 'NOT_TAKEN', why: 'ORDER_NOT_FOUND' };
    const known = this.find(asked.merchantNo, asked.refundNo);
    if (known !== null) {
      const isSame = known.orderNo === order.orderNo && known.amountFen === asked.amountFen;
      return isSame
        ? { kind: 'TAKEN', refund: known, order, isNew: false }
        : { kind: 'NOT_TAKEN', why: 'DISCORDANT' };
    }
    const why = this.#refusalOf(order, asked.amountFen);
    if (why !== null) return { kind: 'NOT_TAKEN', why };
    if (this.balanceFen !== null) this.balanceFen -= asked.amountFen;
    const nowMs = this.#parts.now();
    const refund: KeptRefund = {
      merchantNo: asked.merchantNo,
      orderNo: order.orderNo,
      refundNo: asked.refundNo,
      refundId: `5030${String(this.#refunds.size + 1).padStart(16, '0')}`,
      amountFen: asked.amountFen,
      state: 'PROCESSING',
      takenAtMs: nowMs,
      refundedAtMs: null,
    };
    const key = keyOf(asked.merchantNo, asked.refundNo);
    this.#courses.set(key, course);
    this.#keep(course.afterMs === 0 ? settled(refund, course.ends, nowMs) : refund);
    return { kind: 'TAKEN', refund: this.#refunds.get(key) ?? refund, order, isNew: true };
  }

  /** A refund as it stands now. */
  find(merchantNo: string, refundNo: string): KeptRefund | null {
    const key = keyOf(merchantNo, refundNo);
    const refund = this.#refunds.get(key);
    if (refund?.state !== 'PROCESSING') return refund ?? null;
    // A book that goes on does not know how a refund was meant to go: it succeeds.
    const { ends, afterMs } = this.#courses.get(key) ?? AT_ONCE;
    const dueMs = refund.takenAtMs + afterMs;
    if (this.#parts.now() >= dueMs) this.#keep(settled(refund, ends, dueMs));
    return this.#refunds.get(key) ?? null;
  }

  order({
    merchantNo,
    orderNo,
    channelTxnNo,
  }: Omit<AskedRefund, 'refundNo' | 'amountFen'>): PaidOrder | null {
    const name = channelTxnNo === undefined ? (orderNo ?? '') : `txn ${channelTxnNo}`;
    return this.#orders.get(keyOf(merchantNo, name)) ?? null;
  }

  /** All refunds of an order that it has taken, as they stand. */
  refundsOf(orderNo: string): readonly KeptRefund[] {
    return this.#asTheyStand(this.#byOrder.get(orderNo) ?? []);
  }

  refunds(): readonly KeptRefund[] {
    return this.#asTheyStand([...this.#refunds.values()]);
  }

  /** What went back of an order or is about to, fen: refunds that were not closed. */
  totalOf(orderNo: string): bigint {
    return sumOf(this.refundsOf(orderNo));
  }

  #refusalOf(order: PaidOrder, amountFen: bigint): NotTaken | null {
    const rules = CHANNEL_RULES[order.channel];
    const nowMs = this.#parts.now();
    const others = this.refundsOf(order.orderNo).filter(({ merchantNo }) => merchantNo === order.merchantNo);
    if (nowMs > order.paidAtMs + rules.refundableMs) return 'OVERDUE';
    if (sumOf(others) + amountFen > order.paidFen || others.length >= rules.maxPerOrder) {
      return 'AMOUNT_EXCEEDED';
    }
    if (others.some(({ takenAtMs }) => nowMs - takenAtMs < rules.minGapMs)) return 'TOO_FREQUENT';
    return this.balanceFen !== null && this.balanceFen < amountFen ? 'NOT_ENOUGH' : null;
  }

  #asTheyStand(refunds: readonly KeptRefund[]): readonly KeptRefund[] {
    return refunds.map((refund) => this.find(refund.merchantNo, refund.refundNo) ?? refund);
  }

  #keep(refund: KeptRefund): void {
    this.#parts.onChange?.(refund);
    this.#put(refund);
  }

  #put(refund: KeptRefund): void {
    this.#refunds.set(keyOf(refund.merchantNo, refund.refundNo), refund);
    const others = (this.#byOrder.get(refund.orderNo) ?? []).filter(
      ({ merchantNo, refundNo }) => merchantNo !== refund.merchantNo || refundNo !== refund.refundNo,
    );
    this.#byOrder.set(refund.orderNo, [...others, refund]);
  }
}

function settled(refund: KeptRefund, state: RefundState, atMs: number): KeptRefund {
  return { ...refund, state, refundedAtMs: state === 'SUCCESS' ? atMs : null };
}

function sumOf(refunds: readonly KeptRefund[]): bigint {
  return refunds
    .filter(({ state }) => state !== 'CLOSED')
    .reduce((total, { amountFen }) => total + amountFen, 0n);
}

function keyOf(merchantNo: string, no: string): string {
  return `${merchantNo} ${no}`;
}
