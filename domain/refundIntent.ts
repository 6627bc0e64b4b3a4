import type { CaseRow } from './caseHistory.ts';
import type { Json } from './canonicalJson.ts';
import { CHANNELS } from './entry.ts';
import { DuizhangError } from './errors.ts';
import type { RefundAttempt } from './orderMoney.ts';
import type { GatewayRoute, RefundOrder } from './resolutionPorts.ts';
import { GATEWAY_ROUTES } from './resolutionPorts.ts';

// What an INTENT row fixes before the first call of the gateway, and what an OUTCOME row was told.

export type RefundIntent = {
  readonly route: GatewayRoute;
  /** Place of the refund's number in the order; null: a book had named the number. */
  readonly n: number | null;
  readonly order: RefundOrder;
  /** HIS has to say "absent" right before the number is sent, each time. */
  readonly mustHisLack: boolean;
  /** It is for the case's exception; else for the order, which settles nothing by itself. */
  readonly isLinked: boolean;
};

export function intentJson({ route, n, order, mustHisLack, isLinked }: RefundIntent): Json {
  const { amountFen, paidFen, ...texts } = order;
  return {
    route,
    n,
    mustHisLack,
    isLinked,
    order: { ...texts, amountFen: amountFen.toString(), paidFen: paidFen.toString() },
  };
}

/** @throws DZ_CASE_ROW_BROKEN when the row is no INTENT as we write it: somebody has changed it */
export function intentOf(row: CaseRow): RefundIntent {
  const said = fieldsOf(row.said);
  const order = fieldsOf(said.get('order') ?? null);
  const textOf = (name: string): string => {
    const value = order.get(name);
    if (typeof value !== 'string') throw broken(row, name);
    return value;
  };
  const route = GATEWAY_ROUTES.find((name) => name === said.get('route'));
  const channel = CHANNELS.find((name) => name === order.get('channel'));
  const n = said.get('n');
  if (!route || !channel) throw broken(row, 'route');
  return {
    route,
    n: typeof n === 'number' ? n : null,
    mustHisLack: said.get('mustHisLack') === true,
    isLinked: said.get('isLinked') === true,
    order: {
      merchantId: textOf('merchantId'),
      channel,
      merchantNo: textOf('merchantNo'),
      orderNo: textOf('orderNo'),
      channelTxnNo: order.get('channelTxnNo') === null ? null : textOf('channelTxnNo'),
      refundNo: textOf('refundNo'),
      amountFen: BigInt(textOf('amountFen')),
      paidFen: BigInt(textOf('paidFen')),
      reason: textOf('reason'),
    },
  };
}

/** What the gateway was heard to say of a refund last. */
export type RefundHeard = {
  readonly code: string | null;
  readonly detail: string;
  readonly gatewayRefundId: string | null;
  readonly refundedAtMs: number | null;
  /** How often it was sent or asked for. */
  readonly tries: number;
  /** When it is asked for next; null: never, the outcome is final. */
  readonly nextAskAtMs: number | null;
};

export function heardOf(row: CaseRow): RefundHeard {
  const said = fieldsOf(row.said);
  const textOrNull = (name: string): string | null => {
    const value = said.get(name);
    return typeof value === 'string' ? value : null;
  };
  const numberOrNull = (name: string): number | null => {
    const value = said.get(name);
    return typeof value === 'number' ? value : null;
  };
  return {
    code: textOrNull('code'),
    detail: textOrNull('detail') ?? '',
    gatewayRefundId: textOrNull('gatewayRefundId'),
    refundedAtMs: numberOrNull('refundedAtMs'),
    tries: numberOrNull('tries') ?? 0,
    nextAskAtMs: numberOrNull('nextAskAtMs'),
  };
}

/** All refunds of an order that were begun, in the order in which they began; recorded external ones too. */
export function attemptsOf(rows: readonly CaseRow[]): readonly RefundAttempt[] {
  const attempts = new Map<string, RefundAttempt & { readonly atMs: number }>();
  for (const row of rows) {
    if (row.step === 'INTENT') {
      const { order, n } = intentOf(row);
      const { refundNo, amountFen } = order;
      const { actionId, atMs } = row;
      attempts.set(actionId, { actionId, refundNo, n, amountFen, state: 'OPEN', atMs });
    }
    if (row.step === 'RECORDED' && row.action === 'EXTERNAL_REFUND') {
      const refundNo = externalRefundNo(row);
      const { actionId, atMs, amountFen } = row;
      attempts.set(actionId, {
        actionId,
        refundNo,
        n: null,
        amountFen: amountFen ?? 0n,
        state: 'SUCCEEDED',
        atMs,
      });
    }
  }
  for (const { step, actionId, outcome } of rows) {
    const attempt = attempts.get(actionId);
    if (step !== 'OUTCOME' || !attempt) continue;
    if (outcome === 'SUCCEEDED' || outcome === 'REFUSED' || outcome === 'FAILED') {
      attempts.set(actionId, { ...attempt, state: outcome });
    }
  }
  return [...attempts.values()].toSorted((a, b) => a.atMs - b.atMs);
}

/** Of a refund's key its own number, so that it is one refund with what the books hold; else the channel's number. */
function externalRefundNo(row: CaseRow): string {
  const { facts } = row.state;
  if (facts?.kind === 'REFUND' && facts.refundNo !== null) return facts.refundNo;
  const no = fieldsOf(row.said).get('channelRefundNo');
  return `external ${typeof no === 'string' ? no : row.actionId}`;
}

export function fieldsOf(value: Json): ReadonlyMap<string, Json> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function broken(row: CaseRow, name: string): DuizhangError {
  return new DuizhangError(
    'DZ_CASE_ROW_BROKEN',
    `the row ${row.seq} of case ${row.caseId} holds no ${name}: it was changed after it was written (./duizhang audit verify)`,
  );
}
