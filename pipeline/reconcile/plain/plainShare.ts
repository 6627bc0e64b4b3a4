import type { DuplicateCandidate } from '../../../domain/duplicateHint.ts';
import type { Book, Entry } from '../../../domain/entry.ts';
import type { ReceiptClaim, UnreceiptedPayment } from '../../../domain/mergedReceipt.ts';
import { unreceiptedOf } from '../../../domain/mergedReceipt.ts';
import type { Verdict } from '../../../domain/verdict.ts';
import { BOOKS_OF_MODE, judgeOrder } from '../../../domain/verdict.ts';
import type { HintFacts, Sought } from '../hintSearch.ts';
import { concernsHints, HintSearch, isNearAny, withHints } from '../hintSearch.ts';
import type { ReconcileOptions } from '../reconcileFiles.ts';
import type { ReconcileResult } from '../tally.ts';
import { rowsForDate, Tally } from '../tally.ts';
import type { PartedRecords } from './arena.ts';
import { Arena, recordsOfPart } from './arena.ts';
import type { Seeds } from './hash.ts';
import { receiptHashOf } from './hash.ts';
import type { ArenaView } from './joinPart.ts';
import { PartJoin } from './joinPart.ts';
import {
  bookNumber,
  bookOf,
  FEN_LOW,
  fenOf,
  isAside,
  isReceipted,
  isRefund,
  LANES,
  META,
  RECEIPT,
  SECONDS,
} from './record.ts';
import type { RandomAccess } from './rowRanges.ts';
import { RangeReader, rangesOf } from './rowRanges.ts';
import { RowsAgain } from './rowsAgain.ts';
import { RowScanner } from './scanRows.ts';

export type PlainJob = {
  readonly files: readonly { readonly book: Book; readonly sizeBytes: number }[];
  readonly options: ReconcileOptions;
  readonly seeds: Seeds;
  readonly partBits: number;
  /** Shared by all threads: [next range, next part, a thread has given up]. */
  readonly control: Int32Array<SharedArrayBuffer>;
};

const NEXT_RANGE = 0;
const NEXT_PART = 1;
const GIVEN_UP = 2;
/** A difference costs some 300 bytes; books that differ more than this go the general way, which bounds its memory. */
const MAX_ASIDE = 500_000;
const SIEVE_MASK = (1 << 18) - 1;

/**
 * One thread's share of comparing plain files. The threads take ranges of bytes, then parts of keys, from a common
 * counter, and go through the steps together: scan, join, candidates, finish. Every step answers null when the files
 * are not beyond doubt; the caller then takes the general way, which gives the same result slowly.
 */
export class PlainShare {
  readonly #job: PlainJob;
  readonly #access: RandomAccess;
  readonly #rows: RowsAgain;
  readonly #tally: Tally;
  readonly #search = new HintSearch();
  readonly #parts: number[] = [];
  readonly #waiting: Verdict[] = [];
  readonly #unreceipted: UnreceiptedPayment[] = [];
  /** Of all threads. */
  #claims: readonly ReceiptClaim[] = [];
  #arenas: readonly ArenaView[] = [];

  constructor(job: PlainJob, access: RandomAccess) {
    this.#job = job;
    this.#access = access;
    this.#rows = new RowsAgain(access, job.options.rules.cutOffMs);
    this.#tally = new Tally(job.options.mode, job.options.date);
  }

  /** Turns ranges of bytes into records, until none is left. */
  scan(): PartedRecords | null {
    const { files, seeds, partBits, control } = this.#job;
    const sizes = files.map((file) => file.sizeBytes);
    const ranges = rangesOf(sizes);
    const reader = new RangeReader(this.#access, sizes);
    const arena = new Arena(
      sizes.reduce((sum, size) => sum + size, 0),
      partBits,
    );
    const scanner = new RowScanner(arena, seeds);
    const books = files.map((file) => bookNumber(file.book));
    for (;;) {
      const range = ranges[Atomics.add(control, NEXT_RANGE, 1)];
      if (!range) return arena.finish();
      if (Atomics.load(control, GIVEN_UP) !== 0) return null;
      const rows = reader.rowsOf(range);
      const book = books[range.file] ?? 0;
      if (!rows || !scanner.scan(rows.bytes, rows.from, rows.to, rows.fileOffset, book, range.file)) {
        Atomics.store(control, GIVEN_UP, 1);
        return null;
      }
    }
  }

  /** Joins parts until none is left, and judges what was set aside. @returns what wants a hint */
  join(scanned: readonly PartedRecords[]): Sought | null {
    const { options, partBits, control } = this.#job;
    const { mode, rules } = options;
    this.#arenas = scanned.map((records) => ({ lanes: new Int32Array(records.lanes), records }));
    const join = new PartJoin(this.#arenas, BOOKS_OF_MODE[mode].map(bookNumber), rules.cutOffMs);
    let asideCount = 0;
    for (;;) {
      const part = Atomics.add(control, NEXT_PART, 1);
      if (part >= 1 << partBits) break;
      if (Atomics.load(control, GIVEN_UP) !== 0) return null;
      this.#parts.push(part);
      const aside: Entry[] = [];
      join.join(part, (lanes, at) => void aside.push(this.#rows.entryAt(lanes, at)));
      asideCount += aside.length;
      if (asideCount <= MAX_ASIDE && this.#judge(aside)) continue;
      Atomics.store(control, GIVEN_UP, 1);
      return null;
    }
    for (const [date, totals] of join.matched()) this.#tally.addMatched(date, totals);
    return this.#search.sought();
  }

  /** @returns false when a row stands there twice */
  #judge(aside: readonly Entry[]): boolean {
    const { mode, rules, date } = this.#job.options;
    for (const order of Map.groupBy(aside, (entry) => entry.orderNo).values()) {
      if (hasRepeatedRow(order)) return false;
      const verdicts = rowsForDate(judgeOrder(order, { mode, rules }), order, date);
      const payment = unreceiptedOf(order);
      if (payment !== null) this.#unreceipted.push(payment);
      if (verdicts.some(concernsHints)) {
        for (const verdict of verdicts) this.#search.want(verdict, order, date);
        this.#waiting.push(...verdicts);
      } else this.#tally.add(verdicts);
    }
    return true;
  }

  /** What of this share any thread's verdicts may be explained by. */
  candidates(allSought: readonly Sought[]): HintFacts {
    const search = new HintSearch();
    for (const sought of allSought) search.include(sought);
    this.#claims = search.sought().claims;
    const unreceipted = this.#claims.length > 0 ? this.#unreceipted : [];
    if (search.isEmpty) return { candidates: [], unreceipted };
    const found: DuplicateCandidate[] = [];
    for (const { lanes, at, hasMerchant } of this.#recordsWanted(search.sought())) {
      found.push(...search.candidatesOf([this.#rows.entryAt(lanes, at)], hasMerchant));
    }
    return { candidates: found, unreceipted };
  }

  /** Payments that the search could be after, by their records alone. */
  *#recordsWanted({
    times,
    receipts,
  }: Pick<Sought, 'times' | 'receipts'>): Generator<{ lanes: Int32Array; at: number; hasMerchant: boolean }> {
    // A matched payment stands in every book of the mode.
    const isMatchedReceipted = BOOKS_OF_MODE[this.#job.options.mode].includes('MERCHANT');
    const wanted = new Map([...times].map(([amountFen, list]) => [Number(amountFen), list]));
    // Nearly all rows are ruled out by the lowest bits of their amount and receipt, without a look into map and set.
    const sieve = new Uint8Array(SIEVE_MASK + 1);
    const receiptSieve = new Uint8Array(SIEVE_MASK + 1);
    for (const fen of wanted.keys()) sieve[fen & SIEVE_MASK] = 1;
    const hashes = new Set([...receipts].map((no) => receiptHashOf(no, this.#job.seeds.order)));
    for (const hash of hashes) receiptSieve[hash & SIEVE_MASK] = 1;
    const merchant = bookNumber('MERCHANT');
    const platform = bookNumber('PLATFORM');
    for (const part of this.#parts) {
      for (const { lanes, from, count } of recordsOfPart(this.#arenas, part)) {
        for (let at = from; at < from + count * LANES; at += LANES) {
          const low = lanes[at + FEN_LOW] ?? 0;
          const receipt = lanes[at + RECEIPT] ?? 0;
          if (sieve[low & SIEVE_MASK] === 0 && receiptSieve[receipt & SIEVE_MASK] === 0) continue;
          const meta = lanes[at + META] ?? 0;
          const book = bookOf(meta);
          if (isRefund(meta) || book === merchant) continue;
          const hasMerchant = isAside(meta) ? isReceipted(meta) : isMatchedReceipted;
          // Without a receipt, only sharing one makes a payment worth pointing at.
          const isNear =
            hasMerchant && isNearAny(wanted.get(fenOf(meta, low)), ((lanes[at + SECONDS] ?? 0) >>> 0) * 1000);
          const isShared = book === platform && hashes.has(receipt);
          if (isNear || isShared) yield { lanes, at, hasMerchant };
        }
      }
    }
  }

  /** @param all what each thread has found */
  finish(all: readonly HintFacts[]): ReconcileResult {
    const facts = {
      candidates: all.flatMap((found) => found.candidates),
      unreceipted: all.flatMap((found) => found.unreceipted),
    };
    this.#tally.add(withHints(this.#waiting, this.#claims, facts));
    return this.#tally.result();
  }
}

/** A line that stands twice in one file is a row error, which the reader of bills has to word. */
function hasRepeatedRow(order: readonly Entry[]): boolean {
  if (new Set(order.map((line) => line.book)).size === order.length) return false;
  const seen = new Set<string>();
  for (const line of order) {
    const file = line.sourceRef.slice(0, line.sourceRef.indexOf(':'));
    const { kind, refundNo, channelTxnNo, hisOrderNo } = line;
    const own = kind === 'REFUND' && refundNo === null ? `${line.amountFen} ${line.occurredAtMs}` : '';
    seen.add([file, kind, refundNo ?? '', channelTxnNo ?? '', hisOrderNo ?? '', own].join(' '));
  }
  return seen.size !== order.length;
}
