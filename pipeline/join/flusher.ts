import { setImmediate as others } from 'node:timers/promises';
import type { WindowStore } from '../../domain/joinPorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { Outputs } from '../../domain/outputPorts.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import { judgeChange } from './judgeChange.ts';

export type FlusherParts = {
  readonly window: WindowStore;
  readonly ledger: RealtimeLedger;
  readonly rulesOf: (merchantId: string) => MatchRules;
  /** Of which this process looks at the deadlines and empties the outboxes; see pipeline/share.ts. */
  readonly ownSlots: () => readonly number[];
  /** Told what was stored, by verdict. */
  readonly onVerdicts: (counts: ReadonlyMap<VerdictCode, number>) => void;
  readonly watcher?: VerdictWatcher;
  /** Told of every verdict once it is stored; some come again. */
  readonly outputs?: Pick<Outputs, 'newVerdictBatch'>;
};

export type VerdictWatcher = {
  /** Whether it is to be told of a verdict that is no exception, as of what takes the place of one; asked before it is stored. */
  wants(judged: VersionedVerdict): boolean;
  /** Told of each exception, and of what it wanted, once it is stored; some come again. */
  see(judged: VersionedVerdict): void;
};

/** Outbox entries taken from a slot at once; one holds the changes of one script call. */
const ENTRIES_A_SLOT = 64;

/**
 * After a backlog a round may hold some hundred thousand, which take seconds: in between a process has to say that it lives, or
 * others take its partitions and its duties.
 */
const JUDGED_AT_ONCE = 2_000;

/**
 * One round over the slots' outboxes: judge, store, tell, then let the outbox go. What is stored and not let go of is judged,
 * stored and told again: to the same rows, under the same ids.
 * @returns verdicts stored; 0 when nothing waited
 */
export async function flushOutboxes(parts: FlusherParts): Promise<number> {
  const { window, ledger, rulesOf, ownSlots, onVerdicts, watcher, outputs } = parts;
  const batches = await Promise.all(
    ownSlots().map(async (slot) => ({ slot, entries: await window.readOutbox(slot, ENTRIES_A_SLOT) })),
  );
  const rows = ledger.newVerdictBatch();
  const forOthers = outputs?.newVerdictBatch();
  const toTell = watcher ? new VerdictsToTell(watcher) : null;
  const counts = new Map<VerdictCode, number>();
  let judgedBefore = 0;
  for (const { changes } of batches.flatMap(({ entries }) => entries)) {
    for (const change of changes) {
      for (const judged of judgeChange(change, rulesOf)) {
        rows.add(judged);
        forOthers?.add(judged);
        toTell?.add(judged);
        const { code } = judged.verdict;
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }
    }
    if (rows.size - judgedBefore < JUDGED_AT_ONCE) continue;
    judgedBefore = rows.size;
    await others();
  }
  if (rows.size > 0) {
    await rows.write();
    onVerdicts(counts);
    toTell?.tell();
    await forOthers?.write();
  }
  await Promise.all(
    batches.map(async ({ slot, entries }) => {
      const last = entries.at(-1);
      if (last) await window.trimOutbox(slot, last);
    }),
  );
  return rows.size;
}

/** Flushes what stands in the outboxes now. What other processes go on to put there is theirs: it would never end. */
export async function flushWhatStands(parts: FlusherParts): Promise<void> {
  const { window, ownSlots } = parts;
  const moments = await Promise.all(
    ownSlots().map(async (slot) => ({ slot, moment: await window.momentOf(slot, 0) })),
  );
  const isWaiting = async (): Promise<boolean> => {
    const states = await Promise.all(moments.map(({ slot, moment }) => window.whetherStored(slot, moment)));
    return states.includes('WAITING');
  };
  while (await isWaiting()) await flushOutboxes(parts);
}

/** Nearly all verdicts are matches that nobody waits for; keeping them all until they are stored costs a tenth of the flush. */
class VerdictsToTell {
  readonly #watcher: VerdictWatcher;
  readonly #verdicts: VersionedVerdict[] = [];
  readonly #orders = new Set<string>();

  constructor(watcher: VerdictWatcher) {
    this.#watcher = watcher;
  }

  add(judged: VersionedVerdict): void {
    const { code, orderNo } = judged.verdict;
    const isException = EXCEPTION_CODES.has(code);
    if (isException) this.#orders.add(orderNo);
    if (isException || (this.#orders.size > 0 && this.#orders.has(orderNo)) || this.#watcher.wants(judged))
      this.#verdicts.push(judged);
  }

  tell(): void {
    for (const judged of this.#verdicts) this.#watcher.see(judged);
  }
}
