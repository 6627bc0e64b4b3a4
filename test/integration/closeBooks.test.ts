import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, instantOfLocal } from '../../domain/businessDate.ts';
import type { FinalVerdict } from '../../domain/closePorts.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { ReceiptClaim } from '../../domain/mergedReceipt.ts';
import { claimOf, mayClaim, unreceiptedOf } from '../../domain/mergedReceipt.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { leafOf, leafText, merkleRoot } from '../../domain/merkle.ts';
import type { IsBilled } from '../../pipeline/close/judgeForDate.ts';
import { judgeForDate } from '../../pipeline/close/judgeForDate.ts';
import { withHints } from '../../pipeline/reconcile/hintSearch.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, startCloseSystem } from './closeHarness.ts';

let system: CloseSystem;

beforeAll(async () => {
  system = await startCloseSystem();
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

/** A merchant of the test's own, so that tests share a ledger and no books. */
let merchants = 0;
function newMerchant(): Merchant {
  merchants += 1;
  return { ...SAMPLE_MERCHANT, merchantId: `T${merchants}` };
}

const ofMerchant = (entries: readonly Entry[], merchant: Merchant): Entry[] =>
  entries.map((entry) => ({ ...entry, merchantId: merchant.merchantId }));

/** What the ledger keeps of a row, in one text. */
const factsOf = (row: FinalVerdict): string => `${leafText(row.verdict)}\nrefers to ${row.refersTo ?? ''}`;

function judgedInMemory(
  entries: readonly Entry[],
  date: string,
  merchant: Merchant,
  isBilled: IsBilled,
): FinalVerdict[] {
  const orders = [...Map.groupBy(entries, (entry) => entry.orderNo).values()];
  const context = { mode: merchant.mode, rules: merchant.rules };
  const claims: ReceiptClaim[] = [];
  const rows = orders.flatMap((lines) => {
    const own = judgeForDate(lines, date, context, isBilled);
    const claim = own.some(({ verdict }) => mayClaim(verdict)) ? claimOf(lines, date) : null;
    if (claim !== null) claims.push(claim);
    return own;
  });
  const withMerchant = new Set(
    entries.filter((e) => e.book === 'MERCHANT' && e.kind === 'PAYMENT').map((e) => e.orderNo),
  );
  const candidates = entries
    .filter((entry) => entry.kind === 'PAYMENT' && entry.book !== 'MERCHANT')
    .map((entry) => ({
      ...entry,
      hisOrderNo: entry.book === 'PLATFORM' ? entry.hisOrderNo : null,
      hasMerchant: withMerchant.has(entry.orderNo),
    }));
  const unreceipted = orders.map(unreceiptedOf).filter((payment) => payment !== null);
  const verdicts = rows.map((row) => row.verdict);
  const hinted = withHints(verdicts, claims, { candidates, unreceipted });
  return rows.map((row, i) => ({ ...row, verdict: hinted[i] ?? row.verdict }));
}

const DATE = '2026-03-09';

/** Lines of a few orders that mostly agree, and often do not. */
const line: fc.Arbitrary<Shape> = fc.record({
  book: fc.constantFrom<Book>(...BOOKS),
  order: fc.integer({ min: 1, max: 6 }),
  refund: fc.constantFrom(null, null, null, 'R1', 'R2', ''),
  amountFen: fc.constantFrom(100n, 100n, 100n, 60n, 40n),
  identity: fc.constantFrom('a', 'a', 'a', 'b'),
  days: fc.constantFrom(0, 0, 0, 0, 1, -1, 3),
  time: fc.constantFrom('00:10:00', '10:00:00', '10:05:00', '23:45:00'),
  receipt: fc.constantFrom(null, 'X1'),
});

type Shape = {
  readonly book: Book;
  readonly order: number;
  readonly refund: string | null;
  readonly amountFen: bigint;
  readonly identity: string;
  readonly days: number;
  readonly time: string;
  readonly receipt: string | null;
};

function entryOf(shape: Shape): Entry {
  const orderNo = `O${shape.order}`;
  const businessDate = addDays(DATE, shape.days);
  const numberless = shape.refund === '';
  return {
    book: shape.book,
    merchantId: SAMPLE_MERCHANT.merchantId,
    kind: shape.refund === null ? 'PAYMENT' : 'REFUND',
    orderNo,
    refundNo:
      shape.refund === null || (numberless && shape.book === 'MERCHANT') ? null : shape.refund || 'R1',
    // An order is paid through one channel; the first letter of its number tells which.
    channel: shape.order % 2 === 0 ? 'WECHAT' : 'ALIPAY',
    channelTxnNo: `T${orderNo}${shape.identity}`,
    hisOrderNo: shape.book === 'MERCHANT' ? `H${orderNo}${shape.identity}` : shape.receipt,
    amountFen: shape.amountFen,
    occurredAtMs: instantOfLocal(`${businessDate} ${shape.time}`) ?? Number.NaN,
    businessDate,
    businessType: null,
    source: 'EVENT',
    sourceRef: '',
  };
}

/** So that no book and channel is empty on the date: such a day fails and has no rows. */
const FILLING: readonly Entry[] = (['WECHAT', 'ALIPAY'] as const).flatMap((channel) =>
  BOOKS.map((book) =>
    entryOf({
      book,
      order: channel === 'WECHAT' ? 8 : 9,
      refund: null,
      amountFen: 777n,
      identity: 'a',
      days: 0,
      time: '12:00:00',
      receipt: null,
    }),
  ),
);

const books = fc
  .array(line, { minLength: 1, maxLength: 24 })
  .map((shapes) => [
    ...FILLING,
    ...shapes.map((shape, i) => ({ ...entryOf(shape), sourceRef: `event ${i}` })),
  ]);

describe('the stored close of random books', () => {
  test('gives the rows and the root that judging all lines in memory gives', async () => {
    await fc.assert(
      fc.asyncProperty(books, async (entries) => {
        const merchant = newMerchant();
        const own = ofMerchant(entries, merchant);
        await system.writeEvents(own);
        const { run, rows } = await system.close(DATE, merchant);
        const expected = judgedInMemory(own, DATE, merchant, () => false);
        expect(rows.map(factsOf).toSorted()).toEqual(expected.map(factsOf).toSorted());
        expect(merkleRoot(rows.map((row) => leafOf(leafText(row.verdict))))).toBe(run.merkleRoot);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('is the same whether lines came as events or in bills, and however often', async () => {
    await fc.assert(
      fc.asyncProperty(books, fc.subarray([...BOOKS]), async (entries, asBills) => {
        const merchant = newMerchant();
        const own = ofMerchant(entries, merchant);
        await system.writeEvents(own);
        const plain = await system.close(DATE, merchant);
        await system.writeEvents(own.map((entry) => ({ ...entry, sourceRef: `${entry.sourceRef} again` })));
        expect((await system.close(DATE, merchant)).run.merkleRoot).toBe(plain.run.merkleRoot);
        for (const book of asBills) {
          const ofBook = own.filter((entry) => entry.book === book);
          for (const [businessDate, lines] of Map.groupBy(ofBook, (entry) => entry.businessDate)) {
            await system.writeBill(lines, { book, channel: null, businessDate }, merchant);
          }
        }
        const billed = await system.close(DATE, merchant);
        expect(billed.run.books).toEqual(plain.run.books);
        // A channel's bill also says that what it lacks does not come: that alone may change a row.
        const dates = own.filter(({ book }) => book === 'CHANNEL').map(({ businessDate }) => businessDate);
        const isBilled: IsBilled = (_, date) => asBills.includes('CHANNEL') && dates.includes(date);
        const expected = judgedInMemory(own, DATE, merchant, isBilled);
        expect(billed.rows.map(factsOf).toSorted()).toEqual(expected.map(factsOf).toSorted());
        if (!asBills.includes('CHANNEL')) expect(billed.run.merkleRoot).toBe(plain.run.merkleRoot);
      }),
      { numRuns: 5 },
    );
  }, 60_000);
});
