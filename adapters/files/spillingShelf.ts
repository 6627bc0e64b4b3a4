import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { BOOKS, CHANNELS, KINDS } from '../../domain/entry.ts';
import type { BillLine } from '../../domain/ports.ts';

/** With so many parts, one part of a hundred million lines still fits into memory as entries. */
const PARTS = 256;
const DEFAULT_PENDING_CHARS = 48 * 1024 * 1024;
const UNSAFE = /[\t\n\r]/g;

export type ShelfOptions = {
  readonly merchantId: string;
  readonly cutOffMs: number;
  /** Where a temporary folder is made once the lines outgrow `maxPendingChars`. */
  readonly tempDir: string;
  readonly maxPendingChars?: number;
};

/**
 * Lines of books, in parts by order number, so that judging needs one part in memory at a time. Small books never touch
 * the disk.
 */
export class SpillingShelf {
  readonly #options: ShelfOptions;
  readonly #maxPending: number;
  readonly #pending: string[] = new Array<string>(PARTS).fill('');
  readonly #spilled = new Set<number>();
  #pendingChars = 0;
  #dir: string | null = null;

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.#maxPending = options.maxPendingChars ?? DEFAULT_PENDING_CHARS;
  }

  put(book: Book, line: BillLine, sourceRef: string): void {
    const text = rowOf(book, line, sourceRef);
    this.#pending[partOf(line.orderNo)] += text;
    this.#pendingChars += text.length;
    if (this.#pendingChars > this.#maxPending) this.#spill();
  }

  *orders(): Generator<readonly Entry[]> {
    for (let part = 0; part < PARTS; part += 1) {
      const stored = this.#spilled.has(part) ? readFileSync(this.#pathOf(part), 'utf8') : '';
      const entries: Entry[] = [];
      for (const text of [stored, this.#pending[part] ?? '']) {
        for (const row of text.split('\n')) if (row !== '') entries.push(this.#entryOf(row));
      }
      yield* Map.groupBy(entries, (entry) => entry.orderNo).values();
    }
  }

  dispose(): void {
    if (this.#dir !== null) rmSync(this.#dir, { recursive: true, force: true });
    this.#dir = null;
    this.#spilled.clear();
    this.#pending.fill('');
  }

  #spill(): void {
    this.#dir ??= mkdtempSync(join(this.#options.tempDir, 'duizhang-reconcile-'));
    for (const [part, text] of this.#pending.entries()) {
      if (text === '') continue;
      appendFileSync(this.#pathOf(part), text);
      this.#spilled.add(part);
      this.#pending[part] = '';
    }
    this.#pendingChars = 0;
  }

  #pathOf(part: number): string {
    if (this.#dir === null) throw new Error('nothing was spilled');
    return join(this.#dir, `part-${part}`);
  }

  #entryOf(row: string): Entry {
    const cells = row.split('\t');
    const [book, kind, orderNo, refundNo, channel, txn, his, fen, ms, sourceRef] = cells;
    const occurredAtMs = Number(ms);
    return {
      book: known(BOOKS, book),
      merchantId: this.#options.merchantId,
      kind: known(KINDS, kind),
      orderNo: orderNo ?? '',
      refundNo: refundNo || null,
      channel: channel ? known(CHANNELS, channel) : null,
      channelTxnNo: txn || null,
      hisOrderNo: his || null,
      amountFen: BigInt(fen ?? ''),
      occurredAtMs,
      businessDate: businessDateOf(occurredAtMs, this.#options.cutOffMs),
      // No verdict depends on it, and no result of files shows it.
      businessType: null,
      source: 'BILL',
      sourceRef: sourceRef ?? '',
    };
  }
}

function rowOf(book: Book, line: BillLine, sourceRef: string): string {
  const his = line.hisOrderNo === null ? '' : line.hisOrderNo.replace(UNSAFE, ' ');
  const txn = line.channelTxnNo ?? '';
  return (
    `${book}\t${line.kind}\t${line.orderNo}\t${line.refundNo ?? ''}\t${line.channel ?? ''}\t${txn}\t${his}\t` +
    `${line.amountFen}\t${line.occurredAtMs}\t${sourceRef}\n`
  );
}

function known<T extends string>(values: readonly T[], text: string | undefined): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new Error(`a stored line holds "${text}"`);
  return value;
}

function partOf(orderNo: string): number {
  let hash = 0;
  for (let at = 0; at < orderNo.length; at += 1) hash = (Math.imul(hash, 31) + orderNo.charCodeAt(at)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash >>> 16) & (PARTS - 1);
}
