import type { LoggedEntry, RealtimeLedger, RowBatch } from '../../domain/ledgerPorts.ts';
import type { DeadLetter, PartitionId, Position } from '../../domain/ports.ts';

/** The consumer name under which the ledger keeps how far entries are written. */
export const ENTRIES_CONSUMER = 'entries';

export type EntryWriterOptions = {
  /** Rows that may wait before `reach` does. */
  readonly maxRows: number;
  /** Longest a row waits for company. */
  readonly maxDelayMs: number;
};

/**
 * Writes what was read from the log to the ledger: rows first, then the positions they reach to, so that a position
 * never claims more than is stored. Written again after a crash, the same rows change nothing.
 */
export class EntryWriter {
  readonly #ledger: RealtimeLedger;
  readonly #options: EntryWriterOptions;
  #entries: RowBatch<LoggedEntry>;
  #deadLetters: DeadLetter[] = [];
  #ends = new Map<PartitionId, Position>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;

  constructor(ledger: RealtimeLedger, options: EntryWriterOptions) {
    this.#ledger = ledger;
    this.#options = options;
    this.#entries = ledger.newEntryBatch();
  }

  put(entry: LoggedEntry): void {
    this.#entries.add(entry);
  }

  putDeadLetter(letter: DeadLetter): void {
    this.#deadLetters.push(letter);
  }

  /**
   * Everything of a partition before `end` was put. Waits while the ledger is behind; rejects with the failure of an
   * earlier write.
   */
  async reach(partition: PartitionId, end: Position): Promise<void> {
    this.#throwFailure();
    this.#ends.set(partition, Math.max(end, this.#ends.get(partition) ?? 0));
    if (this.#entries.size + this.#deadLetters.length >= this.#options.maxRows) await this.flush();
    else this.#timer ??= setTimeout(() => void this.#startFlush(), this.#options.maxDelayMs);
  }

  /** Everything put before is stored when this resolves. */
  async flush(): Promise<void> {
    await this.#startFlush();
    this.#throwFailure();
  }

  #startFlush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#running = this.#running.then(async () => {
      if (this.#failure) return;
      try {
        await this.#write();
      } catch (error) {
        this.#failure = { error };
      }
    });
    return this.#running;
  }

  async #write(): Promise<void> {
    const [entries, letters, ends] = [this.#entries, this.#deadLetters, this.#ends];
    [this.#entries, this.#deadLetters, this.#ends] = [this.#ledger.newEntryBatch(), [], new Map()];
    if (entries.size > 0) await entries.write();
    if (letters.length > 0) await this.#ledger.insertDeadLetters(letters);
    if (ends.size > 0) await this.#ledger.storePositions(ENTRIES_CONSUMER, ends);
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
