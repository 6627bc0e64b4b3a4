import type { Alert, AlertSeverity, AlertSubject } from '../../domain/alert.ts';
import type { BookedPayment, DifferingOrder } from '../../domain/alertPorts.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import { Differences, lackingBook } from './differences.ts';
import { FeedIncidents, isFeedIncident, sumOf } from './feedIncidents.ts';
import type { Finding } from './finding.ts';
import { Recently } from './recently.ts';

export type WatchRules = {
  readonly windowMs: number;
  /** One-sided orders from this amount or this number on are worth waking somebody for. */
  readonly criticalFen: bigint;
  readonly criticalOrders: number;
};

export const WATCH_THRESHOLDS = { criticalFen: 500_000n, criticalOrders: 20 } as const;

/** A clock that is further ahead than this is wrong. */
const AHEAD_MS = 60_000;
/** As many events with such a time, or dead letters, within so long. */
const LEAST_WRONG_CLOCKS = 3;
const RECENT_MS = 10 * 60_000;
/** While a backlog is read that reaches further back, its orders say nothing of feeds as they are now. */
const BACKLOG_MS = 60 * 60_000;

/** What the stream has shown so far, and what of it somebody should look at. It is told of everything and keeps no rows. */
export class Watch {
  readonly #rulesOf: (merchantId: string) => WatchRules | null;
  readonly #differences = new Differences();
  readonly #feeds = new Map<string, FeedIncidents>();
  readonly #deadLetters = new Recently(RECENT_MS);
  /** By hospital and book: events that are dated ahead of the clock. */
  readonly #ahead = new Map<string, Recently>();
  #watermarkMs: number | null = null;

  /** @param rulesOf null: the hospital has no HIS that tells us, so that there is nothing to hold its events against */
  constructor(rulesOf: (merchantId: string) => WatchRules | null) {
    this.#rulesOf = rulesOf;
  }

  /** Every event, as it is read. */
  seeEvent(entry: Entry, nowMs: number): void {
    const { merchantId, orderNo, book, kind, channel, amountFen, occurredAtMs } = entry;
    if (occurredAtMs < nowMs - BACKLOG_MS && (this.#watermarkMs ?? nowMs) < nowMs - BACKLOG_MS) return;
    if (book === 'CHANNEL' || this.#rulesOf(merchantId) === null) return;
    if (occurredAtMs > nowMs + AHEAD_MS) {
      const key = `${merchantId} ${book}`;
      const ahead = this.#ahead.get(key) ?? new Recently(RECENT_MS);
      this.#ahead.set(key, ahead);
      ahead.add(1, nowMs, occurredAtMs - nowMs);
      return;
    }
    if (kind === 'PAYMENT') this.seePayment({ merchantId, book, orderNo, channel, amountFen, occurredAtMs });
  }

  seePayment(payment: BookedPayment): void {
    this.#feedsOf(payment.merchantId).seePayment(payment, this.#watermarkMs);
  }

  seeDeadLetters(letters: number, nowMs: number): void {
    if (letters > 0) this.#deadLetters.add(letters, nowMs, 0);
  }

  /** Whether an order of this verdict differed: of any other, only those need to be told of that differ now. */
  knows({ verdict, span }: VersionedVerdict): boolean {
    return this.#differences.knows(verdict, span);
  }

  /** Verdicts that differ or are of orders that did, once they are stored. */
  seeDifference(judged: VersionedVerdict): void {
    if (this.#rulesOf(judged.verdict.merchantId) === null) return;
    this.#differences.judge(judged);
  }

  /** How many orders lack a book, by hospital; those that had some and have none are told with 0. */
  oneSided(): ReadonlyMap<string, number> {
    return new Map(
      this.#differences
        .merchants()
        .map((merchantId) => [
          merchantId,
          this.#differences.of(merchantId).filter((order) => lackingBook(order) !== null).length,
        ]),
    );
  }

  /** After a restart. */
  resume(
    alerts: readonly Alert[],
    differing: readonly DifferingOrder[],
    payments: readonly BookedPayment[],
  ): void {
    for (const alert of alerts) if (isFeedIncident(alert)) this.#feedsOf(alert.merchantId).resume(alert);
    for (const order of differing) this.#differences.take(order);
    for (const payment of payments) this.seePayment(payment);
  }

  dropClosed(isClosed: (merchantId: string, date: BusinessDate) => boolean): void {
    this.#differences.dropClosed(isClosed);
  }

  /** @param watermarkMs event time up to which everything has been read; null: unknown, and no silence is judged */
  findings(watermarkMs: number | null, nowMs: number): readonly Finding[] {
    this.#watermarkMs = watermarkMs;
    const merchants = new Set([...this.#feeds.keys(), ...this.#differences.merchants()]);
    return [
      ...[...merchants].flatMap((merchantId) => this.#ofMerchant(merchantId, watermarkMs)),
      ...this.#wrongClocks(nowMs),
      ...this.#deadLetterFinding(nowMs),
    ];
  }

  #ofMerchant(merchantId: string, watermarkMs: number | null): readonly Finding[] {
    const rules = this.#rulesOf(merchantId);
    if (rules === null) return [];
    const differing = this.#differences.of(merchantId);
    const feeds = this.#feedsOf(merchantId);
    const incidents =
      watermarkMs === null
        ? feeds.asBefore(differing)
        : feeds.findings(watermarkMs, rules.windowMs, differing);
    return [...incidents, ...ordersFindings(merchantId, differing, feeds, rules)];
  }

  #wrongClocks(nowMs: number): readonly Finding[] {
    return [...this.#ahead].flatMap(([key, ahead]) => {
      const recent = ahead.at(nowMs);
      if (recent.count < LEAST_WRONG_CLOCKS) return [];
      const [merchantId = '', book] = key.split(' ');
      return [
        {
          ...counted(
            {
              kind: 'CLOCK_WRONG',
              merchantId,
              book: book === 'PLATFORM' ? 'PLATFORM' : 'MERCHANT',
              channel: null,
              detail: '',
            },
            recent,
          ),
          evidence: { secondsAhead: String(Math.round(recent.most / 1000)) },
        },
      ];
    });
  }

  #deadLetterFinding(nowMs: number): readonly Finding[] {
    const recent = this.#deadLetters.at(nowMs);
    if (recent.count === 0) return [];
    return [counted({ kind: 'DEAD_LETTERS', merchantId: '', book: null, channel: null, detail: '' }, recent)];
  }

  #feedsOf(merchantId: string): FeedIncidents {
    const known = this.#feeds.get(merchantId);
    if (known) return known;
    const feeds = new FeedIncidents(merchantId);
    this.#feeds.set(merchantId, feeds);
    return feeds;
  }
}

/** Orders that no silence explains: those that lack a book, by the book; those with two amounts, by business type; those paid twice. */
function ordersFindings(
  merchantId: string,
  differing: readonly DifferingOrder[],
  feeds: Pick<FeedIncidents, 'explains'>,
  rules: WatchRules,
): readonly Finding[] {
  const bySubject = Map.groupBy(
    differing.filter((order) => !feeds.explains(order)),
    (order) => {
      const lacking = lackingBook(order);
      if (lacking !== null) return `ORDERS_ONE_SIDED ${lacking}`;
      return order.code === 'DUPLICATE' ? 'PAID_TWICE' : `AMOUNT_WRONG ${order.businessType}`;
    },
  );
  return [...bySubject].map(([, orders]) => {
    const [first] = orders;
    if (!first) throw new Error('a group of orders without one');
    const lacking = lackingBook(first);
    const kind =
      lacking !== null ? 'ORDERS_ONE_SIDED' : first.code === 'DUPLICATE' ? 'PAID_TWICE' : 'AMOUNT_WRONG';
    const most = orders.reduce((high, { amountFen }) => (amountFen > high ? amountFen : high), 0n);
    return {
      kind,
      merchantId,
      book: lacking,
      channel: null,
      detail: kind === 'AMOUNT_WRONG' ? first.businessType : '',
      severity: severityOf(kind, orders.length, most, rules),
      sinceMs: Math.min(...orders.map(({ occurredAtMs }) => occurredAtMs)),
      untilMs: null,
      orders: orders.length,
      left: orders.length,
      amountFen: sumOf(orders),
      evidence: { largestFen: most.toString() },
      isOver: false,
    };
  });
}

function severityOf(
  kind: AlertSubject['kind'],
  orders: number,
  mostFen: bigint,
  rules: WatchRules,
): AlertSeverity {
  if (orders >= rules.criticalOrders || mostFen >= rules.criticalFen) return 'CRITICAL';
  // One order may heal by itself; a wrong amount does not.
  return kind === 'ORDERS_ONE_SIDED' && orders === 1 ? 'NOTICE' : 'WARNING';
}

function counted(
  subject: AlertSubject,
  { count, firstMs }: { readonly count: number; readonly firstMs: number },
): Finding {
  return {
    ...subject,
    severity: 'WARNING',
    sinceMs: firstMs,
    untilMs: null,
    orders: count,
    left: count,
    amountFen: 0n,
    evidence: {},
    isOver: false,
  };
}
