import { EXCEPTION_CODES } from '../../../domain/verdict.ts';
import type { Hospital } from './hospital.ts';
import type { Run, Wait } from './queries.ts';

export type BoardRow = {
  readonly merchantId: string;
  readonly name: string;
  readonly run: Run | null;
  readonly wait: Wait | null;
  /** Of the run; null where there is none that counts. */
  readonly exceptions: number | null;
};

const EXCEPTIONS: ReadonlySet<string> = EXCEPTION_CODES;

/** A row for each hospital that has not left, whether or not its day was closed; of several runs the last one. */
export function boardRows(
  hospitals: readonly Hospital[],
  date: string,
  runs: readonly Run[],
  waits: readonly Wait[],
): readonly BoardRow[] {
  const closes = runs.filter(({ mode }) => mode !== 'REALTIME');
  const runsOf = Map.groupBy(closes, ({ merchantId }) => merchantId);
  const ofDate = waits.filter(({ businessDate }) => businessDate === date);
  const waitOf = new Map(ofDate.map((wait) => [wait.merchantId, wait]));
  const isAwaited = ({ id, lastDate }: Hospital): boolean =>
    lastDate === null || date <= lastDate || runsOf.has(id) || waitOf.has(id);
  const rows = hospitals.filter(isAwaited).map(({ id, name }) => {
    const [run = null] = (runsOf.get(id) ?? []).toSorted((a, b) => (a.endedAt < b.endedAt ? 1 : -1));
    return {
      merchantId: id,
      name,
      run,
      wait: waitOf.get(id) ?? null,
      exceptions: run === null || run.outcome === 'FAILED' ? null : exceptionsOf(run),
    };
  });
  return rows.toSorted((a, b) => urgency(a) - urgency(b));
}

/** What needs somebody stands first, what was never closed last. */
function urgency({ run, wait }: BoardRow): number {
  if (run?.outcome === 'FAILED') return 0;
  if (wait) return 1;
  if (run === null) return 4;
  return run.outcome === 'UNBALANCED' ? 2 : 3;
}

function exceptionsOf({ verdicts }: Run): number {
  return Object.entries(verdicts).reduce((sum, [code, count]) => sum + (EXCEPTIONS.has(code) ? count : 0), 0);
}
