import type { Alert } from '../../domain/alert.ts';
import { subjectKeyOf } from '../../domain/alertId.ts';
import type { AlertLedger, LiveChanges } from '../../domain/alertPorts.ts';
import type { SlowFindings } from './slow/slowFindings.ts';
import { changesOf, closedWithNothingLeft } from './finding.ts';
import type { Watch } from './watch.ts';

export type AlertKeeperParts = {
  readonly watch: Watch;
  readonly slow: Pick<SlowFindings, 'findings'>;
  readonly ledger: AlertLedger;
  readonly live: LiveChanges;
  /**
   * Rejects when another process keeps the alerts by now. Asked before each write: one that has stood still sees silence
   * wherever it did not read, and what it opened nobody would close.
   */
  readonly assertKeeps?: () => Promise<void>;
  /** Told of every change that the ledger has. */
  readonly onKept?: (alerts: readonly Alert[]) => void;
  /** Event time up to which every partition has been read; null while nobody knows. */
  readonly watermark: () => Promise<number | null>;
  readonly now: () => number;
};

/** Alerts that were closed explain orders for this long after a restart. */
const EXPLAINS_MS = 2 * 86_400_000;
const MOST_ORDERS = 100_000;
const LOOK_BACK_MS = 6 * 3_600_000;

/** Brings the alerts on record to what the watch finds, round by round. */
export class AlertKeeper {
  readonly #parts: AlertKeeperParts;
  readonly #open = new Map<string, Alert>();
  /** Rows that the ledger has not acknowledged; repeating them changes nothing. */
  #unwritten: readonly Alert[] = [];

  constructor(parts: AlertKeeperParts) {
    this.#parts = parts;
  }

  /** Before the first event is read: goes on where a former process stopped. */
  async resume(): Promise<void> {
    const { watch, ledger, now } = this.#parts;
    const nowMs = now();
    const [alerts, orders, payments] = await Promise.all([
      ledger.alertsSince(nowMs - EXPLAINS_MS),
      ledger.differingOrders(MOST_ORDERS),
      ledger.latestPayments(nowMs - LOOK_BACK_MS, MOST_ORDERS),
    ]);
    this.#open.clear();
    const doubles = alerts.filter((alert) => alert.state === 'OPEN' && !this.#isFirst(alert));
    // Of two processes whose writes crossed: nobody else would close the second.
    this.#unwritten = doubles.map((alert) => closedWithNothingLeft(alert, nowMs));
    watch.resume(
      alerts.filter((alert) => !doubles.includes(alert)),
      orders,
      payments,
    );
  }

  /** @returns what changed; after a failure the next round writes it */
  async round(): Promise<readonly Alert[]> {
    const { watch, slow, ledger, live, assertKeeps, onKept, watermark, now } = this.#parts;
    const nowMs = now();
    const found = [...watch.findings(await watermark(), nowMs), ...slow.findings(this.#open.values())];
    const changes = changesOf(this.#open, found, nowMs);
    for (const alert of changes) {
      if (alert.state === 'OPEN') this.#open.set(subjectKeyOf(alert), alert);
      else this.#open.delete(subjectKeyOf(alert));
    }
    this.#unwritten = [...this.#unwritten, ...changes];
    if (this.#unwritten.length === 0) return [];
    const written = this.#unwritten;
    await assertKeeps?.();
    await ledger.write(written);
    this.#unwritten = [];
    onKept?.(written);
    await live.publish(written.map((alert) => ({ topic: 'alert', merchantId: alert.merchantId, alert })));
    return written;
  }

  /** Takes it for its subject, if that has none. */
  #isFirst(alert: Alert): boolean {
    const key = subjectKeyOf(alert);
    if (this.#open.has(key)) return false;
    this.#open.set(key, alert);
    return true;
  }

  get open(): ReadonlyMap<string, Alert> {
    return this.#open;
  }
}
