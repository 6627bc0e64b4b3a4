import fc from 'fast-check';
import type { Book } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Mode } from '../../domain/verdict.ts';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';

export type MemoryFile = { readonly book: Book; readonly bytes: Buffer };

export type Row = {
  readonly order: number;
  readonly txn: number;
  readonly refund: number | null;
  readonly fen: number;
  readonly time: string;
  readonly channel: string;
  readonly his: number | null;
};

export const textOf = (row: Row): string =>
  [
    `O${row.order}`,
    row.txn === 0 ? '' : `T${row.txn}`,
    row.refund === null || row.refund === 0 ? '' : `F${row.refund}`,
    row.refund === null ? 'PAYMENT' : 'REFUND',
    `${Math.floor(row.fen / 100)}.${String(row.fen % 100).padStart(2, '0')}`,
    row.time,
    row.channel,
    'CHECKUP',
    row.his === null ? '' : `R${row.his}`,
  ].join(',');

/** `some` in one of so many cases, else null. */
const seldom = <T>(some: fc.Arbitrary<T>, cases: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: cases - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: some });

const row: fc.Arbitrary<Row> = fc.record({
  order: fc.integer({ min: 1, max: 12 }),
  txn: fc.integer({ min: 0, max: 9 }),
  refund: seldom(fc.integer({ min: 0, max: 3 }), 2),
  fen: fc.constantFrom(100, 150, 250, 999_999_999_999),
  time: fc.constantFrom(
    '2026-03-09 10:00:00',
    '2026-03-09 10:06:00',
    '2026-03-09 23:59:41',
    '2026-03-10 00:01:07',
    '2026-03-25 12:00:00',
  ),
  channel: fc.constantFrom('WECHAT', 'ALIPAY', ''),
  his: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 9 })),
});

/** An order's row in some of the books, mostly the same in all of them; sometimes with other fields in one. */
const spread = fc.record({
  row,
  books: fc.oneof({ weight: 3, arbitrary: fc.constant(BOOKS) }, fc.subarray([...BOOKS])),
  other: seldom(fc.record({ book: fc.constantFrom(...BOOKS), row }), 3),
});

const shape = fc.record({
  eol: fc.constantFrom('\n', '\n', '\r\n'),
  bom: fc.boolean(),
  lastEol: fc.boolean(),
  extra: seldom(
    fc.constantFrom(
      'O1,T1,,PAYMENT,abc,2026-03-09 10:00:00,WECHAT,CHECKUP,R1',
      'O1,T1,,PAYMENT,1.00,2026-02-30 10:00:00,WECHAT,CHECKUP,R1',
      '"O1",T1,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,"CHECKUP",R1',
      'O1,T1,,PAYMENT,1,2026-03-09T10:00:00,WECHAT,CHECKUP,R1',
      'O1,T1,F1,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,R1',
      'O1,T1,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,门诊,R1',
      'O1,T1,,PAYMENT,0.00,2026-03-09 10:00:00,WECHAT,,R1',
      'O1,4.2E+27,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,R1',
      'O1,T1',
      '',
    ),
    15,
  ),
});

/** Three books of few orders that agree mostly, with whatever a plain file may hold. */
export const books = fc
  .record({
    spreads: fc.array(spread, { maxLength: 15 }),
    shapes: fc.array(shape, { minLength: 3, maxLength: 3 }),
  })
  .map(({ spreads, shapes }) =>
    BOOKS.map((book, i): MemoryFile => {
      const lines = spreads.flatMap(({ row: own, books: present, other }) => [
        ...(present.includes(book)
          ? [textOf(other?.book === book ? { ...own, fen: other.row.fen } : own)]
          : []),
        ...(other?.book === book ? [textOf(other.row)] : []),
      ]);
      const { eol = '\n', bom = false, lastEol = true, extra = null } = shapes[i] ?? {};
      const all = [PLAIN_HEADER, ...lines, ...(extra === null ? [] : [extra])];
      return { book, bytes: Buffer.from(`${bom ? '\uFEFF' : ''}${all.join(eol)}${lastEol ? eol : ''}`) };
    }),
  );

export const MODE_BOOKS: Readonly<Record<Mode, readonly Book[]>> = {
  THREE_WAY: BOOKS,
  TWO_WAY: ['PLATFORM', 'CHANNEL'],
  REALTIME: ['MERCHANT', 'PLATFORM'],
};
