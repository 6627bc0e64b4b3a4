import type { Alert, AlertSubject } from '../../domain/alert.ts';
import { isFeedAlert, lackingBook } from '../../domain/alertOrders.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import type { BookedPayment, DifferingOrder } from '../../domain/alertPorts.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Book } from '../../domain/entry.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { Sight, WatchedEvent } from '../../domain/watchRelay.ts';
import { ClocksBehind } from './clocksBehind.ts';
import { Differences } from './differences.ts';
import { FeedIncidents } from './feedIncidents.ts';
import type { Finding } from './finding.ts';
import { orderFindings } from './orderFindings.ts';
import { Recently } from './recently.ts';

export type WatchRules = AlertRules & { readonly windowMs: number };

/** A clock that is further ahead than this is wrong. */
const AHEAD_MS = 60_000;
/** As many events with such a time, or dead letters, within so long. */
const LEAST_WRONG_CLOCKS = 3;
const RECENT_MS = 10 * 60_000;
const BACKLOG_MS = 60 * 60_000;

/**
 * While a backlog is read that reaches further back, its orders say nothing of feeds as they are now. As long as nobody
 * knows how far everything was read, as while partitions change hands, what is as old may be one.
 */
export function isBacklog(occurredAtMs: number, watermarkMs: number | null, nowMs: number): boolean {
  const backlogMs = nowMs - BACKLOG_MS;
  return occurredAtMs < backlogMs && (watermarkMs === null || watermarkMs < backlogMs);
}

/** What the stream has shown so far, and what of it somebody should look at. It is told of everything and keeps no rows. */
export class Watch {
  readonly #rulesOf: (merchantId: string) => WatchRules | null;
  readonly #differences = new Differences();
  readonly #feeds = new Map<string, FeedIncidents>();
  readonly #deadLetters = new Recently(RECENT_MS);
  /** By hospital and book: events that are dated ahead of the clock. */
  readonly #ahead = new Map<string, Recently>();
  readonly #behind = new Map<string, ClocksBehind>();
  #watermarkMs: number | null = null;
  readonly #deadLettersFrom: () => number | null;

  /**
   * @param rulesOf null: the hospital has no HIS that tells us, so that there is nothing to hold its events against
   * @param deadLettersFrom so many within ten minutes raise an alert; null: none do
   */
  constructor(
    rulesOf: (merchantId: string) => WatchRules | null,
    deadLettersFrom: () => number | null = () => 1,
  ) {
    this.#rulesOf = rulesOf;
    this.#deadLettersFrom = deadLettersFrom;
  }

  /** Every event, as it is read. */
  seeEvent(entry: WatchedEvent, nowMs: number): void {
    const { merchantId, orderNo, book, kind, channel, amountFen, occurredAtMs } = entry;
    if (isBacklog(occurredAtMs, this.#watermarkMs, nowMs)) return;
    if (book === 'CHANNEL' || this.#rulesOf(merchantId) === null) return;
    if (occurredAtMs > nowMs + AHEAD_MS) {
      const key = `${merchantId} ${book}`;
      const ahead = this.#ahead.get(key) ?? new Recently(RECENT_MS);
      this.#ahead.set(key, ahead);
      ahead.add(1, nowMs, occurredAtMs - nowMs);
      return;
    }
    if (kind !== 'PAYMENT') return;
    const payment = { merchantId, book, orderNo, channel, amountFen, occurredAtMs };
    const both = this.#feedsOf(merchantId).seePayment(payment, this.#watermarkMs, nowMs - occurredAtMs);
    if (both !== null) this.#clocksOf(merchantId).see(...both, nowMs);
  }

  /** What another process saw. */
  take(sight: Sight): void {
    if (sight.kind === 'event') this.seeEvent(sight.entry, sight.nowMs);
    else if (sight.kind === 'order') this.seeOrder(sight.order);
    else this.seeDeadLetters(sight.letters, sight.nowMs);
  }

  seeDeadLetters(letters: number, nowMs: number): void {
    if (letters > 0) this.#deadLetters.add(letters, nowMs, 0);
  }

  /** Whether an order of this verdict differed: of any other, only those need to be told of that differ now. */
  knows({ verdict, span }: VersionedVerdict): boolean {
    return this.#differences.knows(verdict, span);
  }

  /** Orders that differ, and those that did, once that is stored. */
  seeOrder(order: DifferingOrder): void {
    if (this.#rulesOf(order.merchantId) === null) return;
    this.#differences.judge(order);
  }

  /** Lets go of orders that agree by now, of which it was not told. */
  async holdAgainst(askLedger: () => Promise<readonly DifferingOrder[] | null>): Promise<void> {
    await this.#differences.holdAgainst(askLedger);
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
    for (const alert of alerts) if (isFeedAlert(alert)) this.#feedsOf(alert.merchantId).resume(alert);
    for (const order of differing) this.#differences.take(order);
    for (const payment of payments)
      this.#feedsOf(payment.merchantId).seePayment(payment, this.#watermarkMs, null);
  }

  dropClosed(isClosed: (merchantId: string, date: BusinessDate) => boolean): void {
    this.#differences.dropClosed(isClosed);
  }

  /** @param watermarkMs event time up to which everything has been read; null: unknown, and no silence is judged */
  findings(watermarkMs: number | null, nowMs: number): readonly Finding[] {
    this.#watermarkMs = watermarkMs;
    const merchants = new Set([...this.#feeds.keys(), ...this.#differences.merchants()]);
    return [
      ...[...merchants].flatMap((merchantId) => this.#ofMerchant(merchantId, watermarkMs, nowMs)),
      ...this.#wrongClocks(nowMs),
      ...this.#deadLetterFinding(nowMs),
    ];
  }

  #ofMerchant(merchantId: string, watermarkMs: number | null, nowMs: number): readonly Finding[] {
    const rules = this.#rulesOf(merchantId);
    if (rules === null) return [];
    const isOnTime = this.#onTime(merchantId, rules.windowMs, nowMs);
    const differing = this.#differences.of(merchantId).filter((order) => !isOnTime(order));
    if (rules.feedSilence === null) return orderFindings(merchantId, differing, rules, nowMs);
    const feeds = this.#feedsOf(merchantId);
    const incidents =
      watermarkMs === null
        ? feeds.asBefore(differing)
        : feeds.findings(watermarkMs, rules.windowMs, differing);
    const isTold = toldAfter(rules.feedSilence.leastMs, nowMs);
    const unexplained = differing.filter((order) => !feeds.explains(order, isTold));
    return [...incidents.filter(isTold), ...orderFindings(merchantId, unexplained, rules, nowMs)];
  }

  /** Orders whose window is only over by a clock that is known to be behind. */
  #onTime(merchantId: string, windowMs: number, nowMs: number): (order: DifferingOrder) => boolean {
    const behind = this.#behind.get(merchantId)?.at(nowMs) ?? [];
    return (order) => {
      const lacking = lackingBook(order);
      const clock = behind.find(({ book }) => lacking !== null && book !== lacking);
      return clock !== undefined && order.occurredAtMs + clock.behindMs + windowMs > nowMs;
    };
  }

  #wrongClocks(nowMs: number): readonly Finding[] {
    const ahead = [...this.#ahead].flatMap(([key, seen]) => {
      const recent = seen.at(nowMs);
      if (recent.count < LEAST_WRONG_CLOCKS) return [];
      const [merchantId = '', book] = key.split(' ');
      const subject = clockOf(merchantId, book === 'PLATFORM' ? 'PLATFORM' : 'MERCHANT');
      const evidence = { secondsAhead: String(Math.round(recent.most / 1000)) };
      return [{ ...counted(subject, recent), evidence }];
    });
    const behind = [...this.#behind].flatMap(([merchantId, clocks]) =>
      clocks.at(nowMs).map(({ book, behindMs, orders, firstMs }) => ({
        ...counted(clockOf(merchantId, book), { count: orders, firstMs }),
        evidence: { secondsBehind: String(Math.round(behindMs / 1000)) },
      })),
    );
    return [...ahead, ...behind];
  }

  #deadLetterFinding(nowMs: number): readonly Finding[] {
    const recent = this.#deadLetters.at(nowMs);
    const from = this.#deadLettersFrom();
    if (from === null || recent.count < from) return [];
    return [counted({ kind: 'DEAD_LETTERS', merchantId: '', book: null, channel: null, detail: '' }, recent)];
  }

  #clocksOf(merchantId: string): ClocksBehind {
    const known = this.#behind.get(merchantId);
    if (known) return known;
    const clocks = new ClocksBehind();
    this.#behind.set(merchantId, clocks);
    return clocks;
  }

  #feedsOf(merchantId: string): FeedIncidents {
    const known = this.#feeds.get(merchantId);
    if (known) return known;
    const feeds = new FeedIncidents(merchantId);
    this.#feeds.set(merchantId, feeds);
    return feeds;
  }
}

/** Whether a silence has lasted long enough: by the clock, which unlike what has been read never goes back. */
function toldAfter(
  leastMs: number,
  nowMs: number,
): (incident: Pick<Finding, 'sinceMs' | 'untilMs'>) => boolean {
  return ({ sinceMs, untilMs }) => leastMs === 0 || (untilMs ?? nowMs) - sinceMs >= leastMs;
}

function clockOf(merchantId: string, book: Book): AlertSubject {
  return { kind: 'CLOCK_WRONG', merchantId, book, channel: null, detail: '' };
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
