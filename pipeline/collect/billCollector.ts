import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, businessDateOf } from '../../domain/businessDate.ts';
import type { BillFetch, FetchLog } from '../../domain/billFetch.ts';
import type {
  BillSource,
  FetchedBill,
  SourceFailure,
  SourceName,
  WantedBill,
} from '../../domain/billSource.ts';
import type { BillStore } from '../../domain/closePorts.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { DuizhangErrorCode } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { BillToImport, ImportResult } from '../close/importBill.ts';
import type { AnswerContext } from './afterAnswer.ts';
import { afterAnswer, afterImport } from './afterAnswer.ts';
import { isRefusal } from './isRefusal.ts';
import type { BackOff, FetchWindow } from './schedule.ts';
import { opensAt } from './schedule.ts';

/** A merchant's bills of one kind and where they come from. */
export type PlannedSource = {
  readonly merchant: Merchant;
  readonly book: Book;
  readonly channel: Channel | null;
  readonly source: BillSource;
  readonly window: FetchWindow;
};

export type Provenance = { readonly source: SourceName; readonly from: string };

export type CollectParts = {
  readonly plans: readonly PlannedSource[];
  readonly fetches: Pick<FetchLog, 'fetchesBetween' | 'waitingSince' | 'record'>;
  readonly bills: Pick<BillStore, 'billsBetween'>;
  readonly importBill: (bill: BillToImport, provenance: Provenance) => Promise<ImportResult>;
  /** Whether the platform's book holds anything that the bill would. */
  readonly isTradeExpected: (wanted: WantedBill) => Promise<boolean>;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Days before today whose bills are caught up. */
  readonly lookBackDays: number;
  /** Whether a date is one of a hospital that has left; people may ask for its bills, nobody else does. */
  readonly hasLeft: (merchantId: string, date: BusinessDate) => boolean;
  readonly backOff: BackOff;
  /** Between two calls of one host. */
  readonly spacingMs: number;
  readonly onFetch: (fetch: BillFetch) => void;
};

/** WeChat Pay keeps bills for three months. */
const OLDEST_DAYS = 92;

type Due = { readonly plan: PlannedSource; readonly wanted: WantedBill; readonly before: BillFetch | null };

/**
 * Asks the sources for the bills of past days, each in its window, until it is in or known not to exist. Everything that
 * it knows lies in the fetch log and the ledger: a restart goes on where it stood, and what is in is not asked for again.
 */
export class BillCollector {
  readonly #parts: CollectParts;

  constructor(parts: CollectParts) {
    this.#parts = parts;
  }

  /** Makes the calls that are due. @returns how many were made */
  async round(signal: AbortSignal): Promise<number> {
    const due = await this.#due();
    const byHost = Map.groupBy(due, ({ plan }) => plan.source.host);
    const turns = await Promise.allSettled(
      [...byHost.values()].map((calls) => this.#askInTurn(calls, signal)),
    );
    let made = 0;
    // No host's calls run on when another's have failed and the caller goes elsewhere.
    for (const turn of turns) {
      if (turn.status === 'rejected') throw turn.reason;
      made += turn.value;
    }
    return made;
  }

  /** Oldest first: what was missed is made up for in order. */
  async #due(): Promise<readonly Due[]> {
    const { plans, fetches, lookBackDays, hasLeft, now } = this.#parts;
    if (plans.length === 0) return [];
    const today = businessDateOf(now());
    const first = addDays(today, -lookBackDays);
    const recent = await fetches.fetchesBetween(first, today);
    // A person may want an older one.
    const waiting = await fetches.waitingSince(addDays(today, -OLDEST_DAYS));
    const known = new Map([...waiting, ...recent].map((fetch) => [placeOf(fetch), fetch]));
    const dates = new Set(waiting.map((fetch) => fetch.date));
    for (let date = first; date < today; date = addDays(date, 1)) dates.add(date);
    return [...dates].toSorted().flatMap((date) =>
      plans.flatMap((plan) => {
        const wanted = wantedOf(plan, date);
        const before = known.get(placeOf(wanted)) ?? null;
        if (before === null && (date < first || hasLeft(wanted.merchantId, date))) return [];
        return isDue(plan, date, before, now()) ? [{ plan, wanted, before }] : [];
      }),
    );
  }

  async #askInTurn(calls: readonly Due[], signal: AbortSignal): Promise<number> {
    let made = 0;
    for (const due of calls) {
      if (signal.aborted) break;
      if (made > 0) await this.#parts.pause(this.#parts.spacingMs);
      const fetch = await this.#ask(due, signal).catch((error: unknown) => this.#recordBroken(due, error));
      // Ended in the middle of a call: that was no answer.
      if (fetch === null) break;
      await this.#parts.fetches.record(fetch);
      this.#parts.onFetch(fetch);
      made += 1;
    }
    return made;
  }

  /** What nobody foresaw must not be tried every few seconds at the cost of the other side. @throws it again */
  async #recordBroken(due: Due, error: unknown): Promise<never> {
    const detail = error instanceof Error ? error.message : String(error);
    const answer = failedWith('DZ_SYSTEM_COLLECT', detail);
    await this.#parts.fetches.record(afterAnswer(answer, this.#context(due), false));
    throw error;
  }

  async #ask(due: Due, signal: AbortSignal): Promise<BillFetch | null> {
    const { plan, wanted } = due;
    const already = await this.#alreadyIn(wanted);
    // A person who asks again for what is in wants another one.
    if (already !== null && (due.before?.billId ?? null) === null) {
      return afterImport(this.#context(due), already, null);
    }
    const answer = await plan.source.fetch(wanted, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (answer === null || signal.aborted) return null;
    if (answer.kind === 'bill') return this.#take(answer.bill, due);
    const isDoubtful = answer.kind === 'no-trade' && !answer.isCertain;
    const isTradeExpected = isDoubtful && (await this.#parts.isTradeExpected(wanted));
    return afterAnswer(answer, this.#context(due), isTradeExpected);
  }

  async #take(bill: FetchedBill, due: Due): Promise<BillFetch> {
    const { plan, wanted } = due;
    try {
      const result = await this.#parts.importBill(
        {
          merchant: plan.merchant,
          book: wanted.book,
          channel: wanted.channel,
          date: wanted.date,
          fileName: bill.fileName,
          open: () => bill.open(),
        },
        { source: plan.source.name, from: bill.from },
      );
      return afterImport(this.#context(due), result.bill.billId, bill.from);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return afterAnswer(failedWith(error.code, error.message), this.#context(due), false);
    } finally {
      await bill.dispose();
    }
  }

  /** Somebody may have imported it by hand in the meantime. */
  async #alreadyIn({ merchantId, book, channel, date }: WantedBill): Promise<string | null> {
    const bills = await this.#parts.bills.billsBetween(merchantId, date, date);
    const own = bills.filter(
      (bill) => bill.book === book && (bill.channel === channel || bill.channel === null),
    );
    return own.toSorted((a, b) => (a.version < b.version ? -1 : 1)).at(-1)?.billId ?? null;
  }

  #context({ plan, wanted, before }: Due): AnswerContext {
    const { now, random, backOff } = this.#parts;
    return {
      wanted,
      source: plan.source.name,
      before,
      nowMs: now(),
      window: plan.window,
      backOff,
      random: random(),
    };
  }
}

function failedWith(code: DuizhangErrorCode, detail: string): SourceFailure {
  return { kind: 'failed', code, detail, askAgainAtMs: null, needsPerson: false };
}

function wantedOf({ merchant, book, channel }: PlannedSource, date: BusinessDate): WantedBill {
  return { merchantId: merchant.merchantId, book, channel, date };
}

function placeOf({ merchantId, book, channel, date }: WantedBill): string {
  return `${date} ${book} ${channel ?? ''} ${merchantId}`;
}

function isDue(plan: PlannedSource, date: BusinessDate, before: BillFetch | null, nowMs: number): boolean {
  if (before === null) return opensAt(date, plan.window) <= nowMs;
  return before.status === 'WAITING' && (before.nextAskAtMs ?? 0) <= nowMs;
}
