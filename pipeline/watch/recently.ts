type Seen = { readonly atMs: number; count: number; most: number };

/** How often something was seen within the last while, by the minute. */
export class Recently {
  readonly #withinMs: number;
  #seen: Seen[] = [];

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  /** @param amount of which the largest is kept */
  add(count: number, atMs: number, amount: number): void {
    const last = this.#seen.at(-1);
    if (last && atMs - last.atMs < 60_000) {
      last.count += count;
      last.most = Math.max(last.most, amount);
      return;
    }
    this.#letGo(atMs);
    this.#seen.push({ atMs, count, most: amount });
  }

  at(nowMs: number): { readonly count: number; readonly most: number; readonly firstMs: number } {
    this.#letGo(nowMs);
    return {
      count: this.#seen.reduce((sum, { count }) => sum + count, 0),
      most: Math.max(0, ...this.#seen.map(({ most }) => most)),
      firstMs: this.#seen[0]?.atMs ?? nowMs,
    };
  }

  #letGo(nowMs: number): void {
    this.#seen = this.#seen.filter(({ atMs }) => atMs > nowMs - this.#withinMs);
  }
}
