import { billReader } from '../../adapters/bills/billReader.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { BillReader } from '../../domain/ports.ts';
import { FILES_MERCHANT } from '../../pipeline/reconcile/books.ts';

/** Whose files they are, so that the configuration says how its books are read and which rows are its own. */
export type Hospital = { readonly merchantId: string; readonly configPath: string };

/** Reads the files of one call of `reconcile`. @param hospital null: known bill formats only */
export function filesReader(hospital: Hospital | null): BillReader {
  if (hospital === null) return billReader(new Map());
  const { books, merchants } = loadConfig(hospital.configPath);
  const own = merchants.get(hospital.merchantId)?.channels ?? [];
  const mapped = books.get(hospital.merchantId);
  const read = billReader(new Map(mapped === undefined ? [] : [[FILES_MERCHANT, mapped]]));
  return (bytes, hints) => read(bytes, { own, ...hints });
}
