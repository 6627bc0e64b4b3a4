import { DuizhangError } from '../../domain/errors.ts';
import type { Outputs } from '../../domain/outputPorts.ts';

export type OutputPatience = {
  /** Ends the waiting; the write that waits then rejects. */
  readonly signal: AbortSignal;
  /** Told once for every stretch in which what is written does not arrive. */
  readonly onAway: (error: Error) => void;
};

/**
 * Outputs that are waited for while the brokers are away. What was cut off is written again: readers drop repeats by their
 * ids.
 */
export function patientOutputs(outputs: Outputs, patience: OutputPatience): Outputs {
  return {
    ...outputs,
    newVerdictBatch() {
      const batch = outputs.newVerdictBatch();
      return {
        get size() {
          return batch.size;
        },
        add: (judged) => batch.add(judged),
        write: () => untilTaken(() => batch.write(), patience),
      };
    },
    writeAlerts: (alerts) => untilTaken(() => outputs.writeAlerts(alerts), patience),
  };
}

/** Each try waits a while by itself. */
async function untilTaken(write: () => Promise<void>, { signal, onAway }: OutputPatience): Promise<void> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await write();
    } catch (error) {
      const isAway = error instanceof DuizhangError && error.code === 'DZ_SYSTEM_LOG_AWAY';
      if (!isAway || signal.aborted) throw error;
      if (!isTold) onAway(error);
    }
  }
}
