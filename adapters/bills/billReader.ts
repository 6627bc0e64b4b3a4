import type { BillLine, BillReader } from '../../domain/ports.ts';
import type { MerchantBooks } from './mapped/bookMapping.ts';
import { readMappedBook } from './mapped/readMappedBook.ts';
import { peek } from './parts.ts';
import { isPlainCsv } from './formats/plainCsv.ts';
import { readBill } from './readBill.ts';
import { reading } from './reading.ts';

const HEAD_BYTES = 4096;

/** Reads bills of the known formats, and hospitals' own files by their mapping; the plain CSV needs none. */
export function billReader(books: ReadonlyMap<string, MerchantBooks>) {
  return (bytes: AsyncIterable<Uint8Array>, hints: Parameters<BillReader>[1]) => {
    const { place } = hints;
    const own = place === undefined ? undefined : books.get(place.merchantId);
    const mapping = place === undefined || place.book === 'CHANNEL' ? undefined : own?.[place.book];
    if (mapping === undefined) return readBill(bytes, hints);
    return later(async () => {
      const { head, bytes: whole } = await peek(bytes, HEAD_BYTES);
      return isPlainCsv(Buffer.from(head)) ? readBill(whole, hints) : readMappedBook(whole, mapping, hints);
    });
  };
}

type Read = ReturnType<typeof readBill>;

/** A reader that is chosen by the first bytes, which are asked for when the lines are. */
function later(choose: () => Promise<Read>): Read {
  return reading(() => {
    const chosen = choose();
    return { lines: linesOf(chosen), finish: async () => (await chosen).report };
  });
}

async function* linesOf(chosen: Promise<Read>): AsyncGenerator<readonly BillLine[]> {
  yield* (await chosen).lines;
}

billReader(new Map()) satisfies BillReader;
