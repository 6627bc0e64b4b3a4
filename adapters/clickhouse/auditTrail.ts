import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { AuditEntry, AuditRow } from '../../domain/auditEntry.ts';
import { nextAuditRow } from '../../domain/auditEntry.ts';
import type { AuditHeads, AuditTrail } from '../../domain/auditTrail.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { storedAuditRow } from './auditRows.ts';

export type AuditTrailParts = {
  /** Of its own: its requests end by themselves within `withinMs` or so. */
  readonly client: ClickHouseClient;
  readonly heads: AuditHeads;
  /** Of this process and no other, ever. */
  readonly writer: string;
  /** How long whatever is recorded waits for it. */
  readonly withinMs?: number;
  readonly onAway?: (error: unknown) => void;
};

const WITHIN_MS = 5_000;
const AGAIN_MS = 500;
/** One insert takes what has come while the one before it was written. */
const MOST_AT_ONCE = 500;
/** Entries that wait; beyond them nothing is begun that would have to be recorded. */
const MOST_WAITING = 5_000;

type Waiting = { readonly row: AuditRow; readonly written: PromiseWithResolvers<void> };

/**
 * The chain of one process. Rows are written in their order, one insert at a time. An insert whose end is not known is sent
 * again as it was: rows that stand already stand once more, byte for byte, and no place of the chain is ever taken twice.
 */
export class ClickHouseAuditTrail implements AuditTrail {
  readonly #parts: AuditTrailParts;
  #last: AuditRow | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #isAway = false;
  #isClosed = false;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
  }

  assertWritable(): void {
    if (this.#isAway || this.#isClosed || this.#waiting.length >= MOST_WAITING) throw away();
  }

  async record(entry: AuditEntry): Promise<void> {
    if (this.#isClosed || this.#waiting.length >= MOST_WAITING) throw away();
    const row = nextAuditRow(this.#parts.writer, this.#last, entry);
    this.#last = row;
    const written = Promise.withResolvers<void>();
    this.#waiting.push({ row, written });
    this.#writing ??= this.#write();
    await this.#within(written.promise);
  }

  /** Waits for what is being written, as long as an entry may take. */
  async close(): Promise<void> {
    if (this.#writing) await this.#within(this.#writing).catch(() => undefined);
    this.#isClosed = true;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const batch = this.#waiting.slice(0, MOST_AT_ONCE);
      try {
        await this.#writeRows(batch.map(({ row }) => row));
      } catch (error) {
        if (!this.#isAway) this.#parts.onAway?.(error);
        this.#isAway = true;
        await pause(AGAIN_MS, undefined, { ref: false });
        continue;
      }
      this.#isAway = false;
      this.#waiting = this.#waiting.slice(batch.length);
      for (const { written } of batch) written.resolve();
    }
    this.#writing = null;
  }

  async #writeRows(rows: readonly AuditRow[]): Promise<void> {
    const { client, heads } = this.#parts;
    await this.#within(
      client.insert({ table: 'audit_trail', values: rows.map(storedAuditRow), format: 'JSONEachRow' }),
    );
    const head = rows.at(-1);
    if (head) await this.#within(heads.acknowledge(head));
  }

  async #within<T>(promise: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(away()), this.#parts.withinMs ?? WITHIN_MS);
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function away(): DuizhangError {
  return new DuizhangError(
    'DZ_SYSTEM_AUDIT_AWAY',
    'it cannot be recorded now who does this, and so it is not done, or not told; try again in a moment',
    { messageZh: '审计记录暂时无法写入，操作未完成或结果未返回，请稍后再试' },
  );
}
