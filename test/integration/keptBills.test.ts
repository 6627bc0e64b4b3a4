import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BillStore } from '../../domain/closePorts.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Bill, BillReader } from '../../domain/ports.ts';
import { readBill } from '../../adapters/bills/readBill.ts';
import { PLAIN_HEADER } from '../../adapters/bills/testBills.ts';
import { importBill, type ImportDeps } from '../../pipeline/close/importBill.ts';
import { reimportBill } from '../../pipeline/close/reimportBill.ts';
import { useBill } from '../../pipeline/close/useBill.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, SAMPLES, startCloseSystem } from './closeHarness.ts';

const DATE = '2026-03-09';

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
  merchant = { ...SAMPLE_MERCHANT, merchantId: `K${merchants}` };
  return merchant;
}

const row = (order: string, yuan: string) =>
  `${order},T${order},,PAYMENT,${yuan},${DATE} 10:00:00,WECHAT,,H${order}`;
const textOf = (...rows: readonly string[]) => `${[PLAIN_HEADER, ...rows].join('\n')}\n`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function bytesOf(name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of system.archive.read(name)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function requestOf(text: string) {
  const source = { fileName: 'b.csv', source: 'cli /in/b.csv', fetchedAtMs: 1_000 };
  const place = { merchant, book: 'MERCHANT', channel: null, date: null } as const;
  return { ...place, ...source, open: () => ReadableStream.from([Buffer.from(text)]) };
}

const importText = (text: string, deps: Partial<ImportDeps> = {}) =>
  importBill(requestOf(text), { ...system.importDeps, ...deps });

async function imported(text: string, deps: Partial<ImportDeps> = {}): Promise<Bill> {
  const result = await importText(text, deps);
  expect(result.status).toBe('imported');
  return result.bill;
}

/** What counts now: order and amount of every line of the merchant's book. */
async function book(): Promise<readonly string[]> {
  const result = await system.client.query({
    query: `SELECT order_no, toString(amount_fen) AS fen FROM v_entries
      WHERE merchant_id = {id:String} AND counts ORDER BY order_no, fen`,
    query_params: { id: merchant.merchantId },
    format: 'JSONEachRow',
  });
  return (await result.json<{ order_no: string; fen: string }>()).map(
    (line) => `${line.order_no} ${line.fen}`,
  );
}

/** Tomorrow's reader: an amount of 100 fen has come to mean 101. */
const newerReader: BillReader = (bytes, hints) => {
  const { lines, report } = readBill(bytes, hints);
  async function* changed() {
    for await (const batch of lines) {
      yield batch.map((line) => (line.amountFen === 100n ? { ...line, amountFen: 101n } : line));
    }
  }
  return { lines: changed(), report: report.then((said) => ({ ...said, parserVersion: 2 })) };
};

/** A store that dies in the place of one of its deeds. */
function dyingStore(deed: 'writeLines' | 'record' | 'recordRefusal'): BillStore {
  return { ...system.bills, [deed]: () => Promise.reject(new Error('killed')) };
}

describe('a bill that was imported', () => {
  test('has its bytes kept, and on record whence they came and how they were read', async () => {
    newMerchant();
    const text = textOf(row('A', '1.00'));
    const bill = await imported(text);
    expect(await bytesOf(bill.billId)).toBe(text);
    const [onRecord] = await system.bills.billsById(bill.billId.slice(0, 12));
    expect(onRecord).toEqual(bill);
    expect(bill).toMatchObject({
      billId: sha256(text),
      origin: {
        sha256: sha256(text),
        sizeBytes: text.length,
        source: 'cli /in/b.csv',
        fetchedAtMs: 1_000,
        parserVersion: 1,
        rowsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        isDateGiven: false,
        feeMilliFen: null,
      },
    });
  });

  test.each(['writeLines', 'record'] as const)(
    'and was killed at %s keeps its bytes, counts for nothing, and is imported by doing it again',
    async (deed) => {
      newMerchant();
      const text = textOf(row('A', '1.00'), row('B', '2.00'));
      await expect(importText(text, { store: dyingStore(deed) })).rejects.toThrow('killed');
      expect(await bytesOf(sha256(text))).toBe(text);
      expect(await book()).toEqual([]);
      const bill = await imported(text);
      expect(await book()).toEqual(['A 100', 'B 200']);
      expect(await importText(text)).toMatchObject({ status: 'known', bill, supersededBy: null });
    },
  );

  test('with lines left over from an older reader counts with those of the newer alone', async () => {
    newMerchant();
    const text = textOf(row('A', '1.00'), row('B', '2.00'));
    await expect(importText(text, { store: dyingStore('record') })).rejects.toThrow('killed');
    await imported(text, { readBill: newerReader });
    expect(await book()).toEqual(['A 101', 'B 200']);
  });
});

test('a bill from before bytes were kept is imported anew, and can then be read anew', async () => {
  newMerchant();
  const text = textOf(row('A', '1.00'));
  const { origin: _, ...legacy } = await imported(text);
  await system.client.command({ query: `TRUNCATE TABLE bills` });
  await system.bills.record(legacy);
  await expect(reimportBill(legacy, merchant, system.importDeps)).rejects.toMatchObject({
    code: 'DZ_ARCHIVE_MISSING',
  });
  const again = await imported(text);
  expect(await book()).toEqual(['A 100']);
  expect((await reimportBill(again, merchant, system.importDeps)).status).toBe('unchanged');
});

test('the same bytes as another book are a bill of their own', async () => {
  newMerchant();
  const text = textOf(row('A', '1.00'));
  const [his, platform] = await Promise.all([
    imported(text),
    importBill({ ...requestOf(text), book: 'PLATFORM' }, system.importDeps),
  ]);
  expect(platform).toMatchObject({ status: 'imported', bill: { billId: his.billId, book: 'PLATFORM' } });
  expect(await book()).toEqual(['A 100', 'A 100']);
});

describe('a file that was refused', () => {
  test('is kept with the reason, and once it is asked for rightly it is imported', async () => {
    newMerchant();
    const text = textOf(row('A', 'one'));
    for (let time = 0; time < 2; time += 1) {
      await expect(importText(text)).rejects.toMatchObject({ code: 'DZ_BILL_NO_GOOD_ROW' });
    }
    expect(await bytesOf(sha256(text))).toBe(text);
    const refusals = await system.bills.refusalsById(sha256(text).slice(0, 12));
    expect(refusals).toMatchObject([
      {
        merchantId: merchant.merchantId,
        code: 'DZ_BILL_NO_GOOD_ROW',
        fileName: 'b.csv',
        source: 'cli /in/b.csv',
      },
    ]);
    const good = textOf(row('A', '1.00'), row('B', '1.00').replace(DATE, '2026-03-10'));
    await expect(importText(good)).rejects.toMatchObject({ code: 'DZ_BILL_DATE_UNKNOWN' });
    await importBill({ ...requestOf(good), date: DATE }, system.importDeps);
    expect(await book()).toEqual(['A 100', 'B 100']);
  });
});

describe('reading a bill anew', () => {
  test('with the same reader changes nothing', async () => {
    newMerchant();
    const bill = await imported(textOf(row('A', '1.00'), row('B', 'x')));
    const again = await reimportBill(bill, merchant, system.importDeps);
    expect(again.status).toBe('unchanged');
    expect(await system.bills.billsBetween(merchant.merchantId, DATE, DATE)).toEqual([bill]);
  });

  test('with a newer reader that sees the same rows changes only who has read it', async () => {
    newMerchant();
    const bill = await imported(textOf(row('B', '2.00')));
    const deps = { ...system.importDeps, readBill: newerReader };
    expect((await reimportBill(bill, merchant, deps)).status).toBe('unchanged');
    const [now, ...others] = await system.bills.billsBetween(merchant.merchantId, DATE, DATE);
    expect(others).toEqual([]);
    expect(now).toMatchObject({ billId: bill.billId, origin: { parserVersion: 2 } });
  });

  test('with other rows makes a new version that supersedes, and both stay on record', async () => {
    newMerchant();
    const bill = await imported(textOf(row('A', '1.00'), row('B', '2.00')));
    const deps = { ...system.importDeps, readBill: newerReader };
    const result = await reimportBill(bill, merchant, deps);
    expect(result).toMatchObject({ status: 'replaced', former: bill });
    expect(result.bill.billId).toMatch(new RegExp(`^${bill.billId}-[0-9a-f]{16}$`));
    expect(result.bill.origin).toMatchObject({
      sha256: bill.billId,
      source: 'cli /in/b.csv',
      parserVersion: 2,
    });
    expect(await book()).toEqual(['A 101', 'B 200']);
    expect(await system.bills.billsBetween(merchant.merchantId, DATE, DATE)).toHaveLength(2);
    expect((await reimportBill(result.bill, merchant, deps)).status).toBe('unchanged');
    await expect(reimportBill(bill, merchant, deps)).rejects.toMatchObject({ code: 'DZ_BILL_SUPERSEDED' });
    expect(await importText(textOf(row('A', '1.00'), row('B', '2.00')))).toMatchObject({
      status: 'known',
      bill: { billId: result.bill.billId },
      supersededBy: null,
    });
    // And the old reader again: what it gives is on record already, and counts again.
    expect((await reimportBill(result.bill, merchant, system.importDeps)).bill.billId).toBe(bill.billId);
    expect(await book()).toEqual(['A 100', 'B 200']);
  });

  test('that the newer reader refuses leaves all as it was', async () => {
    newMerchant();
    const bill = await imported(textOf(row('A', '1.00')));
    const refusing = { ...merchant, channels: [] };
    const deps: ImportDeps = {
      ...system.importDeps,
      readBill: (bytes, hints) => readBill(bytes, { ...hints, date: '2026-03-10' }),
    };
    await expect(reimportBill(bill, refusing, deps)).rejects.toMatchObject({ code: 'DZ_BILL_OTHER_DATE' });
    expect(await book()).toEqual(['A 100']);
  });
});

describe('an earlier bill', () => {
  test('of every channel counts again where a later one of one channel had taken its place', async () => {
    newMerchant();
    const whole = await imported(textOf(row('A', '1.00')));
    const { bill: wechat } = await importBill(
      { ...requestOf(textOf(row('A', '9.00'))), channel: 'WECHAT' },
      system.importDeps,
    );
    expect(await book()).toEqual(['A 900']);
    expect(await useBill(whole, system.importDeps)).toMatchObject({ instead: { billId: wechat.billId } });
    expect(await book()).toEqual(['A 100']);
  });

  test('counts again when somebody says so, and the later one stays on record', async () => {
    newMerchant();
    const first = await imported(textOf(row('A', '1.00')));
    const second = await imported(textOf(row('A', '9.00')));
    expect(await book()).toEqual(['A 900']);
    const result = await useBill(first, system.importDeps);
    expect(result).toMatchObject({ bill: { billId: first.billId }, instead: { billId: second.billId } });
    expect(await book()).toEqual(['A 100']);
    expect(await useBill(result.bill, system.importDeps)).toEqual({
      bill: result.bill,
      instead: null,
    });
    expect(await system.bills.billsBetween(merchant.merchantId, DATE, DATE)).toHaveLength(2);
  });
});

test('a channel’s bill is no book of the hospital or the platform', async () => {
  const wechat = system.importFile(`${SAMPLES}wechat-all-20260309.csv`, 'MERCHANT');
  await expect(wechat).rejects.toMatchObject({ code: 'DZ_BILL_WRONG_BOOK' });
});

test('a bill that takes the place of others names them', async () => {
  const place = { merchant: SAMPLE_MERCHANT, date: '2026-05-05' };
  const header =
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no\n';
  const row = (channel: string) => `A1,T1,,PAYMENT,1.00,2026-05-05 10:00:00,${channel},,\n`;
  const first = await system.importText(header + row('WECHAT'), 'CHANNEL', { ...place, channel: 'WECHAT' });
  const other = await system.importText(header + row('ALIPAY'), 'CHANNEL', { ...place, channel: 'ALIPAY' });
  expect(other).toMatchObject({ status: 'imported', inPlaceOf: [] });
  const whole = await system.importText(`${header}${row('WECHAT')}`.replace('A1', 'A2'), 'CHANNEL', place);
  expect(whole.status === 'imported' && whole.inPlaceOf.map(({ billId }) => billId).toSorted()).toEqual(
    [first.bill.billId, other.bill.billId].toSorted(),
  );
});
