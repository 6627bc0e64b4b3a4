import { parseJsonEvent } from '../../adapters/events/jsonEvent.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { Alert } from '../../domain/alert.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import { DEFAULT_ALERT_RULES } from '../../domain/alertRules.ts';
import { subjectKeyOf } from '../../domain/alertId.ts';
import type { Channel, Entry } from '../../domain/entry.ts';
import { keyPartOf } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { changesOf } from '../../pipeline/watch/finding.ts';
import { differingOf } from '../../pipeline/watch/differences.ts';
import { Watch } from '../../pipeline/watch/watch.ts';
import type { SimulatedEvent } from '../../simulator/day.ts';
import { deliveriesOf } from '../../simulator/delivery.ts';
import { plansOf } from '../../simulator/simulateDay.ts';

// A simulated day told to the watch in the order in which it arrives, without servers: the join is the pure function
// that the windows are held against elsewhere.

export type Told = { readonly entry: Entry; readonly arrivesAtMs: number };
export type Span = { readonly fromMs: number; readonly toMs: number };
export type DayOfHospital = {
  readonly merchant: Merchant;
  readonly told: readonly Told[];
  /** The HIS sends nothing; what it held back comes after it. */
  readonly outage: Span;
  readonly startMs: number;
};

export function dayOf(
  merchant: Merchant,
  seed: number,
  orders: number,
  defects: Record<string, number> | null = {},
): DayOfHospital {
  const [planner] = plansOf({ seed, merchants: [merchant], orders, date: '2026-03-09', defects });
  if (!planner) throw new Error('no plan');
  const { events, outage } = deliveriesOf(planner);
  const told = events.flatMap((event) => {
    const entry = entryOf(event);
    return entry ? [{ entry, arrivesAtMs: event.arrivesAtMs }] : [];
  });
  return { merchant, told, outage, startMs: planner.startMs };
}

/** null: none of a hospital. */
function entryOf({ topic, payload }: SimulatedEvent): Entry | null {
  if (!('event' in payload)) return null;
  const parsed = parseJsonEvent(topic, payload.event);
  if (!parsed.ok) return null;
  const { event } = parsed;
  const his = 'hisOrderNo' in event ? event.hisOrderNo : null;
  const [channel, channelTxnNo] =
    'channel' in event ? [event.channel as Channel, event.channelTxnNo] : [null, null];
  return {
    book: topic === 'payments' ? 'PLATFORM' : 'MERCHANT',
    merchantId: event.merchantId,
    kind: event.kind === 'REFUND' ? 'REFUND' : 'PAYMENT',
    orderNo: event.orderNo,
    refundNo: event.refundNo,
    channel,
    channelTxnNo,
    hisOrderNo: his,
    amountFen: event.amountFen,
    occurredAtMs: event.occurredAtMs,
    businessDate: businessDateOf(event.occurredAtMs, 0),
    businessType: event.businessType,
    source: 'EVENT',
    sourceRef: event.eventId,
  };
}

export type Played = {
  /** Of each alert its last row. */
  readonly alerts: readonly Alert[];
  /** Every row, by time. */
  readonly rows: readonly Alert[];
};

const ROUND_MS = 500;
const GRACE_MS = 2_000;

export type Round = {
  readonly nowMs: number;
  readonly watermarkMs: number;
  /** What came since the last round, each with the verdicts of its order. */
  readonly came: readonly { readonly entry: Entry; readonly judged: readonly VersionedVerdict[] }[];
  /** Verdicts of orders whose deadline passed. */
  readonly overdue: readonly VersionedVerdict[];
};

/** The join of a day, round by round. @param told of one or several hospitals */
export function* roundsOf(merchants: readonly Merchant[], told: readonly Told[]): Generator<Round> {
  const rules = new Map(merchants.map((merchant) => [merchant.merchantId, merchant.rules] as const));
  const arriving = told.toSorted((a, b) => a.arrivesAtMs - b.arrivesAtMs);
  const orders = new Map<string, { lines: Entry[]; overdue: Set<string> }>();
  const due: { atMs: number; orderKey: string; part: string }[] = [];
  const judge = (orderKey: string): readonly VersionedVerdict[] => {
    const order = orders.get(orderKey);
    const own = rules.get(order?.lines[0]?.merchantId ?? '');
    if (!order || !own) return [];
    const verdicts = judgeOrder(order.lines, {
      mode: 'REALTIME',
      rules: own,
      deadlinePassed: (part) => order.overdue.has(part),
    });
    const version = BigInt(2 * order.lines.length + order.overdue.size);
    return verdicts.map((verdict) => ({ verdict, version, span: 0 }));
  };
  const take = (entry: Entry): readonly VersionedVerdict[] => {
    const orderKey = `${entry.merchantId} ${entry.orderNo}`;
    const order = orders.get(orderKey) ?? { lines: [], overdue: new Set<string>() };
    orders.set(orderKey, order);
    order.lines.push(entry);
    const windowMs = rules.get(entry.merchantId)?.windowMs ?? 0;
    due.push({ atMs: entry.occurredAtMs + windowMs, orderKey, part: keyPartOf(entry) });
    return judge(orderKey);
  };
  const first = arriving[0]?.arrivesAtMs ?? 0;
  const last = (arriving.at(-1)?.arrivesAtMs ?? 0) + 30 * 60_000;
  let at = 0;
  for (let nowMs = first; nowMs <= last; nowMs += ROUND_MS) {
    const came: Round['came'][number][] = [];
    for (; (arriving[at]?.arrivesAtMs ?? Infinity) <= nowMs; at += 1) {
      const { entry } = arriving[at] ?? {};
      if (entry) came.push({ entry, judged: take(entry) });
    }
    const watermarkMs = nowMs - GRACE_MS;
    const overdue = takeDue(due, watermarkMs).flatMap(({ orderKey, part }) => {
      orders.get(orderKey)?.overdue.add(part);
      return judge(orderKey);
    });
    yield { nowMs, watermarkMs, came, overdue };
  }
}

/** A watch over these hospitals. */
export function watchOver(merchants: readonly Merchant[], alertRules: Partial<AlertRules> = {}): Watch {
  const rules = new Map(merchants.map((merchant) => [merchant.merchantId, merchant.rules] as const));
  return new Watch((merchantId) => {
    const own = rules.get(merchantId);
    return own ? { ...DEFAULT_ALERT_RULES, ...alertRules, windowMs: own.windowMs } : null;
  });
}

/** @param told of one or several hospitals */
export function play(
  merchants: readonly Merchant[],
  told: readonly Told[],
  alertRules: Partial<AlertRules> = {},
): Played {
  const watch = watchOver(merchants, alertRules);
  const open = new Map<string, Alert>();
  const rows: Alert[] = [];
  for (const { nowMs, watermarkMs, came, overdue } of roundsOf(merchants, told)) {
    for (const { entry, judged } of came) {
      watch.seeEvent(entry, nowMs);
      for (const one of judged) watch.seeOrder(differingOf(one));
    }
    for (const one of overdue) watch.seeOrder(differingOf(one));
    for (const alert of changesOf(open, watch.findings(watermarkMs, nowMs), nowMs)) {
      rows.push(alert);
      if (alert.state === 'OPEN') open.set(subjectKeyOf(alert), alert);
      else open.delete(subjectKeyOf(alert));
    }
  }
  return {
    alerts: [...Map.groupBy(rows, ({ alertId }) => alertId).values()].flatMap((own) => own.slice(-1)),
    rows,
  };
}

function takeDue<T extends { readonly atMs: number }>(due: T[], untilMs: number): readonly T[] {
  const passed = due.filter(({ atMs }) => atMs <= untilMs);
  if (passed.length > 0) due.splice(0, due.length, ...due.filter(({ atMs }) => atMs > untilMs));
  return passed;
}
