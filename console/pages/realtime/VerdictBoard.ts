import type { LiveVerdict, VerdictBatch } from './verdictBatch.ts';

export type BoardRow = LiveVerdict & { readonly key: string; readonly merchantId: string };
export type Counts = Readonly<Record<'verdicts' | 'matched' | 'exceptions' | 'healed', number>>;
export type BoardState = {
  /** The newest first. */
  readonly rows: readonly BoardRow[];
  readonly isPaused: boolean;
  /** Rows that came since the pause. */
  readonly waiting: number;
  /** Of the last minutes; paused or not. */
  readonly counts: Counts;
  /** How long it took what healed in them, one at a time. */
  readonly healedMs: readonly number[];
  /** Something was missed while the line was away. */
  readonly hasGap: boolean;
};

export const MINUTES = 5;
const WITHIN_MS = MINUTES * 60_000;
const MOST_ROWS = 1_000;
const MOST_HEALED = 500;

type Seen = { readonly atMs: number; readonly counts: Counts; readonly healedMs: readonly number[] };
const NONE: Counts = { verdicts: 0, matched: 0, exceptions: 0, healed: 0 };

/** What the page shows of the verdicts that come, for as long as it is looked at. */
export class VerdictBoard {
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #merchantId: string | undefined;
  #seen: Seen[] = [];
  #waiting: readonly BoardRow[] = [];
  #count = 0;
  #state: BoardState = {
    rows: [],
    isPaused: false,
    waiting: 0,
    counts: NONE,
    healedMs: [],
    hasGap: false,
  };

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly state = (): BoardState => this.#state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Of which hospital; another one begins anew. @param merchantId undefined: of all */
  follow(merchantId: string | undefined): void {
    if (merchantId === this.#merchantId) return;
    this.#merchantId = merchantId;
    this.clear();
  }

  take(batch: VerdictBatch): void {
    const { merchantId, verdicts, matched, exceptions, healed, items } = batch;
    if (this.#merchantId !== undefined && this.#merchantId !== merchantId) return;
    const counts = { verdicts, matched, exceptions, healed };
    const healedMs = items.flatMap(({ healedAfterMs }) => (healedAfterMs === null ? [] : [healedAfterMs]));
    this.#seen.push({ atMs: this.#now(), counts, healedMs });
    const rows = items.toReversed().map((item) => {
      this.#count += 1;
      return { ...item, merchantId, key: String(this.#count) };
    });
    const { isPaused } = this.#state;
    if (isPaused) this.#waiting = [...rows, ...this.#waiting].slice(0, MOST_ROWS);
    this.#say({
      ...this.#state,
      ...this.#lately(),
      ...(isPaused
        ? { waiting: this.#state.waiting + rows.length }
        : { rows: [...rows, ...this.#state.rows].slice(0, MOST_ROWS) }),
    });
  }

  /** Time passes also when nothing comes. */
  tick(): void {
    if (this.#seen.length > 0) this.#say({ ...this.#state, ...this.#lately() });
  }

  missed(): void {
    this.#say({ ...this.#state, hasGap: true });
  }

  pause(): void {
    this.#say({ ...this.#state, isPaused: true, waiting: 0 });
  }

  resume(): void {
    const rows = [...this.#waiting, ...this.#state.rows].slice(0, MOST_ROWS);
    this.#waiting = [];
    this.#say({ ...this.#state, isPaused: false, waiting: 0, rows });
  }

  clear(): void {
    this.#seen = [];
    this.#waiting = [];
    this.#say({ ...this.#state, rows: [], waiting: 0, counts: NONE, healedMs: [], hasGap: false });
  }

  #lately(): Pick<BoardState, 'counts' | 'healedMs'> {
    const since = this.#now() - WITHIN_MS;
    this.#seen = this.#seen.filter(({ atMs }) => atMs > since);
    const sum = (name: keyof Counts): number =>
      this.#seen.reduce((total, { counts }) => total + counts[name], 0);
    return {
      counts: {
        verdicts: sum('verdicts'),
        matched: sum('matched'),
        exceptions: sum('exceptions'),
        healed: sum('healed'),
      },
      healedMs: this.#seen.flatMap((each) => each.healedMs).slice(-MOST_HEALED),
    };
  }

  #say(state: BoardState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Half of them took no longer. @returns null: there are none */
export function medianOf(spans: readonly number[]): number | null {
  const sorted = spans.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
