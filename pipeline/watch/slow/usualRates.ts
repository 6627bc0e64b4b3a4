import type { JudgedPayments, SlowFacts, TimeSpan } from '../../../domain/slowFacts.ts';

const WEEK_MS = 7 * 86_400_000;
const WEEKS = 4;
/** A single week says nothing of what is usual. */
const LEAST_WEEKS = 2;
/** The past changes little: it is read anew this often. */
const KEPT_MS = 15 * 60_000;

/** @returns the median; null: too few weeks had as many orders */
export type UsualRate = (atLeastOrders: number) => number | null;

/** What share of a hospital's payments stood in both books in the same hour of earlier weeks. */
export class UsualRates {
  readonly #facts: Pick<SlowFacts, 'judgedPayments'>;
  readonly #kept = new Map<
    string,
    { readonly atMs: number; readonly rates: ReadonlyMap<string, UsualRate> }
  >();

  constructor(facts: Pick<SlowFacts, 'judgedPayments'>) {
    this.#facts = facts;
  }

  async before(merchantIds: readonly string[], span: TimeSpan): Promise<ReadonlyMap<string, UsualRate>> {
    const key = JSON.stringify([span.toMs - span.fromMs, ...merchantIds]);
    const kept = this.#kept.get(key);
    if (kept && Math.abs(span.toMs - kept.atMs) < KEPT_MS) return kept.rates;
    const weeks: JudgedPayments[] = [];
    for (let week = 1; week <= WEEKS; week += 1) {
      const [fromMs, toMs] = [span.fromMs - week * WEEK_MS, span.toMs - week * WEEK_MS];
      weeks.push(...(await this.#facts.judgedPayments(merchantIds, { fromMs, toMs })));
    }
    const rates = new Map(
      [...Map.groupBy(weeks, ({ merchantId }) => merchantId)].map(([merchantId, own]) => [
        merchantId,
        usualOf(own),
      ]),
    );
    // Hospitals come and go with the configuration.
    if (this.#kept.size > 100) this.#kept.clear();
    this.#kept.set(key, { atMs: span.toMs, rates });
    return rates;
  }
}

function usualOf(weeks: readonly JudgedPayments[]): UsualRate {
  return (atLeastOrders) => {
    const rates = weeks
      .filter(({ matched, oneSided }) => matched + oneSided >= atLeastOrders)
      .map(({ matched, oneSided }) => matched / (matched + oneSided))
      .toSorted((a, b) => a - b);
    if (rates.length < LEAST_WEEKS) return null;
    const [low, high] = [rates[Math.floor((rates.length - 1) / 2)], rates[Math.ceil((rates.length - 1) / 2)]];
    return ((low ?? 0) + (high ?? 0)) / 2;
  };
}
