import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instantOfLocal } from '../../domain/businessDate.ts';
import type { RunKey } from '../../domain/closePorts.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { BillReader } from '../../domain/ports.ts';
import { readBill } from '../../adapters/bills/readBill.ts';
import { redisTokenIssuer } from '../../adapters/redis/lease.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import type { ClosedRun, CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, SAMPLES, startCloseSystem } from './closeHarness.ts';

const DATE = '2026-03-09';
const NEXT_DATE = '2026-03-10';

let system: CloseSystem;
let merchant: Merchant;
let merchants = 0;

beforeAll(async () => {
  system = await startCloseSystem();
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

/** Every test has a merchant of its own. */
function newMerchant(): Merchant {
  merchants += 1;
  return { ...SAMPLE_MERCHANT, merchantId: `I${merchants}` };
}

type Payment = { readonly order: string; readonly fen: bigint; readonly at?: string; readonly date?: string };

function entryOf(book: Book, { order, fen, at = '10:00:00', date = DATE }: Payment): Entry {
  return {
    book,
    merchantId: merchant.merchantId,
    kind: 'PAYMENT',
    orderNo: order,
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: `T${order}`,
    hisOrderNo: book === 'MERCHANT' ? `H${order}` : null,
    amountFen: fen,
    occurredAtMs: instantOfLocal(`${date} ${at}`) ?? Number.NaN,
    businessDate: date,
    businessType: null,
    source: 'EVENT',
    sourceRef: `${book} ${order} ${fen}`,
  };
}

const HEADER = 'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no';

function csvOf(payments: readonly Payment[]): string {
  const rows = payments.map(
    ({ order, fen, at = '10:00:00', date = DATE }) =>
      `${order},T${order},,PAYMENT,${fen / 100n}.${String(fen % 100n).padStart(2, '0')},${date} ${at},WECHAT,,H${order}`,
  );
  return `${[HEADER, ...rows].join('\n')}\n`;
}

const codesOf = ({ rows }: ClosedRun) =>
  rows.map(({ verdict }) => `${verdict.orderNo} ${verdict.code}`).toSorted();

const importText = (payments: readonly Payment[], book: Book, date?: string) =>
  system.importText(csvOf(payments), book, { merchant, ...(date === undefined ? {} : { date }) });

/** Reads a bill and dies when its last line was handed out. */
const killed: BillReader = (bytes, hints) => {
  const whole = readBill(bytes, hints);
  async function* half() {
    yield* whole.lines;
    throw new Error('killed');
  }
  return { lines: half(), report: whole.report };
};

describe('a bill', () => {
  const A = { order: 'A', fen: 100n };
  const B = { order: 'B', fen: 250n };

  test('is the authority for its book: the events of its day stand behind it', async () => {
    merchant = newMerchant();
    await system.writeEvents(BOOKS.map((book) => entryOf(book, A)));
    await system.writeEvents([entryOf('PLATFORM', B), entryOf('CHANNEL', B)]);
    expect(codesOf(await system.close(DATE, merchant))).toEqual(['A MATCHED', 'B CHANNEL_ONLY']);
    await importText([A, B], 'MERCHANT');
    expect(codesOf(await system.close(DATE, merchant))).toEqual(['A MATCHED', 'B MATCHED']);
  });

  test('that was corrected replaces the earlier one in the next run, and both stay on record', async () => {
    merchant = newMerchant();
    await system.writeEvents([entryOf('PLATFORM', A), entryOf('CHANNEL', A)]);
    await importText([{ ...A, fen: 90n }], 'MERCHANT');
    const wrong = await system.close(DATE, merchant);
    expect(codesOf(wrong)).toEqual(['A AMOUNT_MISMATCH']);
    await importText([A], 'MERCHANT');
    const right = await system.close(DATE, merchant);
    expect(codesOf(right)).toEqual(['A MATCHED']);
    expect(right.run.token).toBe(wrong.run.token + 1n);
    expect(await system.bills.billsBetween(merchant.merchantId, DATE, DATE)).toHaveLength(2);
    const again = await importText([{ ...A, fen: 90n }], 'MERCHANT');
    expect(again).toMatchObject({ status: 'known', supersededBy: { version: expect.any(BigInt) } });
    expect(codesOf(await system.close(DATE, merchant))).toEqual(['A MATCHED']);
  });

  test('whose import was killed in the middle leaves nothing that a close reads', async () => {
    merchant = newMerchant();
    await system.writeEvents(BOOKS.map((book) => entryOf(book, A)));
    const before = await system.close(DATE, merchant);
    const request = {
      merchant,
      book: 'MERCHANT' as const,
      channel: null,
      date: null,
      fileName: 'b.csv',
      open: () => ReadableStream.from([Buffer.from(csvOf([{ ...A, fen: 90n }, B]))]),
    };
    const deps = { ...system.importDeps, readBill: killed };
    await expect(importBill(request, deps)).rejects.toThrow('killed');
    const after = await system.close(DATE, merchant);
    expect(after.run).toMatchObject({ merkleRoot: before.run.merkleRoot, books: before.run.books });
  });

  test.each<[string, string, () => Promise<unknown>]>([
    ['of another day', 'DZ_BILL_OTHER_DATE', () => importText([A], 'MERCHANT', NEXT_DATE)],
    [
      'of another hospital',
      'DZ_BILL_OTHER_MERCHANT',
      () =>
        system.importFile(`${SAMPLES}wechat-all-20260309.csv`, 'CHANNEL', {
          merchant: { ...merchant, channels: [{ channel: 'WECHAT', merchantNo: '1' }] },
        }),
    ],
    [
      'whose rows are all of another channel',
      'DZ_BILL_NO_GOOD_ROW',
      () => system.importText(csvOf([A]), 'CHANNEL', { merchant, channel: 'ALIPAY' }),
    ],
    [
      'in the format of another channel',
      'DZ_BILL_CHANNEL_MISMATCH',
      () =>
        system.importFile(`${SAMPLES}wechat-all-20260309.csv`, 'CHANNEL', { merchant, channel: 'ALIPAY' }),
    ],
    [
      'of payments alone',
      'DZ_BILL_HALF_BOOK',
      () => system.importFile(`${SAMPLES}wechat-success-20260309.csv`, 'CHANNEL', { merchant }),
    ],
    [
      'of refunds alone',
      'DZ_BILL_HALF_BOOK',
      () => system.importFile(`${SAMPLES}wechat-refund-20260309.csv`, 'CHANNEL', { merchant }),
    ],
    [
      'of several days without a date',
      'DZ_BILL_DATE_UNKNOWN',
      () => importText([A, { ...B, date: NEXT_DATE }], 'MERCHANT'),
    ],
  ])('%s is refused and leaves no record', async (_, code, importIt) => {
    merchant = newMerchant();
    const refused = { code, messageZh: expect.stringMatching(/[\u4e00-\u9fff]{4}/) };
    await expect(importIt()).rejects.toMatchObject(refused);
    expect(await system.bills.billsBetween(merchant.merchantId, DATE, NEXT_DATE)).toEqual([]);
  });
});

const rowOf = ({ rows }: ClosedRun) => rows.find((row) => row.verdict.orderNo === 'M');

describe('an order paid before midnight and booked after it', () => {
  const paid = { order: 'M', fen: 2500n, at: '23:59:41' };
  const booked = { order: 'M', fen: 2500n, at: '00:01:07', date: NEXT_DATE };
  const other = { order: 'O', fen: 100n };
  const nextDay = { order: 'N', fen: 100n, date: NEXT_DATE };

  async function writePaid() {
    await system.writeEvents([entryOf('PLATFORM', paid), entryOf('CHANNEL', paid)]);
    await system.writeEvents(BOOKS.map((book) => entryOf(book, other)));
  }
  async function writeBooked() {
    await system.writeEvents([entryOf('MERCHANT', booked)]);
    await system.writeEvents(BOOKS.map((book) => entryOf(book, nextDay)));
  }
  test('closed before the booking came: possibly cross-day, then healed by the next close', async () => {
    merchant = newMerchant();
    await writePaid();
    expect(rowOf(await system.close(DATE, merchant))).toMatchObject({
      verdict: { code: 'CHANNEL_ONLY', possiblyCrossDay: true, businessDate: DATE },
      refersTo: null,
    });
    await writeBooked();
    expect(rowOf(await system.close(NEXT_DATE, merchant))).toMatchObject({
      verdict: { code: 'CROSS_DAY', businessDate: DATE },
      refersTo: DATE,
    });
  });

  test('closed after the booking came: cross-day at once, and never one-sided', async () => {
    merchant = newMerchant();
    await writeBooked();
    await writePaid();
    expect(rowOf(await system.close(DATE, merchant))).toMatchObject({
      verdict: { code: 'CROSS_DAY' },
      refersTo: null,
    });
    expect(rowOf(await system.close(NEXT_DATE, merchant))?.verdict.code).toBe('CROSS_DAY');
  });
});

const published = (token: bigint) => () => Promise.resolve(token);

describe('the lease of a close', () => {
  const run: RunKey = { runId: 'one', merchantId: 'L1', businessDate: DATE, mode: 'THREE_WAY' };

  test('is held by one at a time, and each holder has a higher token', async () => {
    const tokens = redisTokenIssuer(system.redis);
    const first = await tokens.acquire(run, published(4n));
    expect(first.token).toBe(5n);
    await expect(tokens.acquire({ ...run, runId: 'two' }, published(4n))).rejects.toMatchObject({
      code: 'DZ_CLOSE_RUNNING',
    });
    await first.release();
    const second = await tokens.acquire({ ...run, runId: 'two' }, published(4n));
    expect(second.token).toBe(6n);
    await expect(first.assertHeld()).rejects.toMatchObject({ code: 'DZ_CLOSE_LEASE_LOST' });
    await second.assertHeld();
    await second.release();
  });

  test('that was lost with its Redis does not let two publish under one token', async () => {
    const tokens = redisTokenIssuer(system.redis);
    const stale = await tokens.acquire({ ...run, merchantId: 'L2' }, published(0n));
    await system.redis.flushall();
    const next = await tokens.acquire({ ...run, merchantId: 'L2', runId: 'two' }, published(0n));
    await expect(stale.assertHeld()).rejects.toMatchObject({ code: 'DZ_CLOSE_LEASE_LOST' });
    await next.assertHeld();
    await Promise.all([stale.release(), next.release()]);
  });
});
