import type {
  RefundAnswer,
  RefundGateway,
  RefundGateways,
  RefundOrder,
} from '../../domain/resolutionPorts.ts';

/** What the gateway does with the next calls of `send`; afterwards it is well again. */
export type GatewayFault =
  /** Nothing is done and nothing is said. */
  | 'LOST_BEFORE'
  /** It is done and nothing is said. */
  | 'LOST_AFTER'
  | 'PROCESSING'
  | 'NOT_ENOUGH'
  | 'CLOSED';

/** A gateway's side of refunds in memory: a number is carried out once, whoever sends it however often. */
export class GatewayBook implements RefundGateways {
  readonly refunds = new Map<string, RefundOrder>();
  readonly faults: GatewayFault[] = [];
  readonly sent: RefundOrder[] = [];
  #closed = new Set<string>();
  #processing = new Set<string>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  routeOf(): 'upp' {
    return 'upp';
  }

  gateway(): RefundGateway {
    return {
      minGapMs: 0,
      send: (order) => Promise.resolve(this.#send(order)),
      ask: (order) => Promise.resolve(this.#ask(order)),
    };
  }

  /** Refunds that were accepted come to their end. */
  settleAll(): void {
    this.#processing.clear();
  }

  totalOf(orderNo: string): bigint {
    return [...this.refunds.values()]
      .filter((order) => order.orderNo === orderNo)
      .reduce((total, { amountFen }) => total + amountFen, 0n);
  }

  #send(order: RefundOrder): RefundAnswer {
    this.sent.push(order);
    const known = this.refunds.get(keyOf(order));
    if (known && known.amountFen !== order.amountFen) {
      return { state: 'UNKNOWN', code: 'DISCORDANT_REPEAT', detail: 'the number has another amount' };
    }
    const fault = known ? undefined : this.faults.shift();
    if (fault === 'LOST_BEFORE') return lost;
    if (fault === 'NOT_ENOUGH')
      return { state: 'FAILED', code: 'NOT_ENOUGH', detail: 'the balance is too low' };
    if (fault === 'CLOSED') {
      this.#closed.add(keyOf(order));
      return { state: 'REFUSED', code: 'CLOSED', detail: 'closed' };
    }
    this.refunds.set(keyOf(order), order);
    if (fault === 'LOST_AFTER') return lost;
    if (fault === 'PROCESSING') this.#processing.add(keyOf(order));
    return this.#ask(order);
  }

  #ask(order: RefundOrder): RefundAnswer {
    const key = keyOf(order);
    if (this.#closed.has(key)) return { state: 'REFUSED', code: 'CLOSED', detail: 'closed' };
    if (!this.refunds.has(key)) return { state: 'NOT_FOUND', code: 'NOT_FOUND', detail: 'no such refund' };
    if (this.#processing.has(key)) return { state: 'PROCESSING', code: null, detail: 'accepted' };
    return { state: 'SUCCEEDED', gatewayRefundId: `G-${order.refundNo}`, refundedAtMs: this.#nowMs() };
  }
}

const lost: RefundAnswer = { state: 'UNKNOWN', code: null, detail: 'no answer in time' };

function keyOf({ orderNo, refundNo }: RefundOrder): string {
  return `${orderNo} ${refundNo}`;
}
