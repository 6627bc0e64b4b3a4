import { isDeepStrictEqual } from 'node:util';
import type { FetchLog } from '../../domain/billFetch.ts';
import { addDays, businessDateOf } from '../../domain/businessDate.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { AwaitedBill, BillStore, CloseWait, ScheduleLedger } from '../../domain/closePorts.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Clock } from '../../domain/ports.ts';
import type { DueClose } from '../../domain/schedule.ts';
import { CATCH_UP_DAYS, dueCloses, scheduledAtMs, waitsUntilMs } from '../../domain/schedule.ts';
import { missingBills } from './missingBills.ts';

export type SchedulerParts = {
  readonly ledger: ScheduleLedger;
  readonly bills: Pick<BillStore, 'billsBetween'>;
  readonly fetches: Pick<FetchLog, 'fetchesOf'>;
  /** Asked anew each round: the configuration may be read again. */
  readonly merchants: () => Iterable<Merchant>;
  readonly clock: Clock;
  /** Closes a date as `system`; false when it could not be now and should be tried again. */
  readonly close: (merchant: Merchant, date: BusinessDate, why: DueClose['why']) => Promise<boolean>;
};

/** What could not be closed is left alone for this long, of the machine's time. */
const TRY_AGAIN_MS = 15_000;

/**
 * Closes days by themselves: each merchant's dates in order when their hour has come, again when a bill came since. A date
 * whose bills are not all there waits, and the ledger says for what and since when. Several processes may do this at
 * once: a close holds a lease.
 */
export class CloseScheduler {
  readonly #parts: SchedulerParts;
  readonly #triedAtMs = new Map<string, number>();

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  async round(): Promise<void> {
    const { ledger, merchants, clock } = this.#parts;
    const now = clock.now();
    const days = await ledger.daysSince(addDays(businessDateOf(now), -CATCH_UP_DAYS - 7));
    const waits = new Map((await ledger.waits()).map((wait) => [keyOf(wait), wait]));
    const held = new Set<string>();
    for (const due of dueCloses(days, merchants(), now)) {
      const { merchantId } = due.merchant;
      const key = keyOf(placeOf(due));
      const known = waits.get(key);
      waits.delete(key);
      // A later date must not close before an earlier one that can still wait.
      if (held.has(merchantId)) continue;
      const isDone = await this.#closeOrWait(due, known, now);
      if (!isDone && due.why === 'SCHEDULED') held.add(merchantId);
    }
    // What somebody else has closed meanwhile.
    for (const wait of waits.values()) await ledger.recordWait({ ...wait, waitsFor: [] });
  }

  async #closeOrWait(due: DueClose, known: CloseWait | undefined, now: number): Promise<boolean> {
    const { merchant, date, why } = due;
    const missing = why === 'SCHEDULED' && now < waitsUntilMs(merchant, date) ? await this.#missing(due) : [];
    if (missing.length > 0) {
      if (!isDeepStrictEqual(known?.waitsFor, missing)) await this.#record(due, missing, known);
      return false;
    }
    const key = keyOf(placeOf(due));
    if (this.#parts.clock.wallMs() - (this.#triedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < TRY_AGAIN_MS) {
      return false;
    }
    this.#triedAtMs.set(key, this.#parts.clock.wallMs());
    const isClosed = await this.#parts.close(merchant, date, why);
    // Events come in flocks; a bill comes once, and a person waits for what it says.
    if (isClosed && why !== 'EVENTS') this.#triedAtMs.delete(key);
    if (isClosed && known) await this.#record(due, [], known);
    return isClosed;
  }

  /** What nobody asks for any more is not waited for. */
  async #missing({ merchant, date }: DueClose): Promise<readonly AwaitedBill[]> {
    const { merchantId } = merchant;
    const [bills, fetches] = await Promise.all([
      this.#parts.bills.billsBetween(merchantId, date, date),
      this.#parts.fetches.fetchesOf(merchantId, date),
    ]);
    return missingBills(merchant, date, bills, fetches).flatMap(({ book, channel, fetch }) => {
      const isAsked = fetch?.status === 'WAITING';
      return book === 'CHANNEL' || isAsked ? [{ book, channel, source: isAsked ? fetch.source : null }] : [];
    });
  }

  async #record(
    due: DueClose,
    waitsFor: readonly AwaitedBill[],
    known: CloseWait | undefined,
  ): Promise<void> {
    await this.#parts.ledger.recordWait({
      ...placeOf(due),
      waitsFor,
      sinceMs: known?.sinceMs ?? scheduledAtMs(due.merchant, due.date),
      untilMs: waitsUntilMs(due.merchant, due.date),
    });
  }
}

type Place = Pick<CloseWait, 'merchantId' | 'businessDate' | 'mode'>;

function placeOf({ merchant, date }: DueClose): Place {
  return { merchantId: merchant.merchantId, businessDate: date, mode: merchant.mode };
}

function keyOf({ merchantId, businessDate, mode }: Place): string {
  return `${merchantId} ${businessDate} ${mode}`;
}
