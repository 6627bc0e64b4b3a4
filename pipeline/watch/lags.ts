/** Buckets of half an octave from a quarter of a second to over an hour. */
const FIRST_MS = 250;
const BUCKETS = 28;
/** Half of what was seen is forgotten each time that so much is known: a hospital's ways change. */
const MOST_SAMPLES = 2_000;
/** Before anything was seen: a front-end machine that passes orders on within seconds, and some within a minute. */
const FIRST_GUESS_MS = [500, 1_000, 2_000, 3_000, 5_000, 8_000, 12_000, 20_000, 40_000, 90_000];
/** However rare a lag is, orders that are held up by the same thing are late together. */
const LEAST_CHANCE = 0.02;

/** How far a book is behind the other one, as it has shown. */
export class Lags {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  constructor() {
    for (const ms of FIRST_GUESS_MS) this.add(ms);
  }

  add(lagMs: number): void {
    const bucket = bucketOf(lagMs);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
    if (this.#total <= MOST_SAMPLES) return;
    for (let i = 0; i < BUCKETS; i += 1) this.#counts[i] = (this.#counts[i] ?? 0) / 2;
    this.#total /= 2;
  }

  /** The chance that an order is not told of by this age although nothing is wrong. */
  chanceOf(ageMs: number): number {
    const at = bucketOf(ageMs);
    let longer = 0;
    // What lies in the same bucket may be longer.
    for (let i = at; i < BUCKETS; i += 1) longer += this.#counts[i] ?? 0;
    return Math.max(longer / this.#total, LEAST_CHANCE);
  }
}

function bucketOf(ms: number): number {
  if (ms <= FIRST_MS) return 0;
  return Math.min(Math.ceil(2 * Math.log2(ms / FIRST_MS)), BUCKETS - 1);
}
