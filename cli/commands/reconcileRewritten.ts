import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputFile } from '../../adapters/files/inputFiles.ts';
import type { OpenFile } from '../../adapters/files/openFile.ts';
import { readChunks } from '../../adapters/files/readChunks.ts';
import type { Book } from '../../domain/entry.ts';
import type { BillReport } from '../../domain/ports.ts';
import type { BookFile, ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import { plainRow } from '../../pipeline/reconcile/plain/plainRow.ts';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';
import { readBook, saidOfFiles } from '../../pipeline/reconcile/readBook.ts';
import type { ReconcileOptions } from '../../pipeline/reconcile/reconcileFiles.ts';
import type { Hospital } from './hospitalReader.ts';
import { filesReader } from './hospitalReader.ts';
import { comparePlain } from './reconcilePlain.ts';

/** Rows are written in pieces of this many characters. */
const WRITE_CHARS = 1 << 18;

/**
 * Large bills of any format: their good rows are written to temporary files in the plain shape and compared the quick
 * way. Each file has a copy of its own, for it matters in which file a row stands.
 * @returns null when a row does not fit that shape; the general way, slower and heavier, then has to be taken
 */
export async function reconcileRewritten(
  files: readonly InputFile[],
  options: ReconcileOptions,
  { threads, hospital }: { readonly threads: number; readonly hospital: Hospital | null },
): Promise<ReconciledFiles | null> {
  const copies: PlainCopy[] = [];
  const readBill = filesReader(hospital);
  const reports: [BookFile, BillReport][] = [];
  try {
    for (const { book, name, path } of files) {
      const file = { name, book, channel: null, open: () => readChunks(path, name) };
      const copy = new PlainCopy(book);
      copies.push(copy);
      reports.push([file, await readBook(file, readBill, (line) => copy.add(plainRow(line)))]);
      copy.finish();
      if (!copy.isWhole) return null;
    }
    const result = await comparePlain(copies, options, threads);
    return result && { result, ...saidOfFiles(reports) };
  } finally {
    for (const copy of copies) copy.close();
  }
}

/** A temporary file without a name: nothing of it stays, however the process ends. */
class PlainCopy implements OpenFile {
  readonly book: Book;
  readonly descriptor: number;
  sizeBytes = 0;
  /** No row was left out. */
  isWhole = true;
  #rows = `${PLAIN_HEADER}\n`;

  constructor(book: Book) {
    this.book = book;
    const folder = mkdtempSync(join(tmpdir(), 'duizhang-reconcile-'));
    try {
      this.descriptor = openSync(join(folder, 'rows.csv'), 'wx+', 0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  add(row: string | null): void {
    if (row === null) this.isWhole = false;
    else this.#rows += row;
    if (this.#rows.length >= WRITE_CHARS) this.finish();
  }

  /** Writes what is not written yet. */
  finish(): void {
    const bytes = Buffer.from(this.#rows);
    this.#rows = '';
    for (let done = 0; done < bytes.length;) done += writeSync(this.descriptor, bytes, done);
    this.sizeBytes += bytes.length;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
