import { tmpdir } from 'node:os';
import type { InputFile } from '../../adapters/files/inputFiles.ts';
import { readChunks } from '../../adapters/files/readChunks.ts';
import { SpillingShelf } from '../../adapters/files/spillingShelf.ts';
import type { ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import { FILES_MERCHANT } from '../../pipeline/reconcile/books.ts';
import type { ReconcileOptions } from '../../pipeline/reconcile/reconcileFiles.ts';
import { reconcileFiles } from '../../pipeline/reconcile/reconcileFiles.ts';
import type { Hospital } from './hospitalReader.ts';
import { filesReader } from './hospitalReader.ts';

/** The general way: bills of any known format, read row by row. */
export async function reconcileAny(
  files: readonly InputFile[],
  options: ReconcileOptions,
  hospital: Hospital | null,
): Promise<ReconciledFiles> {
  const shelf = new SpillingShelf({
    merchantId: FILES_MERCHANT,
    cutOffMs: options.rules.cutOffMs,
    tempDir: tmpdir(),
  });
  try {
    const books = files.map(({ name, book, path }) => ({
      name,
      book,
      channel: null,
      open: () => readChunks(path, name),
    }));
    return await reconcileFiles(books, options, { readBill: filesReader(hospital), shelf });
  } finally {
    shelf.dispose();
  }
}
