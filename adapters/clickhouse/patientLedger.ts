import { setTimeout as pause } from 'node:timers/promises';
import type { RealtimeLedger, RowBatch } from '../../domain/ledgerPorts.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** Codes of sockets: ECONNREFUSED, ECONNRESET, EPIPE … Node's own mistakes are ERR_… */
const SOCKET_CODE = /^E(?!RR_)/;

export type Patience = {
  /** Ends the waiting; the call that waits then rejects with its last failure. */
  readonly signal: AbortSignal;
  /** Told once for every stretch in which the ledger is away. */
  readonly onAway: (error: Error) => void;
  /** Told how long rows took, waiting included. */
  readonly onStored?: (table: 'entries' | 'verdicts', ms: number) => void;
};

/**
 * A ledger that is waited for while it is away: whoever writes to it stands still meanwhile, and nothing is dropped. A
 * write that was cut off is sent again, which changes nothing (see RealtimeLedger). What it answers is thrown.
 */
export function patientLedger(ledger: RealtimeLedger, patience: Patience): RealtimeLedger {
  const again =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      untilThere(() => call(...args), patience);
  const timed = async (table: 'entries' | 'verdicts', write: () => Promise<void>): Promise<void> => {
    const startedAt = performance.now();
    await write();
    patience.onStored?.(table, performance.now() - startedAt);
  };
  const patientBatch = <Row>(table: 'entries' | 'verdicts', batch: RowBatch<Row>): RowBatch<Row> => ({
    get size() {
      return batch.size;
    },
    add: (row) => batch.add(row),
    write: () =>
      timed(
        table,
        again(() => batch.write()),
      ),
  });
  return {
    newEntryBatch: () => patientBatch('entries', ledger.newEntryBatch()),
    newVerdictBatch: () => patientBatch('verdicts', ledger.newVerdictBatch()),
    insertDeadLetters: again((letters) => ledger.insertDeadLetters(letters)),
    storePositions: again((consumer, positions) => ledger.storePositions(consumer, positions)),
    loadPositions: again((consumer) => ledger.loadPositions(consumer)),
    eventEntriesOfOrders: again((orders) => ledger.eventEntriesOfOrders(orders)),
  };
}

async function untilThere<T>(call: () => Promise<T>, { signal, onAway }: Patience): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!isAway(error) || signal.aborted) throw error;
      if (pauseMs === FIRST_PAUSE_MS) onAway(error);
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The connection failed, or the client gave up on an answer; a server that answers with an error is there. */
export function isAway(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && SOCKET_CODE.test(error.code)) return true;
  return /^(socket hang up|Timeout error)/i.test(error.message);
}
