import type { WindowStore } from '../../domain/joinPorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { judgeChange } from './judgeChange.ts';

export type FlusherParts = {
  readonly window: WindowStore;
  readonly ledger: RealtimeLedger;
  readonly rulesOf: (merchantId: string) => MatchRules;
  /** Told what was stored, by verdict. */
  readonly onVerdicts: (counts: ReadonlyMap<VerdictCode, number>) => void;
  /** Told of each verdict once it is stored; some come again. */
  readonly onVerdict?: (judged: VersionedVerdict) => void;
};

/** Outbox entries taken from a slot at once; one holds the changes of one script call. */
const ENTRIES_A_SLOT = 64;

/**
 * One round over the slots' outboxes: judge, store, then let the outbox go. What is stored and not let go of is judged
 * and stored again, to the same rows.
 * @returns verdicts stored; 0 when nothing waited
 */
export async function flushOutboxes(parts: FlusherParts): Promise<number> {
  const { window, ledger, rulesOf, onVerdicts, onVerdict } = parts;
  const slots = Array.from({ length: window.slots }, (_, slot) => slot);
  const batches = await Promise.all(slots.map((slot) => window.readOutbox(slot, ENTRIES_A_SLOT)));
  const rows = ledger.newVerdictBatch();
  const stored: VersionedVerdict[] | null = onVerdict ? [] : null;
  const counts = new Map<VerdictCode, number>();
  for (const { changes } of batches.flat()) {
    for (const change of changes) {
      for (const judged of judgeChange(change, rulesOf)) {
        rows.add(judged);
        stored?.push(judged);
        const { code } = judged.verdict;
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }
    }
  }
  if (rows.size > 0) {
    await rows.write();
    onVerdicts(counts);
    if (onVerdict) stored?.forEach(onVerdict);
  }
  await Promise.all(
    batches.map(async (entries, slot) => {
      const last = entries.at(-1);
      if (last) await window.trimOutbox(slot, last.id);
    }),
  );
  return rows.size;
}
