import type { Alert, AlertSubject } from '../../domain/alert.ts';
import { subjectKeyOf } from '../../domain/alertId.ts';
import { isOrderOfIncident } from '../../domain/alertOrders.ts';
import type { BookedPayment, DifferingOrder } from '../../domain/alertPorts.ts';
import type { Channel } from '../../domain/entry.ts';
import type { Finding } from './finding.ts';
import type { EventBook, Told } from './halfTold.ts';
import { HalfTold } from './halfTold.ts';
import { Silence } from './silence.ts';

/** A silence from its beginning to the moment in which nothing of it can still be on its way. */
type Incident = AlertSubject & {
  sinceMs: number;
  /** When the latest order was paid that it holds back: it may have been read before the watermark got there. */
  latestMs: number;
  /** Orders up to here are its own; null while it lasts. */
  untilMs: number | null;
  orders: number;
  amountFen: bigint;
  isOver: boolean;
};

type Feeds = {
  readonly MERCHANT: Silence;
  readonly PLATFORM: Silence;
  /** Payments of a channel that the HIS has not booked, nor any later one of that channel. */
  readonly channels: Map<Channel, Silence>;
};

/** Ends of silences that orders may still be explained by. */
const MOST_KEPT = 100;

/** Whose feed is silent, of one hospital, and which orders that explains. */
export class FeedIncidents {
  readonly #merchantId: string;
  readonly #feeds: Feeds = { MERCHANT: new Silence(), PLATFORM: new Silence(), channels: new Map() };
  readonly #incidents = new Map<string, Incident>();
  /** Of incidents that are over. */
  #ended: Incident[] = [];
  readonly #halfTold = new HalfTold();

  constructor(merchantId: string) {
    this.#merchantId = merchantId;
  }

  /**
   * @param lagMs by how much its event came after its time; null: it comes from the ledger
   * @returns what each book told of the order, the first one first, when both have now
   */
  seePayment(
    payment: BookedPayment,
    watermarkMs: number | null,
    lagMs: number | null,
  ): readonly [Told, Told] | null {
    const { book, channel, orderNo, occurredAtMs: atMs, amountFen } = payment;
    const told: Told = { book, channel, atMs, amountFen, lagMs };
    const first = this.#halfTold.take(orderNo, told);
    if (first === 'again') return null;
    if (first === 'new') {
      this.#feeds[book === 'MERCHANT' ? 'PLATFORM' : 'MERCHANT'].expect(told);
      if (book === 'PLATFORM' && channel !== null) this.#ofChannel(channel).expect(told);
      return null;
    }
    this.#feeds[book].hear(first.atMs, watermarkMs);
    this.#feeds[first.book].reach(atMs);
    const paid = book === 'PLATFORM' ? told : first;
    if (paid.channel !== null) this.#ofChannel(paid.channel).hear(paid.atMs, watermarkMs);
    return [first, told];
  }

  /** After a restart: what is on record as open is gone on with, what was closed still explains its orders. */
  resume(alert: Alert): void {
    const { sinceMs, untilMs, orders, amountFen, state } = alert;
    const isOver = state === 'CLOSED';
    const times = { sinceMs, latestMs: sinceMs, untilMs };
    const incident: Incident = { ...subjectOf(alert), ...times, orders, amountFen, isOver };
    if (incident.isOver) this.#ended.push({ ...incident, untilMs: untilMs ?? alert.closedAtMs });
    else this.#incidents.set(subjectKeyOf(incident), incident);
  }

  /** @param windowMs after which an order that lacks a book counts as one-sided */
  findings(watermarkMs: number, windowMs: number, differing: readonly DifferingOrder[]): readonly Finding[] {
    for (const book of ['MERCHANT', 'PLATFORM'] as const) {
      this.#follow(this.#subject('FEED_SILENT', book, null), this.#feeds[book], watermarkMs);
    }
    for (const [channel, silence] of this.#feeds.channels) {
      const subject = this.#subject('CHANNEL_ONE_SIDED', 'MERCHANT', channel);
      const isExplained = this.#incidents.has(subjectKeyOf(this.#subject('FEED_SILENT', 'MERCHANT', null)));
      if (!isExplained || this.#incidents.has(subjectKeyOf(subject)))
        this.#follow(subject, silence, watermarkMs);
    }
    const followed = [...this.#incidents.values()];
    for (const [key, incident] of this.#incidents) {
      const { untilMs } = incident;
      incident.isOver = untilMs !== null && watermarkMs > untilMs + windowMs;
      if (incident.isOver) this.#end(key, incident);
    }
    return followed.map((incident) => this.#findingOf(incident, differing));
  }

  /** While nobody knows how far events have been read. */
  asBefore(differing: readonly DifferingOrder[]): readonly Finding[] {
    return [...this.#incidents.values()].map((incident) => this.#findingOf(incident, differing));
  }

  /** @param isTold what nobody is told of explains nothing */
  explains(
    order: DifferingOrder,
    isTold: (incident: Pick<Finding, 'sinceMs' | 'untilMs'>) => boolean = () => true,
  ): boolean {
    return [...this.#incidents.values(), ...this.#ended].some(
      (incident) => isTold(incident) && isOrderOfIncident(incident, order),
    );
  }

  #follow(subject: AlertSubject, silence: Silence, watermarkMs: number): void {
    const key = subjectKeyOf(subject);
    const incident = this.#incidents.get(key);
    const silent = silence.at(watermarkMs);
    if (!incident) {
      if (silent) this.#incidents.set(key, { ...subject, ...silent, untilMs: null, isOver: false });
      return;
    }
    if (silent) {
      incident.untilMs = null;
      incident.sinceMs = Math.min(incident.sinceMs, silent.sinceMs);
      incident.latestMs = Math.max(incident.latestMs, silent.latestMs);
      if (silent.orders >= incident.orders)
        Object.assign(incident, { orders: silent.orders, amountFen: silent.amountFen });
      return;
    }
    // After a restart the watermark may begin before orders that are known to wait: that nothing is overdue yet is no end.
    if (silence.frontMs === null || silence.frontMs < incident.sinceMs) return;
    incident.untilMs ??= Math.max(watermarkMs, incident.latestMs);
  }

  #end(key: string, incident: Incident): void {
    this.#incidents.delete(key);
    this.#ended = [...this.#ended, incident].slice(-MOST_KEPT);
    for (const silence of [this.#feeds.MERCHANT, this.#feeds.PLATFORM, ...this.#feeds.channels.values()]) {
      silence.forgive(incident.untilMs ?? 0);
    }
  }

  #findingOf(incident: Incident, differing: readonly DifferingOrder[]): Finding {
    const { channel, sinceMs, untilMs, orders, amountFen, isOver } = incident;
    const silence = channel === null ? this.#feeds[bookOf(incident)] : this.#ofChannel(channel);
    const ownOrders = differing.filter((order) => isOrderOfIncident(incident, order));
    const left = untilMs === null ? orders : ownOrders.length;
    const { frontMs } = silence;
    return {
      ...subjectOf(incident),
      severity: channel === null ? 'CRITICAL' : 'WARNING',
      sinceMs,
      untilMs,
      orders: Math.max(orders, ownOrders.length),
      left,
      amountFen: left === 0 || untilMs === null ? amountFen : sumOf(ownOrders),
      evidence: { lastToldOfPaidAt: frontMs === null ? '' : new Date(frontMs).toISOString() },
      isOver,
    };
  }

  #ofChannel(channel: Channel): Silence {
    const known = this.#feeds.channels.get(channel);
    if (known) return known;
    const silence = new Silence();
    this.#feeds.channels.set(channel, silence);
    return silence;
  }

  #subject(kind: AlertSubject['kind'], book: EventBook, channel: Channel | null): AlertSubject {
    return { kind, merchantId: this.#merchantId, book, channel, detail: '' };
  }
}

export function sumOf(orders: readonly Pick<DifferingOrder, 'amountFen'>[]): bigint {
  return orders.reduce((sum, { amountFen }) => sum + amountFen, 0n);
}

export function subjectOf({ kind, merchantId, book, channel, detail }: AlertSubject): AlertSubject {
  return { kind, merchantId, book, channel, detail };
}

function bookOf({ book }: AlertSubject): EventBook {
  if (book === 'MERCHANT' || book === 'PLATFORM') return book;
  throw new Error(`no feed is of the book ${String(book)}`);
}
