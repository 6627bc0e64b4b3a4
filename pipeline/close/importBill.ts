import type { Bill, BillError, BillReport } from '../../domain/ports.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { FoundFile } from './billRecord.ts';
import { billOf, laterOf, nextVersion, replacedBy } from './billRecord.ts';
import type { BillWish, ReadingDeps } from './readKeptBill.ts';
import { idOfReading, readKeptBill } from './readKeptBill.ts';

export type BillToImport = BillWish & {
  /** See BillOrigin. */
  readonly source?: string;
  /** Absent: now. */
  readonly fetchedAtMs?: number;
  /** Opens the original bytes from their beginning; called once. */
  open(): AsyncIterable<Uint8Array>;
};

export type ImportResult =
  | {
      readonly status: 'imported';
      readonly bill: Bill;
      readonly errors: readonly BillError[];
      /** Bills that counted until now and in whose place this one stands, or in part of it. */
      readonly inPlaceOf: readonly Bill[];
      readonly leftOut: RowsLeftOut;
    }
  | {
      readonly status: 'known';
      readonly bill: Bill;
      /** The later bill that counts instead of this one, if any. */
      readonly supersededBy: Bill | null;
    };

/** What a bill holds that is no part of its book; see BillReport. */
export type RowsLeftOut = Pick<
  BillReport,
  'otherRows' | 'foreignRows' | 'foreignPaymentFen' | 'foreignRefundFen' | 'unreadSheets'
>;

export type ImportDeps = ReadingDeps & {
  /** Epoch milliseconds. */
  now(): number;
};

/** Everything that is offered is kept, bad files too: this bounds what one of them can cost. */
const MAX_BILL_BYTES = 16 * 1024 ** 3;

/**
 * Imports a bill into its book: its bytes go to the archive, then its lines, and last the bill's record, so that an import
 * that was refused or killed leaves nothing that anybody reads and loses nothing. The same bytes again are a no-op; other
 * bytes for the same place supersede, and both stay on record.
 * @throws DZ_BILL_… when the file cannot be trusted as a whole or is not the bill it was said to be; its bytes are kept
 *   (under `details.sha256`) and the refusal is on record
 */
export async function importBill(request: BillToImport, deps: ImportDeps): Promise<ImportResult> {
  const fetchedAtMs = request.fetchedAtMs ?? deps.now();
  const kept = await deps.archive.keep(bounded(request));
  const file: FoundFile = { ...kept, source: request.source ?? '', fetchedAtMs };
  const known = await knownBill(request, file, deps);
  if (known) return known;
  try {
    return await importNew(request, file, deps);
  } catch (error) {
    if (error instanceof DuizhangError && error.code.startsWith('DZ_BILL_')) {
      await recordRefusal(request, file, error, deps);
      throw withBytes(error, file);
    }
    throw error;
  }
}

/** Known by its bytes alone: its lines must not be written over by what a newer reader makes of them. */
async function knownBill(
  { merchant, book, channel, date }: BillToImport,
  { sha256 }: FoundFile,
  { store }: ImportDeps,
): Promise<ImportResult | null> {
  const sameBytes = await store.billsOfBytes(merchant.merchantId, sha256);
  const [bill] = sameBytes
    // One whose bytes were not kept becomes one whose bytes are.
    .filter((known) => known.book === book && known.origin !== undefined)
    .filter((known) => channel === null || known.channel === channel)
    .filter((known) => date === null || known.businessDate === date)
    .toSorted((a, b) => Number(b.version - a.version));
  if (!bill) return null;
  const ofDate = await store.billsBetween(merchant.merchantId, bill.businessDate, bill.businessDate);
  return { status: 'known', bill, supersededBy: laterOf(bill, ofDate) };
}

async function importNew(request: BillToImport, file: FoundFile, deps: ImportDeps): Promise<ImportResult> {
  const { merchantId } = request.merchant;
  let billId = file.sha256;
  if (await deps.store.hasLines(merchantId, request.book, billId)) {
    // An import that ended early left lines, perhaps other ones: what counts must not mix with them.
    billId = idOfReading(file, await readKeptBill(request, file, deps, null));
  }
  const reading = await readKeptBill(request, file, deps, billId);
  const { date, said } = reading;
  const importedAtMs = deps.now();
  const before = await deps.store.billsBetween(merchantId, date, date);
  const version = nextVersion(before, importedAtMs);
  const bill = billOf(request, file, reading, { billId, importedAtMs, version });
  await deps.store.writeErrors(bill, said.errors);
  await deps.store.record(bill);
  const inPlaceOf = replacedBy(bill, before);
  return { status: 'imported', bill, errors: said.errors, inPlaceOf, leftOut: leftOutOf(said) };
}

function leftOutOf(said: BillReport): RowsLeftOut {
  const { otherRows, foreignRows, foreignPaymentFen, foreignRefundFen, unreadSheets = [] } = said;
  return { otherRows, foreignRows, foreignPaymentFen, foreignRefundFen, unreadSheets };
}

async function recordRefusal(
  { merchant, book, fileName }: BillToImport,
  { sha256, sizeBytes, source, fetchedAtMs }: FoundFile,
  { code, message, messageZh }: DuizhangError,
  deps: ImportDeps,
): Promise<void> {
  const file = { sha256, sizeBytes, source, fetchedAtMs, fileName };
  const refusedAtMs = deps.now();
  const { merchantId } = merchant;
  await deps.store.recordRefusal({ merchantId, book, ...file, code, message, messageZh, refusedAtMs });
}

/** `details.sha256` says under which name the archive has what was refused. */
function withBytes(error: DuizhangError, { sha256 }: FoundFile): DuizhangError {
  const { code, message, messageZh, details } = error;
  return new DuizhangError(code, message, { cause: error, details: { ...details, sha256 }, messageZh });
}

async function* bounded(request: BillToImport): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of request.open()) {
    size += chunk.length;
    if (size > MAX_BILL_BYTES) {
      throw new DuizhangError(
        'DZ_BILL_TOO_LARGE',
        `${request.fileName} is larger than ${MAX_BILL_BYTES} bytes, which no bill of a day is; split it`,
      );
    }
    yield chunk;
  }
}
