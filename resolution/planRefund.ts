import type { CaseFacts, CaseState } from '../domain/caseHistory.ts';
import type { Entry } from '../domain/entry.ts';
import { daysBetween } from '../domain/businessDate.ts';
import { identityOf, keyPartOf } from '../domain/entry.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import { yuanOfFen } from '../domain/money.ts';
import type { RefundAttempt } from '../domain/orderMoney.ts';
import { mayBePaid, nextRefundNo, sumOf } from '../domain/orderMoney.ts';
import type { RefundIntent } from '../domain/refundIntent.ts';
import { intentOf } from '../domain/refundIntent.ts';
import type { RefundOrder } from '../domain/resolutionPorts.ts';
import type { ActionRequest } from './actionRequest.ts';
import { dueOf, fenOf } from './due.ts';
import type { OrderDesk } from './orderDesk.ts';
import { refuse } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

/** Of REFUND and SELF_REFUND; the case's key part tells which refund of a book is repaired. */
export type RefundCase = { readonly keyPart: string; readonly state: CaseState | null };

export type RefundPlan = {
  readonly intent: RefundIntent;
  /** A failed refund whose number has to be dead before this one is sent (giveUp.ts). */
  readonly givesUp: RefundAttempt | null;
};

/**
 * Fixes everything about a refund before its first try: number, amount, payment and gateway.
 * @throws DZ_REFUND_…; nothing has happened then
 */
export function planRefund(
  request: ActionRequest,
  own: RefundCase,
  desk: OrderDesk,
  deps: ResolutionDeps,
): RefundPlan {
  const facts = own.state?.facts ?? null;
  const repairs = request.action === 'SELF_REFUND' && request.caseId !== null && facts?.kind === 'REFUND';
  if (repairs) assertNotDone(own.keyPart, facts, desk, deps);
  const money = desk.money({ repairedKey: repairs ? own.keyPart : null });
  const { refundableFen, paidFen } = money;
  const due = request.action === 'REFUND' ? dueOf(facts, money) : null;
  const amountFen = amountOf(request, repairs ? fenOf(facts?.merchantFen) : due);
  if (amountFen > refundableFen) {
    throw refuse(
      'DZ_REFUND_EXCEEDS',
      `${yuanOfFen(amountFen)} yuan are more than may still be refunded of this order: ${yuanOfFen(refundableFen)} of ${yuanOfFen(paidFen)}`,
      `退款金额 ${yuanOfFen(amountFen)} 元超过可退金额 ${yuanOfFen(refundableFen)} 元（实付 ${yuanOfFen(paidFen)} 元）`,
      { refundableFen: refundableFen.toString() },
    );
  }
  const payment = paymentOf(desk, request.action === 'REFUND' ? facts : null, amountFen);
  const channel = payment.channel ?? facts?.channel ?? null;
  const merchantNo = deps.merchants
    .get(request.merchantId)
    ?.channels.find((own_) => own_.channel === channel)?.merchantNo;
  if (channel === null || merchantNo === undefined) throw noChannel(request);
  const route = deps.gateways.routeOf(request.merchantId, channel);
  const orderUnder = (refundNo: string): RefundOrder => ({
    merchantId: request.merchantId,
    channel,
    merchantNo,
    orderNo: request.orderNo,
    channelTxnNo: payment.channelTxnNo,
    refundNo,
    amountFen,
    paidFen: payment.amountFen,
    // The same words each time: a channel refuses a number that comes with another body.
    reason: `duizhang ${refundNo}`,
  });
  const fixed = { mustHisLack: false, isLinked: request.caseId !== null };
  assertGap(desk, deps.gateways.gateway(request.merchantId, route).minGapMs, deps.now());
  const numbered = (attempts: readonly RefundAttempt[]) =>
    numberOf(request, repairs ? facts : null, attempts);
  const { attempts } = desk;
  const { refundNo, n } = numbered(attempts);
  const sent = sentUnder(refundNo, desk);
  // One that is configured no more cannot be asked what became of it: nothing is begun then.
  if (sent) deps.gateways.gateway(request.merchantId, sent.route);
  if (!sent) return { intent: { route, n, order: orderUnder(refundNo), ...fixed }, givesUp: null };
  // A number that was sent before goes with the same bytes to the same gateway.
  if (isSamePayment(sent.order, orderUnder(refundNo)))
    return { intent: { ...sent, ...fixed }, givesUp: null };
  // Whoever named the number may still send it: only the gateway's refusal ends it.
  if (n === null) throw numberTaken(sent);
  const givesUp = attempts.findLast((each) => each.refundNo === refundNo) ?? null;
  const next = numbered(attempts.map((each) => (each === givesUp ? { ...each, state: 'REFUSED' } : each)));
  return { intent: { route, n: next.n, order: orderUnder(next.refundNo), ...fixed }, givesUp };
}

/** A refund that HIS has booked is carried out only where nothing says that its money is on its way already. */
function assertNotDone(
  keyPart: string,
  facts: CaseFacts | null,
  desk: OrderDesk,
  deps: ResolutionDeps,
): void {
  const refunds = desk.lines.map(({ entry }) => entry).filter((entry) => entry.kind === 'REFUND');
  const proving = facts?.mode === 'REALTIME' ? ['CHANNEL', 'PLATFORM'] : ['CHANNEL'];
  const isShown = refunds.some((entry) => keyPartOf(entry) === keyPart && proving.includes(entry.book));
  const isOurs = desk.attempts.some(
    ({ refundNo, state }) => `R${refundNo}` === keyPart && state === 'SUCCEEDED',
  );
  if (isShown || isOurs) {
    throw refuse(
      'DZ_REFUND_DONE',
      'another book shows this refund by now: it is not carried out again; the exception heals by itself',
      '其他账单已有该笔退款，不能重复退款，异常会自行对平',
    );
  }
  if (facts?.refundNo !== null) return;
  const days = deps.merchants.get(desk.order.merchantId)?.rules.crossDayDays ?? DEFAULT_RULES.crossDayDays;
  const ofHis = new Set(refunds.filter(({ book }) => book === 'MERCHANT').map(keyPartOf));
  const couldBe = refunds.some(
    (entry) =>
      entry.book !== 'MERCHANT' &&
      entry.amountFen === BigInt(facts.merchantFen ?? 0) &&
      !ofHis.has(keyPartOf(entry)) &&
      Math.abs(daysBetween(entry.businessDate, facts.businessDate)) <= days,
  );
  if (!couldBe) return;
  throw refuse(
    'DZ_REFUND_AMBIGUOUS',
    'HIS gave this refund no number, and the order has a refund of the same amount that it may be: settle it outside',
    'HIS 退款无退款单号，且该订单存在同金额退款，无法确认是否为同一笔，请人工核实',
  );
}

function amountOf(request: ActionRequest, due: bigint | null): bigint {
  const asked = request.amountFen;
  if (due === 0n) {
    throw refuse(
      'DZ_REFUND_EXCEEDS',
      'all that this exception is about has been refunded before: nothing of it is left',
      '该异常应退的款项已全部退回，无可退余额',
    );
  }
  if (due !== null && asked !== null && asked !== due) {
    throw refuse(
      'DZ_REFUND_AMOUNT',
      `this exception is about ${yuanOfFen(due)} yuan, not ${yuanOfFen(asked)}; look at it again`,
      `该异常应退 ${yuanOfFen(due)} 元，而不是 ${yuanOfFen(asked)} 元，请刷新后再试`,
    );
  }
  const amountFen = due ?? asked;
  if (amountFen === null || amountFen <= 0n) {
    throw refuse(
      'DZ_REFUND_AMOUNT',
      'say how much is to be refunded, in fen, more than 0',
      '请填写大于 0 的退款金额',
    );
  }
  return amountFen;
}

/** The payment that is refunded: of a duplicate the one that was too much. */
function paymentOf(
  desk: OrderDesk,
  facts: CaseFacts | null,
  amountFen: bigint,
): Pick<Entry, 'channel' | 'channelTxnNo' | 'amountFen'> {
  const payments = distinctPayments(desk);
  const [first, ...further] = payments;
  if (!first) {
    throw refuse(
      'DZ_REFUND_NO_PAYMENT',
      'neither the channel nor the platform has a payment under this order',
      '渠道和芸泰均无该订单的支付记录，无法退款',
    );
  }
  if (facts?.type !== 'DUPLICATE') {
    return payments.find((own) => own.amountFen - returnedOf(own, desk) >= amountFen) ?? first;
  }
  const [surplus, another] = further;
  if (!surplus || another || surplus.amountFen < amountFen) {
    throw refuse(
      'DZ_REFUND_SEVERAL',
      'more than one payment is too much: refund each by itself in the channel and record it',
      '该订单存在多笔重复支付，请在渠道后台逐笔退款后登记',
    );
  }
  return surplus;
}

/** What refunds of ours have returned of a payment. */
function returnedOf({ channelTxnNo }: Pick<Entry, 'channelTxnNo'>, { rows, attempts }: OrderDesk): bigint {
  const done = new Set(attempts.filter(mayBePaid).map(({ actionId }) => actionId));
  const orders = rows
    .filter(({ step, actionId }) => step === 'INTENT' && done.has(actionId))
    .map((row) => intentOf(row).order)
    .filter((order) => order.channelTxnNo === channelTxnNo);
  return sumOf(orders.map(({ amountFen }) => amountFen));
}

/** By time; the channel's word, else the platform's. */
export function distinctPayments(desk: Pick<OrderDesk, 'lines'>): readonly Entry[] {
  const standing = desk.lines.filter(({ entry, counts }) => counts && entry.kind === 'PAYMENT');
  for (const book of ['CHANNEL', 'PLATFORM'] as const) {
    const own = standing.map(({ entry }) => entry).filter((entry) => entry.book === book);
    if (own.length === 0) continue;
    const byTime = own.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
    return [...Map.groupBy(byTime, identityOf).values()].flatMap(([first]) => (first ? [first] : []));
  }
  return [];
}

/** A refund that a book names goes under that number, so that a slow original cannot be paid beside it. */
function numberOf(
  { merchantId, orderNo }: ActionRequest,
  repaired: CaseFacts | null,
  attempts: readonly RefundAttempt[],
): { readonly refundNo: string; readonly n: number | null } {
  const named = repaired?.refundNo ?? null;
  const isRefused = attempts.some(({ refundNo, state }) => refundNo === named && state === 'REFUSED');
  if (named !== null && !isRefused) return { refundNo: named, n: null };
  return nextRefundNo(merchantId, orderNo, attempts);
}

function sentUnder(refundNo: string, desk: OrderDesk): RefundIntent | null {
  const before = desk.rows.filter(({ step }) => step === 'INTENT').map(intentOf);
  return before.findLast(({ order }) => order.refundNo === refundNo) ?? null;
}

/** A book may have come to name the payment since. */
function isSamePayment(
  sent: Pick<RefundOrder, 'amountFen' | 'channelTxnNo'>,
  now: Pick<RefundOrder, 'amountFen' | 'channelTxnNo'>,
): boolean {
  const isNamedOtherwise =
    sent.channelTxnNo !== null && now.channelTxnNo !== null && sent.channelTxnNo !== now.channelTxnNo;
  return sent.amountFen === now.amountFen && !isNamedOtherwise;
}

function numberTaken({ order: { refundNo, amountFen } }: RefundIntent): Error {
  const yuan = yuanOfFen(amountFen);
  return refuse(
    'DZ_REFUND_NUMBER_TAKEN',
    `the number ${refundNo}, which a book named, was sent with ${yuan} yuan and failed: ask for that amount again`,
    `账单中的退款单号 ${refundNo} 已以 ${yuan} 元提交但失败，请以相同金额重试`,
  );
}

function assertGap(desk: OrderDesk, minGapMs: number, nowMs: number): void {
  const lastMs = Math.max(0, ...desk.rows.filter(({ step }) => step === 'INTENT').map(({ atMs }) => atMs));
  const waitMs = lastMs + minGapMs - nowMs;
  if (waitMs <= 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw refuse(
    'DZ_REFUND_TOO_SOON',
    `the channel wants ${minGapMs / 1000} s between two refunds of one order; try again in ${seconds} s`,
    `渠道要求同一订单两次退款间隔 ${minGapMs / 1000} 秒，请 ${seconds} 秒后再试`,
    { waitMs },
  );
}

function noChannel({ orderNo, merchantId }: ActionRequest): Error {
  return refuse(
    'DZ_REFUND_NO_ROUTE',
    `no book says by which channel of ${merchantId} the order ${orderNo} was paid`,
    '无法确定该订单的支付渠道，请在渠道后台退款后登记',
  );
}
