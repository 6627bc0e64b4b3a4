import { DuizhangError } from '../../../domain/errors.ts';
import { ID_PATTERN } from '../../../domain/entry.ts';
import { MAX_FEN } from '../../../domain/money.ts';
import type { BillLine } from '../../../domain/ports.ts';
import type { CheckedBillReport } from '../readBill.ts';
import { readAll } from '../testBills.ts';
import { mutate, type Random } from './mutate.ts';
import type { FuzzSeed } from './seeds.ts';

/** A bill of 1 MB has to be read or refused within this. */
const MAX_MS = 2_000;
const REFUSAL = /^DZ_(?:BILL_|AMOUNT_OVERFLOW$)/;
/** Formats whose totals hold every fee too. */
const FEE_IS_STATED = 'wechat-trade';

const BOOK_SUMS = ['payments', 'refunds', 'paymentFen', 'refundFen'] as const;

/** How damaged bills were taken. */
export type FuzzCounts = { refused: number; withErrors: number; taken: number; slowestMs: number };

/** A damaged bill that was taken wrongly: its bytes, to be read again. */
export class FuzzFailure extends Error {
  readonly bytes: Buffer;

  constructor(what: string, bytes: Buffer, cause?: unknown) {
    super(what, { cause });
    this.bytes = bytes;
  }
}

/**
 * Reads `runs` damaged copies of a bill. Each has to be refused with a code, or to be taken with every row accounted for
 * and, where the bill's totals are said to be verified and no row is in error, with the sums it had.
 * @throws FuzzFailure
 */
export async function fuzzBill(seed: FuzzSeed, runs: number, random: Random): Promise<FuzzCounts> {
  const counts: FuzzCounts = { refused: 0, withErrors: 0, taken: 0, slowestMs: 0 };
  const pack = seed.pack ?? ((bytes: Buffer) => Promise.resolve(bytes));
  const read = seed.read ?? ((bytes: Buffer, chunkBytes: number) => readAll(bytes, {}, chunkBytes));
  const { report: good } = await read(await pack(seed.bytes), 65_536);
  for (let run = 0; run < runs; run += 1) {
    const bytes = await pack(mutate(seed.bytes, random));
    const chunkBytes = 1 + Math.floor(random() * 65_536);
    const beganAt = performance.now();
    const outcome = await read(bytes, chunkBytes).catch(errorOf);
    const ms = performance.now() - beganAt;
    counts.slowestMs = Math.max(counts.slowestMs, ms);
    if (ms > MAX_MS) throw new FuzzFailure(`${seed.name}, run ${run}: read for ${Math.round(ms)} ms`, bytes);
    if (outcome instanceof Error) {
      if (!(outcome instanceof DuizhangError) || !REFUSAL.test(outcome.code))
        throw new FuzzFailure(`${seed.name}, run ${run}: ${String(outcome)}`, bytes, outcome);
      counts.refused += 1;
      continue;
    }
    const fault = lineFault(outcome.lines) ?? reportFault(outcome.report, outcome.lines, good);
    if (fault !== null) throw new FuzzFailure(`${seed.name}, run ${run}: ${fault}`, bytes);
    counts[outcome.report.errorCount > 0 ? 'withErrors' : 'taken'] += 1;
  }
  return counts;
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function lineFault(lines: readonly BillLine[]): string | null {
  for (const { line, kind, orderNo, refundNo, channelTxnNo, amountFen, occurredAtMs } of lines) {
    const ids = [
      orderNo,
      ...(refundNo === null ? [] : [refundNo]),
      ...(channelTxnNo === null ? [] : [channelTxnNo]),
    ];
    if (ids.some((id) => !ID_PATTERN.test(id))) return `line ${line} has an illegal number`;
    if (amountFen < 0n || amountFen > MAX_FEN) return `line ${line} has an illegal amount`;
    if (!Number.isFinite(occurredAtMs)) return `line ${line} has no time`;
    if (kind === 'PAYMENT' && refundNo !== null) return `line ${line} is a payment with a refund number`;
  }
  return null;
}

function reportFault(
  report: CheckedBillReport,
  lines: readonly BillLine[],
  good: CheckedBillReport,
): string | null {
  const { rows, payments, refunds, otherRows, foreignRows, errorCount } = report;
  if (payments + refunds !== lines.length) return 'the report counts other lines than were given';
  if (rows !== payments + refunds + otherRows + foreignRows + errorCount)
    return 'a row was dropped in silence';
  if (report.format !== good.format || errorCount > 0 || report.footer !== 'VERIFIED') return null;
  // Rows of an unknown kind are told in otherRows; the totals of an account bill count them.
  const stated = good.accountOnly ? (['otherRows'] as const) : BOOK_SUMS;
  const changed = stated.find((sum) => report[sum] !== good[sum]);
  if (changed !== undefined)
    return `${changed} changed from ${good[changed]} to ${report[changed]} in silence`;
  const { feeMilliFen } = report;
  if (report.format === FEE_IS_STATED && feeMilliFen !== null && feeMilliFen !== good.feeMilliFen)
    return 'the fees changed in silence';
  return null;
}
