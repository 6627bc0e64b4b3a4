import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBill } from '../../adapters/bills/readBill.ts';
import { SpillingShelf } from '../../adapters/files/spillingShelf.ts';
import { BOOKS } from '../../domain/entry.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import { FILES_MERCHANT } from '../../pipeline/reconcile/books.ts';
import { PlainShare } from '../../pipeline/reconcile/plain/plainShare.ts';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';
import type { ReconcileOptions } from '../../pipeline/reconcile/reconcileFiles.ts';
import { reconcileFiles } from '../../pipeline/reconcile/reconcileFiles.ts';
import type { ReconcileResult } from '../../pipeline/reconcile/tally.ts';
import { Tally } from '../../pipeline/reconcile/tally.ts';
import type { MemoryFile } from './randomBooks.ts';
import { books, MODE_BOOKS, textOf } from './randomBooks.ts';

/** The quick way with two shares in lockstep, as two threads would go. */
function byPlainWay(files: readonly MemoryFile[], options: ReconcileOptions): ReconcileResult | null {
  const job = {
    files: files.map(({ book, bytes }) => ({ book, sizeBytes: bytes.length })),
    options,
    seeds: { order: 17, key: 4711 },
    partBits: 4,
    control: new Int32Array(new SharedArrayBuffer(12)),
  };
  const access = {
    read: (file: number, into: Uint8Array, position: number) =>
      files[file]?.bytes.copy(into, 0, position, position + into.length) ?? 0,
  };
  const shares = [new PlainShare(job, access), new PlainShare(job, access)];
  const scanned = allOrNull(shares.map((share) => share.scan()));
  const sought = scanned && allOrNull(shares.map((share) => share.join(scanned)));
  if (!sought) return null;
  const found = shares.map((share) => share.candidates(sought));
  const tally = new Tally(options.mode, options.date);
  for (const share of shares) tally.merge(share.finish(found));
  return tally.result();
}

function allOrNull<T>(values: readonly (T | null)[]): readonly T[] | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? known : null;
}

async function byGeneralWay(
  files: readonly MemoryFile[],
  options: ReconcileOptions,
): Promise<ReconciledFiles> {
  const shelf = new SpillingShelf({
    merchantId: FILES_MERCHANT,
    cutOffMs: 0,
    tempDir: tmpdir(),
    maxPendingChars: 2000,
  });
  const books = files.map(({ book, bytes }, i) => ({
    name: `${book}-${i}`,
    book,
    channel: null,
    open: async function* () {
      yield bytes;
    },
  }));
  try {
    return await reconcileFiles(books, options, { readBill, shelf });
  } finally {
    shelf.dispose();
  }
}

describe('the quick way for plain files', () => {
  test('gives what the general way gives, or leaves the files to it', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        books,
        fc.constantFrom<Mode>('THREE_WAY', 'THREE_WAY', 'TWO_WAY', 'REALTIME'),
        fc.constantFrom(null, null, '2026-03-09', '2026-03-10'),
        async (all, mode, date) => {
          const files = all.filter((file) => MODE_BOOKS[mode].includes(file.book));
          const options = { mode, date, rules: DEFAULT_RULES };
          const plain = byPlainWay(files, options);
          if (plain === null) return;
          taken += 1;
          const general = await byGeneralWay(files, options);
          expect(general.errors).toEqual([]);
          expect(plain).toEqual(general.result);
        },
      ),
      { numRuns: 600 },
    );
    // Otherwise the property would say nothing.
    expect(taken).toBeGreaterThan(300);
  }, 120_000);

  test('takes rows that lie across its ranges of bytes once each', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) =>
      textOf({
        order: i,
        txn: i + 1,
        refund: null,
        fen: 100 + (i % 7),
        time: `2026-03-09 ${String(i % 24).padStart(2, '0')}:00:00`,
        channel: 'WECHAT',
        his: i,
      }),
    );
    const files = BOOKS.map((book, i) => ({
      book,
      bytes: Buffer.from([PLAIN_HEADER, ...lines.toSpliced(1000 * i + 7, i)].join('\n')),
    }));
    const options = { mode: 'THREE_WAY', date: null, rules: DEFAULT_RULES } as const;
    const plain = byPlainWay(files, options);
    expect(plain).not.toBeNull();
    expect(plain).toEqual((await byGeneralWay(files, options)).result);
    expect(plain?.verdicts).toEqual({ MATCHED: 29_997, MERCHANT_ONLY: 2, PLATFORM_MISSING: 1 });
  });

  test.each([
    ['a repeated line', 'O1,T1,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,R1\n'.repeat(2)],
    ['a row that is cut', 'O1,T1,,PAYMENT,1.0'],
    ['a quoted cell', '"O1",T1,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,R1\n'],
    ['a row of another number of cells', 'O1,T1,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,R1,x\n'],
    ['an empty line', '\n'],
    ['a line without end', 'x'.repeat(3_000_000)],
  ])('leaves a file with %s to the reader of bills', (_, rows) => {
    const file = { book: 'CHANNEL' as const, bytes: Buffer.from(`${PLAIN_HEADER}\n${rows}`) };
    const header = Buffer.from(`${PLAIN_HEADER}\n`);
    const files = [
      { book: 'MERCHANT' as const, bytes: header },
      { book: 'PLATFORM' as const, bytes: header },
      file,
    ];
    expect(byPlainWay(files, { mode: 'THREE_WAY', date: null, rules: DEFAULT_RULES })).toBeNull();
  });
});
