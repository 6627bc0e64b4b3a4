import type { WindowStore } from '../../domain/joinPorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import { judgeChange } from './judgeChange.ts';

export type FlusherParts = {
  readonly window: WindowStore;
  readonly ledger: RealtimeLedger;
  readonly rulesOf: (merchantId: string) => MatchRules;
  readonly onVerdicts: (verdicts: readonly VersionedVerdict[]) => void;
};

/** Outbox entries taken from a slot at once; one holds the changes of one script call. */
const ENTRIES_A_SLOT = 64;

/**
 * One round over the slots' outboxes: judge, store, then let the outbox go. What is stored and not let go of is judged
 * and stored again, to the same rows.
 * @returns verdicts stored; 0 when nothing waited
 */
export async function flushOutboxes(parts: FlusherParts): Promise<number> {
  const { window, ledger, rulesOf, onVerdicts } = parts;
  const slots = Array.from({ length: window.slots }, (_, slot) => slot);
  const batches = await Promise.all(slots.map((slot) => window.readOutbox(slot, ENTRIES_A_SLOT)));
  const verdicts = batches.flatMap((entries) =>
    entries.flatMap((entry) => entry.changes.flatMap((change) => judgeChange(change, rulesOf))),
  );
  if (verdicts.length > 0) {
    await ledger.insertVerdicts(verdicts);
    onVerdicts(verdicts);
  }
  await Promise.all(
    batches.map(async (entries, slot) => {
      const last = entries.at(-1);
      if (last) await window.trimOutbox(slot, last.id);
    }),
  );
  return verdicts.length;
}
