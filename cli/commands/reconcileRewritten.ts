import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBill } from '../../adapters/bills/readBill.ts';
import type { InputFile } from '../../adapters/files/inputFiles.ts';
import { readChunks } from '../../adapters/files/readChunks.ts';
import type { BillReport } from '../../domain/ports.ts';
import type { BookFile, ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import { plainRow } from '../../pipeline/reconcile/plain/plainRow.ts';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';
import { readBook, rowErrorsOf } from '../../pipeline/reconcile/readBook.ts';
import type { ReconcileOptions } from '../../pipeline/reconcile/reconcileFiles.ts';
import { reconcilePlain } from './reconcilePlain.ts';

/** Rows are written in pieces of this many characters. */
const WRITE_CHARS = 1 << 18;

/**
 * Large bills of any format: their good rows are written to a temporary folder in the plain shape and compared the quick
 * way. Each file has a copy of its own, for it matters in which file a row stands.
 * @returns null when a row does not fit that shape; the general way, slower and heavier, then has to be taken
 */
export async function reconcileRewritten(
  files: readonly InputFile[],
  options: ReconcileOptions,
  threads: number,
): Promise<ReconciledFiles | null> {
  const folder = await mkdtemp(join(tmpdir(), 'duizhang-reconcile-'));
  try {
    const copies: InputFile[] = [];
    const reports: [BookFile, BillReport][] = [];
    for (const [index, { book, name, path }] of files.entries()) {
      const file = { name, book, channel: null, open: () => readChunks(path, name) };
      const copy = new PlainCopy(join(folder, `${index}.csv`));
      try {
        reports.push([file, await readBook(file, readBill, (line) => copy.add(plainRow(line)))]);
      } finally {
        copy.close();
      }
      if (!copy.isWhole) return null;
      copies.push({ book, name, path: copy.path, sizeBytes: copy.sizeBytes, isSeekable: true });
    }
    const result = await reconcilePlain(copies, options, { threads, worthBytes: 0 });
    return result && { result, ...rowErrorsOf(reports) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

class PlainCopy {
  readonly path: string;
  sizeBytes = 0;
  /** No row was left out. */
  isWhole = true;
  readonly #file: number;
  #rows = `${PLAIN_HEADER}\n`;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'wx', 0o600);
  }

  add(row: string | null): void {
    if (row === null) this.isWhole = false;
    else this.#rows += row;
    if (this.#rows.length >= WRITE_CHARS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    this.sizeBytes += writeSync(this.#file, this.#rows);
    this.#rows = '';
  }
}
