import { addDays } from '../../../domain/businessDate.ts';
import { CONNECTED_DAYS } from '../../../domain/schedule.ts';
import { EXCEPTION_CODES } from '../../../domain/verdict.ts';
import type { Hospital } from './hospital.ts';
import type { Overview, Run, Wait } from './queries.ts';

/**
 * Where a day stands that no run has closed. WAITS: for its bills, or for an earlier day that waits for its own. DUE: for its
 * hour. RUNS: it is not over yet. SILENT: its hospital sent nothing of it, nor in the week before, so it is not closed.
 * NOT_CONNECTED: its hospital had never sent anything then.
 */
export type OpenDay = 'WAITS' | 'DUE' | 'RUNS' | 'SILENT' | 'NOT_CONNECTED';

export type BoardRow = {
  readonly merchantId: string;
  readonly name: string;
  readonly run: Run | null;
  /** Of the day, or of an earlier one that holds it up. */
  readonly wait: Wait | null;
  /** null: it was closed. */
  readonly open: OpenDay | null;
  /** Of the run; null where there is none that counts. */
  readonly exceptions: number | null;
};

export type BoardFacts = {
  readonly hospitals: readonly Hospital[];
  readonly date: string;
  readonly today: string;
  readonly runs: readonly Run[];
  readonly waits: readonly Wait[];
  readonly connected: Overview['connected'];
};

const EXCEPTIONS: ReadonlySet<string> = EXCEPTION_CODES;

/** A row for each hospital that has not left, whether or not its day was closed; of several runs the last one. */
export function boardRows(facts: BoardFacts): readonly BoardRow[] {
  const { hospitals, date, runs, waits } = facts;
  const closes = runs.filter(({ mode }) => mode !== 'REALTIME');
  const runsOf = Map.groupBy(closes, ({ merchantId }) => merchantId);
  const waitsOf = Map.groupBy(waits, ({ merchantId }) => merchantId);
  const rows = hospitals.flatMap(({ id, name, lastDate }): BoardRow[] => {
    const [run = null] = (runsOf.get(id) ?? []).toSorted((a, b) => (a.endedAt < b.endedAt ? 1 : -1));
    const own = waitsOf.get(id) ?? [];
    const ofDate = own.find(({ businessDate }) => businessDate === date);
    if (lastDate !== null && date > lastDate && run === null && !ofDate) return [];
    // A day is not closed before those that are older.
    const isHeldUp = run === null && date < facts.today;
    const wait =
      ofDate ?? (isHeldUp ? own.find(({ businessDate }) => businessDate < date) : undefined) ?? null;
    const open = wait === null ? (run === null ? openDay(id, facts) : null) : 'WAITS';
    const exceptions = run === null || run.outcome === 'FAILED' ? null : exceptionsOf(run);
    return [{ merchantId: id, name, run, wait, open, exceptions }];
  });
  return rows.toSorted((a, b) => urgency(a) - urgency(b));
}

/** Days that are over, are to be closed and are not: of those that wait, and of the day of the board. */
export function waitingDays(facts: BoardFacts): number {
  const ids = new Set(facts.hospitals.map(({ id }) => id));
  const waits = facts.waits.filter(({ merchantId }) => ids.has(merchantId));
  const others = waits.filter(({ businessDate }) => businessDate !== facts.date);
  const ofDate = boardRows(facts).filter(({ open }) => open === 'WAITS' || open === 'DUE');
  return others.length + ofDate.length;
}

function openDay(merchantId: string, { date, today, connected }: BoardFacts): OpenDay {
  const own = connected.find((each) => each.merchantId === merchantId);
  if (!own || date < own.firstDate) return 'NOT_CONNECTED';
  if (date >= today) return 'RUNS';
  return own.lastDate < addDays(date, -CONNECTED_DAYS) ? 'SILENT' : 'DUE';
}

const LAST: Readonly<Record<OpenDay, number>> = { WAITS: 1, DUE: 2, RUNS: 5, SILENT: 6, NOT_CONNECTED: 7 };

/** What needs somebody stands first, what is not to be closed last. */
function urgency({ run, open }: BoardRow): number {
  if (run?.outcome === 'FAILED') return 0;
  if (open !== null) return LAST[open];
  return run?.outcome === 'UNBALANCED' ? 3 : 4;
}

function exceptionsOf({ verdicts }: Run): number {
  return Object.entries(verdicts).reduce((sum, [code, count]) => sum + (EXCEPTIONS.has(code) ? count : 0), 0);
}
